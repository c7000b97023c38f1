package dnszone

import (
	"path"
	"slices"
	"strings"

	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/textfile"
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
	text, err := f.Text()
	if err != nil {
		return // recorded by Text
	}
	if depth == 0 {
		f.Counted(1)
	}
	entries, faults := split(text)
	for _, e := range entries {
		words := e.words
		switch word := strings.ToUpper(words[0]); {
		case word[0] != '$':
			if wrong := z.add(f, s, e); wrong != "" {
				faults = append(faults, fault{place{e.line, 1}, wrong})
			}
		case len(words) < 2:
			faults = append(faults, fault{place{e.line, 1}, "a directive without its argument"})
		case word == "$ORIGIN":
			s.origin = absolute(words[1], s.origin)
		case word == "$INCLUDE":
			r.include(f, z, s, e, depth)
		case word == "$TTL":
		case word == "$GENERATE":
			f.Note("$GENERATE is not run")
		default:
			faults = append(faults, fault{place{e.line, 1}, "no directive of a zone"})
		}
	}
	fail(f, text, faults)
}

// maxFaults is how many faults of one file are told of: what follows the first is
// mostly its consequence.
const maxFaults = 8

// fail records the faults of a file, those of lines that only a template has as what
// they are.
func fail(f *ingest.File, text string, faults []fault) {
	lines := strings.Split(text, "\n")
	for _, x := range faults[:min(len(faults), maxFaults)] {
		f.Fail(textfile.Fault("zone-syntax", x.at.line, x.at.col, lines[min(x.at.line, len(lines))-1], x.msg))
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

// add reads one record: [owner] [ttl] [class] type data. It returns what is wrong with
// it, "" for nothing.
func (z *zone) add(f *ingest.File, s *state, e entry) (wrong string) {
	words := e.words
	if !e.indented {
		s.owner = absolute(words[0], s.origin)
		words = words[1:]
	}
	for len(words) > 0 && (isTTL(words[0]) || isClass(words[0])) {
		words = words[1:]
	}
	if len(words) == 0 {
		return "a record without a type"
	}
	typ, data := strings.ToUpper(words[0]), words[1:]
	switch {
	case !isType(typ):
		return "no type of a record"
	case len(data) == 0:
		return "a record without data"
	case !wanted(typ):
		return ""
	case typ == "SOA":
		if z.origin == "" {
			z.origin = s.owner
		}
		return ""
	case s.origin == "" && z.origin == "":
		f.Note("nothing says which zone it is of")
		return ""
	case s.owner == "":
		return "the first record names no owner"
	}
	rec := record{name: s.owner, typ: typ, file: f, line: e.line}
	if at, leads := fields[typ]; leads {
		if at >= len(data) {
			return "a record without the name that it leads to"
		}
		if data[at] == "." {
			return "" // the null target: there is none
		}
		if rec.target = absolute(data[at], s.origin); rec.target == "" {
			return "" // the zone's own name, and nothing says it
		}
	}
	z.records = append(z.records, rec)
	return ""
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

// split cuts a master file into entries, by RFC 1035, section 5.1. The faults are
// parentheses and strings without an end or a beginning.
func split(text string) (entries []entry, faults []fault) {
	var e entry
	var word strings.Builder
	line, bol, inWord, quoted := 1, 0, false, false
	var opened []place // parentheses
	var quote place
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
			if quoted {
				faults = append(faults, fault{quote, "a string is never closed"})
			}
			end()
			quoted = false
			if len(opened) == 0 {
				if len(e.words) > 0 {
					entries = append(entries, e)
				}
				start = true
			}
			line, bol = line+1, i+1
		case c == '"':
			quoted, inWord = !quoted, true
			quote = place{line, i - bol + 1}
		case c == '\\' && i+1 < len(text) && text[i+1] != '\n' && text[i+1] != '\r':
			i++
			word.WriteByte(text[i])
			inWord = true
		case quoted:
			word.WriteByte(c)
		case c == ';':
			for i+1 < len(text) && text[i+1] != '\n' {
				i++
			}
		case c == '(':
			end()
			opened = append(opened, place{line, i - bol + 1})
		case c == ')':
			end()
			if n := len(opened); n > 0 {
				opened = opened[:n-1]
			} else {
				faults = append(faults, fault{place{line, i - bol + 1}, "a parenthesis that closes nothing"})
			}
		case c == ' ' || c == '\t' || c == '\r':
			end()
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if quoted {
		faults = append(faults, fault{quote, "a string is never closed"})
	}
	end()
	if len(e.words) > 0 && !start {
		entries = append(entries, e)
	}
	for _, at := range opened {
		faults = append(faults, fault{at, "a parenthesis is never closed"})
	}
	return entries, faults
}

// place is a line and column, both from 1.
type place struct{ line, col int }

// fault is what keeps a text from being a zone.
type fault struct {
	at  place
	msg string
}

// types are the types of resource records: IANA's registry "Resource Record (RR) TYPEs"
// of 2026, and those that servers and providers add.
var types = strings.Fields(`
A A6 AAAA AFSDB AMTRELAY APL ATMA AVC AXFR CAA CDNSKEY CDS CERT CLA CNAME CSYNC DHCID DLV DNAME DNSKEY DOA DS DSYNC EID EUI48 EUI64 GID GPOS
HHIT HINFO HIP HTTPS IPN IPSECKEY ISDN KEY KX L32 L64 LOC LP MB MD MF MG MINFO MR MX NAPTR NB NID NIMLOC NINFO NS NSAP NSAP-PTR NSEC NSEC3
NSEC3PARAM NULL NXNAME NXT OPENPGPKEY PTR PX RESINFO RKEY RP RRSIG RT SIG SINK SMIMEA SOA SPF SRV SSHFP SVCB TA TALINK TKEY TLSA TSIG TXT UID
UINFO UNSPEC URI WALLET WKS X25 ZONEMD
ALIAS ANAME CNAMELOCAL LUA MBOXFW CURL URL URL301 REDIRECT WEBFWD PTRLOCAL`)

// isType reports whether a word is a type of record.
func isType(s string) bool {
	digits, unknown := strings.CutPrefix(s, "TYPE") // RFC 3597
	return slices.Contains(types, s) || unknown && digits != "" && strings.Trim(digits, "0123456789") == ""
}
