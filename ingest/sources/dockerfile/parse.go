package dockerfile

import (
	"regexp"
	"strings"
)

// instruction is one instruction of a Dockerfile.
type instruction struct {
	name string   // upper case
	args string   // as written, continued lines joined, without the flags
	flag []string // "--from=x", without the dashes
	line int      // 1-based
}

var (
	directive = regexp.MustCompile(`^#\s*([A-Za-z]+)\s*=\s*(\S+)\s*$`)
	heredoc   = regexp.MustCompile(`<<-?["']?([A-Za-z_][A-Za-z0-9_]*)["']?`)
)

// parse splits a Dockerfile into instructions. It never fails: what is no
// instruction is passed over, as a reader of dependencies may.
func parse(text string) (out []instruction, syntax string) {
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
		for strings.HasSuffix(line, escape) && i+1 < len(lines) {
			i++
			next := strings.TrimSpace(lines[i])
			if strings.HasPrefix(next, "#") {
				continue // a comment inside continued lines is cut out
			}
			line = strings.TrimSuffix(line, escape) + " " + next
		}
		in.name, in.args, _ = strings.Cut(strings.TrimSuffix(line, escape), " ")
		in.name = strings.ToUpper(in.name)
		in.takeFlags()
		out = append(out, in)
		if in.name == "RUN" || in.name == "COPY" || in.name == "ADD" {
			i = skipHeredocs(lines, i, in.args)
		}
	}
	return out, syntax
}

func (in *instruction) takeFlags() {
	in.args = strings.TrimSpace(in.args)
	for strings.HasPrefix(in.args, "--") {
		flag, rest, _ := strings.Cut(in.args, " ")
		in.flag = append(in.flag, strings.TrimPrefix(flag, "--"))
		in.args = strings.TrimSpace(rest)
	}
}

// skipHeredocs returns the index of the last line of the here-documents that an
// instruction opens.
func skipHeredocs(lines []string, at int, args string) int {
	for _, m := range heredoc.FindAllStringSubmatch(args, -1) {
		for at+1 < len(lines) {
			at++
			if strings.TrimLeft(strings.TrimSpace(lines[at]), "\t") == m[1] {
				break
			}
		}
	}
	return at
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
		for _, v := range pairs(fill(in.args, args)) {
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
