package address

import "strings"

// Expand replaces "$(NAME)" the way Kubernetes does: "$$(NAME)" stands for the text
// "$(NAME)", and what look does not know stays as it is.
func Expand(s string, look func(name string) (value string, ok bool)) string {
	if !strings.Contains(s, "$") {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '$' || i+1 == len(s) {
			out.WriteByte(s[i])
			i++
			continue
		}
		switch s[i+1] {
		case '$':
			out.WriteByte('$')
			i += 2
		case '(':
			end := strings.IndexByte(s[i:], ')')
			if end < 0 {
				out.WriteString(s[i:])
				return out.String()
			}
			if value, ok := look(s[i+2 : i+end]); ok {
				out.WriteString(value)
			} else {
				out.WriteString(s[i : i+end+1])
			}
			i += end + 1
		default:
			out.WriteByte('$')
			i++
		}
	}
	return out.String()
}

// ExpandShell replaces "$NAME", "${NAME}", "${NAME:-default}" and "${NAME:?text}",
// nested ones too, the way a shell or Compose does. What look does not know, and
// has no default, stays as it is.
func ExpandShell(s string, look func(name string) (value string, ok bool)) string {
	return expandShell(s, look, 0)
}

// maxNesting bounds "${A:-${B:-...}}".
const maxNesting = 20

func expandShell(s string, look func(string) (string, bool), depth int) string {
	if depth > maxNesting || !strings.Contains(s, "$") {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '$' || i+1 == len(s) {
			out.WriteByte(s[i])
			i++
			continue
		}
		if s[i+1] == '{' {
			end := closing(s[i+1:])
			if end < 0 {
				out.WriteString(s[i:])
				break
			}
			out.WriteString(expandBraces(s[i:i+1+end+1], look, depth))
			i += 1 + end + 1
			continue
		}
		n := nameLength(s[i+1:])
		if n == 0 {
			out.WriteByte('$')
			i++
			continue
		}
		if value, ok := look(s[i+1 : i+1+n]); ok {
			out.WriteString(value)
		} else {
			out.WriteString(s[i : i+1+n])
		}
		i += 1 + n
	}
	return out.String()
}

// expandBraces expands one "${...}".
func expandBraces(s string, look func(string) (string, bool), depth int) string {
	body := s[2 : len(s)-1]
	n := nameLength(body)
	if n == 0 {
		return s
	}
	value, ok := look(body[:n])
	operator := body[n:]
	empty := strings.HasPrefix(operator, ":")
	operator = strings.TrimPrefix(operator, ":")
	if ok && (value != "" || !empty) {
		if strings.HasPrefix(operator, "+") {
			return expandShell(operator[1:], look, depth+1)
		}
		return value
	}
	if strings.HasPrefix(operator, "-") || strings.HasPrefix(operator, "=") {
		return expandShell(operator[1:], look, depth+1)
	}
	return s
}

// closing returns where the '}' stands that closes the '{' at the start of s, or -1.
func closing(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

func nameLength(s string) int {
	i := 0
	for i < len(s) && (isLetter(s[i]) || s[i] == '_' || i > 0 && isDigit(s[i])) {
		i++
	}
	return i
}

// MostGiven is how many bytes the variables of one program or file may put into texts. It
// is more than Linux passes to a program (execve(2): 6 MiB).
const MostGiven = 8 << 20

// Lookup gives the values of variables, up to so many bytes in all. Whatever defines
// values by others looks these up so: where each names the one before twice, some lines
// would fill any memory.
type Lookup struct {
	look func(name string) (value string, ok bool)
	left int
	over bool
}

// NewLookup returns one that gives at most so many bytes.
func NewLookup(most int, look func(name string) (value string, ok bool)) *Lookup {
	return &Lookup{look: look, left: most}
}

// Look returns the value of a variable. One that would make it too much is unknown.
func (l *Lookup) Look(name string) (value string, ok bool) {
	value, ok = l.look(name)
	if len(value) > l.left {
		l.over = true
		return "", false
	}
	l.left -= len(value)
	return value, ok
}

// Over reports whether a value was held back. A nil Lookup holds nothing back.
func (l *Lookup) Over() bool { return l != nil && l.over }

// HeldBack is what to say then: what was read is not all.
const HeldBack = "variables stand in so many places, or in each other, that they put too much text into them"
