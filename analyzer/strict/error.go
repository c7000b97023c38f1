package strict

import "fmt"

// Error is a problem at a place of an input. The input's name is added by
// whoever opened it.
type Error struct {
	ID        string // kebab-case and stable, such as "duplicate-key"
	Line, Col int    // 1-based, in characters; 0 means unknown
	Doc       int    // 1-based number of the document in its stream; 0 means unknown or the only one
	DocName   string // what the document calls itself, such as "Deployment/api"; "" is unknown
	Msg       string // one sentence without the place
	Fix       string // what the user can do; "" adds nothing
}

// The ids of the problems that this package finds.
const (
	BadEncoding   = "bad-encoding"        // broken UTF-8 or UTF-16, or a control character such as NUL
	EarlyEnd      = "early-end"           // the input ends inside a value
	TrailingData  = "trailing-data"       // text after the end of a document
	YAMLSyntax    = "yaml-syntax"         // no YAML
	JSONSyntax    = "json-syntax"         // no JSON
	TOMLSyntax    = "toml-syntax"         // no TOML
	Template      = "unrendered-template" // a template that was never rendered
	DuplicateKey  = "duplicate-key"       // one key twice in a map
	ComplexKey    = "complex-key"         // a key that is a list or a map
	CyclicAlias   = "cyclic-alias"        // an alias inside what it names
	BadMerge      = "bad-merge"           // "<<" with something that is no map
	TooDeep       = "too-deep"            // over Limits.Depth
	TooManyValues = "too-many-values"     // over Limits.Nodes
	TooLong       = "too-long"            // a record over Limits.Record
	UnknownField  = "unknown-field"       // a field that our own format does not have
	WrongType     = "wrong-type"          // a value of another type than the field has
	BadValue      = "bad-value"           // a value of the right type that the field refuses
)

// Error returns "line:col: message".
func (e *Error) Error() string {
	msg := e.Text()
	switch {
	case e.Line == 0:
		return msg
	case e.Col == 0:
		return fmt.Sprintf("%d: %s", e.Line, msg)
	}
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Col, msg)
}

// Text returns the message without the place.
func (e *Error) Text() string {
	switch {
	case e.Doc == 0:
		return e.Msg
	case e.DocName == "":
		return fmt.Sprintf("%s; document %d", e.Msg, e.Doc)
	}
	return fmt.Sprintf("%s; document %d (%s)", e.Msg, e.Doc, e.DocName)
}

// errorAt makes an error at the place of n.
func errorAt(id string, line, col int32, format string, args ...any) *Error {
	return &Error{ID: id, Line: int(line), Col: int(col), Msg: fmt.Sprintf(format, args...)}
}

// Errors returns the single errors of one that was joined, in their order; none for nil.
func Errors(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, Errors(e)...)
		}
		return all
	}
	if err == nil {
		return nil
	}
	return []error{err}
}
