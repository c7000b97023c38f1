// Command library shows Fateline as a library: files to one linked graph, graph
// to findings, findings to a verdict, and all of it to one document.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/gate"
	"github.com/fateline/fateline/analyzer/rules"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/sources"
	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats/text"
)

func main() {
	status, err := check(context.Background(), os.Args[1:], os.Stdout)
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(status)
}

// check judges the paths as `fateline check` does and returns its exit status.
func check(ctx context.Context, paths []string, out io.Writer) (int, error) {
	g, err := ingest.Run(ctx, paths, sources.All(), ingest.Options{}) // files to one linked graph, with what could not be read
	if err != nil {
		return 2, err
	}
	results, err := analyzer.Run(ctx, g, rules.All(), analyzer.Options{}) // graph to findings, each with its proof
	if err != nil {
		return 2, err
	}
	verdict := gate.Judge(g, results, gate.Policy{}) // the zero policy fails at high and above
	doc := report.New(g, results, verdict)           // one serialisable document
	if err := text.Format.Write(ctx, out, doc, report.Options{}); err != nil {
		return 4, err
	}
	return verdict.Exit(), nil
}
