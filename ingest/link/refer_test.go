package link_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// TestANameIsLookedUpWhereItsOwnerLooksNamesUp: a file says names, and its user says
// where they are looked up.
func TestANameIsLookedUpWhereItsOwnerLooksNamesUp(t *testing.T) {
	o := at("k8s.yaml", 1)
	user := func(s, scope, file string) link.Definition {
		d := def(s, o, link.Name{Space: link.SpacePath, Text: file})
		d.Scope = scope
		return d
	}
	all := []link.Definition{
		user("service:shop/web", shop, "web.conf"), user("service:lone", "", "lone.conf"),
		def("datastore:shop/db", o, link.Host(shop, "db"), service("db")),
		def("datastore:other/db", o, link.Host("k8s/main/other", "db"), service("db")),
		def("datastore:bus", o, service("bus")),
		def("datastore:dotted", o, service("bus.example.com")),
	}
	owned := func(space link.Space, text string) link.Name {
		return link.Name{Space: space, Scope: link.OwnerScope, Text: text}
	}
	of := func(file string) *link.Selector { return &link.Selector{File: file} }
	for _, c := range []struct {
		name   string
		file   string // "": the owner is named, service:lone
		member link.Name
		want   string
	}{
		{"a host, in the owner's namespace", "web.conf", owned(link.SpaceHost, "db"), "service:shop/web -> datastore:shop/db"},
		{"a service's name means the one next to the owner", "web.conf", owned(link.SpaceService, "db"), "service:shop/web -> datastore:shop/db"},
		{"or the one of that name, where nobody is next to the owner", "web.conf", owned(link.SpaceService, "bus"), "service:shop/web -> datastore:bus"},
		{"an owner that stands nowhere has no neighbours", "lone.conf", owned(link.SpaceService, "bus"), "service:lone -> datastore:bus"},
		{"the file of an owner that stands nowhere says hosts", "lone.conf", owned(link.SpaceHost, "bus"), "service:lone -> external:bus"},
		{"an owner known by its name alone says names of services", "", owned(link.SpaceHost, "bus"), "service:lone -> datastore:bus"},
		{"but for what has a dot, which is a host", "", owned(link.SpaceHost, "bus.example.com"), "service:lone -> external:example.com"},
		{"a name with a scope of its own stays there", "web.conf", link.Host("k8s/main/other", "db"), "service:shop/web -> datastore:other/db"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := ref(id("service:lone"), at("f.conf", 3), c.member)
			if c.file != "" {
				r.Owner, r.Owners = link.Name{}, of(c.file)
			}
			var got []string
			for q := range mustLink(t, &link.Fragment{Definitions: all, References: []link.Reference{r}}).AllRequirements() {
				got = append(got, q.Owner.String()+" -> "+q.Members[0].String())
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestWhoeverANameStandsForIsTheOwner: an owner may be named by an id that nobody
// defines, by a name that stands for several, or by one that leads nowhere.
func TestWhoeverANameStandsForIsTheOwner(t *testing.T) {
	const db = " -> datastore:db need=1 run ifLost=down f.yaml:3"
	all := defs("service:v1", "service:v2", "datastore:db")
	bindings := []link.Binding{binds("any", true, id("service:v1"), id("service:v2"))}
	for _, c := range []struct {
		name  string
		owner link.Name
		form  link.Form
		want  []string
	}{
		{"each of those that a name stands for", link.Host(shop, "any"), 0, []string{"service:v1" + db, "service:v2" + db}},
		{"an id that nobody defines", id("service:new"), 0, []string{"service:new" + db}},
		{"an id that a native file uses and nobody defines is missed", id("service:new"), link.Native, []string{
			"service:new" + db, `dangling: "service:new" of : [] f.yaml:3`,
		}},
		{"an id that is none", link.Name{Space: link.SpaceID, Text: "new"}, 0, []string{`dangling: "new" of : [] f.yaml:3`}},
		{"a host that nobody is owns nothing", link.Host(shop, "nobody"), 0, []string{`dangling: "nobody" of : [] f.yaml:3`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := ref(c.owner, at("f.yaml", 3), id("datastore:db"))
			r.Form = c.form
			wantLines(t, mustLink(t, &link.Fragment{Definitions: all, Bindings: bindings, References: []link.Reference{r}}), c.want...)
		})
	}
}

// TestAnAmbiguousOwnerIsNotGuessed: of two that answer to a name, neither owns the need.
func TestAnAmbiguousOwnerIsNotGuessed(t *testing.T) {
	o := at("k8s.yaml", 1)
	wantLines(t, mustLink(t, &link.Fragment{
		Definitions: []link.Definition{def("service:a", o, service("x")), def("service:b", o, service("x")), def("datastore:db", o)},
		References:  []link.Reference{ref(service("x"), at("f.yaml", 3), id("datastore:db")), ref(id("service:a"), at("f.yaml", 4), service("x"))},
	}),
		`ambiguous: "x" of : [service:a service:b] f.yaml:3`,
		`ambiguous: "x" of service:a [service:a service:b] f.yaml:4`,
	)
}

// TestANativeFileDefinesWhatItNames, but for what needs no definition: places, people,
// what is outside, and channels of updates.
func TestANativeFileDefinesWhatItNames(t *testing.T) {
	r := ref(id("service:web"), at("n.yaml", 3), id("service:gone"), id("zone:z"), id("human:h"), id("external:e.com"), id("updates:u"))
	r.Form, r.Terms.Need = link.Native, depgraph.All
	wantLines(t, mustLink(t, &link.Fragment{Definitions: defs("service:web"), References: []link.Reference{r}}),
		"service:web -> external:e.com | human:h | service:gone | updates:u | zone:z need=all run ifLost=down n.yaml:3",
		`dangling: "service:gone" of service:web [] n.yaml:3`,
	)
}

// TestWhatIsOnlyGuessedCountsWhereSomethingAnswers, and never in a file of several users.
func TestWhatIsOnlyGuessedCountsWhereSomethingAnswers(t *testing.T) {
	o := at("k8s.yaml", 1)
	guess := func(owner link.Name, owners *link.Selector, hosts ...string) link.Reference {
		r := link.Reference{Owner: owner, Owners: owners, Origin: at("f.yaml", 3)}
		for _, h := range hosts {
			r.Members = append(r.Members, link.Target{Name: link.Host(shop, h), Guess: true})
		}
		return r
	}
	path := link.Name{Space: link.SpacePath, Text: "shared.conf"}
	f := &link.Fragment{
		Definitions: []link.Definition{def("service:a", o, path), def("service:b", o, path), def("service:c", o), def("datastore:db", o, link.Host(shop, "db"))},
		References: []link.Reference{
			guess(id("service:c"), nil, "db"), guess(id("service:c"), nil, "nobody"), guess(id("service:c"), nil, "db", "nobody"),
			guess(link.Name{}, &link.Selector{File: "shared.conf"}, "db"),
		},
	}
	wantLines(t, mustLink(t, f), "service:c -> datastore:db need=1 run ifLost=down f.yaml:3")
}

// TestANeedOfOneselfIsNone, but in a native file; a quorum keeps its owner's voice.
func TestANeedOfOneselfIsNone(t *testing.T) {
	for _, c := range []struct {
		name    string
		form    link.Form
		need    depgraph.Need
		members string
		want    string
	}{
		{"alone", 0, 1, "service:web", ""},
		{"alone, in a native file", link.Native, 1, "service:web", "service:web 1"},
		{"as an alternative", 0, 1, "service:web service:v1", ""},
		{"as one of all", 0, depgraph.All, "service:web service:v1 service:v2", "service:v1 service:v2 all"},
		{"as a voice of two", 0, 2, "service:web service:v1 service:v2", "service:v1 service:v2 service:web 2"},
		{"as an alternative, in a native file", link.Native, 1, "service:web service:v1", "service:v1 service:web 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := ref(id("service:web"), at("f.yaml", 3))
			for _, m := range strings.Fields(c.members) {
				r.Members = append(r.Members, link.Target{Name: id(m)})
			}
			r.Form, r.Terms.Need = c.form, c.need
			got := ""
			for q := range mustLink(t, &link.Fragment{Definitions: defs("service:web", "service:v1", "service:v2"), References: []link.Reference{r}}).AllRequirements() {
				for _, m := range q.Members {
					got += m.String() + " "
				}
				got += q.Terms.Need.String()
			}
			if got != c.want {
				t.Errorf("needs %q, want %q", got, c.want)
			}
		})
	}
}

// TestSelectedOwnersKeepTheOthers: each of several that a selector selects
// may be among the members, and keeps the others.
func TestSelectedOwnersKeepTheOthers(t *testing.T) {
	r := ref(link.Name{}, at("f.yaml", 3), id("service:v1"), id("service:v2"))
	r.Owners = &link.Selector{PathPrefix: "k8s.yaml"}
	wantLines(t, mustLink(t, &link.Fragment{Definitions: defs("service:v1", "service:v2"), References: []link.Reference{r}}),
		"service:v1 -> service:v2 need=1 run ifLost=down f.yaml:3",
		"service:v2 -> service:v1 need=1 run ifLost=down f.yaml:3",
	)
}

// TestABindingIsNamedAsTheReason: which Service or record led from a name to a node, the
// surest of several that say the same.
func TestABindingIsNamedAsTheReason(t *testing.T) {
	sure := func(line int, confidence float64, name string, to ...link.Name) link.Binding {
		b := link.Binding{Names: []link.Name{link.Host(shop, name)}, To: to, Alternatives: true, Origin: at("svc.yaml", line)}
		b.Origin.Confidence = confidence
		return b
	}
	for _, c := range []struct {
		name     string
		bindings []link.Binding
		want     string
	}{
		{"one", []link.Binding{sure(2, 0.9, "x", id("service:v1"))}, "0.9 through x (svc.yaml:2)"},
		{
			"a chain, whose steps multiply",
			[]link.Binding{sure(2, 0.9, "x", link.Host(shop, "y")), sure(3, 0.5, "y", id("service:v1"))},
			"0.45 through x (svc.yaml:2), through y (svc.yaml:3)",
		},
		{"the surest", []link.Binding{sure(2, 0.5, "x", id("service:v1")), sure(3, 0.9, "x", id("service:v1"))}, "0.9 through x (svc.yaml:3)"},
		{"the surest, in the other order", []link.Binding{sure(2, 0.9, "x", id("service:v1")), sure(3, 0.5, "x", id("service:v1"))}, "0.9 through x (svc.yaml:2)"},
		{"of equals the first", []link.Binding{sure(5, 0.9, "x", id("service:v1")), sure(4, 0.9, "x", id("service:v1"))}, "0.9 through x (svc.yaml:4)"},
		{"nonsense is as sure as nothing said", []link.Binding{sure(2, 1.5, "x", id("service:v1"))}, "1 through x (svc.yaml:2)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &link.Fragment{Definitions: defs("service:web", "service:v1"), Bindings: c.bindings, References: []link.Reference{needs(depgraph.Terms{}, "x")}}
			for _, order := range []func([]link.Binding){func([]link.Binding) {}, slices.Reverse[[]link.Binding]} {
				order(f.Bindings)
				g := mustLink(t, f)
				for q := range g.AllRequirements() {
					o := q.Origins[0]
					if got := trim(o.Confidence) + " " + o.Note; got != c.want {
						t.Errorf("%q, want %q", got, c.want)
					}
				}
			}
		})
	}
}

func trim(x float64) string { return strconv.FormatFloat(x, 'g', 3, 64) }

// TestAGroupOfPlacesIsAPlace: where an owner stands in two of several names, each of which
// is one of several places, what stands for a name is placed in those.
func TestAGroupOfPlacesIsAPlace(t *testing.T) {
	zones := []link.Name{id("zone:a"), id("zone:b")}
	placed := needs(depgraph.Terms{Need: depgraph.All, Via: depgraph.PlacedIn}, "any", "one")
	called := needs(depgraph.Terms{Need: depgraph.All, Via: depgraph.Calls}, "any", "one")
	for _, c := range []struct {
		ref  link.Reference
		want depgraph.Via
	}{{placed, depgraph.PlacedIn}, {called, depgraph.RoutesTo}} {
		g := mustLink(t, &link.Fragment{
			Definitions: defs("service:web", "zone:a", "zone:b", "zone:c"), References: []link.Reference{c.ref},
			Bindings: []link.Binding{binds("any", true, zones...), binds("one", true, id("zone:c"))},
		})
		groups := 0
		for q := range g.AllRequirements() {
			if q.Owner.Kind == depgraph.KindGroup {
				groups++
				if q.Terms.Via != c.want {
					t.Errorf("the members of a group are reached by %q, want %q", q.Terms.Via, c.want)
				}
			}
		}
		if groups != 1 {
			t.Errorf("%d groups, want 1", groups)
		}
	}
}

func TestAFileOfSeveralFormatsIsPartialInTheOneThatMissesSomething(t *testing.T) {
	missed := func(line int, what string) link.Reference {
		r := ref(id("service:web"), depgraph.Origin{Input: "all.yaml", Line: line, Source: "native"}, id(what))
		r.Form = link.Native
		return r
	}
	rows := []depgraph.Input{
		{Path: "all.yaml", Format: "native", Status: depgraph.Complete},
		{Path: "all.yaml", Format: "kubernetes", Status: depgraph.Complete},
		{Path: "other.yaml", Format: "native", Status: depgraph.Complete},
	}
	f := &link.Fragment{Definitions: defs("service:web"), References: []link.Reference{missed(7, "service:y"), missed(4, "service:x"), missed(9, "service:z")}}
	g, err := link.Link([]*link.Fragment{f}, rows, link.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range g.Inputs() {
		want := depgraph.Complete
		if in.Path == "all.yaml" && in.Format == "native" {
			want = depgraph.Partial
			if !strings.Contains(in.Reason, "service:x") || !strings.Contains(in.Reason, "(and 2 more)") {
				t.Errorf("the reason is %q", in.Reason)
			}
		}
		if in.Status != want {
			t.Errorf("%s as %s is %s, want %s", in.Path, in.Format, in.Status, want)
		}
	}
}

// TestTheFirstPlaceOfTheStrongestSpeaks: what is replaced says by whom, the strongest of
// those that speak of its members, and of equals the first by place.
func TestTheFirstPlaceOfTheStrongestSpeaks(t *testing.T) {
	f := &link.Fragment{Definitions: defs("service:web", "datastore:a", "datastore:b"), References: []link.Reference{
		says{who: "native", members: "datastore:a", ifLost: depgraph.Degraded}.reference(9),
		says{who: "native", members: "datastore:b", ifLost: depgraph.Degraded}.reference(4),
		says{who: "structured", members: "datastore:a datastore:b", need: depgraph.All}.reference(2),
	}}
	found := false
	for q := range mustLink(t, f).AllRequirements() {
		if q.Terms.IfLost == depgraph.Unaffected {
			found = true
			if note := q.Origins[0].Note; note != "replaced: native.yaml:4 speaks" {
				t.Errorf("note %q", note)
			}
		}
	}
	if !found {
		t.Error("nothing was replaced")
	}
}

// TestWhatWasSeenUnderANameStandsForIt, where several strong things answer to it.
func TestWhatWasSeenUnderANameStandsForIt(t *testing.T) {
	o := at("k8s.yaml", 1)
	wantLines(t, mustLink(t, &link.Fragment{
		Definitions: []link.Definition{
			def("service:a", o, service("cart")), def("service:b", o, service("cart")), def("service:web", o),
			weak("service:cart", at("traces.json", 0), service("cart")),
		},
		References: []link.Reference{ref(id("service:web"), at("f.yaml", 3), service("cart"))},
	}),
		"service:web -> service:cart need=1 run ifLost=down f.yaml:3",
		`ambiguous: "cart" of service:cart [service:a service:b] traces.json`,
	)
}
