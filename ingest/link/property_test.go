package link_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/tiertest"
	"github.com/fateline/fateline/ingest/link"
)

func linked(t *rapid.T, in input) *depgraph.Graph {
	g, err := link.Link(in.frags, in.rows, link.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// text prints everything a graph holds.
func text(g *depgraph.Graph) string { return g.Text() + fmt.Sprintf("%+v\n", g.Inputs()) }

func TestTheOrderOfInputsNeverShows(t *testing.T) { tiertest.Check(t, orderNeverShows) }

// FuzzLink looks for inputs that the linker breaks on, or whose order shows.
func FuzzLink(f *testing.F) { f.Fuzz(rapid.MakeFuzz(orderNeverShows)) }

func orderNeverShows(t *rapid.T) {
	in := drawInput(t)
	want := text(linked(t, in))
	if diff := cmp.Diff(want, text(linked(t, in.shuffled(t)))); diff != "" {
		t.Fatalf("(-as drawn +shuffled):\n%s", diff)
	}
}

func TestAnInputReadTwiceChangesNothing(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		want := text(linked(t, in))
		again := slices.Concat(in.frags, rapid.SliceOfN(rapid.SampledFrom(in.frags), 1, 3).Draw(t, "again"))
		if diff := cmp.Diff(want, text(linked(t, input{again, in.rows}))); diff != "" {
			t.Fatalf("(-once +again):\n%s", diff)
		}
	})
}

func TestAReferenceOfSeveralPlacesIsOneOfEach(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		var split []*link.Fragment
		for _, f := range in.frags {
			each := *f
			each.References = nil
			for _, r := range f.References {
				for _, o := range append([]depgraph.Origin{r.Origin}, r.Also...) {
					one := r
					one.Origin, one.Also = o, nil
					each.References = append(each.References, one)
				}
			}
			split = append(split, &each)
		}
		if diff := cmp.Diff(text(linked(t, in)), text(linked(t, input{split, in.rows}))); diff != "" {
			t.Fatalf("(-together +each):\n%s", diff)
		}
	})
}

func TestLinkingChangesNoFragment(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		before := fmt.Sprintf("%+v", flat(in))
		linked(t, in)
		if diff := cmp.Diff(before, fmt.Sprintf("%+v", flat(in))); diff != "" {
			t.Fatalf("(-before +after):\n%s", diff)
		}
	})
}

func flat(in input) (out []any) {
	for _, f := range in.frags {
		for _, d := range f.Definitions {
			out = append(out, d.Node.ID, d.Node.Aliases, d.Node.Survives, d.Node.Labels, d.Names, d.Origin)
		}
		for _, b := range f.Bindings {
			out = append(out, b)
		}
		for _, r := range f.References {
			out = append(out, r.Owner, r.Members, r.Terms, r.Origin)
		}
	}
	return append(out, in.rows)
}

// TestAGraphReadBackLinksToItself holds for any graph that the linker makes.
func TestAGraphReadBackLinksToItself(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		g := linked(t, in)
		back := linked(t, input{frags: []*link.Fragment{asFragment(g)}})
		if diff := cmp.Diff(g.Text(), back.Text()); diff != "" {
			t.Fatalf("(-graph +read back):\n%s", diff)
		}
	})
}

// asFragment says what a graph says, as the source of graphs does.
func asFragment(g *depgraph.Graph) *link.Fragment {
	f := &link.Fragment{Drills: g.Drills(), Unresolved: g.Unresolved()}
	for n := range g.Nodes() {
		for _, o := range g.NodeOrigins(n.ID) {
			f.Definitions = append(f.Definitions, link.Definition{Node: *n, Origin: o})
		}
	}
	for r := range g.AllRequirements() {
		f.Linked = append(f.Linked, *r)
	}
	return f
}

// TestEveryOriginOfARequirementIsAReference checks that no need is invented:
// each rests on a reference or a binding, and nothing needs itself alone, unless a
// native file says so.
func TestEveryOriginOfARequirementIsAReference(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		places, native := map[string]bool{}, map[string]bool{}
		for _, f := range in.frags {
			for _, r := range f.References {
				for o := range r.Origins() {
					places[o.Place()] = true
					native[o.Place()] = native[o.Place()] || r.Form == link.Native
				}
			}
			for _, b := range f.Bindings {
				places[b.Origin.Place()] = true // a group needs what its binding says
			}
		}
		for r := range linked(t, in).AllRequirements() {
			if i, self := slices.BinarySearchFunc(r.Members, r.Owner, depgraph.ID.Compare); self && len(r.Members) == 1 && !slices.ContainsFunc(r.Origins, func(o depgraph.Origin) bool { return native[o.Place()] }) {
				t.Fatalf("%v needs itself: %v", r.Owner, r.Members[i])
			}
			for _, o := range r.Origins {
				if !places[o.Place()] {
					t.Fatalf("%v -> %v has the origin %v, where nothing was said", r.Owner, r.Members, o)
				}
			}
		}
	})
}

// TestNothingThatWasSaidIsLost checks that every reference by id is an origin of
// some requirement of its owner, however it was settled, unless it only names
// its owner.
func TestNothingThatWasSaidIsLost(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		f := &link.Fragment{Definitions: defs("service:a")}
		n := rapid.IntRange(1, 8).Draw(t, "references")
		for i := range n {
			r := drawReference(t)
			r.Owners, r.Owner = nil, id("service:a")
			r.Origin.Line = i + 1
			for j := range r.Members {
				r.Members[j] = link.Target{Name: link.ID(drawID(t))}
			}
			f.References = append(f.References, r)
		}
		seen := map[int]bool{}
		for r := range mustLinkIn(t, f).Needs(depgraph.MustID("service:a")) {
			for _, o := range r.Origins {
				seen[o.Line] = true
			}
		}
		for _, r := range f.References {
			self := slices.ContainsFunc(r.Members, func(t link.Target) bool { return t.Name == id("service:a") })
			if !seen[r.Origin.Line] && !self {
				t.Fatalf("%+v is lost", r)
			}
		}
	})
}

func mustLinkIn(t *rapid.T, frags ...*link.Fragment) *depgraph.Graph {
	return linked(t, input{frags: frags})
}
