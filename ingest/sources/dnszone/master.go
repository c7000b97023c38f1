package dnszone

import (
	"path"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
)

// reader reads master files, which may include others.
type reader struct {
	files    map[string]*ingest.File
	included map[string]bool
}

// maxIncludes is how deep files may include each other.
const maxIncludes = 8

func (r *reader) master(f *ingest.File) *zone {
	z := &zone{file: f}
	s := &state{origin: originOf(f.Path())}
	r.parse(f, z, s, 0)
	if z.origin == "" {
		z.origin = s.origin
	}
	return z
}

// state is what one line of a master file hands to the next.
type state struct{ origin, owner string }

func (r *reader) parse(f *ingest.File, z *zone, s *state, depth int) {
	data, err := f.Bytes()
	if err != nil {
		return // recorded by Bytes
	}
	if depth == 0 {
		f.Counted(1)
	}
	entries, open := split(string(data))
	if open > 0 {
		f.Fail(&strict.Error{ID: "zone-syntax", Line: open, Col: 1, Msg: "a parenthesis is never closed"})
	}
	for _, e := range entries {
		words := e.words
		switch strings.ToUpper(words[0]) {
		case "$ORIGIN":
			if len(words) > 1 {
				s.origin = absolute(words[1], s.origin)
			}
		case "$INCLUDE":
			if len(words) > 1 {
				r.include(f, z, s, e, depth)
			}
		case "$TTL":
		case "$GENERATE":
			f.Note("$GENERATE is not run")
		default:
			z.add(f, s, e)
		}
	}
}

func (r *reader) include(f *ingest.File, z *zone, s *state, e entry, depth int) {
	name := path.Join(path.Dir(f.Path()), e.words[1])
	other := r.files[name]
	if other == nil || depth >= maxIncludes {
		f.Note("the file that line %d includes is not among the zones read", e.line)
		return
	}
	r.included[name] = true
	inner := &state{origin: s.origin, owner: s.owner}
	if len(e.words) > 2 {
		inner.origin = absolute(e.words[2], s.origin)
	}
	r.parse(other, z, inner, depth+1)
}

// add reads one record: [owner] [ttl] [class] type data.
func (z *zone) add(f *ingest.File, s *state, e entry) {
	words := e.words
	if !e.indented {
		s.owner = absolute(words[0], s.origin)
		words = words[1:]
	}
	for len(words) > 0 && (isTTL(words[0]) || isClass(words[0])) {
		words = words[1:]
	}
	if len(words) < 2 {
		return
	}
	typ, data := strings.ToUpper(words[0]), words[1:]
	if !wanted(typ) {
		return
	}
	if typ == "SOA" {
		if z.origin == "" {
			z.origin = s.owner
		}
		return
	}
	if s.origin == "" && z.origin == "" {
		return // names that nobody can tell the zone of
	}
	if s.owner == "" {
		return // the first entry has to name its owner
	}
	rec := record{name: s.owner, typ: typ, file: f, line: e.line}
	if at, leads := fields[typ]; leads {
		if at >= len(data) || data[at] == "." {
			return // the null target: there is none
		}
		if rec.target = absolute(data[at], s.origin); rec.target == "" {
			return // the zone's own name, and nothing says it
		}
	}
	z.records = append(z.records, rec)
}

func isClass(s string) bool {
	switch strings.ToUpper(s) {
	case "IN", "CH", "HS", "CS":
		return true
	}
	return false
}

// isTTL reports whether a word is a time to live: 3600, 1h30m.
func isTTL(s string) bool {
	return s != "" && s[0] >= '0' && s[0] <= '9' && strings.Trim(strings.ToLower(s), "0123456789smhdw") == ""
}

// entry is one line of a master file, with what parentheses join to it.
type entry struct {
	words    []string
	indented bool // it begins with a blank: the owner is that of the entry before
	line     int
}

// split cuts a master file into entries. open is the line of a parenthesis that is
// never closed, 0 where there is none.
func split(text string) (entries []entry, open int) {
	var e entry
	var word strings.Builder
	line, depth, inWord, quoted, opened := 1, 0, false, false, 0
	end := func() {
		if inWord {
			e.words = append(e.words, word.String())
			word.Reset()
			inWord = false
		}
	}
	start := true
	for i := 0; i < len(text); i++ {
		c := text[i]
		if start {
			e = entry{line: line, indented: c == ' ' || c == '\t'}
			start = false
		}
		switch {
		case c == '\n':
			end()
			quoted = false
			if depth == 0 {
				if len(e.words) > 0 {
					entries = append(entries, e)
				}
				start = true
			}
			line++
		case c == '"':
			quoted, inWord = !quoted, true
		case quoted:
			word.WriteByte(c)
		case c == ';':
			for i+1 < len(text) && text[i+1] != '\n' {
				i++
			}
		case c == '(':
			end()
			if depth++; depth == 1 {
				opened = line
			}
		case c == ')':
			end()
			depth = max(0, depth-1)
		case c == ' ' || c == '\t' || c == '\r':
			end()
		case c == '\\' && i+1 < len(text):
			i++
			word.WriteByte(text[i])
			inWord = true
			if text[i] == '\n' {
				line++
			}
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	end()
	if len(e.words) > 0 && !start {
		entries = append(entries, e)
	}
	if depth > 0 {
		open = opened
	}
	return entries, open
}
