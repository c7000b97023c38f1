package graphjson

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
)

func reading(t *testing.T, text string) *ingest.Reading {
	t.Helper()
	file := filepath.Join(t.TempDir(), "g.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := ingest.Read(t.Context(), []string{file}, []*ingest.Source{Source}, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func graph(fields string) string { return `{"schema":"fateline.graph/v1",` + fields + `}` }

func TestWhatIsWrongInAGraphIsRefusedAtItsPlace(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`{"schema":"fateline.graph/v2"}`, `bad-value 1:11: schema "fateline.graph/v2": want "fateline.graph/v1"`},
		{graph(`"nodez":[]`), `unknown-field 1:31: unknown field "nodez", did you mean "nodes"?`},
		{graph(`"nodes":[{"id":"a"}]`), `bad-value 1:46: id: id "a": want kind:name`},
		{graph(`"nodes":[{"title":"x"}]`), `bad-value 1:40: a node without an id`},
		{graph(`"nodes":[{"id":"zone:a","standby":{}}]`), `bad-value 1:40: node zone:a: a place cannot be a standby`},
		{graph(`"nodes":[{"id":"service:a","origins":[{"basis":"guess"}]}]`), `bad-value 1:40: node service:a: basis "guess"`},
		{graph(`"requirements":[{"members":["service:b"]}]`), `bad-value 1:47: a requirement without an owner`},
		{graph(`"requirements":[{"owner":"service:a","members":[]}]`), `bad-value 1:47: requirement of service:a: no members`},
		{graph(`"requirements":[{"owner":"service:a","members":["service:b"],"need":0}]`), `bad-value 1:99: need: need "0"`},
		{graph(`"requirements":[{"owner":"service:a","members":["service:b"],"phases":["ran"]}]`), `bad-value 1:47: requirement of service:a: phase "ran"`},
		{graph(`"drills":[{"date":"soon","scope":"whole"}]`), `bad-value 1:41: drill: date "soon"`},
		{graph(`"unresolved":[{"name":"x","why":"lost"}]`), `bad-value 1:45: reason "lost"`},
		{graph(`"inputs":[{"path":"x","status":"fine"}]`), `bad-value 1:41: input "x": status "fine"`},
		{graph(`"nodes":[]`) + "x", `trailing-data 1:42: text after the end of the JSON value`},
		{strings.TrimSuffix(graph(`"nodes":[]`), "}"), `early-end 1:41: the text ends inside a JSON value`},
	} {
		r := reading(t, c.in)
		if !r.Inputs[0].Status.Incomplete() {
			t.Errorf("%s: the row is %s", c.in, r.Inputs[0].Status)
		}
		if len(r.Problems) == 0 {
			t.Errorf("%s: no problem, want %s", c.in, c.want)
			continue
		}
		p := r.Problems[0]
		if got := fmt.Sprintf("%s %d:%d: %s", p.ID, p.Line, p.Col, p.Msg); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

func TestARecordThatIsNotUnderstoodCountsForNothing(t *testing.T) {
	r := reading(t, graph(`"requirements":[{"owner":"service:a","members":["service:b","service:c"],"need":"most"},{"owner":"service:a","members":["service:d"]}],"nodes":[{"id":"service:a","tier":"0"}]`))
	if f := r.Fragments[0]; len(f.Linked) != 1 || len(f.Definitions) != 0 {
		t.Errorf("%d requirements and %d definitions, want the one record that is right", len(f.Linked), len(f.Definitions))
	}
	if len(r.Problems) != 2 {
		t.Errorf("problems %+v, want one for each broken record", r.Problems)
	}
}

func TestNoCutOfAGraphIsComplete(t *testing.T) {
	whole := graph(`"nodes":[{"id":"service:a","tier":0}],"requirements":[{"owner":"service:a","members":["service:b"]}],"inputs":[]`)
	if in := reading(t, whole).Inputs[0]; in.Status != depgraph.Complete || in.Unproven {
		t.Fatalf("row %+v", in)
	}
	for cut := range len(whole) {
		if in := reading(t, whole[:cut]).Inputs[0]; in.Status == depgraph.Complete {
			t.Errorf("cut at %d: %+v", cut, in)
		}
	}
}

func TestARecordWithoutAnOriginIsItsOwn(t *testing.T) {
	r := reading(t, graph("\n\"nodes\":[{\"id\":\"service:a\",\"tier\":0},{\"id\":\"service:c\"}],\n\"requirements\":[{\"owner\":\"service:a\",\"members\":[\"service:b\"]}]"))
	f := r.Fragments[0]
	if len(f.Definitions) != 1 || f.Definitions[0].Origin.Place() != "g.json:2:10" {
		t.Errorf("definitions %+v, want one at g.json:2:10", f.Definitions)
	}
	if len(f.Linked) != 1 || f.Linked[0].Origins[0].Place() != "g.json:3:17" || f.Linked[0].Origins[0].Source != "graph" {
		t.Errorf("requirements %+v, want one at g.json:3:17", f.Linked)
	}
}
