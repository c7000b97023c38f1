package ingest

import (
	"context"

	"github.com/fateline/fateline/ingest/link"
)

// Doc describes a source to people: `fateline formats`, the README and errors
// are made from it.
type Doc struct {
	Title  string   // what it reads, in a few words
	Text   string   // which dependencies it finds there
	Reads  []string // file names, kinds or fields, one a line
	Limits string   // what it does not read
	Since  string   // the version it came with
}

// Spec is what a source is called and what it is.
type Spec struct {
	Name string // kebab-case, for ever
	Doc  Doc
	// Fallback sources are asked only about files that no other source claims.
	Fallback bool
}

// Source reads one family of formats.
type Source struct {
	Spec
	claim Claim
	read  func(ctx context.Context, u *Unit) (*link.Fragment, error)
}

// Claim looks at a path and the first bytes of a file (at most 64 KiB,
// decompressed) and says whether the source reads it. Files of one unit are read
// together. It is pure and cheap, and never reads the file itself.
type Claim func(path string, head []byte) (unit string, ok bool)

// Define makes a source. defaults returns its parameters as they are when
// nobody sets any; read returns what it got, also with an error.
func Define[P any](spec Spec, defaults func() P, claim Claim, read func(ctx context.Context, u *Unit, p P) (*link.Fragment, error)) *Source {
	return &Source{
		Spec:  spec,
		claim: claim,
		read: func(ctx context.Context, u *Unit) (*link.Fragment, error) {
			return read(ctx, u, defaults())
		},
	}
}

// NoParams are the parameters of a source that has none.
func NoParams() struct{} { return struct{}{} }
