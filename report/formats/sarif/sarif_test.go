package sarif_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	gosarif "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats/sarif"
	"github.com/fateline/fateline/report/reporttest"
)

// schema is the schema of SARIF 2.1.0, as the library that reads it back has it in
// its source: its own check is of what it would write, not of what we wrote.
var schemaOf = sync.OnceValues(func() (*jsonschema.Schema, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3").Output()
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "pkg", "report", "v210", "sarif", "*.go"))
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return nil, err
		}
		if text := constant(file, "schema"); text != "" {
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
			if err != nil {
				return nil, err
			}
			c := jsonschema.NewCompiler()
			c.AssertFormat()
			if err := c.AddResource("sarif.json", doc); err != nil {
				return nil, err
			}
			return c.Compile("sarif.json")
		}
	}
	return nil, errors.New("go-sarif has no schema in its source")
})

func constant(file *ast.File, name string) string {
	text := ""
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && spec.Names[0].Name == name && len(spec.Values) == 1 {
			if lit, ok := spec.Values[0].(*ast.BasicLit); ok {
				text, _ = strconv.Unquote(lit.Value)
			}
		}
		return true
	})
	return text
}

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	s, err := schemaOf()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func value(t *testing.T, text []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTheSchemaRefusesWhatIsNoSARIF(t *testing.T) {
	for _, text := range []string{`{}`, `{"version": "2.1.0", "runs": [{}]}`, `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{"message": {}}]}]}`} {
		if schema(t).Validate(value(t, []byte(text))) == nil {
			t.Errorf("%s fits the schema", text)
		}
	}
}

// read writes a report, checks it against the schema of SARIF and reads it back.
func read(t *testing.T, d *report.Document) *gosarif.Run {
	t.Helper()
	var b bytes.Buffer
	if err := sarif.Format.Write(context.Background(), &b, d, report.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := schema(t).Validate(value(t, b.Bytes())); err != nil {
		t.Fatalf("no SARIF: %v", err)
	}
	log, err := gosarif.FromBytes(b.Bytes())
	if err != nil {
		t.Fatalf("no SARIF: %v", err)
	}
	if len(log.Runs) != 1 {
		t.Fatalf("%d runs", len(log.Runs))
	}
	return log.Runs[0]
}

func TestEveryReportIsSARIF(t *testing.T) {
	for _, d := range []*report.Document{reporttest.Sample(), reporttest.Violated(), reporttest.Passing(), reporttest.Hostile(reporttest.Payloads())} {
		r := read(t, d)
		if len(r.Results) != len(d.Findings) {
			t.Errorf("%d results, want %d", len(r.Results), len(d.Findings))
		}
		if ok := r.Invocations[0].ExecutionSuccessful; *ok == (d.Verdict.Status == "incomplete") {
			t.Errorf("verdict %s with executionSuccessful %v", d.Verdict.Status, *ok)
		}
		if got := len(r.Invocations[0].ToolExecutionNotifications); got < len(d.Verdict.Incomplete) {
			t.Errorf("%d notifications, want at least %d", got, len(d.Verdict.Incomplete))
		}
	}
}

func TestAResultSaysWhatTheFindingSays(t *testing.T) {
	d := reporttest.Sample()
	r := read(t, d)
	by := map[string]*gosarif.Result{}
	for _, x := range r.Results {
		by[x.PartialFingerprints["fateline/v1"]] = x
	}
	for _, f := range d.Findings {
		x := by[f.ID]
		if x == nil {
			t.Errorf("no result for finding %s", f.ID)
			continue
		}
		if *x.RuleID != f.Rule || *r.Tool.Driver.Rules[x.RuleIndex].ID != f.Rule {
			t.Errorf("finding of %s has rule %s, index %d", f.Rule, *x.RuleID, x.RuleIndex)
		}
		if !strings.HasPrefix(*x.Message.Text, f.Title) {
			t.Errorf("message %q", *x.Message.Text)
		}
		if (len(x.Suppressions) > 0) != f.Waived {
			t.Errorf("%s: waived %v, %d suppressions", f.Rule, f.Waived, len(x.Suppressions))
		}
		flow := x.CodeFlows[0].ThreadFlows[0].Locations
		if len(flow) != len(f.Proof) {
			t.Errorf("%s: %d steps, want %d", f.Rule, len(flow), len(f.Proof))
		}
		at := flow[0].Location.PhysicalLocation
		if want := f.Proof[0].Evidence(); *at.ArtifactLocation.URI != want.Input || want.Line > 0 && *at.Region.StartLine != want.Line {
			t.Errorf("%s: first step at %v, want %s", f.Rule, *at.ArtifactLocation.URI, report.Place(want))
		}
	}
	for state, rule := range map[string]string{"new": "single-facility", "updated": "simultaneous-change", "unchanged": "recovery-loop"} {
		for _, f := range d.Findings {
			if f.Rule == rule && *by[f.ID].BaselineState != state {
				t.Errorf("%s is %s, want %s", rule, *by[f.ID].BaselineState, state)
			}
		}
	}
}

func TestEveryPlaceIsARelativeURI(t *testing.T) {
	var b bytes.Buffer
	if err := sarif.Format.Write(context.Background(), &b, reporttest.Hostile(reporttest.Payloads()), report.Options{}); err != nil {
		t.Fatal(err)
	}
	var walk func(v any)
	seen := 0
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if uri, ok := v["uri"].(string); ok {
				seen++
				u, err := url.Parse(uri)
				switch {
				case err != nil:
					t.Errorf("%q: %v", uri, err)
				case v["uriBaseId"] == "SRCROOT" && (u.IsAbs() || strings.HasPrefix(uri, "/")):
					t.Errorf("%q is not relative", uri)
				case v["uriBaseId"] == nil && u.Scheme != "https" && u.Scheme != "http":
					t.Errorf("%q is the URL of no live source", uri)
				}
			}
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	var v any
	if err := json.Unmarshal(b.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	walk(v)
	if seen < 100 {
		t.Errorf("only %d places", seen)
	}
}

func TestAtMostFiveThousandResultsAndTheLastSaysHowManyMore(t *testing.T) {
	names := make([]string, 5200)
	for i := range names {
		names[i] = fmt.Sprint("s", i)
	}
	d := reporttest.Hostile(names)
	r := read(t, d)
	if len(r.Results) != 5000 {
		t.Fatalf("%d results", len(r.Results))
	}
	last := r.Results[4999]
	if want := "201 more findings"; !strings.HasPrefix(*last.Message.Text, want) {
		t.Errorf("the last result says %q, want %q", *last.Message.Text, want)
	}
	for _, x := range r.Results[:1300] {
		if x.Level != "error" {
			t.Errorf("a result of level %v is among the most severe", x.Level)
			break
		}
	}
}
