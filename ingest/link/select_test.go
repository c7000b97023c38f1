package link_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

func TestASelectorSelectsDefinitions(t *testing.T) {
	labelled := func(s, input, app string) link.Definition {
		d := def(s, at(input, 1))
		d.Node.Labels = map[string]string{"app": app, "x": "y"}
		return d
	}
	all := []link.Definition{
		labelled("service:a", "deploy/prod/a.yaml", "a"), labelled("job:b", "deploy/prod/sub/b.yaml", "b"), labelled("service:c", "deploy/production/c.yaml", "a"),
		labelled("zone:z", "deploy/prod/a.yaml", "a"), labelled("external:e", "deploy/prod/a.yaml", "a"), labelled("tool:t", "ci.yaml", "t"),
	}
	all[1].Origin.Source = "kubernetes"
	mentioned := labelled("registry:r", "deploy/prod/sub/b.yaml", "r")
	mentioned.Weak = true
	all = append(all, mentioned)
	kinds := func(ks ...depgraph.Kind) []depgraph.Kind { return ks }
	for _, c := range []struct {
		name     string
		selector link.Selector
		want     string
	}{
		{"below a directory, not one that begins alike", link.Selector{PathPrefix: "deploy/prod"}, "job:b service:a"},
		{"a directory however it is written", link.Selector{PathPrefix: "./deploy//prod/"}, "job:b service:a"},
		{"directly in a directory", link.Selector{PathPrefix: "deploy/prod", Flat: true}, "service:a"},
		{"directly in what was scanned", link.Selector{Flat: true}, ""},
		{"one file, which is flat", link.Selector{PathPrefix: "deploy/prod/a.yaml", Flat: true}, "service:a"},
		{"one file", link.Selector{PathPrefix: "deploy/prod/sub/b.yaml"}, "job:b"},
		{"by kind", link.Selector{PathPrefix: "deploy", Kinds: kinds(depgraph.KindService)}, "service:a service:c"},
		{"what is only mentioned by its kind alone", link.Selector{PathPrefix: "deploy/prod/sub", Kinds: kinds(depgraph.KindRegistry)}, "registry:r"},
		{"a place only by its kind", link.Selector{PathPrefix: "deploy", Kinds: kinds(depgraph.KindZone)}, "zone:z"},
		{"by labels", link.Selector{Labels: map[string]string{"app": "a", "x": "y"}}, "service:a service:c"},
		{"all labels must match", link.Selector{Labels: map[string]string{"app": "a", "x": "z"}}, ""},
		{"everything but the owner's own tool", link.Selector{PathPrefix: "."}, "job:b service:a service:c"},
		{"what one source read", link.Selector{PathPrefix: "deploy", Source: "kubernetes"}, "job:b"},
		{"nothing there", link.Selector{PathPrefix: "charts"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := ref(link.Name{}, at("ci.yaml", 3), id("tool:t"))
			r.Owners = &c.selector
			g := mustLink(t, &link.Fragment{Definitions: all, References: []link.Reference{r}})
			var got []string
			for r := range g.AllRequirements() {
				got = append(got, r.Owner.String())
			}
			slices.Sort(got)
			if strings.Join(got, " ") != c.want {
				t.Errorf("selected %q, want %q", got, c.want)
			}
		})
	}
}
