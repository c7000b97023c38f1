// Package hclfile parses files of HashiCorp's configuration language for the sources
// whose formats are written in it. The parser is github.com/hashicorp/hcl/v2
// (MPL-2.0), the language's own.
package hclfile

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
)

// MaxDepth bounds how deep brackets may nest: the parser recurses.
const MaxDepth = 200

// Parse reads a file and records in the ledger what is wrong with it. It returns
// what could be parsed; nil where nothing could.
func Parse(f *ingest.File) *hclsyntax.Body {
	text, err := f.Text()
	if err != nil {
		return nil // recorded by Text
	}
	return ParseText(f, text)
}

// ParseText is [Parse] for a file of which the text is at hand.
func ParseText(f *ingest.File, text string) *hclsyntax.Body {
	data := []byte(text)
	if at := tooDeep(data); at > 0 {
		f.Fail(&strict.Error{ID: strict.TooDeep, Line: at, Col: 1, Msg: fmt.Sprintf("nested deeper than %d", MaxDepth)})
		return nil
	}
	parsed, diags := hclsyntax.ParseConfig(data, f.Path(), hcl.InitialPos)
	for _, d := range diags {
		if d.Severity == hcl.DiagError && d.Subject != nil {
			f.Fail(&strict.Error{ID: "hcl-syntax", Line: d.Subject.Start.Line, Col: d.Subject.Start.Column, Msg: strings.ToLower(d.Summary)})
		}
	}
	if parsed == nil {
		return nil
	}
	f.Counted(1)
	body, _ := parsed.Body.(*hclsyntax.Body)
	return body
}

// tooDeep returns the line at which brackets nest deeper than MaxDepth, 0 where none do.
func tooDeep(data []byte) int {
	depth, line := 0, 1
	for _, c := range data {
		switch c {
		case '\n':
			line++
		case '{', '[', '(':
			if depth++; depth > MaxDepth {
				return line
			}
		case '}', ']', ')':
			depth = max(0, depth-1)
		}
	}
	return 0
}
