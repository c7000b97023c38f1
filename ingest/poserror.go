package ingest

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/safeio"
)

// Problem is one thing that went wrong with an input: what, where, what it
// costs and what to do. The command line prints it; the ledger keeps its text.
type Problem struct {
	Level     Level
	ID        string // kebab-case and stable, such as "duplicate-key"
	Path      string // the input, as the ledger names it; "" where it is not about one
	Line, Col int    // 1-based; 0 means unknown
	Byte      int64  // bytes of the stored file that were read before; -1 unknown
	Msg       string // one sentence without the place
	Effect    string // what it costs; "" adds nothing
	Fix       string // what the user can do; "" adds nothing
}

// Level says what a problem costs.
type Level uint8

// The levels; the zero value reads as an error.
const (
	LevelError   Level = iota + 1 // the verdict is incomplete
	LevelWarning                  // nothing is missing, but somebody meant something else
)

// String returns "error" or "warning".
func (l Level) String() string {
	if l == LevelWarning {
		return "warning"
	}
	return "error"
}

// Ids of problems that the core finds itself; those of bytes and of documents
// are in safeio and strict.
const (
	NotUnderstood = "not-understood"    // a source's own error without an id
	NeverRead     = "never-read"        // a source claimed a file and left it
	Interrupted   = "interrupted"       // reading was interrupted
	TimedOut      = "timed-out"         // reading took too long
	SourcePanic   = "source-panicked"   // a bug of a source
	UnusedExclude = "unused-exclude"    // an exclusion that excludes nothing
	UndefinedNode = "undefined-node"    // a native file names what no input defines
	CarriedGap    = "incomplete-before" // an input that was incomplete when a graph was made of it
	Sealed        = "sealed"            // a file that is encrypted, and that a source would read
	NothingNamed  = "nothing-named"     // a path without a single input
	NotRendered   = "not-rendered"      // a chart or an overlay that no program could render
)

// Place returns "path:line:col" or "path@byte", without what is unknown.
func (p Problem) Place() string {
	switch {
	case p.Line > 0 && p.Col > 0:
		return p.Path + ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Col)
	case p.Line > 0:
		return p.Path + ":" + strconv.Itoa(p.Line)
	case p.Byte > 0:
		return p.Path + "@" + strconv.FormatInt(p.Byte, 10)
	}
	return p.Path
}

// short returns the problem as the ledger keeps it: the place within the input, and what is wrong.
func (p Problem) short() string {
	place := p.Place()[len(p.Path):]
	switch {
	case place == "":
		return p.Msg
	case place[0] == '@':
		return "byte " + place[1:] + ": " + p.Msg
	}
	return place[1:] + ": " + p.Msg
}

// problemOf gives an error of an input the form of a problem.
func problemOf(path string, err error) Problem {
	p := Problem{Level: LevelError, ID: NotUnderstood, Path: path, Byte: -1, Msg: err.Error()}
	var (
		text  *strict.Error
		bytes *safeio.Error
		own   *Error
	)
	switch {
	case errors.As(err, &text):
		p.ID, p.Line, p.Col, p.Msg, p.Fix = text.ID, text.Line, text.Col, text.Text(), text.Fix
	case errors.As(err, &bytes):
		p.ID, p.Byte, p.Msg, p.Fix = bytes.ID, bytes.At, bytes.Msg, bytes.Fix
	case errors.As(err, &own):
		p.ID, p.Line, p.Col, p.Msg, p.Fix = own.ID, own.Line, own.Col, own.Msg, own.Fix
	case errors.Is(err, context.DeadlineExceeded):
		p.ID, p.Msg = TimedOut, "reading took too long and was stopped"
	case errors.Is(err, context.Canceled):
		p.ID, p.Msg = Interrupted, "reading was interrupted"
	}
	return p
}

// Error is an error that a source finds in what it understands, such as a graph
// that contradicts itself: with an id of its own and a place.
type Error struct {
	ID        string // kebab-case and stable
	Line, Col int    // 1-based; 0 means unknown
	Msg       string // one sentence without the place
	Fix       string // what the user can do; "" adds nothing
}

// Error returns "line:col: message".
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Msg
	}
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Col, e.Msg)
}
