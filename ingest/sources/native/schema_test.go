package native

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/analyzer/tiertest"
	"github.com/fateline/fateline/ingest"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("native.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("native.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// instance returns a document as the validator wants it.
func instance(t interface{ Fatal(...any) }, doc strict.Document) any {
	var v any
	if err := doc.Decode(&v); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// readText reads one file and returns its row.
func readText(t interface {
	Fatal(...any)
	Helper()
}, dir, text string,
) depgraph.Input {
	t.Helper()
	file := filepath.Join(dir, "in.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := ingest.Read(context.Background(), []string{file}, []*ingest.Source{Source}, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r.Inputs[0]
}

func TestTheSchemaAndTheTypesNameTheSameFields(t *testing.T) {
	var root map[string]any
	if err := strict.DecodeJSON([]byte(Schema()), &root); err != nil {
		t.Fatal(err)
	}
	properties := func(path ...string) []string {
		at := any(root)
		for _, step := range path {
			if list, ok := at.([]any); ok {
				at = list[len(list)-1]
			}
			at = at.(map[string]any)[step]
		}
		return slices.Sorted(maps.Keys(at.(map[string]any)))
	}
	fields := func(v any) []string {
		var names []string
		for _, f := range reflect.VisibleFields(reflect.TypeOf(v)) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return names
	}
	for _, c := range []struct {
		of   any
		path []string
	}{
		{architecture[[]node]{}, []string{"properties"}},
		{metadata{}, []string{"properties", "metadata", "properties"}},
		{node{}, []string{"$defs", "node", "properties"}},
		{standby{}, []string{"$defs", "node", "properties", "standby", "properties"}},
		{drill{}, []string{"$defs", "drill", "properties"}},
		{longNeed{}, []string{"$defs", "need", "anyOf", "properties"}},
	} {
		if diff := cmp.Diff(fields(c.of), properties(c.path...)); diff != "" {
			t.Errorf("%T (-types +schema):\n%s", c.of, diff)
		}
	}
}

func TestTheSchemaKnowsEveryPhaseEffectAndPlace(t *testing.T) {
	for _, p := range depgraph.AllPhases() {
		if !strings.Contains(Schema(), `"`+p.String()+`"`) {
			t.Errorf("phase %s is not in the schema", p)
		}
	}
	schema := compiled(t)
	for _, kind := range []depgraph.Kind{
		depgraph.KindProvider, depgraph.KindRegion, depgraph.KindFacility, depgraph.KindZone, depgraph.KindRack, depgraph.KindHost,
		depgraph.KindCluster, depgraph.KindNodePool, depgraph.KindPower, depgraph.KindNetwork, depgraph.KindService, "facillity",
	} {
		docs, err := strict.YAML(fmt.Appendf(nil, "apiVersion: fateline.dev/v1\nkind: Architecture\nnodes: [{id: 'service:a', survives: [%s]}]\n", kind), strict.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if valid := schema.Validate(instance(t, docs[0])) == nil; valid != kind.IsPlace() {
			t.Errorf("survives: [%s] is valid: %t, want %t", kind, valid, kind.IsPlace())
		}
	}
}

// TestWhatTheSchemaAcceptsTheReaderReads draws documents from parts of which
// many are wrong.
func TestWhatTheSchemaAcceptsTheReaderReads(t *testing.T) {
	schema := compiled(t)
	dir := t.TempDir()
	scalar := rapid.SampledFrom([]string{"service:a", "zone:b", "'datastore:x y'", "noid", "1", "0", "-1", "2.5", "true", "10m", "2d", "1d12h", "-5m", "soon", "quorum", "all", "run", "down", "degraded", "whole", "2023-05-10", "2023-13-01", "facility", "~", "''", "x"})
	idish := rapid.OneOf(rapid.SampledFrom([]string{"service:a", "zone:b", "human:c"}), scalar)
	value := rapid.Custom(func(t *rapid.T) string {
		switch rapid.IntRange(0, 5).Draw(t, "shape") {
		case 0:
			return "[" + idish.Draw(t, "item") + ", " + idish.Draw(t, "item") + "]"
		case 1:
			return "[]"
		case 2:
			return "{" + rapid.SampledFrom([]string{"anyOf", "node", "shards", "activatedBy", "a"}).Draw(t, "key") + ": [" + idish.Draw(t, "item") + "], " + rapid.SampledFrom([]string{"need", "takes", "b"}).Draw(t, "key") + ": " + scalar.Draw(t, "value") + "}"
		}
		return idish.Draw(t, "scalar")
	})
	ways := []string{"service:a", "[service:a, zone:b]", "[]", "{anyOf: [service:a], need: 1}", "{anyOf: [service:a, service:b], need: quorum}"}
	right := map[string][]string{
		"title": {"x"}, "aliases": {"[x, 'y z']"}, "labels": {"{a: b}"}, "owner": {"x"}, "env": {"x"}, "tier": {"0"}, "ga": {"true"}, "survives": {"[facility, 'service:a']"},
		"replicas": {"3"}, "manual": {"false"}, "takes": {"10m", "2d", "1d12h", "0"}, "annualFailureRate": {"0.02", "1"}, "in": ways, "repairedBy": ways, "deployedBy": ways,
		"watchedBy": ways, "standby": {"{activatedBy: ['human:x'], takes: 2h}", "{}"}, "staged": {"true"}, "window": {"x"}, "node": {"service:a"}, "anyOf": {"[service:a, service:b]"},
		"shards": {"[service:a, service:b]"}, "need": {"2", "quorum", "all"}, "via": {"calls"}, "phase": {"run", "[run, start]"}, "ifLost": {"degraded"}, "lasts": {"36h"}, "note": {"x"},
		"date": {"2023-05-10"}, "scope": {"whole", "part"}, "covers": {"[]", "['tool:x']"},
	}
	needField := rapid.SampledFrom([]string{"node", "anyOf", "shards", "need", "via", "phase", "ifLost", "lasts", "note", "other"})
	nodeField := rapid.SampledFrom([]string{"title", "aliases", "labels", "owner", "env", "tier", "ga", "survives", "replicas", "manual", "takes", "annualFailureRate", "in", "repairedBy", "deployedBy", "watchedBy", "standby", "staged", "window", "other"})
	record := func(t *rapid.T, first string, field *rapid.Generator[string]) string {
		parts := []string{}
		if first != "" {
			parts = append(parts, first)
		}
		for _, name := range rapid.SliceOfNDistinct(field, 0, 3, rapid.ID[string]).Draw(t, "fields") {
			if right := right[name]; right != nil && rapid.IntRange(0, 5).Draw(t, "right") > 0 {
				parts = append(parts, name+": "+rapid.SampledFrom(right).Draw(t, name))
			} else {
				parts = append(parts, name+": "+value.Draw(t, name))
			}
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	valid, invalid := 0, 0
	tiertest.Check(t, func(t *rapid.T) {
		text := "apiVersion: fateline.dev/v1\nkind: Architecture\nnodes:\n"
		text += "- " + record(t, "id: "+rapid.SampledFrom([]string{"'service:n'", "service:n", "noid"}).Draw(t, "id"), nodeField) + "\n"
		text += "- {id: 'service:m', needs: [" + record(t, rapid.SampledFrom([]string{"node: 'service:a'", "anyOf: ['service:a', 'service:b']", "shards: ['service:a']", ""}).Draw(t, "what"), needField) + "]}\n"
		text += "drills:\n- " + record(t, "fails: ['service:n'], date: 2023-05-10", rapid.SampledFrom([]string{"scope", "covers"})) + "\n"
		docs, err := strict.YAML([]byte(text), strict.Limits{})
		if err != nil {
			return
		}
		if schema.Validate(instance(t, docs[0])) != nil {
			invalid++
			return
		}
		valid++
		if in := readText(t, dir, text); in.Status != depgraph.Complete {
			t.Fatalf("the schema accepts and the reader refuses:\n%s%s: %s", text, in.Status, in.Reason)
		}
	})
	if valid == 0 || invalid == 0 {
		t.Errorf("%d valid and %d invalid documents were drawn: the test shows nothing", valid, invalid)
	}
}

func TestExamplesAreValid(t *testing.T) {
	schema := compiled(t)
	files, err := filepath.Glob("../../../examples/*/*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, ours := claim(file, data); !ours {
			continue
		}
		docs, err := strict.YAML(data, strict.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for _, doc := range docs {
			n++
			if err := schema.Validate(instance(t, doc)); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
	if n == 0 {
		t.Error("no example is in the native format")
	}
}
