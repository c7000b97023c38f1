package dockerfile

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/textfile"
)

// instruction is one instruction of a Dockerfile.
type instruction struct {
	name string   // upper case
	args string   // as written, continued lines joined, without the flags
	flag []string // "--from=x", without the dashes
	line int      // 1-based
}

var directive = regexp.MustCompile(`^#\s*([A-Za-z]+)\s*=\s*(\S+)\s*$`)

// instructions are those of the Dockerfile reference.
var instructions = []string{
	"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER",
	"VOLUME", "WORKDIR",
}

// openVariable matches "${NAME" without its brace.
var openVariable = regexp.MustCompile(`(^|[^\\])\$\{[^}]*$`)

// maxErrors is how many errors of one file are told of: what follows the first is
// mostly its consequence.
const maxErrors = 8

// parse splits a Dockerfile into instructions, as BuildKit's parser does. The error says
// what is no instruction, or ends in the middle; the rest is returned all the same.
func parse(text string) (out []instruction, syntax string, err error) {
	var errs []error
	fail := func(line int, format string, args ...any) {
		errs = append(errs, &strict.Error{ID: "dockerfile-syntax", Line: line, Col: 1, Msg: fmt.Sprintf(format, args...)})
	}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	escape := `\`
	for i := 0; i < len(lines); i++ { // parser directives stand first
		m := directive.FindStringSubmatch(strings.TrimSpace(lines[i]))
		if m == nil {
			break
		}
		switch strings.ToLower(m[1]) {
		case "escape":
			escape = m[2]
		case "syntax":
			syntax = m[2]
		}
	}
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		if line == "" || line[0] == '#' {
			continue
		}
		in := instruction{line: i + 1}
		line, more := continues(line, escape)
		for more && i+1 < len(lines) {
			i++
			next := strings.TrimSpace(lines[i])
			if next == "" || next[0] == '#' {
				continue // empty lines and comments inside continued ones are cut out
			}
			next, more = continues(next, escape)
			line += " " + next
		}
		if more {
			fail(in.line, "the file ends inside an instruction that goes on in the next line")
		}
		in.name, in.args, _ = strings.Cut(line, " ")
		if tab := strings.IndexByte(in.name, '\t'); tab >= 0 {
			in.name, in.args = in.name[:tab], in.name[tab:]+" "+in.args
		}
		in.name = strings.ToUpper(in.name)
		in.takeFlags()
		switch {
		case slices.Contains(instructions, in.name):
			if in.args == "" && len(in.flag) == 0 {
				fail(in.line, "%s without an argument", in.name)
			}
			if in.name != "ENV" && in.name != "ARG" && in.name != "FROM" {
				break
			}
			if !evenQuotes(in.args, escape) {
				fail(in.line, "a string of %s is never closed", in.name)
			}
			if openVariable.MatchString(in.args) {
				fail(in.line, "a \"${\" of %s is never closed", in.name)
			}
			if in.name == "ENV" && !strings.ContainsAny(in.args, " \t=") {
				fail(in.line, "ENV without a value")
			}
		case syntax == "" || strings.Contains(syntax, "docker/dockerfile"): // another frontend has its own
			errs = append(errs, textfile.Fault("dockerfile-syntax", in.line, 1, line, "no instruction of a Dockerfile"))
		}
		out = append(out, in)
		at, open := skipHeredocs(lines, i, in)
		if open != "" {
			fail(in.line, "the here-document %q is never ended", open)
		}
		i = at
	}
	return out, syntax, errors.Join(errs[:min(len(errs), maxErrors)]...)
}

// continues cuts the escape from the end of a line that goes on in the next one.
func continues(line, escape string) (rest string, more bool) {
	rest, more = strings.CutSuffix(line, escape)
	if !more || strings.HasSuffix(rest, escape) {
		return line, false
	}
	return rest, true
}

// evenQuotes says whether each quote has its end.
func evenQuotes(s, escape string) bool {
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case string(c) == escape && quote != '\'':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		}
	}
	return quote == 0
}

func (in *instruction) takeFlags() {
	in.args = strings.TrimSpace(in.args)
	for strings.HasPrefix(in.args, "--") {
		flag, rest, _ := strings.Cut(in.args, " ")
		in.flag = append(in.flag, strings.TrimPrefix(flag, "--"))
		in.args = strings.TrimSpace(rest)
	}
}

// heredoc is a word that opens a here-document, by BuildKit's ParseHeredoc.
var heredoc = regexp.MustCompile(`^[0-9]*<<(-?)(["']?)([^<"']+)(["']?)$`)

// skipHeredocs returns the index of the last line of the here-documents that an
// instruction opens, and the name of one that the file ends in.
func skipHeredocs(lines []string, at int, in instruction) (last int, open string) {
	switch in.name {
	case "RUN", "COPY", "ADD":
	case "ONBUILD":
		name, _, _ := strings.Cut(in.args, " ")
		if name = strings.ToUpper(name); name != "RUN" && name != "COPY" && name != "ADD" {
			return at, ""
		}
	default:
		return at, ""
	}
	for _, word := range shellWords(in.args) {
		m := heredoc.FindStringSubmatch(word)
		if m == nil || m[2] != m[4] {
			continue
		}
		for ended := false; !ended; {
			if at++; at >= len(lines) {
				return at, m[3]
			}
			line := lines[at]
			if m[1] == "-" {
				line = strings.TrimLeft(line, "\t")
			}
			ended = line == m[3]
		}
	}
	return at, ""
}

// shellWords splits a command at its blanks, but for those in quotes, which stay.
func shellWords(s string) []string {
	var out []string
	begin, quote := -1, byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if begin < 0 && c != ' ' && c != '\t' {
			begin = i
		}
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '\\':
			i++
		case (c == ' ' || c == '\t') && begin >= 0:
			out = append(out, s[begin:i])
			begin = -1
		}
	}
	if begin >= 0 {
		out = append(out, s[begin:])
	}
	return out
}

// stage is one FROM of a Dockerfile, with what follows it.
type stage struct {
	base string // as written, ARGs filled in
	name string // AS name, lower case; "" is unnamed
	line int
	env  []variable
	from []use // COPY --from and RUN --mount
}

type use struct {
	image string
	line  int
}

type variable struct {
	key, value string
	line       int
}

// stages interprets the instructions: it fills in ARG and ENV, and separates
// images from the stages that only look like them.
func stages(ins []instruction) []stage {
	args := map[string]string{}
	var out []stage
	for _, in := range ins {
		if in.name == "FROM" {
			words := strings.Fields(fill(in.args, args))
			if len(words) == 0 {
				continue
			}
			s := stage{base: words[0], line: in.line}
			if len(words) == 3 && strings.EqualFold(words[1], "as") {
				s.name = strings.ToLower(words[2])
			}
			out = append(out, s)
			continue
		}
		if in.name == "ARG" {
			key, value, given := strings.Cut(in.args, "=")
			if given {
				args[key] = strings.Trim(fill(value, args), `"'`)
			}
			continue
		}
		if len(out) > 0 {
			out[len(out)-1].add(in, args)
		}
	}
	return out
}

func (s *stage) add(in instruction, args map[string]string) {
	switch in.name {
	case "ENV":
		for _, v := range pairs(fill(strings.ReplaceAll(in.args, "\t", " "), args)) {
			v.line = in.line
			s.env = append(s.env, v)
		}
	case "COPY", "ADD", "RUN":
		for _, f := range in.flag {
			for _, part := range strings.Split(strings.TrimPrefix(f, "mount="), ",") {
				if image, ok := strings.CutPrefix(part, "from="); ok {
					s.from = append(s.from, use{fill(image, args), in.line})
				}
			}
		}
	}
}

var (
	pair        = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_]*)=("(?:[^"\\]|\\.)*"|'[^']*'|\S*)`)
	placeholder = regexp.MustCompile(`\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?::?-([^}]*))?\}|([A-Za-z_][A-Za-z0-9_]*))`)
)

// pairs reads ENV's two forms: key=value ..., and the old key value.
func pairs(s string) []variable {
	key, rest, _ := strings.Cut(s, " ")
	if !strings.Contains(key, "=") {
		return []variable{{key: key, value: strings.TrimSpace(rest)}}
	}
	var out []variable
	for _, m := range pair.FindAllStringSubmatch(s, -1) {
		out = append(out, variable{key: m[1], value: strings.Trim(m[2], `"'`)})
	}
	return out
}

// fill replaces ${NAME}, ${NAME:-default} and $NAME; what is unknown stays.
func fill(s string, args map[string]string) string {
	return placeholder.ReplaceAllStringFunc(s, func(found string) string {
		m := placeholder.FindStringSubmatch(found)
		if v, ok := args[m[1]+m[3]]; ok {
			return v
		}
		if m[2] != "" {
			return m[2]
		}
		return found
	})
}
