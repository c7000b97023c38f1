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

// helm matches what only an unrendered chart has. Other braces are left alone:
// CI expressions, alert texts and generators of GitOps tools are meant as they stand.
var helm = regexp.MustCompile(`\{\{-?\s*(\.Values|\.Release|\.Chart|\.Capabilities|\$\.Values|include\s+"|template\s+"|tpl\s|toYaml\s|if\s|range\s|end\s*-?\}\}|else\s*-?\}\}|with\s+\.|define\s+")`)

const renderFirst = "render the template first and scan what comes out"

func isTemplate(s string) bool {
	for i := 0; i+1 < len(s); i++ {
		if s[i] == '{' && s[i+1] == '{' {
			return helm.MatchString(s[i:])
		}
	}
	return false
}

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
