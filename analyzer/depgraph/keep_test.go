package depgraph_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer/depgraph"
)

func TestKeepingABasisTakesTheNamesOfTheOthersAlong(t *testing.T) {
	g, err := depgraph.ParseText(`service:a  a.yaml:1
service:implied  -
service:stated  tier=1  -
service:twice  a.yaml:2 a.yaml:3,basis=implied
service:seen  t.json:1,basis=observed
service:a -> service:b  a.yaml:4
service:a -> service:seen  t.json:2,basis=observed
service:a -> service:implied  a.yaml:1,basis=implied
service:a -> service:b | service:c  a.yaml:5 t.json:3,member=service:b,basis=observed
`)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := g.Keep(func(b depgraph.Basis) bool { return b == depgraph.Declared })
	if err != nil {
		t.Fatal(err)
	}
	const want = `service:a  a.yaml:1
service:b  -
service:c  -
service:stated  tier=1  -
service:twice  a.yaml:2
service:a -> service:b  a.yaml:4
service:a -> service:b | service:c  a.yaml:5
`
	whole, err := depgraph.ParseText(want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(whole.Text(), kept.Text()); diff != "" {
		t.Error(diff)
	}
	all, err := g.Builder().Build()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(g.Text(), all.Text()); diff != "" {
		t.Error("a builder of the graph lost something:", diff)
	}
}
