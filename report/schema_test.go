package report_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/reporttest"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(report.JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("report.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("report.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func valid(t *testing.T, s *jsonschema.Schema, text string) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

func TestEveryReportFitsItsSchema(t *testing.T) {
	s := schema(t)
	for _, d := range []*report.Document{reporttest.Sample(), reporttest.Violated(), reporttest.Passing()} {
		if err := valid(t, s, string(encoded(t, d))); err != nil {
			t.Error(err)
		}
	}
}

func TestTheSchemaRefusesWhatIsNoReport(t *testing.T) {
	s := schema(t)
	good := string(encoded(t, reporttest.Sample()))
	for _, c := range [][2]string{
		{`"schema": "fateline.report/v1"`, `"schema": "fateline.report/v2"`},
		{`"status": "incomplete"`, `"status": "fine"`},
		{`"exit": 3`, `"exit": 2`},
		{`"verdict": {`, `"more": 1, "verdict": {`},
		{`"severity": "high"`, `"severity": "dire"`},
		{`"waived": true`, `"waived": false`},
		{`"expires": "2026-12-04"`, `"expires": "soon"`},
		{`"confidence": 0.8`, `"confidence": 1.8`},
		{`"basis":"declared"`, `"basis":"guessed"`},
		{`"members":["service:ferry/payments"]`, `"members":[]`},
		{`"need":1`, `"need":0`},
		{`"takes":"40m0s"`, `"takes":"40 minutes"`},
		{`"why":"dangling"`, `"why":"lost"`},
		{`"id":"datastore:ferry/ledger"`, `"id":"ledger"`},
		{`"phase": "recover"`, `"phase": "repair"`},
	} {
		bad := strings.Replace(good, c[0], c[1], 1)
		if bad == good {
			t.Errorf("the sample has no %s", c[0])
			continue
		}
		if valid(t, s, bad) == nil {
			t.Errorf("%s in place of %s fits the schema", c[1], c[0])
		}
	}
}

func TestTheSchemaKnowsEveryFieldAndNoOther(t *testing.T) {
	var s map[string]any
	if err := json.Unmarshal(report.JSONSchema(), &s); err != nil {
		t.Fatal(err)
	}
	defs := s["$defs"].(map[string]any)
	for name, value := range map[string]any{
		"verdict": report.Verdict{}, "fixed": report.Fixed{}, "input": report.Input{}, "rule": report.Rule{}, "finding": report.Finding{},
		"step": report.Step{}, "claim": report.Claim{}, "hidden": report.Hidden{}, "waiver": report.Waiver{}, "origin": report.Origin{},
		"model": depgraph.Wire{}, "node": depgraph.WireNode{}, "standby": depgraph.WireStandby{}, "requirement": depgraph.WireRequirement{},
		"drill": depgraph.WireDrill{}, "unresolved": depgraph.WireUnresolved{},
	} {
		known := slices.Sorted(maps.Keys(defs[name].(map[string]any)["properties"].(map[string]any)))
		var fields []string
		for typ, i := reflect.TypeOf(value), 0; i < typ.NumField(); i++ {
			field, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			fields = append(fields, field)
		}
		slices.Sort(fields)
		if diff := cmp.Diff(fields, known); diff != "" {
			t.Errorf("%s: fields of the type (-) and of the schema (+):\n%s", name, diff)
		}
	}
}
