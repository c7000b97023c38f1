package report

import (
	"context"
	"io"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Format writes a document as bytes of one kind. It decides nothing: the verdict
// is the same in every format.
type Format struct {
	Name string // kebab-case, for ever: what stands behind -f
	Ext  string // of files, without the dot
	Doc  FormatDoc
	// Write writes the whole document. It returns the first error of w, and the
	// context's error where that ended first.
	Write func(ctx context.Context, w io.Writer, d *Document, o Options) error
	// Picture says that it draws a part of the graph, and so also the answer of
	// commands such as graph and blast.
	Picture bool
}

// FormatDoc describes a format to people.
type FormatDoc struct {
	Title  string // what it is, in a few words
	Text   string // what it is for
	Limits string // what it leaves out, and says so
	Since  string // the version that brought it
}

// Options set how a document is rendered. The zero value works: no colour, 80
// columns, a picture of the findings.
type Options struct {
	Color   bool          // colour for terminals
	Width   int           // columns of the terminal; 0 reads as 80
	Details Details       // how much text says; zero reads as Normal
	Nodes   int           // the most nodes of a picture; 0 reads as 60; at most 300
	Focus   []depgraph.ID // draw these and what is near; empty: what the findings are about
	Hops    int           // how near; 0 reads as 2
	GroupBy Grouping      // boxes of a picture; zero reads as ByPlace
	Loss    *Loss         // mark what a loss does; nil marks nothing
}

// Details says how much a text says. The zero value reads as Normal.
type Details uint8

// The levels.
const (
	Brief  Details = iota + 1 // findings only
	Normal                    // findings with their proofs, and what was read
	Full                      // every finding, every input, what was not resolved
)

// Grouping says what the boxes of a picture stand for. The zero value reads as ByPlace.
type Grouping uint8

// The groupings.
const (
	ByPlace Grouping = iota + 1 // the narrowest place
	ByScope                     // the scope of the name: namespace, project
	ByOwner                     // the team
)

// UseColor decides about colour as terminals' manners have it: flag is "always",
// "never" or "auto"; auto wants a terminal that is not dumb, and honours NO_COLOR
// and CLICOLOR_FORCE. getenv reads the environment.
func UseColor(flag string, getenv func(string) string, terminal bool) bool {
	switch flag {
	case "always":
		return true
	case "never":
		return false
	}
	switch {
	case getenv("NO_COLOR") != "":
		return false
	case getenv("CLICOLOR_FORCE") != "" && getenv("CLICOLOR_FORCE") != "0":
		return true
	}
	return terminal && getenv("TERM") != "dumb"
}

// JSON is the format of the Document itself.
func JSON() Format {
	return Format{
		Name: "json", Ext: "json",
		Doc: FormatDoc{
			Title:  "The whole report as JSON",
			Text:   "Everything the run has to say, in the form " + Schema + ": for scripts, as a baseline, and to make any other format of it later.",
			Limits: "Leaves nothing out.",
			Since:  "0.1.0",
		},
		Write: func(ctx context.Context, w io.Writer, d *Document, _ Options) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return d.Encode(w)
		},
	}
}
