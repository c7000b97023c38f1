package rules

import (
	"fmt"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// count says how many there are: "1 node", "2 nodes".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// shown is how many names a title holds.
const shown = 3

// names lists ids for a sentence: "a, b and c", "a, b, c and 4 more".
func names(ids []depgraph.ID) string {
	texts := make([]string, 0, shown+1)
	for i, id := range ids {
		if i == shown && len(ids) > shown+1 {
			texts = append(texts, fmt.Sprintf("%d more", len(ids)-shown))
			break
		}
		texts = append(texts, id.String())
	}
	return enumerate(texts)
}

// enumerate joins texts as a sentence does: "a", "a and b", "a, b and c".
func enumerate(texts []string) string {
	if len(texts) < 2 {
		return strings.Join(texts, "")
	}
	last := len(texts) - 1
	return strings.Join(texts[:last], ", ") + " and " + texts[last]
}

// verb picks the form that goes with n subjects.
func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// to says what a requirement is for, where it is not to run.
func to(phases depgraph.Phases) string {
	if phases.Has(depgraph.Run) {
		return ""
	}
	return " to " + enumerate(phaseNames(phases))
}

func phaseNames(phases depgraph.Phases) []string {
	var out []string
	for _, p := range phases.List() {
		out = append(out, p.String())
	}
	return out
}

// oneOf asks for one of several, or for the only one.
func oneOf(ids []depgraph.ID) string {
	if len(ids) == 1 {
		return ids[0].String()
	}
	return "one of " + names(ids)
}
