package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/reporttest"
)

func encoded(t *testing.T, d *report.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := d.Encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestADocumentDecodesBackToAnEqualOne(t *testing.T) {
	for _, c := range []struct {
		name string
		doc  *report.Document
	}{{"incomplete", reporttest.Sample()}, {"violated", reporttest.Violated()}, {"passing", reporttest.Passing()}} {
		t.Run(c.name, func(t *testing.T) {
			text := encoded(t, c.doc)
			back, err := report.Decode(text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.doc, back, cmpopts.IgnoreUnexported(report.Document{}), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("decoded document differs (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(depgraph.ToWire(c.doc.Linked()), depgraph.ToWire(back.Linked())); diff != "" {
				t.Errorf("decoded graph differs (-want +got):\n%s", diff)
			}
			if again := encoded(t, back); !bytes.Equal(text, again) {
				t.Errorf("encoding what was decoded gives other bytes:\n%s", cmp.Diff(string(text), string(again)))
			}
		})
	}
}

func TestEveryRunGivesTheSameBytes(t *testing.T) {
	first := encoded(t, reporttest.Sample())
	for range 20 {
		if again := encoded(t, reporttest.Sample()); !bytes.Equal(first, again) {
			t.Fatalf("bytes differ:\n%s", cmp.Diff(string(first), string(again)))
		}
	}
}

func TestDecodeRefusesWhatIsNoReport(t *testing.T) {
	good := string(encoded(t, reporttest.Sample()))
	for _, c := range []struct{ name, old, new, want string }{
		{"an unknown field", `"tool": {`, `"toool": {}, "tool": {`, "toool"},
		{"another schema", `"schema": "fateline.report/v1"`, `"schema": "fateline.report/v2"`, "schema"},
		{"a pass that is none", `"status": "incomplete"`, `"status": "pass"`, "exit 3"},
		{"a severity that is none", `"severity": "critical"`, `"severity": "dire"`, "dire"},
		{"an id that is none", `"datastore:ferry/ledger"`, `"Datastore ferry/ledger"`, "Datastore"},
		{"a waiver of nothing", `"waived": true`, `"waived": false`, "waived and waiver"},
		{"counts that the model does not have", `"nodes": 23`, `"nodes": 24`, "the model has 23 nodes"},
		{"text after the end", "\n}\n", "\n}\n{}", "after"},
		{"a cut end", "\n}\n", "\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad := strings.Replace(good, c.old, c.new, 1)
			if at := strings.LastIndex(good, c.old); c.name == "a cut end" || c.name == "text after the end" {
				bad = good[:at] + c.new
			}
			if bad == good {
				t.Fatalf("the sample has no %q to change", c.old)
			}
			_, err := report.Decode([]byte(bad))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestAReportIsABaselineOfWhatItFound(t *testing.T) {
	d := reporttest.Sample()
	if got := d.Baseline().Len(); got != len(d.Findings) {
		t.Errorf("the baseline knows %d findings, want %d", got, len(d.Findings))
	}
}

func TestTheModelIsAGraphOfItsOwn(t *testing.T) {
	d := reporttest.Sample()
	var b bytes.Buffer
	if err := report.WriteGraph(&b, d.Linked()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"schema": "fateline.graph/v1"`, `{"owner":"service:ferry/booking","members":["service:ferry/payments"]`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("graph JSON has no %s:\n%s", want, b.String())
		}
	}
}
