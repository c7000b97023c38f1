package config

import (
	"path"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
)

// property is one setting of an application's framework, under its whole name.
type property struct {
	path      string // as written, its steps joined by '.'
	value     string
	line, col int
	profile   bool // it counts in some profile only
}

// name returns the name of a property as Spring compares names ("relaxed binding"): in
// lower case, without what parts the words of a step.
func (p property) name() string { return relaxed.Replace(strings.ToLower(p.path)) }

var relaxed = strings.NewReplacer("-", "", "_", "")

// frameworks are those that name the application in its settings.
var frameworks = regexp.MustCompile(`(?i)\b(spring|micronaut|quarkus|zuul)\b`)

// onlyIn are the properties that say in which profile a document counts.
var onlyIn = []string{"spring.profiles", "spring.config.activate.onprofile"}

// properties returns the settings of a file, those of lists left out. What is broken has none.
func properties(name, text string) []property {
	var all []property
	if path.Ext(name) == ".properties" {
		for number, part := 1, text; part != ""; {
			doc, rest, _ := strings.Cut(part, "\n#---")
			all = append(all, marked(lines(doc, number))...)
			number += strings.Count(doc, "\n") + 1
			part = rest
		}
		return all
	}
	docs, err := strict.Parse([]byte(text), strict.Limits{})
	if err != nil {
		return nil
	}
	for _, d := range docs {
		all = append(all, marked(flat(nil, "", d.Root))...)
	}
	return all
}

// marked marks the properties of a document that counts in some profile only.
func marked(doc []property) []property {
	only := false
	for _, p := range doc {
		name := p.name()
		only = only || name == onlyIn[0] || name == onlyIn[1]
	}
	for i := range doc {
		doc[i].profile = only
	}
	return doc
}

var assignment = regexp.MustCompile(`^\s*([A-Za-z][\w.\-\[\]]*)\s*[=:]\s*(.*?)\s*$`)

// lines reads a document of properties, the first line of which has a number.
func lines(text string, number int) []property {
	var out []property
	for line := range strings.Lines(text) {
		if m := assignment.FindStringSubmatchIndex(line); m != nil {
			out = append(out, property{path: line[m[2]:m[3]], value: line[m[4]:m[5]], line: number, col: m[4] + 1})
		}
		number++
	}
	return out
}

// flat appends what stands below a value, whose path is at.
func flat(out []property, at string, v strict.Value) []property {
	if v.Type() == strict.Map {
		for key, kid := range v.Fields() {
			step := key.Text
			if at != "" {
				step = at + "." + step
			}
			out = flat(out, step, kid)
		}
		return out
	}
	if text := v.Text(); text != "" {
		out = append(out, property{path: at, value: text, line: v.Line(), col: v.Col()})
	}
	return out
}
