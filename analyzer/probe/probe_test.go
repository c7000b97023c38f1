package probe_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/probe"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
	"github.com/fateline/fateline/analyzer/tiertest"
)

func parse(t *testing.T, text string) *depgraph.Graph {
	t.Helper()
	g, err := depgraph.ParseText(text)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

const shop = `service:prod/cart  label.team=pay env=prod tier=0  a.yaml:1
service:prod/search  label.team=find env=prod  a.yaml:2
service:dev/cart  label.team=pay env=dev  a.yaml:3
datastore:prod/redis  owner=data  a.yaml:4
datastore:web[0]  a.yaml:5
group:prod/cart/0  a.yaml:6
`

func TestSelectorsMatchWhatTheySay(t *testing.T) {
	g := parse(t, shop)
	for text, want := range map[string]string{
		"service:prod/*":                  "service:prod/cart service:prod/search",
		"service:*":                       "service:dev/cart service:prod/cart service:prod/search",
		"*:prod/*":                        "datastore:prod/redis service:prod/cart service:prod/search",
		"service:*/c?rt":                  "service:dev/cart service:prod/cart",
		"service:*[team=pay]":             "service:dev/cart service:prod/cart",
		"service:*[team=pay,env!=dev]":    "service:prod/cart",
		"service:*[ team = pay, tier=0 ]": "service:prod/cart",
		"*:*[owner]":                      "datastore:prod/redis",
		"*:*[team=*a*]":                   "service:dev/cart service:prod/cart",
		"service:*[team!=pay]":            "service:prod/search",
		"datastore:web[0]":                "datastore:web[0]",
		"datastore:web*":                  "datastore:web[0]",
		"service:.*":                      "",
		"group:*":                         "",
	} {
		s, err := probe.ParseSelector(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var got []string
		for _, i := range s.Nodes(g) {
			got = append(got, g.ID(i).String())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s selects %q, want %q", text, got, want)
		}
	}
}

func TestASelectorThatIsNoneIsRefused(t *testing.T) {
	for _, text := range []string{"", "cart", "*", ":x", "service:", "service:*[=x]", "service:*[team=pay,,]x=[=]"} {
		if s, err := probe.ParseSelector(text); err == nil && len(s.Nodes(parse(t, shop))) > 0 {
			t.Errorf("%q selects %v", text, s.Nodes(parse(t, shop)))
		} else if err == nil && text != "service:*[team=pay,,]x=[=]" {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestAnEmptySelectionSaysWhatThereIs(t *testing.T) {
	g := parse(t, shop)
	for text, want := range map[string]string{
		"servce:*":                    "kind|datastore service",
		"service:stage/*":             "name|service:dev/cart service:prod/cart service:prod/search",
		"service:*[squad=pay]":        "states squad|env team tier",
		"service:*[team=paid]":        "team=paid|find pay",
		"service:*[team=find,tier=0]": "meets all conditions|",
	} {
		s, err := probe.ParseSelector(text)
		if err != nil {
			t.Fatal(err)
		}
		why, there := s.Empty(g, 5)
		part, list, _ := strings.Cut(want, "|")
		if !strings.Contains(why, part) || strings.Join(there, " ") != list {
			t.Errorf("%s: %s %v, want %s", text, why, there, want)
		}
	}
}

func TestHealingChangesTheNeedThatIsMeant(t *testing.T) {
	id := depgraph.MustID
	for _, c := range []struct{ name, before, owner, member, instead, want string }{
		{"one member", "service:a -> service:b  a.yaml:1", "service:a", "service:b", "service:c", "service:a -> service:b | service:c  1"},
		{"no need any more", "service:a -> service:b  a.yaml:1\nservice:a -> service:d  a.yaml:2", "service:a", "service:b", "", "service:a -> service:d  1"},
		{"a quorum", "service:a -> service:b | service:d | service:e  need=quorum  a.yaml:1", "service:a", "service:b", "service:c", "service:a -> service:b | service:c | service:d | service:e  2"},
		{"all", "service:a -> service:b | service:d  need=all  a.yaml:1", "service:a", "service:b", "service:c", "service:a -> service:b | service:c  1; service:a -> service:d  all"},
		{"a part of a requirement", "service:a -> group:a/0  a.yaml:1\ngroup:a/0 -> service:b  a.yaml:2", "service:a", "service:b", "service:c", "group:a/0 -> service:b | service:c  1; service:a -> group:a/0  1"},
		{
			"a part that another owner has too", "service:a -> group:g  a.yaml:1\nservice:x -> group:g  a.yaml:2\ngroup:g -> service:b  a.yaml:3", "service:a", "service:b", "service:c",
			"group:g -> service:b  1; group:g of service:a -> service:b | service:c  1; service:a -> group:g of service:a  1; service:x -> group:g  1",
		},
		{
			"a part that another owner has a part of", "service:a -> group:g  a.yaml:1\nservice:x -> group:h  a.yaml:2\ngroup:g -> group:h | service:d  a.yaml:3\ngroup:h -> service:b  a.yaml:4", "service:a", "service:b", "",
			"group:g -> group:h of service:a | service:d  1; group:h -> service:b  1; service:a -> group:g  1; service:x -> group:h  1",
		},
		{"somebody else's need", "service:x -> service:b  a.yaml:1", "service:a", "service:b", "service:c", "service:x -> service:b  1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := parse(t, "service:a  a.yaml:9\n"+c.before+"\n")
			h := probe.Heal{Owner: id(c.owner), Member: id(c.member)}
			if c.instead != "" {
				h.Instead = id(c.instead)
			}
			healed, counts, err := probe.Apply(g, h)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for r := range healed.AllRequirements() {
				var members []string
				for _, m := range r.Members {
					members = append(members, m.String())
				}
				got = append(got, r.Owner.String()+" -> "+strings.Join(members, " | ")+"  "+r.Terms.Need.String())
			}
			if text := strings.Join(got, "; "); text != c.want {
				t.Errorf("healed: %s\n   want: %s", text, c.want)
			}
			if counts[0] != h.Count(g) {
				t.Errorf("%d requirements changed, Count says %d", counts[0], h.Count(g))
			}
		})
	}
}

// TestHealingNeverTakesAnythingDown tries random changes on random systems: with
// them nothing goes down that does not without, and what is not changed stays.
func TestHealingNeverTakesAnythingDown(t *testing.T) {
	seeds, saved := tiertest.Count(3_000, 30_000, 300_000), 0
	for seed := range seeds {
		rng := rand.New(rand.NewPCG(uint64(seed), 5))
		w := simtest.Random(rng, 9)
		g, at, err := w.Graph()
		if err != nil {
			t.Fatal(err)
		}
		h := probe.Heal{Owner: w.ID(rng.IntN(len(at))), Member: w.ID(rng.IntN(len(at)))}
		if rng.IntN(3) > 0 {
			h.Instead = depgraph.MustID("service:fresh")
		}
		healed, counts, err := probe.Apply(g, h)
		if err != nil {
			t.Fatal(err)
		}
		failed := w.Failures(rng)
		before, after := losses(t, g, w, failed), losses(t, healed, w, failed)
		for id := range after {
			if !before[id] {
				t.Fatalf("seed %d: %v takes %v down, without %v: %+v", seed, h, id, failed, w.Needs)
			}
		}
		if counts[0] == 0 && len(before) != len(after) {
			t.Errorf("seed %d: no requirement was changed, but the loss was", seed)
		}
		if len(after) < len(before) {
			saved++
		}
	}
	if saved < seeds/100 {
		t.Errorf("%d of %d changes saved anything: the test holds for little", saved, seeds)
	}
}

// TestHealingChangesWhatItsOwnerNeedsAlone heals what several owners share: what does not
// need the owner, itself or by others, is what it was.
func TestHealingChangesWhatItsOwnerNeedsAlone(t *testing.T) {
	shared := 0
	for seed := range 3_000 {
		rng := rand.New(rand.NewPCG(uint64(seed), 6))
		w := simtest.Random(rng, 9)
		for v := range w.Group {
			w.Group[v] = w.Group[v] || !w.Standby[v] && rng.IntN(4) == 0
		}
		g, at, err := w.Graph()
		if err != nil {
			t.Fatal(err)
		}
		owner := rng.IntN(len(at))
		h := probe.Heal{Owner: w.ID(owner), Member: w.ID(rng.IntN(len(at))), Instead: depgraph.MustID("service:fresh")}
		if w.Group[owner] {
			continue
		}
		healed, _, err := probe.Apply(g, h)
		if err != nil {
			t.Fatal(err)
		}
		if healed.Len() > g.Len()+1 {
			shared++
		}
		users := g.Reach(depgraph.Backward, depgraph.Filter{}, at[owner])
		failed := w.Failures(rng)
		before, after := losses(t, g, w, failed), losses(t, healed, w, failed)
		for v := range at {
			if id := w.ID(v); !users.Has(at[v]) && before[id] != after[id] {
				t.Fatalf("seed %d: %v makes %v down: %v, without %v: %+v", seed, h, id, after[id], failed, w.Needs)
			}
		}
	}
	if shared < 50 {
		t.Errorf("%d changes touch what is shared: the test holds for little", shared)
	}
}

func losses(t *testing.T, g *depgraph.Graph, w simtest.World, failed []int) map[depgraph.ID]bool {
	t.Helper()
	var nodes []depgraph.NodeIndex
	for _, f := range failed {
		i, found := g.Index(w.ID(f))
		if !found {
			t.Fatalf("%v is gone", w.ID(f))
		}
		nodes = append(nodes, i)
	}
	slices.Sort(nodes)
	down := map[depgraph.ID]bool{}
	for _, i := range simulate.NewModel(g, 0).Lose(nodes...).List(simulate.Down) {
		down[g.ID(i)] = true
	}
	return down
}
