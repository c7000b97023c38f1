package simulate_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/tiertest"
)

// sketch builds a graph from lines such as
//
//	service:a takes=10m            a node
//	standby:b by=human:x takes=1h  a standby service:b
//	human:c standby=1h             a standby human:c
//	service:a in facility:f        placement
//	service:a needs x|y            needs one of them to run
//	service:a needs x&y            needs both, and 2:x|y|z two of them
//	service:a uses x               is degraded without it
//	service:a start x, recover x, deploy x, observe x
func sketch(t testing.TB, lines string) *depgraph.Graph {
	t.Helper()
	b := depgraph.NewBuilder()
	for i, line := range strings.Split(strings.TrimSpace(lines), "\n") {
		words := strings.Fields(line)
		id := strings.Replace(words[0], "standby:", "service:", 1)
		if len(words) == 3 && !strings.Contains(words[1], "=") {
			b.AddRequirement(sketchedNeed(id, words[1], words[2], i+1))
			continue
		}
		n := depgraph.Node{ID: depgraph.MustID(id)}
		if id != words[0] {
			n.Standby = &depgraph.Standby{}
		}
		for _, word := range words[1:] {
			key, value, _ := strings.Cut(word, "=")
			d, err := time.ParseDuration(value)
			switch {
			case key == "standby" && err == nil:
				n.Standby = &depgraph.Standby{Takes: d}
			case key == "by":
				n.Standby.ActivatedBy = append(n.Standby.ActivatedBy, depgraph.MustID(value))
			case err != nil:
				t.Fatal(err)
			case n.Standby != nil:
				n.Standby.Takes = d
			default:
				n.Takes = d
			}
		}
		b.AddNode(n)
	}
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func sketchedNeed(owner, verb, members string, line int) depgraph.Requirement {
	r := depgraph.Requirement{Owner: depgraph.MustID(owner), Origins: []depgraph.Origin{{Input: "sketch", Line: line}}}
	first, rest, _ := strings.Cut(members, ":")
	if number, err := strconv.Atoi(first); err == nil {
		r.Terms.Need, members = depgraph.Need(number), rest
	}
	if strings.Contains(members, "&") {
		r.Terms.Need = depgraph.All
	}
	for _, m := range strings.FieldsFunc(members, func(c rune) bool { return c == '|' || c == '&' }) {
		r.Members = append(r.Members, depgraph.MustID(m))
	}
	r.Terms.Phases = map[string]depgraph.Phases{
		"in": depgraph.PhasesOf(depgraph.Run, depgraph.Start), "needs": depgraph.PhasesOf(depgraph.Run),
		"start": depgraph.PhasesOf(depgraph.Start), "recover": depgraph.PhasesOf(depgraph.Recover), "deploy": depgraph.PhasesOf(depgraph.Deploy),
		"observe": depgraph.PhasesOf(depgraph.Observe),
	}[verb]
	switch verb {
	case "in":
		r.Terms.Via = depgraph.PlacedIn
	case "uses":
		r.Terms.Phases, r.Terms.IfLost = depgraph.PhasesOf(depgraph.Run), depgraph.Degraded
	}
	return r
}

func find(t testing.TB, g *depgraph.Graph, id string) depgraph.NodeIndex {
	t.Helper()
	i, found := g.Index(depgraph.MustID(id))
	if !found {
		t.Fatalf("no node %s", id)
	}
	return i
}

// story is a timeline in one line a node.
func story(g *depgraph.Graph, tl *simulate.Timeline) []string {
	var out []string
	for _, s := range tl.Order {
		line := fmt.Sprintf("%v %v", s.At, g.ID(s.Node))
		for _, m := range s.After {
			line += " <" + g.ID(m).Name
		}
		for _, m := range s.Manual {
			line += " by " + g.ID(m).Name
		}
		out = append(out, line)
	}
	for _, v := range tl.LockedOut {
		out = append(out, "locked out "+g.ID(v).String())
	}
	for _, v := range tl.Deadlocked {
		out = append(out, "deadlocked "+g.ID(v).String())
	}
	return out
}

func TestABatteryInsideTheBuildingThatItPowersIsNoDeadlock(t *testing.T) {
	g := sketch(t, `
		facility:f takes=1h
		power:battery takes=5m
		power:battery in facility:f
		facility:f needs power:battery`)
	want := []string{"1h5m0s facility:f <battery", "1h5m0s power:battery <f"}
	if diff := cmp.Diff(want, story(g, simulate.BlackStart(g, simulate.StartOptions{}))); diff != "" {
		t.Error(diff)
	}
	r := simulate.Recover(simulate.NewModel(g, 0), []depgraph.NodeIndex{find(t, g, "power:battery")}, simulate.StartOptions{})
	want = []string{"5m0s facility:f <battery", "5m0s power:battery"}
	if diff := cmp.Diff(want, story(g, &r.Timeline)); diff != "" {
		t.Error(diff)
	}
}

func TestTheCriticalPathEndsAtTheFirstOfThoseThatComeLast(t *testing.T) {
	g := sketch(t, `
		service:a takes=1m
		service:b takes=1m
		service:c takes=1m
		service:c start external:x`)
	if diff := cmp.Diff([]string{"service:a"}, ids(g, simulate.BlackStart(g, simulate.StartOptions{}).CriticalPath())); diff != "" {
		t.Errorf("all but what is given come up at one time: %s", diff)
	}
	alone := sketch(t, `
		service:a takes=1m
		service:b takes=1m
		service:a start service:z
		service:b start service:z`)
	if diff := cmp.Diff([]string{"service:z", "service:a"}, ids(alone, simulate.BlackStart(alone, simulate.StartOptions{}).CriticalPath())); diff != "" {
		t.Error(diff)
	}
	equal := sketch(t, `
		service:a
		service:b
		service:b start service:c`)
	if diff := cmp.Diff([]string{"service:a"}, ids(equal, simulate.BlackStart(equal, simulate.StartOptions{}).CriticalPath())); diff != "" {
		t.Errorf("all come up at once: %s", diff)
	}
	together := sketch(t, `
		service:a needs service:b
		service:a needs service:z
		service:b needs service:a
		service:z takes=10m`)
	if diff := cmp.Diff([]string{"service:z", "service:a"}, ids(together, simulate.BlackStart(together, simulate.StartOptions{}).CriticalPath())); diff != "" {
		t.Errorf("two wait for each other, and one of them for a third: %s", diff)
	}
}

func TestAFacilityComesBackInTheOrderOfItsNeeds(t *testing.T) {
	g := sketch(t, `
		facility:pdx takes=2h
		facility:pdx recover human:electrician
		network:core takes=30m
		network:core in facility:pdx
		tool:config takes=3h
		tool:config in facility:pdx
		tool:config start network:core
		host:servers takes=1h
		host:servers in facility:pdx
		host:servers start tool:config
		datastore:kafka takes=10m
		datastore:kafka in host:servers
		service:api takes=1m
		service:api in host:servers
		service:api needs datastore:kafka
		service:far needs service:api`)
	r := simulate.Recover(simulate.NewModel(g, 0), []depgraph.NodeIndex{find(t, g, "facility:pdx")}, simulate.StartOptions{})
	want := []string{
		"2h0m0s facility:pdx by electrician",
		"2h30m0s network:core <pdx",
		"5h30m0s tool:config <core",
		"6h30m0s host:servers <config",
		"6h40m0s datastore:kafka <servers",
		"6h40m0s service:api <kafka",
		"6h40m0s service:far <api",
	}
	if diff := cmp.Diff(want, story(g, &r.Timeline)); diff != "" {
		t.Error(diff)
	}
	path := []string{"facility:pdx", "network:core", "tool:config", "host:servers", "datastore:kafka"}
	if diff := cmp.Diff(path, ids(g, r.CriticalPath())); diff != "" {
		t.Errorf("CriticalPath: %s", diff)
	}
	if diff := cmp.Diff([]string{"human:electrician"}, ids(g, r.Manual)); diff != "" {
		t.Errorf("Manual: %s", diff)
	}
}

func TestAToolBehindWhatItRepairsLocksItOutUnlessPeopleHaveAWay(t *testing.T) {
	const system = `
		datastore:kv takes=20m
		service:access needs datastore:kv
		datastore:secrets needs service:access
		tool:rollback needs datastore:secrets
		datastore:kv recover tool:rollback`
	g := sketch(t, system)
	kv := []depgraph.NodeIndex{find(t, g, "datastore:kv")}
	r := simulate.Recover(simulate.NewModel(g, 0), kv, simulate.StartOptions{})
	want := []string{"locked out datastore:kv", "deadlocked datastore:secrets", "deadlocked service:access", "deadlocked tool:rollback"}
	if diff := cmp.Diff(want, story(g, &r.Timeline)); diff != "" {
		t.Error(diff)
	}
	knots := r.Knots()
	if len(knots) != 1 {
		t.Fatalf("Knots() = %+v, want one", knots)
	}
	cycle := []string{"datastore:kv", "tool:rollback", "datastore:secrets", "service:access"}
	if diff := cmp.Diff(cycle, ids(g, knots[0].Nodes)); diff != "" {
		t.Errorf("Knots()[0].Nodes: %s", diff)
	}
	var edges []string
	for _, e := range r.Proof(kv[0]) {
		edges = append(edges, fmt.Sprint(e.From.Name, " ", e.Phase, " ", e.To.Name))
	}
	if diff := cmp.Diff([]string{"kv recover rollback", "rollback run secrets", "secrets run access", "access run kv"}, edges); diff != "" {
		t.Errorf("Proof(kv): %s", diff)
	}

	g = sketch(t, strings.Replace(system, "recover tool:rollback", "recover tool:rollback|human:glass", 1))
	r = simulate.Recover(simulate.NewModel(g, 0), []depgraph.NodeIndex{find(t, g, "datastore:kv")}, simulate.StartOptions{})
	want = []string{"20m0s datastore:kv by glass", "20m0s datastore:secrets <access", "20m0s service:access <kv", "20m0s tool:rollback <secrets"}
	if diff := cmp.Diff(want, story(g, &r.Timeline)); diff != "" {
		t.Error(diff)
	}
}

func TestWhatFailedWithoutRecoverNeedsIsRepairedByWhatDeploysIt(t *testing.T) {
	g := sketch(t, `
		service:ci takes=5m
		service:app takes=10m
		service:app deploy service:ci
		service:ci deploy service:ci2
		service:ci2 needs external:git`)
	m := simulate.NewModel(g, 0)
	both := []depgraph.NodeIndex{find(t, g, "service:app"), find(t, g, "service:ci")}
	r := simulate.Recover(m, both, simulate.StartOptions{})
	if diff := cmp.Diff([]string{"5m0s service:ci", "15m0s service:app <ci"}, story(g, &r.Timeline)); diff != "" {
		t.Error(diff)
	}
	r = simulate.Recover(m, append(both, find(t, g, "external:git")), simulate.StartOptions{})
	want := []string{"0s external:git", "0s service:ci2 <git", "5m0s service:ci <ci2", "15m0s service:app <ci"}
	if diff := cmp.Diff(want, story(g, &r.Timeline)); diff != "" {
		t.Error(diff)
	}
}

func TestAStandbyServesOnlyWhereItIsNeededAndItsWaysServe(t *testing.T) {
	const system = `
		datastore:main takes=8h
		standby:copy by=human:oncall takes=2h
		standby:spare takes=1h
		service:app needs datastore:main|service:copy
		service:other needs datastore:elsewhere|service:spare
		service:copy needs service:logs
		service:logs takes=1m`
	g := sketch(t, system)
	m := simulate.NewModel(g, 0)
	r := simulate.Recover(m, []depgraph.NodeIndex{find(t, g, "datastore:main")}, simulate.StartOptions{})
	want := []string{"2h0m0s service:app <copy", "2h0m0s service:copy by oncall", "8h0m0s datastore:main"}
	if diff := cmp.Diff(want, story(g, &r.Timeline)); diff != "" {
		t.Error(diff)
	}
	r = simulate.Recover(m, []depgraph.NodeIndex{find(t, g, "datastore:main"), find(t, g, "service:logs")}, simulate.StartOptions{})
	want = []string{"1m0s service:logs", "2h1m0s service:app <copy", "2h1m0s service:copy <logs by oncall", "8h0m0s datastore:main"}
	if diff := cmp.Diff(want, story(g, &r.Timeline)); diff != "" {
		t.Error(diff)
	}
}

func TestAStandbyGeneratorInTheFacilityThatItPowersIsNoDeadlock(t *testing.T) {
	g := sketch(t, `
		power:grid takes=30h
		facility:f needs power:grid|service:generator
		standby:generator by=human:technician takes=15m
		service:generator in facility:f`)
	r := simulate.Recover(simulate.NewModel(g, 0), []depgraph.NodeIndex{find(t, g, "power:grid")}, simulate.StartOptions{})
	want := []string{"15m0s facility:f <generator", "15m0s service:generator by technician", "30h0m0s power:grid"}
	if diff := cmp.Diff(want, story(g, &r.Timeline)); diff != "" {
		t.Error(diff)
	}
}

func TestABlackStartFindsTheSmallestCycleOfStartNeeds(t *testing.T) {
	g := sketch(t, `
		service:dns start service:api
		service:api start service:etcd
		service:etcd start service:dns
		service:login start service:mail
		service:mail start service:login
		service:web start service:dns
		service:cache needs service:web
		service:free takes=1m
		service:free needs external:cdn`)
	tl := simulate.BlackStart(g, simulate.StartOptions{})
	want := []string{
		"0s external:cdn", "1m0s service:free", "deadlocked service:api", "deadlocked service:cache", "deadlocked service:dns",
		"deadlocked service:etcd", "deadlocked service:login", "deadlocked service:mail", "deadlocked service:web",
	}
	if diff := cmp.Diff(want, story(g, tl)); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, k := range tl.Knots() {
		got = append(got, fmt.Sprint(ids(g, k.Nodes), " holds ", ids(g, k.Held)))
	}
	want = []string{
		"[service:login service:mail] holds [service:login service:mail]",
		"[service:api service:etcd service:dns] holds [service:api service:cache service:dns service:etcd service:web]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"api etcd", "etcd dns", "dns api", "web dns", "cache web"}, edgeNames(tl.Proof(find(t, g, "service:cache")))); diff != "" {
		t.Errorf("Proof(cache): %s", diff)
	}
}

func TestOfAGroupThoseWaysAreManualThatItCannotDoWithout(t *testing.T) {
	for lines, want := range map[string][]string{
		`service:x recover group:g
		 group:g needs tool:auto|human:h`: nil,
		`service:x recover group:g
		 group:g needs human:h
		 group:z needs human:k`: {"human:h"},
		`service:x recover group:g
		 group:g needs tool:auto
		 group:g uses human:h`: nil,
		`service:x recover group:g|human:p
		 group:g needs tool:auto
		 group:z needs human:k`: nil,
		`service:x recover group:g
		 group:g needs tool:auto
		 group:g needs human:h|human:k`: {"human:h", "human:k"},
	} {
		g := sketch(t, lines)
		r := simulate.Recover(simulate.NewModel(g, 0), []depgraph.NodeIndex{find(t, g, "service:x")}, simulate.StartOptions{})
		if diff := cmp.Diff(want, ids(g, r.Manual)); diff != "" {
			t.Errorf("%s\nManual: %s", lines, diff)
		}
	}
}

func edgeNames(edges []depgraph.Edge) []string {
	var out []string
	for _, e := range edges {
		out = append(out, e.From.Name+" "+e.To.Name)
	}
	return out
}

func TestAProofOfAStartGoesLevelByLevelByTheShallowest(t *testing.T) {
	for goal, c := range map[string]struct {
		lines string
		want  []string
	}{
		"service:y": {
			`
			service:a start service:b
			service:b start service:a
			service:p start service:a
			service:q start service:a
			service:s start service:q
			service:t start service:p
			service:y start service:s|service:t`,
			[]string{"a b", "b a", "p a", "q a", "s q", "t p", "y s", "y t"},
		},
		"service:x": {
			`
			service:y start service:z
			service:z start service:y
			service:b start service:y
			service:c start service:y
			service:x start 2:service:b|service:c|service:z`,
			[]string{"y z", "z y", "b y", "x z", "x b"},
		},
	} {
		g := sketch(t, c.lines)
		tl := simulate.BlackStart(g, simulate.StartOptions{})
		if diff := cmp.Diff(c.want, edgeNames(tl.Proof(find(t, g, goal)))); diff != "" {
			t.Errorf("Proof(%s): %s", goal, diff)
		}
	}
}

func TestExternalsAndPeopleServeAtOnceUnlessTheyStandBy(t *testing.T) {
	g := sketch(t, `
		service:never start service:never
		external:x needs service:never
		human:idle standby=1h
		human:called standby=1h
		service:a needs external:x|human:idle
		service:b needs service:never|human:called`)
	want := []string{"0s external:x", "0s service:a", "1h0m0s human:called", "1h0m0s service:b <called", "deadlocked service:never"}
	if diff := cmp.Diff(want, story(g, simulate.BlackStart(g, simulate.StartOptions{}))); diff != "" {
		t.Error(diff)
	}
}

func TestAStandbyIsNotActivatedForWhatAGroupMeets(t *testing.T) {
	g := sketch(t, `
		service:x takes=1h
		service:o needs service:x
		service:o needs group:g|service:s
		group:g needs service:up
		standby:s`)
	r := simulate.Recover(simulate.NewModel(g, 0), []depgraph.NodeIndex{find(t, g, "service:x")}, simulate.StartOptions{})
	if diff := cmp.Diff([]string{"1h0m0s service:o <x", "1h0m0s service:x"}, story(g, &r.Timeline)); diff != "" {
		t.Error(diff)
	}
}

// Groups that only wait for each other serve together, yet none of them stands anywhere.
func TestNothingStartsInAPlaceThatIsOnlyACircleOfNames(t *testing.T) {
	g := sketch(t, `
		service:x in group:g
		group:g needs group:h
		group:h needs group:g`)
	tl := simulate.BlackStart(g, simulate.StartOptions{})
	if diff := cmp.Diff([]string{"deadlocked service:x"}, story(g, tl)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"g h", "h g", "x g"}, edgeNames(tl.Proof(find(t, g, "service:x")))); diff != "" {
		t.Errorf("Proof(x): %s", diff)
	}
}

func TestRebuildAlsoNeedsWhatDeploys(t *testing.T) {
	g := sketch(t, `
		service:app deploy service:ci
		service:ci start service:app`)
	if tl := simulate.BlackStart(g, simulate.StartOptions{}); len(tl.Deadlocked) != 0 {
		t.Errorf("BlackStart deadlocks %v, want nothing: stored state is kept", ids(g, tl.Deadlocked))
	}
	tl := simulate.BlackStart(g, simulate.StartOptions{Rebuild: true})
	if got := ids(g, tl.Deadlocked); len(got) != 2 {
		t.Errorf("BlackStart with Rebuild deadlocks %v, want both", got)
	}
}

// TestTheMoreIsLostTheLaterAndTheLess holds relation M1 of the reliability page.
func TestTheMoreIsLostTheLaterAndTheLess(t *testing.T) {
	tiertest.Check(t, func(rt *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 3))
		w := randomRising(rng, rapid.IntRange(2, 14).Draw(rt, "nodes"))
		g, at := w.graph(t)
		less := w.Failures(rng)
		more := append(slices.Clone(less), w.Failures(rng)...)
		o := simulate.StartOptions{Rebuild: rng.IntN(2) == 0}

		early, late := simulate.ColdStart(g, indexesOf(at, more), o), simulate.ColdStart(g, indexesOf(at, less), o)
		for _, s := range late.Order {
			if sooner, serves := early.ServesAt(s.Node); (!serves || sooner > s.At) && g.At(s.Node).Standby == nil {
				rt.Errorf("%v serves at %v with %v up, and with %v up at %v, %v", g.ID(s.Node), s.At, less, more, sooner, serves)
			}
		}

		m := simulate.NewModel(g, time.Hour)
		little, much := simulate.Recover(m, indexesOf(at, less), o), simulate.Recover(m, indexesOf(at, more), o)
		for _, v := range append(slices.Clone(little.LockedOut), little.Deadlocked...) {
			if !slices.Contains(much.LockedOut, v) && !slices.Contains(much.Deadlocked, v) {
				rt.Errorf("%v never serves after the loss of %v, but does after that of %v", g.ID(v), less, more)
			}
			if !little.Loss.Is(simulate.Down, v) {
				rt.Errorf("%v never serves after the loss of %v, but is not down in it", g.ID(v), less)
			}
		}
	})
}

// knotsIn tells the knots of a black start, with their edges and what they hold.
func knotsIn(t *testing.T, lines string) []string {
	t.Helper()
	g := sketch(t, lines)
	var out []string
	for _, k := range simulate.BlackStart(g, simulate.StartOptions{}).Knots() {
		var nodes, edges, held []string
		for _, v := range k.Nodes {
			nodes = append(nodes, g.ID(v).Name)
		}
		for _, e := range k.Proof {
			edges = append(edges, e.From.Name+e.To.Name)
		}
		for _, v := range k.Held {
			held = append(held, g.ID(v).Name)
		}
		out = append(out, fmt.Sprint(nodes, " by ", edges, " holds ", held))
	}
	return out
}

func TestKnotsAreTheSmallestCyclesThatNothingCanUndo(t *testing.T) {
	for name, c := range map[string]struct{ lines, want string }{
		"an alternative that never comes up is none, and the edges say why": {
			`
			service:a start service:b|service:x
			service:b start service:a
			service:c start service:d|service:x
			service:d start service:c
			service:x start 2:service:y`,
			`[x] by [xy] holds [a b c d x]; [a b] by [xy ab ax ba] holds [a b]; [c d] by [xy cd cx dc] holds [c d]`,
		},
		"two that wait for service are fewer than three that wait for their place": {
			`
			facility:a in facility:b
			facility:b in facility:c
			facility:c in facility:a
			facility:a start service:x
			service:x start facility:a`,
			`[a x] by [ax xa] holds [a b c x]`,
		},
		"so they are where they come first": {
			`
			facility:b in facility:c
			facility:c in facility:d
			facility:d in facility:b
			facility:b start facility:a
			facility:a start facility:b`,
			`[a b] by [ab ba] holds [a b c d]`,
		},
		"so they are where both are found from one node": {
			`
			service:b in service:c
			service:c in service:d
			service:d in service:b
			service:b start service:x
			service:b start service:y
			service:x start service:b
			service:y start service:b`,
			`[b x] by [bx xb] holds [b c d x y]`,
		},
		"of two as small it is the first by id": {
			`
			service:a start service:b
			service:a start service:c
			service:b start service:a
			service:c start service:a`,
			`[a b] by [ab ba] holds [a b c]`,
		},
		"of two places as small it is the first by id": {
			`
			facility:a in facility:b
			facility:a in facility:c
			facility:b in facility:a
			facility:c in facility:a`,
			`[a b] by [ab ba] holds [a b c]`,
		},
		"of two ways as short it is the first by id": {
			`
			service:a start service:b
			service:a start service:c
			service:b start service:d
			service:c start service:d
			service:d start service:a`,
			`[a b d] by [ab bd da] holds [a b c d]`,
		},
		"it begins with its first node, whatever groups it leads through": {
			`
			group:g start service:b
			service:b start service:a
			service:a start group:g`,
			`[a b] by [ag gb ba] holds [a b]`,
		},
		"what else its nodes wait for in vain is not part of it": {
			`
			service:a start service:b&service:z
			service:b start service:a
			service:w start service:z
			service:z start service:w`,
			`[a b] by [ab ba] holds [a b]; [w z] by [wz zw] holds [a b w z]`,
		},
		"through alternatives it shows those of which there are fewest": {
			`
			service:a start service:b|service:c|service:d
			service:a start service:c|service:d
			service:b start service:a|service:c
			service:c start service:a|service:b
			service:d start service:a|service:b`,
			`[a b c d] by [ac ad ba bc ca cb da db] holds [a b c d]`,
		},
		"groups that only wait for each other keep nobody": {`
			group:g start group:h
			group:h start group:g`, ``},
		"it holds what it keeps down alone, and what proofs rest on it": {
			`
			service:a start service:b
			service:b start service:a
			service:c start service:d
			service:d start service:c
			service:e start service:f
			service:f start service:e
			service:s start 2:service:a|service:c|service:e
			service:t start service:a&service:c`,
			`[a b] by [ab ba] holds [a b s t]; [c d] by [cd dc] holds [c d s t]; [e f] by [ef fe] holds [e f]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(knotsIn(t, c.lines), "; "); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}
