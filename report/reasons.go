package report

import (
	"fmt"
	"path"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// shownReasons is how many of them an answer lists that is not asked for all details.
const shownReasons = 10

// alikeReasons is how many inputs of a directory must have one reason for a line to
// speak of them together.
const alikeReasons = 3

// Reasons returns sentences on why a verdict is incomplete for people to read: where
// three or more inputs of one directory have the same reason, such as the templates of
// a chart, one sentence says it of all and names the first two. The order is that of
// the first of each. Whoever needs every input reads the document's own list.
func Reasons(all []string) []string {
	groups := map[string][]reason{}
	for _, s := range all {
		if r, ok := readReason(s); ok {
			groups[r.key()] = append(groups[r.key()], r)
		}
	}
	said := map[string]bool{}
	var out []string
	for _, s := range all {
		r, ok := readReason(s)
		group := groups[r.key()]
		switch {
		case !ok || len(group) < alikeReasons:
			out = append(out, s)
		case group[0] == r && !said[r.key()]:
			said[r.key()] = true
			out = append(out, together(group))
		}
	}
	return out
}

// reason is a sentence of the form "INPUT: STATUS: [LINE:COL: ]TEXT".
type reason struct {
	dir, file, status, at, text string
}

func (r reason) key() string { return r.dir + "\x00" + r.status + "\x00" + r.text }

func (r reason) place() string {
	if r.at == "" {
		return r.file
	}
	return r.file + ":" + r.at
}

func readReason(s string) (reason, bool) {
	for _, status := range []depgraph.Status{depgraph.Partial, depgraph.Unreadable} {
		input, text, found := strings.Cut(s, ": "+status.String()+": ")
		if !found {
			continue
		}
		r := reason{status: status.String(), text: text}
		r.dir, r.file = path.Split(input)
		if at, rest, found := strings.Cut(text, ": "); found && isPosition(at) {
			r.at, r.text = at, rest
		}
		return r, true
	}
	return reason{}, false
}

// isPosition reports whether a text is LINE or LINE:COL.
func isPosition(s string) bool {
	return s != "" && s[0] != ':' && strings.Count(s, ":") < 2 && strings.Trim(s, "0123456789:") == ""
}

func together(rs []reason) string {
	dir := rs[0].dir
	if dir == "" {
		dir = "./"
	}
	return fmt.Sprintf("%s: %d inputs %s: %s (%s, %s and %d more)", dir, len(rs), rs[0].status, rs[0].text, rs[0].place(), rs[1].place(), len(rs)-2)
}
