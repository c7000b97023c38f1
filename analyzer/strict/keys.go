package strict

import (
	"regexp"
	"unicode/utf8"
)

// again finds k among the keys before it. Maps are small, so it looks through
// the list until a Go map pays; *many is that map, nil until then.
func again(before []key, many *map[string]key, k key) (first key, found bool) {
	const few = 16
	if len(before) < few {
		for _, f := range before {
			if f.text == k.text {
				return f, true
			}
		}
		return key{}, false
	}
	if *many == nil {
		*many = make(map[string]key, 4*few)
		for _, f := range before {
			(*many)[f.text] = f
		}
	}
	if first, found = (*many)[k.text]; !found {
		(*many)[k.text] = k
	}
	return first, found
}

// action matches what templates have: the likely reason why a text is no YAML, and
// of no text that is. Braces in strings are left alone: CI expressions, alert texts,
// generators of GitOps tools and values of charts are meant as they stand.
var action = regexp.MustCompile(`\{\{-|-\}\}|\{\{\s*(\$?\.|if\s|range\s|with\s|end\s*\}|else\s*\}|include\s|template\s|define\s)|\{%`)

const (
	neverRendered = "a template that was never rendered"
	renderFirst   = "render the template first and scan what comes out"
)

// clip shortens a text of the input for a message.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "..."
		}
	}
	if !utf8.ValidString(s) {
		return s[:most]
	}
	return s
}
