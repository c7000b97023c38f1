package link_test

import (
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// A client of a registry writes the name of a service where a host stands: the service
// that calls itself so is meant, but only next to its user, and only where no host is.
func TestANameOfARegistryIsAHostNextToItsUser(t *testing.T) {
	var frag link.Fragment
	for _, x := range []struct{ project, name, calls string }{
		{"shop", "desk", "desk"}, {"shop", "prices", "price-service"}, {"shop", "stock", "stock-service"}, {"shop", "stock-service", "other"}, {"lab", "trials", "trial-service"},
	} {
		scope := "compose/" + x.project
		d := def("service:"+x.project+"/"+x.name, at(x.project+"/compose.yaml", 1), link.Host(scope, x.name), link.Name{Space: link.SpaceService, Text: x.calls})
		d.Scope = scope
		frag.Definitions = append(frag.Definitions, d)
	}
	for i, host := range []string{"price-service", "stock-service", "trial-service", "nobody"} {
		frag.References = append(frag.References, link.Reference{
			Owner: link.ID(depgraph.ID{Kind: depgraph.KindService, Name: "shop/desk"}), Form: link.Text,
			Members: []link.Target{{Name: link.Host(link.OwnerScope, host)}}, Origin: at("shop/app.yaml", i+1),
		})
	}
	g, err := link.Link([]*link.Fragment{&frag}, nil, link.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for q := range g.AllRequirements() {
		got[q.Members[0].String()] = true
	}
	for _, want := range []string{"service:shop/prices", "service:shop/stock-service", "external:trial-service", "external:nobody"} {
		if !got[want] {
			t.Errorf("no need of %s in %v", want, got)
		}
	}
	if len(got) != 4 {
		t.Errorf("%d needs, want 4: %v", len(got), got)
	}
}
