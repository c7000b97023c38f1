package link_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// says is what one source says that service:web needs.
type says struct {
	who     string // native, structured, text, observed or implied
	members string // blank-separated
	need    depgraph.Need
	ifLost  depgraph.IfLost
	phases  []depgraph.Phase
	lasts   time.Duration
	via     depgraph.Via
}

func (s says) reference(line int) link.Reference {
	o := at(s.who+".yaml", line)
	form := map[string]link.Form{"native": link.Native, "text": link.Text}[s.who]
	switch s.who {
	case "observed":
		o.Basis, o.Confidence = depgraph.Observed, 0.8
	case "implied":
		o.Basis = depgraph.Implied
	}
	var members []link.Name
	for _, m := range strings.Fields(s.members) {
		members = append(members, id(m))
	}
	r := ref(id("service:web"), o, members...)
	r.Form = form
	r.Terms = depgraph.Terms{Need: s.need, IfLost: s.ifLost, Lasts: s.lasts, Via: s.via}
	if len(s.phases) > 0 {
		r.Terms.Phases = depgraph.PhasesOf(s.phases...)
	}
	return r
}

func TestTheStrongestSourceSpeaksOfAMemberInAPhase(t *testing.T) {
	const a, b, c = "datastore:a", "datastore:b", "datastore:c"
	run, start := []depgraph.Phase{depgraph.Run}, []depgraph.Phase{depgraph.Start}
	both := []depgraph.Phase{depgraph.Run, depgraph.Start}
	for _, tc := range []struct {
		name string
		says []says
		want []string // without "service:web -> "
	}{
		{"a native requirement replaces a string", []says{{who: "native", members: a, ifLost: depgraph.Degraded}, {who: "text", members: a}}, []string{
			"datastore:a need=1 run ifLost=degraded native.yaml:1",
			"datastore:a need=1 run ifLost=unaffected text.yaml:2",
		}},
		{"a native requirement without effect silences the others", []says{{who: "native", members: a, ifLost: depgraph.Unaffected}, {who: "structured", members: a}}, []string{
			"datastore:a need=1 run ifLost=unaffected native.yaml:1 structured.yaml:2",
		}},
		{"the order is native, field, string, observed, implied", []says{
			{who: "implied", members: a, ifLost: depgraph.Down}, {who: "text", members: a, ifLost: depgraph.Degraded}, {who: "structured", members: a},
		}, []string{
			"datastore:a need=1 run ifLost=down implied.yaml:1 structured.yaml:3",
			"datastore:a need=1 run ifLost=unaffected text.yaml:2",
		}},
		{"those that say the same speak together", []says{{who: "native", members: a, via: depgraph.Reads}, {who: "text", members: a, via: depgraph.Calls}}, []string{
			"datastore:a need=1 run ifLost=down native.yaml:1 text.yaml:2",
		}},
		{"a source speaks in the phases that no stronger one speaks of", []says{
			{who: "native", members: a, phases: run, ifLost: depgraph.Degraded}, {who: "structured", members: a, phases: both},
		}, []string{
			"datastore:a need=1 run ifLost=degraded native.yaml:1",
			"datastore:a need=1 run ifLost=unaffected structured.yaml:2",
			"datastore:a need=1 start ifLost=down structured.yaml:2",
		}},
		{"to be allowed to call is not to say what a loss does", []says{
			{who: "structured", members: a, ifLost: depgraph.Unaffected, via: depgraph.MayCall}, {who: "text", members: a}, {who: "observed", members: a, ifLost: depgraph.Degraded},
		}, []string{
			"datastore:a need=1 run ifLost=down text.yaml:2 observed.yaml:3=datastore:a",
			"datastore:a need=1 run ifLost=unaffected structured.yaml:1",
		}},
		{"a native file that allows a call means what it says", []says{
			{who: "native", members: a, ifLost: depgraph.Unaffected, via: depgraph.MayCall}, {who: "text", members: a},
		}, []string{
			"datastore:a need=1 run ifLost=unaffected text.yaml:2",
			"datastore:a need=1 run ifLost=unaffected native.yaml:1",
		}},
		{"equals all speak", []says{{who: "text", members: a}, {who: "text", members: a, ifLost: depgraph.Degraded}}, []string{
			"datastore:a need=1 run ifLost=down text.yaml:1",
			"datastore:a need=1 run ifLost=degraded text.yaml:2",
		}},
		{"alternatives stay whole while the others can meet the need", []says{
			{who: "native", members: a, ifLost: depgraph.Degraded}, {who: "text", members: a + " " + b},
		}, []string{
			"datastore:a need=1 run ifLost=degraded native.yaml:1",
			"datastore:a | datastore:b need=1 run ifLost=down text.yaml:2",
		}},
		{"alternatives that are all spoken of are replaced", []says{
			{who: "native", members: a, ifLost: depgraph.Degraded}, {who: "native", members: b, ifLost: depgraph.Degraded}, {who: "text", members: a + " " + b},
		}, []string{
			"datastore:a need=1 run ifLost=degraded native.yaml:1",
			"datastore:a | datastore:b need=1 run ifLost=unaffected text.yaml:3",
			"datastore:b need=1 run ifLost=degraded native.yaml:2",
		}},
		{"of all that are needed, only those spoken of are replaced", []says{
			{who: "native", members: a, ifLost: depgraph.Degraded}, {who: "structured", members: a + " " + b + " " + c, need: depgraph.All},
		}, []string{
			"datastore:a need=1 run ifLost=degraded native.yaml:1",
			"datastore:a need=all run ifLost=unaffected structured.yaml:2",
			"datastore:b | datastore:c need=all run ifLost=down structured.yaml:2",
		}},
		{"a quorum stays whole while the others are one", []says{
			{who: "native", members: a, ifLost: depgraph.Degraded}, {who: "structured", members: a + " " + b + " " + c, need: depgraph.Quorum},
		}, []string{
			"datastore:a need=1 run ifLost=degraded native.yaml:1",
			"datastore:a | datastore:b | datastore:c need=quorum run ifLost=down structured.yaml:2",
		}},
		{"a quorum of which too few are left says nothing more", []says{
			{who: "native", members: a + " " + b, ifLost: depgraph.Degraded}, {who: "structured", members: a + " " + b + " " + c, need: depgraph.Quorum},
		}, []string{
			"datastore:a | datastore:b need=1 run ifLost=degraded native.yaml:1",
			"datastore:a | datastore:b | datastore:c need=quorum run ifLost=unaffected structured.yaml:2",
		}},
		{"three of four, two spoken of, is one of the other two", []says{
			{who: "native", members: a + " " + b, ifLost: depgraph.Degraded}, {who: "structured", members: a + " " + b + " " + c + " datastore:d", need: depgraph.AtLeast(3)},
		}, []string{
			"datastore:a | datastore:b need=1 run ifLost=degraded native.yaml:1",
			"datastore:a | datastore:b need=3 run ifLost=unaffected structured.yaml:2",
			"datastore:c | datastore:d need=1 run ifLost=down structured.yaml:2",
		}},
		{"a call confirms the declared requirement", []says{{who: "observed", members: a}, {who: "text", members: a, ifLost: depgraph.Degraded}}, []string{
			"datastore:a need=1 run ifLost=degraded text.yaml:2 observed.yaml:1=datastore:a",
		}},
		{"a call to one member confirms that member", []says{{who: "observed", members: b}, {who: "structured", members: a + " " + b}}, []string{
			"datastore:a | datastore:b need=1 run ifLost=down structured.yaml:2 observed.yaml:1=datastore:b",
		}},
		{"a call to any of several confirms each", []says{{who: "observed", members: a + " " + b}, {who: "structured", members: a + " " + b + " " + c, need: depgraph.All}}, []string{
			"datastore:a | datastore:b | datastore:c need=all run ifLost=down structured.yaml:2 observed.yaml:1=datastore:a observed.yaml:1=datastore:b",
		}},
		{"a call confirms what the strongest says, not what is replaced", []says{
			{who: "observed", members: a}, {who: "text", members: a}, {who: "native", members: a, ifLost: depgraph.Degraded},
		}, []string{
			"datastore:a need=1 run ifLost=degraded native.yaml:3 observed.yaml:1=datastore:a",
			"datastore:a need=1 run ifLost=unaffected text.yaml:2",
		}},
		{"a call to a member of a quorum that says nothing more stays on record", []says{
			{who: "native", members: a + " " + b, ifLost: depgraph.Degraded},
			{who: "structured", members: a + " " + b + " " + c, need: depgraph.Quorum},
			{who: "observed", members: c},
		}, []string{
			"datastore:a | datastore:b need=1 run ifLost=degraded native.yaml:1",
			"datastore:a | datastore:b | datastore:c need=quorum run ifLost=unaffected structured.yaml:2",
			"datastore:c need=1 run ifLost=down observed.yaml:3",
		}},
		{"a call that no declaration names is a requirement", []says{{who: "observed", members: b}, {who: "text", members: a}}, []string{
			"datastore:a need=1 run ifLost=down text.yaml:2",
			"datastore:b need=1 run ifLost=down observed.yaml:1",
		}},
		{"what is only declared to start is seen to be needed to run", []says{{who: "observed", members: a}, {who: "structured", members: a, phases: start}}, []string{
			"datastore:a need=1 run ifLost=down observed.yaml:1",
			"datastore:a need=1 start ifLost=down structured.yaml:2",
		}},
		{"a call replaces what is implied", []says{{who: "implied", members: a, ifLost: depgraph.Degraded}, {who: "observed", members: a}}, []string{
			"datastore:a need=1 run ifLost=down observed.yaml:2",
			"datastore:a need=1 run ifLost=unaffected implied.yaml:1",
		}},
		{"a native placement displaces another of the same kind", []says{
			{who: "native", members: "zone:a", phases: both, via: depgraph.PlacedIn}, {who: "structured", members: "zone:b zone:c", phases: both, via: depgraph.PlacedIn},
		}, []string{
			"zone:a need=1 run,start ifLost=down native.yaml:1",
			"zone:b | zone:c need=1 run,start ifLost=unaffected structured.yaml:2",
			`conflicting: "in" of service:web [zone:a zone:b zone:c] native.yaml:1`,
		}},
		{"two placements of equal standing both count, and are reported", []says{
			{who: "structured", members: "zone:a", phases: both, via: depgraph.PlacedIn}, {who: "structured", members: "zone:b", phases: both, via: depgraph.PlacedIn},
		}, []string{
			"zone:a need=1 run,start ifLost=down structured.yaml:1",
			"zone:b need=1 run,start ifLost=down structured.yaml:2",
			`conflicting: "in" of service:web [zone:a zone:b] structured.yaml:1`,
		}},
		{"places that several facts say are apart are reported once, where it is read first", []says{
			{who: "structured", members: "zone:b", phases: both, via: depgraph.PlacedIn},
			{who: "structured", members: "zone:a", phases: both, via: depgraph.PlacedIn},
			{who: "structured", members: "zone:b", phases: both, via: depgraph.PlacedIn},
			{who: "structured", members: "zone:a", phases: both, via: depgraph.PlacedIn},
		}, []string{
			"zone:a need=1 run,start ifLost=down structured.yaml:2 structured.yaml:4",
			"zone:b need=1 run,start ifLost=down structured.yaml:1 structured.yaml:3",
			`conflicting: "in" of service:web [zone:a zone:b] structured.yaml:1`,
		}},
		{"places of different kinds do not contradict", []says{
			{who: "native", members: "facility:a", phases: both, via: depgraph.PlacedIn}, {who: "structured", members: "cluster:b", phases: both, via: depgraph.PlacedIn},
		}, []string{
			"cluster:b need=1 run,start ifLost=down structured.yaml:2",
			"facility:a need=1 run,start ifLost=down native.yaml:1",
		}},
		{"a narrower choice of the same places does not contradict", []says{
			{who: "native", members: "zone:a zone:b", phases: both, via: depgraph.PlacedIn}, {who: "structured", members: "zone:b zone:c", phases: both, via: depgraph.PlacedIn},
		}, []string{
			"zone:a | zone:b need=1 run,start ifLost=down native.yaml:1",
			"zone:b | zone:c need=1 run,start ifLost=down structured.yaml:2",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := &link.Fragment{Definitions: defs("service:web", a, b, c, "datastore:d")}
			for i, s := range tc.says {
				f.References = append(f.References, s.reference(i+1))
			}
			var want []string
			for _, w := range tc.want {
				if !strings.HasPrefix(w, "conflicting") {
					w = "service:web -> " + w
				}
				want = append(want, w)
			}
			wantLines(t, mustLink(t, f), want...)
		})
	}
}

func TestWhatIsReplacedSaysByWhom(t *testing.T) {
	f := &link.Fragment{Definitions: defs("service:web", "datastore:a"), References: []link.Reference{
		says{who: "native", members: "datastore:a", ifLost: depgraph.Degraded}.reference(7), says{who: "text", members: "datastore:a"}.reference(2),
	}}
	for r := range mustLink(t, f).AllRequirements() {
		if r.Terms.IfLost == depgraph.Unaffected && r.Origins[0].Note != "replaced: native.yaml:7 speaks" {
			t.Errorf("note %q", r.Origins[0].Note)
		}
	}
}

func TestANativeFileSpeaksOverAGraphThatWasReadBack(t *testing.T) {
	before := mustLink(t, &link.Fragment{Definitions: defs("service:web", "datastore:a", "datastore:b"), References: []link.Reference{
		says{who: "structured", members: "datastore:a"}.reference(1), says{who: "text", members: "datastore:b"}.reference(2),
	}})
	g := mustLink(t, asFragment(before), &link.Fragment{References: []link.Reference{
		says{who: "native", members: "datastore:a", ifLost: depgraph.Degraded}.reference(3), says{who: "observed", members: "datastore:b"}.reference(4),
		says{who: "text", members: "datastore:b", ifLost: depgraph.Degraded}.reference(5),
	}})
	wantLines(t, g,
		"service:web -> datastore:a need=1 run ifLost=degraded native.yaml:3",
		"service:web -> datastore:a need=1 run ifLost=unaffected structured.yaml:1",
		"service:web -> datastore:b need=1 run ifLost=down text.yaml:2 observed.yaml:4=datastore:b",
		"service:web -> datastore:b need=1 run ifLost=unaffected text.yaml:5",
	)
}
