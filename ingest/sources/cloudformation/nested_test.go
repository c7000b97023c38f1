package cloudformation

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
)

func TestTemplatesThatNestEachOtherMakeNoMoreStacksThanMost(t *testing.T) {
	dir := t.TempDir()
	for i := range 6 {
		var b strings.Builder
		b.WriteString("AWSTemplateFormatVersion: \"2010-09-09\"\nResources:\n  Q: {Type: AWS::SQS::Queue}\n")
		for k := range 8 {
			fmt.Fprintf(&b, "  N%d: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./t%d.yaml}}\n", k, i+1)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("t%d.yaml", i)), []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	g, err := ingest.Run(t.Context(), []string{dir}, []*ingest.Source{Source}, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	queues := 0
	for n := range g.Nodes() {
		if n.ID.Kind == depgraph.KindQueue {
			queues++
		}
	}
	if queues < maxStacks/2 || queues > maxStacks {
		t.Errorf("%d queues, want up to one for each of %d stacks", queues, maxStacks)
	}
	if !slices.ContainsFunc(g.Inputs(), func(i depgraph.Input) bool { return i.Status == depgraph.Partial }) {
		t.Error("no input is partial, though stacks are missing")
	}
}
