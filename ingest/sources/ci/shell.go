package ci

import (
	"path"
	"regexp"
	"strings"
)

// line is one simple command of a shell script, and where it stands in it.
type line struct {
	words []string
	at    int // byte offset
}

// commandLines cuts a script into its simple commands: continued lines are joined,
// pipes and lists of commands cut apart, comments left out. It is no shell: what
// quotes hold stays together, and nothing is expanded.
func commandLines(script string) []line {
	var lines []line
	var words []string
	var word strings.Builder
	begun, at := false, 0
	endWord := func() {
		if begun {
			words = append(words, word.String())
		}
		word.Reset()
		begun = false
	}
	endLine := func() {
		endWord()
		if len(words) > 0 {
			lines = append(lines, line{words, at})
		}
		words = nil
	}
	begin := func(i int) {
		if !begun && len(words) == 0 {
			at = i
		}
		begun = true
	}
	quote := byte(0)
	for i := 0; i < len(script); i++ {
		c := script[i]
		switch {
		case strings.HasPrefix(script[i:], "${{"):
			begin(i)
			end := strings.Index(script[i:], "}}")
			if end < 0 {
				end = len(script) - i - 2
			}
			word.WriteString("${" + strings.TrimSpace(script[i+3:max(i+end, i+3)]) + "}")
			i = min(i+end+1, len(script)-1)
		case quote != 0 && c == quote:
			quote = 0
		case c == '\\' && quote != '\'' && i+1 < len(script):
			if i++; script[i] == '\n' {
				if quote == 0 {
					endWord()
				}
				continue
			}
			begin(i)
			word.WriteByte(script[i])
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			begin(i)
			quote = c
		case c == '#' && !begun:
			if end := strings.IndexByte(script[i:], '\n'); end >= 0 {
				i += end - 1
			} else {
				i = len(script)
			}
		case c == '\n' || c == ';' || c == '|' || c == '&':
			endLine()
		case c == '(' || c == ')':
			if begun && c == '(' { // "$(": what stands inside is a command of its own
				endWord()
			}
			endLine()
			lines = append(lines, line{[]string{string(c)}, i})
		case c == ' ' || c == '\t' || c == '\r':
			endWord()
		default:
			begin(i)
			word.WriteByte(c)
		}
	}
	endLine()
	return lines
}

// values are what variables are known to hold, several where a matrix runs over them.
type values map[string][]string

// maxExpansions bounds what one word may stand for.
const maxExpansions = 64

var variableUse = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_.-]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)`)

// expand returns what a word stands for, none where a variable in it is unknown.
func (v values) expand(word string) []string {
	words := []string{word}
	for range 8 { // a value may name another variable
		var next []string
		again := false
		for _, w := range words {
			m := variableUse.FindStringSubmatchIndex(w)
			if m == nil {
				next = append(next, w)
				continue
			}
			again = true
			for _, text := range v[firstGroup(w, m)] {
				if next = append(next, w[:m[0]]+text+w[m[1]:]); len(next) > maxExpansions {
					return nil
				}
			}
		}
		if words = next; !again {
			break
		}
	}
	for _, w := range words {
		if strings.Contains(w, "$") {
			return nil
		}
	}
	return words
}

func firstGroup(s string, m []int) string {
	for i := 2; i+1 < len(m); i += 2 {
		if m[i] >= 0 {
			return s[m[i]:m[i+1]]
		}
	}
	return ""
}

// workdir follows the directory in which the commands of a script run.
type workdir struct {
	at    string
	lost  bool // a variable led elsewhere
	outer []workdir
}

// enter takes note of a command that changes the directory.
func (d *workdir) enter(words []string, v values) bool {
	switch words[0] {
	case "(":
		d.outer = append(d.outer, workdir{at: d.at, lost: d.lost})
	case ")":
		if n := len(d.outer); n > 0 {
			d.at, d.lost, d.outer = d.outer[n-1].at, d.outer[n-1].lost, d.outer[:n-1]
		}
	case "cd", "pushd":
		if len(words) < 2 {
			d.lost = true
			return true
		}
		to := v.expand(words[1])
		if len(to) != 1 || path.IsAbs(to[0]) || strings.HasPrefix(to[0], "~") || to[0] == "-" {
			d.lost = true
			return true
		}
		d.at = path.Join(d.at, to[0])
	case "popd":
		d.lost = true
	default:
		return false
	}
	return true
}
