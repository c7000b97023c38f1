package helmfile

import (
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
)

// masked stands in a value for what a template would have written.
const masked = "ZQZQ"

var (
	action  = regexp.MustCompile(`\{\{[^\n]*?\}\}`)
	control = regexp.MustCompile(`^\s*\{\{-?\s*(\w*)`)
)

// mask makes YAML of a template, every byte in its place: what stands between
// {{ if }}, {{ range }} or {{ with }} and {{ end }} is blank, since nobody knows
// whether and how often it counts, and a value that a template writes is unknown. The
// error names the first line that was left out; nil: none was.
func mask(data string) (string, error) {
	if !strings.Contains(data, "{{") {
		return data, nil
	}
	var out strings.Builder
	var first error
	depth, number := 0, 0
	for line := range strings.Lines(data) {
		number++
		m := control.FindStringSubmatch(line)
		if m != nil {
			switch m[1] {
			case "if", "range", "with", "define", "block":
				depth++
			case "end":
				depth = max(depth-1, 0)
			}
			// An action that opens and closes on one line leaves the depth as it was.
			if n := strings.Count(line, "{{ end") + strings.Count(line, "{{- end") + strings.Count(line, "{{end"); n > 0 && m[1] != "end" {
				depth = max(depth-n, 0)
			}
		}
		if m != nil || depth > 0 {
			if first == nil && !(m != nil && strings.HasPrefix(strings.TrimLeft(line[strings.Index(line, "{{"):], "{- "), "/*")) {
				first = &strict.Error{ID: strict.Template, Line: number, Col: 1, Msg: "a template that was never rendered: what depends on it is not read"}
			}
			out.WriteString(blank(line))
			continue
		}
		out.WriteString(action.ReplaceAllStringFunc(line, func(s string) string {
			return strings.Repeat(masked, len(s)/len(masked)) + "ZQZQ"[:len(s)%len(masked)]
		}))
	}
	return out.String(), first
}

// blank returns a line of blanks of the same length.
func blank(line string) string {
	body := strings.TrimRight(line, "\r\n")
	return strings.Repeat(" ", len(body)) + line[len(body):]
}
