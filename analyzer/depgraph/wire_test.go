package depgraph_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/analyzer/tiertest"
)

func encode(t interface{ Fatal(...any) }, g *depgraph.Graph) string {
	out, err := json.MarshalIndent(depgraph.ToWire(g), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestAnyGraphSurvivesItsJSON(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		g := drawGraph(t)
		written := encode(t, g)
		var w depgraph.Wire
		if err := strict.DecodeJSON([]byte(written), &w); err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		back, err := w.Graph()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(g.Text(), back.Text()); diff != "" {
			t.Fatalf("graph (-written +read):\n%s", diff)
		}
		if diff := cmp.Diff(written, encode(t, back)); diff != "" {
			t.Fatalf("JSON (-first +second):\n%s", diff)
		}
	})
}

func TestTheJSONOfAGraphIsWhatIsDocumented(t *testing.T) {
	g, err := depgraph.ParseText(`service:a  tier=0 ga takes=90m replicas=3  a.yaml:1:2
service:spare  standby activatedBy=human:call activationNeed=all activationTakes=2h0m0s  a.yaml:3
service:a -> service:b | service:c  need=quorum run,start ifLost=degraded lasts=36h via=calls  a.yaml:4 t.json:1,member=service:b,source=traces,basis=observed,confidence=0.9,count=2,errors=1,first=2026-01-02T03:04:05Z,last=2026-01-02T03:04:06Z,example=ab
service:a -> service:d  a.yaml:5
drill 2026-05-10 service:b  part covers=human:call  a.yaml:6
unresolved service:a dangling  name=x scope=k8s/main  a.yaml:7
`)
	if err != nil {
		t.Fatal(err)
	}
	b := g.Builder()
	b.AddInput(depgraph.Input{Path: "a.yaml", Format: "native", Status: depgraph.Complete, Bytes: 7, Documents: 1, Unproven: true, SHA256: "00"})
	b.AddInput(depgraph.Input{Path: "g.json", Format: depgraph.WireFormat, Status: depgraph.Complete})
	b.AddInput(depgraph.Input{Path: "h.json", Format: depgraph.WireFormat, Status: depgraph.Partial, Reason: "cut"})
	if g, err = b.Build(); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(encode(t, g)), "")
	for _, want := range []string{
		`{"schema":"fateline.graph/v1","nodes":[{"id":"human:call"},{"id":"service:a","tier":0,"ga":true,"replicas":3,"takes":"1h30m0s","origins":[{"input":"a.yaml","line":1,"column":2,"basis":"declared","confidence":1}]}`,
		`"standby":{"activatedBy":["human:call"],"need":"all","takes":"2h0m0s"}`,
		`{"owner":"service:a","members":["service:b","service:c"],"need":"quorum","phases":["run","start"],"ifLost":"degraded","lasts":"36h0m0s","via":"calls","origins":[`,
		`{"member":"service:b","input":"t.json","line":1,"source":"traces","basis":"observed","confidence":0.9,"count":2,"errors":1,"firstSeen":"2026-01-02T03:04:05Z","lastSeen":"2026-01-02T03:04:06Z","example":"ab"}`,
		`{"owner":"service:a","members":["service:d"],"need":1,"phases":["run"],"ifLost":"down","origins":[`,
		`"drills":[{"date":"2026-05-10","fails":["service:b"],"scope":"part","covers":["human:call"],"origin":{`,
		`"unresolved":[{"owner":"service:a","name":"x","scope":"k8s/main","why":"dangling","origin":{`,
		`"inputs":[{"path":"a.yaml","format":"native","status":"complete","documents":1,"unproven":true},{"path":"h.json","format":"graph","status":"partial","reason":"cut"}]}`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the JSON lacks\n%s\nit is\n%s", want, got)
		}
	}
}

func TestBrokenGraphJSONIsRefused(t *testing.T) {
	for _, c := range []struct{ json, want string }{
		{`{"schema":"fateline.graph/v2"}`, `schema "fateline.graph/v2": want "fateline.graph/v1"`},
		{`{"nodes":[]}`, `schema "": want`},
		{`{"schema":"fateline.graph/v1","nodez":[]}`, `1:31: unknown field "nodez", did you mean "nodes"?`},
		{`{"schema":"fateline.graph/v1","nodes":[{"id":"a"}]}`, `1:46: id: id "a": want kind:name`},
		{`{"schema":"fateline.graph/v1","nodes":[{"title":"a"}]}`, `a node without an id`},
		{`{"schema":"fateline.graph/v1","requirements":[{"owner":"service:a","members":["service:b"],"need":0,"origins":[{}]}]}`, `need "0": want a positive number`},
		{`{"schema":"fateline.graph/v1","requirements":[{"owner":"service:a","members":["service:b"],"phases":["ran"],"origins":[{}]}]}`, `phase "ran"`},
		{`{"schema":"fateline.graph/v1","requirements":[{"owner":"service:a","members":["service:b"],"ifLost":"dead","origins":[{}]}]}`, `ifLost "dead"`},
		{`{"schema":"fateline.graph/v1","requirements":[{"owner":"service:a","members":["service:b"],"lasts":"-1s","origins":[{}]}]}`, `lasts: duration "-1s"`},
		{`{"schema":"fateline.graph/v1","requirements":[{"owner":"service:a","members":[],"origins":[{}]}]}`, `a requirement without members`},
		{`{"schema":"fateline.graph/v1","requirements":[{"owner":"service:a","members":["service:b"]}]}`, `a requirement without an origin`},
		{`{"schema":"fateline.graph/v1","requirements":[{"owner":"service:a","members":["service:b"],"origins":[{"confidence":2}]}]}`, `confidence 2: want`},
		{`{"schema":"fateline.graph/v1","requirements":[{"owner":"service:a","members":["service:b"],"origins":[{"basis":"guess"}]}]}`, `basis "guess"`},
		{`{"schema":"fateline.graph/v1","requirements":[{"owner":"service:a","members":["service:b"],"origins":[{"firstSeen":"monday"}]}]}`, `time "monday"`},
		{`{"schema":"fateline.graph/v1","drills":[{"date":"10.5.2026","scope":"whole"}]}`, `drill: date "10.5.2026"`},
		{`{"schema":"fateline.graph/v1","drills":[{"date":"2026-05-10"}]}`, `drill: scope ""`},
		{`{"schema":"fateline.graph/v1","unresolved":[{"name":"x"}]}`, `reason "": want dangling`},
		{`{"schema":"fateline.graph/v1","inputs":[{"path":"x"}]}`, `input "x": status ""`},
	} {
		var w depgraph.Wire
		err := strict.DecodeJSON([]byte(c.json), &w)
		if err == nil {
			_, err = w.Graph()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n got %v\nwant %s", c.json, err, c.want)
		}
	}
}
