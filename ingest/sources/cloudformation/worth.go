package cloudformation

import (
	"slices"
	"strconv"
	"strings"

	"github.com/fateline/fateline/ingest/cloud"
)

// piece is one text of a value: what it is, if that is known, and the resources
// that it is made from.
type piece struct {
	text  string
	known bool
	from  []*cloud.Resource
}

// worth is what an expression is worth: one piece, or the items of a list.
type worth []piece

func (w worth) resources() []*cloud.Resource {
	var out []*cloud.Resource
	for _, p := range w {
		for _, r := range p.from {
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}

// text returns the text of a single known piece.
func (w worth) text() (string, bool) {
	if len(w) != 1 {
		return "", false
	}
	return w[0].text, w[0].known
}

var unknown = worth{{}}

func literal(text string) worth { return worth{{text: text, known: true}} }

func join(separator, items worth) worth {
	sep, known := separator.text()
	out := piece{known: known, from: items.resources()}
	texts := make([]string, 0, len(items))
	for _, p := range items {
		out.known = out.known && p.known
		texts = append(texts, p.text)
	}
	out.text = strings.Join(texts, sep)
	return worth{out}
}

func selected(index, items worth) worth {
	text, _ := index.text()
	i, err := strconv.Atoi(text)
	if err != nil || i < 0 || i >= len(items) {
		return worth{{from: items.resources()}}
	}
	return worth{items[i]}
}

func split(separator, whole worth) worth {
	sep, ok := separator.text()
	text, known := whole.text()
	if !ok || !known || sep == "" {
		return worth{{from: whole.resources()}}
	}
	var out worth
	for _, part := range strings.Split(text, sep) {
		out = append(out, piece{text: part, known: true, from: whole.resources()})
	}
	return out
}
