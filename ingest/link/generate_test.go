package link_test

import (
	"strconv"

	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// The generators draw inputs out of very few names, so that definitions,
// bindings and references meet in every way there is.

var (
	genIDs    = []string{"service:a", "service:b", "service:s/a", "datastore:c", "zone:1", "zone:2", "group:x", "tool:t"}
	genTexts  = []string{"a", "b", "s/a", "A", "c.s.svc", "x.example.com", "y.example.com", "api.stripe.com", "localhost", "10.0.0.1", "a.s", "db.eu-west-1.rds.amazonaws.com", "", "a\nb", "\xff", "a:1", "k8s/"}
	genScopes = []string{"", link.OwnerScope, "k8s/m/s", "k8s/m", "k8s/n/s", "k8s/s", "k8s//s", "k8s", "compose/p"}
	genSpaces = []link.Space{link.SpaceHost, link.SpaceService, link.SpaceObject, link.SpaceID}
)

func drawName(t *rapid.T) link.Name {
	space := rapid.SampledFrom(genSpaces).Draw(t, "space")
	if space == link.SpaceID {
		return link.Name{Space: space, Text: rapid.SampledFrom(genIDs).Draw(t, "id")}
	}
	return link.Name{Space: space, Scope: rapid.SampledFrom(genScopes).Draw(t, "scope"), Text: rapid.SampledFrom(genTexts).Draw(t, "text")}
}

func drawNames(t *rapid.T, least, most int) []link.Name {
	return rapid.SliceOfN(rapid.Custom(drawName), least, most).Draw(t, "names")
}

func drawID(t *rapid.T) depgraph.ID { return depgraph.MustID(rapid.SampledFrom(genIDs).Draw(t, "id")) }

func drawForm(t *rapid.T) link.Form {
	return rapid.SampledFrom([]link.Form{0, link.Native, link.Structured, link.Text}).Draw(t, "form")
}

func drawOrigin(t *rapid.T) depgraph.Origin {
	return depgraph.Origin{
		Input: rapid.SampledFrom([]string{"d/a.yaml", "d/b.yaml", "t.json"}).Draw(t, "input"), Line: rapid.IntRange(0, 4).Draw(t, "line"),
		Source:     rapid.SampledFrom([]string{"", "native"}).Draw(t, "source"),
		Basis:      rapid.SampledFrom([]depgraph.Basis{0, depgraph.Observed, depgraph.Implied}).Draw(t, "basis"),
		Confidence: rapid.SampledFrom([]float64{0, 0.5, 0.9}).Draw(t, "confidence"),
	}
}

func drawDefinition(t *rapid.T) link.Definition {
	d := link.Definition{
		Node: depgraph.Node{ID: drawID(t)}, Names: drawNames(t, 0, 3), Weak: rapid.Bool().Draw(t, "weak"), Form: drawForm(t), Origin: drawOrigin(t),
	}
	switch rapid.IntRange(0, 3).Draw(t, "file") {
	case 0:
		d.In = rapid.SampledFrom([]string{"d/x/application.yml", "d/y/application.yml"}).Draw(t, "in")
	case 1:
		d.Names = append(d.Names, link.Name{Space: link.SpacePath, Text: rapid.SampledFrom([]string{"d/x/Dockerfile", "d/y", "d"}).Draw(t, "uses")})
	}
	d.Node.Aliases = rapid.SliceOfN(rapid.SampledFrom(append([]string{"a", "x.example.com"}, genIDs...)), 0, 2).Draw(t, "aliases")
	if rapid.Bool().Draw(t, "labelled") {
		tier := rapid.IntRange(0, 2).Draw(t, "tier")
		d.Node.Tier, d.Node.Labels = &tier, map[string]string{"app": rapid.SampledFrom([]string{"a", "b"}).Draw(t, "app")}
		d.Node.Survives = []string{rapid.SampledFrom([]string{"zone", "service:s/a", "service:nobody"}).Draw(t, "survives")}
	}
	return d
}

func drawTerms(t *rapid.T) depgraph.Terms {
	return depgraph.Terms{
		Need:   rapid.SampledFrom([]depgraph.Need{0, 1, 2, depgraph.All, depgraph.Quorum}).Draw(t, "need"),
		Phases: rapid.SampledFrom([]depgraph.Phases{0, depgraph.PhasesOf(depgraph.Run, depgraph.Start), depgraph.PhasesOf(depgraph.Start)}).Draw(t, "phases"),
		IfLost: rapid.SampledFrom([]depgraph.IfLost{0, depgraph.Degraded, depgraph.Unaffected}).Draw(t, "ifLost"),
		Via:    rapid.SampledFrom([]depgraph.Via{"", depgraph.Calls, depgraph.PlacedIn}).Draw(t, "via"),
	}
}

func drawReference(t *rapid.T) link.Reference {
	r := link.Reference{Owner: drawName(t), Terms: drawTerms(t), Form: drawForm(t), Origin: drawOrigin(t)}
	if rapid.IntRange(0, 4).Draw(t, "selects") == 0 {
		r.Owners = &link.Selector{
			PathPrefix: rapid.SampledFrom([]string{"", "d", "d/a.yaml"}).Draw(t, "prefix"),
			Kinds:      rapid.SampledFrom([][]depgraph.Kind{nil, {depgraph.KindService}}).Draw(t, "kinds"),
			Labels:     rapid.SampledFrom([]map[string]string{nil, {"app": "a"}}).Draw(t, "labels"),
		}
	}
	for range rapid.IntRange(1, 3).Draw(t, "members") {
		target := link.Target{Name: drawName(t), Quiet: rapid.Bool().Draw(t, "quiet")}
		if rapid.Bool().Draw(t, "else") {
			target.Else = drawID(t)
		}
		r.Members = append(r.Members, target)
	}
	for range rapid.IntRange(0, 2).Draw(t, "also") {
		o := drawOrigin(t)
		o.Basis = r.Origin.Basis
		r.Also = append(r.Also, o)
	}
	return r
}

// input is what a link starts from.
type input struct {
	frags []*link.Fragment
	rows  []depgraph.Input
}

func drawInput(t *rapid.T) input {
	in := input{rows: []depgraph.Input{
		{Path: "d/a.yaml", Format: "native", Status: depgraph.Complete}, {Path: "d/b.yaml", Status: depgraph.Complete}, {Path: "t.json", Status: depgraph.Complete},
	}}
	for range rapid.IntRange(1, 3).Draw(t, "fragments") {
		f := &link.Fragment{}
		for range rapid.IntRange(0, 4).Draw(t, "definitions") {
			f.Definitions = append(f.Definitions, drawDefinition(t))
		}
		for range rapid.IntRange(0, 3).Draw(t, "bindings") {
			f.Bindings = append(f.Bindings, link.Binding{
				Names: drawNames(t, 1, 2), To: drawNames(t, 0, 3), Alternatives: rapid.Bool().Draw(t, "alternatives"), Origin: drawOrigin(t),
			})
		}
		for range rapid.IntRange(0, 5).Draw(t, "references") {
			f.References = append(f.References, drawReference(t))
		}
		in.frags = append(in.frags, f)
	}
	return in
}

// shuffled returns the same facts in another order, in other fragments.
func (in input) shuffled(t *rapid.T) input {
	out := input{rows: rapid.Permutation(in.rows).Draw(t, "rows")}
	var defs []link.Definition
	var bindings []link.Binding
	var refs []link.Reference
	for _, f := range in.frags {
		defs, bindings, refs = append(defs, f.Definitions...), append(bindings, f.Bindings...), append(refs, f.References...)
	}
	defs, bindings = rapid.Permutation(defs).Draw(t, "definitions"), rapid.Permutation(bindings).Draw(t, "bindings")
	refs = rapid.Permutation(refs).Draw(t, "references")
	n := rapid.IntRange(1, 3).Draw(t, "fragments")
	for range n {
		out.frags = append(out.frags, &link.Fragment{})
	}
	for i, d := range defs {
		out.frags[i%n].Definitions = append(out.frags[i%n].Definitions, d)
	}
	for i, b := range bindings {
		b.Names = rapid.Permutation(b.Names).Draw(t, "names")
		b.To = rapid.Permutation(b.To).Draw(t, "to "+strconv.Itoa(i))
		out.frags[i%n].Bindings = append(out.frags[i%n].Bindings, b)
	}
	for i, r := range refs {
		r.Members = rapid.Permutation(r.Members).Draw(t, "members "+strconv.Itoa(i))
		out.frags[i%n].References = append(out.frags[i%n].References, r)
	}
	return out
}
