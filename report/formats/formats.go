// Package formats lists what a document can be written as.
package formats

import (
	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats/dot"
	"github.com/fateline/fateline/report/formats/graphml"
	"github.com/fateline/fateline/report/formats/htmlpage"
	"github.com/fateline/fateline/report/formats/markdown"
	"github.com/fateline/fateline/report/formats/mermaid"
	"github.com/fateline/fateline/report/formats/sarif"
	"github.com/fateline/fateline/report/formats/svg"
	"github.com/fateline/fateline/report/formats/text"
)

// All returns every format, by name.
func All() []report.Format {
	return []report.Format{
		dot.Format,
		graphml.Format,
		htmlpage.Format,
		report.JSON(),
		markdown.Format,
		mermaid.Format,
		sarif.Format,
		svg.Format,
		text.Format,
	}
}

// Find returns the format of a name.
func Find(name string) (report.Format, bool) {
	for _, f := range All() {
		if f.Name == name {
			return f, true
		}
	}
	return report.Format{}, false
}
