package link_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// What is taken from several fragments is all that they hold, packed or not.
func TestAFragmentTakesAllThatOthersHold(t *testing.T) {
	part := func(i int, packed bool) *link.Fragment {
		f := &link.Fragment{}
		if packed {
			f.Packed = &link.Packed{}
			f.Packed.Bind(link.Binding{Names: []link.Name{link.Host("", fmt.Sprint("packed", i))}})
		}
		id := depgraph.MustID(fmt.Sprint("service:", i))
		f.Define(link.Definition{Node: depgraph.Node{ID: id}})
		f.Refer(link.Reference{Owner: link.ID(id), Members: []link.Target{{Name: link.ID(depgraph.MustID("service:x"))}}})
		f.Bindings = append(f.Bindings, link.Binding{Names: []link.Name{link.Host("", fmt.Sprint("plain", i))}})
		f.Linked = append(f.Linked, depgraph.Requirement{Owner: id})
		f.Drills = append(f.Drills, depgraph.Drill{Fails: []depgraph.ID{id}})
		f.Unresolved = append(f.Unresolved, depgraph.Unresolved{Owner: id})
		return f
	}
	for _, packed := range [][]bool{{false, false}, {false, true}, {true, false}, {true, true}, {true, false, true, true}} {
		whole := &link.Fragment{}
		var want, bound []string
		for i, p := range packed {
			want = append(want, fmt.Sprint("service:", i))
			bound = append(bound, fmt.Sprint("plain", i))
			if p {
				bound = append(bound, fmt.Sprint("packed", i))
			}
			whole.Take(part(i, p))
		}
		lists := map[string][]string{}
		for d := range whole.AllDefinitions() {
			lists["definitions"] = append(lists["definitions"], d.Node.ID.String())
		}
		for r := range whole.AllReferences() {
			lists["references"] = append(lists["references"], r.Owner.Text)
		}
		for _, r := range whole.Linked {
			lists["linked"] = append(lists["linked"], r.Owner.String())
		}
		for _, d := range whole.Drills {
			lists["drills"] = append(lists["drills"], d.Fails[0].String())
		}
		for _, u := range whole.Unresolved {
			lists["unresolved"] = append(lists["unresolved"], u.Owner.String())
		}
		for name, got := range lists {
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("%v: %s of %v, want %v", packed, name, got, want)
			}
		}
		var names []string
		for b := range whole.AllBindings() {
			names = append(names, b.Names[0].Text)
		}
		slices.Sort(names)
		if slices.Sort(bound); len(lists) != 5 || !slices.Equal(names, bound) {
			t.Errorf("%v: bindings of %v, want %v; lists %v", packed, names, bound, lists)
		}
	}
}
