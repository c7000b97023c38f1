package native

import (
	"context"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// APIVersion is the version of the format that this package reads.
const APIVersion = "fateline.dev/v1"

// Source reads native files.
var Source = ingest.Define(ingest.Spec{
	Name: "native",
	Doc: ingest.Doc{
		Title: "Fateline's own format",
		Text: "What no other file says: places and power, claims (tier, ga, survives), what a loss really does (ifLost, lasts), " +
			"who deploys, repairs and watches what, standbys, drills.",
		Reads:  []string{"YAML or JSON with apiVersion: " + APIVersion + ", several documents a file"},
		Limits: "None known: unknown fields are errors.",
		Since:  "0.1",
	},
}, ingest.NoParams, claim, read)

// version finds a document of the format, in YAML or JSON, wherever it stands in
// what is shown of the file: any version, so that a wrong one is an error and not
// a file that nobody reads.
var version = ingest.MustSignature(`(?m)(^|[{,])\s*"?apiVersion"?\s*:\s*["']?fateline\.dev/`)

func claim(path string, head []byte) (string, bool) {
	return path, version.Match(head)
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	parts, err := ingest.Each(ctx, u, func(f *ingest.File, doc strict.Document) *link.Fragment {
		r := reader{file: f, fragment: &link.Fragment{}}
		r.document(doc.Root)
		return r.fragment
	})
	whole := &link.Fragment{}
	for _, p := range parts {
		whole.Take(p)
	}
	return whole, err
}
