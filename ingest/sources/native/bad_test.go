package native

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// first reads a file and returns its first problem as "id line:col: message".
func first(t *testing.T, text string) (problem string, in depgraph.Input) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "in.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := ingest.Read(t.Context(), []string{file}, []*ingest.Source{Source}, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Inputs) != 1 {
		t.Fatalf("%d rows, want 1", len(r.Inputs))
	}
	if len(r.Problems) == 0 {
		return "", r.Inputs[0]
	}
	p := r.Problems[0]
	return fmt.Sprintf("%s %d:%d: %s", p.ID, p.Line, p.Col, p.Msg), r.Inputs[0]
}

const head = "apiVersion: fateline.dev/v1\nkind: Architecture\n"

func TestWhatIsWrongInANativeFileIsRefusedAtItsPlace(t *testing.T) {
	node := func(fields string) string { return head + "nodes:\n- id: service:a\n  " + fields + "\n" }
	for _, c := range []struct{ in, want string }{
		{"apiVersion: fateline.dev/v2\nkind: Architecture\n", `bad-value 1:13: apiVersion "fateline.dev/v2": want fateline.dev/v1`},
		{"apiVersion: fateline.dev/\nkind: Architecture\n", `bad-value 1:13: apiVersion "fateline.dev/": want fateline.dev/v1`},
		{"apiVersion: fateline.dev/v1\n", `bad-value 1:1: kind "": want Architecture`},
		{"apiVersion: fateline.dev/v1\nkind: architecture\n", `bad-value 2:7: kind "architecture": want Architecture`},
		{head + "---\nkind: Architecture\n", `bad-value 4:1: apiVersion "": want fateline.dev/v1`},
		{head + "nodes: {}\n", `wrong-type 3:8: nodes: want a list, found a map`},
		{head + "nodes: [service:a]\n", `wrong-type 3:9: nodes[0]: want a map, found a string`},
		{head + "nodes:\n-\n", `wrong-type 4:2: nodes[0]: want a value, found null`},
		{head + "nodes:\n- title: x\n", `bad-value 4:3: a node without an id`},
		{head + "nodes:\n- id: a\n", `bad-value 4:7: id "a": want kind:name, as in service:prod/checkout`},
		{head + "nodes:\n- id: Service:a\n", `bad-value 4:7: id "Service:a": kind "Service" is not lower-case letters, digits and '-'`},
		{head + "nodes:\n- id: 'service:'\n", `bad-value 4:7: id "service:": the name after "service:" is empty`},
		{head + "nodes:\n- id: [service:a]\n", `wrong-type 4:7: want an id such as service:checkout, found a list`},
		{head + "nodes:\n- id: service:a\n- id: service:b\n- id: service:a\n", `duplicate-node 6:7: node service:a again, first at 4:7`},
		{node("id: service:b"), `duplicate-key 5:3: key "id" again, first at 4:3`},
		{node("title: 1"), `wrong-type 5:10: title: want a string, found a number`},
		{node("aliases: x"), `wrong-type 5:12: aliases: want a list, found a string`},
		{node("labels: {a: 1}"), `wrong-type 5:15: a: want a string, found a number`},
		{node("tier: '0'"), `wrong-type 5:9: want a whole number from 0, found "0"`},
		{node("tier: -1"), `wrong-type 5:9: want a whole number from 0, found "-1"`},
		{node("tier: 1.5"), `wrong-type 5:9: want a whole number from 0, found "1.5"`},
		{node("ga: yes"), `wrong-type 5:7: ga: want true or false, found a string`},
		{node("survives: [facilities]"), `bad-value 5:14: survives[0]: "facilities" is neither a kind of place`},
		{node("survives: ['zone:']"), `bad-value 5:14: survives[0]: id "zone:": the name`},
		{node("replicas: many"), `wrong-type 5:13: want a whole number from 0, found "many"`},
		{node("takes: 20"), `bad-value 5:10: takes: duration "20": want 90s, 10m, 1h30m or 2d`},
		{node("takes: -5m"), `bad-value 5:10: takes: duration "-5m"`},
		{node("takes: 1.5d"), `bad-value 5:10: takes: duration "1.5d"`},
		{node("takes: 9999999h"), `bad-value 5:10: takes: duration "9999999h"`},
		{node("annualFailureRate: .inf"), `wrong-type 5:22: want failures a year, from 0, found ".inf"`},
		{node("annualFailureRate: -0.1"), `wrong-type 5:22: want failures a year`},
		{node("in: 5"), `wrong-type 5:7: want an id such as service:checkout, found a number`},
		{node("in: {need: 2}"), `bad-value 5:7: want anyOf with at least one id`},
		{node("in: {anyOf: []}"), `bad-value 5:7: want anyOf with at least one id`},
		{node("in: {anyOf: ['zone:a'], need: most}"), `bad-value 5:33: need "most": want a positive number, quorum or all`},
		{node("in: {anyof: ['zone:a']}"), `unknown-field 5:8: unknown field "anyof", did you mean "anyOf"?`},
		{node("needs: service:b"), `wrong-type 5:10: needs: want a list, found a string`},
		{node("needs: [b]"), `bad-value 5:11: id "b": want kind:name`},
		{node("needs: [{}]"), `bad-value 5:11: want exactly one of node, anyOf and shards, found 0`},
		{node("needs: [{on: 'service:b'}]"), `unknown-field 5:12: unknown field "on"`},
		{node("needs: [{node: 'service:b', anyOf: ['service:c']}]"), `bad-value 5:11: want exactly one of node, anyOf and shards, found 2`},
		{node("needs: [{anyOf: []}]"), `bad-value 5:11: want at least one id`},
		{node("needs: [{node: 'service:b', need: 2}]"), `bad-value 5:37: need goes with anyOf alone`},
		{node("needs: [{anyOf: ['service:b'], need: 0}]"), `bad-value 5:40: need "0": want a positive number, quorum or all`},
		{node("needs: [{shards: ['service:b'], ifLost: down}]"), `bad-value 5:43: ifLost does not go with shards`},
		{node("needs: [{node: 'service:b', phase: []}]"), `bad-value 5:38: want at least one phase`},
		{node("needs: [{node: 'service:b', phase: [run, stop]}]"), `bad-value 5:44: phase "stop": want run, start, build, deploy, recover, observe`},
		{node("needs: [{node: 'service:b', ifLost: dead}]"), `bad-value 5:39: ifLost: ifLost "dead": want down, degraded or unaffected`},
		{node("needs: [{node: 'service:b', lasts: forever}]"), `bad-value 5:38: lasts: duration "forever"`},
		{node("standby: true"), `wrong-type 5:12: standby: want a map, found a bool`},
		{head + "nodes:\n- id: zone:a\n  standby: {takes: 1h}\n", `bad-value 5:12: zone:a: a place cannot be a standby`},
		{head + "drills: [{fails: ['service:a']}]\n", `bad-value 3:10: a drill without a date`},
		{head + "drills: [{date: 2023-05-10}]\n", `bad-value 3:10: a drill that fails nothing`},
		{head + "drills: [{date: 10.05.2023, fails: ['service:a']}]\n", `bad-value 3:17: date: date "10.05.2023": want YYYY-MM-DD`},
		{head + "drills: [{date: 2023-05-10, fails: ['service:a'], scope: half}]\n", `bad-value 3:58: scope: scope "half": want whole or part`},
		{head + "metadata: {nmae: x}\n", `unknown-field 3:12: unknown field "nmae", did you mean "name"?`},
		{head + "nodes:\n- id: service:a\n---\n- 1\n", `bad-value 6:1: apiVersion "": want fateline.dev/v1`},
	} {
		got, in := first(t, c.in)
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s\n got %s\nwant %s", c.in, got, c.want)
		}
		if !in.Status.Incomplete() {
			t.Errorf("%s\nthe row is %s", c.in, in.Status)
		}
	}
}

// typos returns five ways to misspell a word.
func typos(word string) []string {
	return []string{
		word + "s", "x" + word, word[:len(word)-1], strings.ToUpper(word[:1]) + word[1:], word[:1] + word[:1] + word[1:],
	}
}

func TestEveryMisspeltFieldIsRefused(t *testing.T) {
	names := func(v any) []string {
		var out []string
		for _, f := range reflect.VisibleFields(reflect.TypeOf(v)) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
				out = append(out, name)
			}
		}
		return out
	}
	n := 0
	for _, c := range []struct {
		of     any
		format string // with the misspelt field
	}{
		{architecture[[]node]{}, head + "%s: x\n"},
		{metadata{}, head + "metadata: {%s: x}\n"},
		{node{}, head + "nodes: [{id: 'service:a', %s: x}]\n"},
		{longNeed{}, head + "nodes: [{id: 'service:a', needs: [{node: 'service:b', %s: x}]}]\n"},
		{standby{}, head + "nodes: [{id: 'service:a', standby: {%s: x}}]\n"},
		{drill{}, head + "drills: [{date: 2023-05-10, fails: ['service:a'], %s: x}]\n"},
	} {
		valid := names(c.of)
		for _, name := range valid {
			for _, typo := range typos(name) {
				if typo == "" || slices.Contains(valid, typo) {
					continue
				}
				n++
				got, _ := first(t, fmt.Sprintf(c.format, typo))
				if !strings.HasPrefix(got, "unknown-field ") || !strings.Contains(got, fmt.Sprintf("unknown field %q", typo)) {
					t.Errorf("%T: %q: %s", c.of, typo, got)
				}
				if strict.Nearest(typo, valid) == "" && len(name) > 2 {
					t.Errorf("%T: %q has no suggestion", c.of, typo)
				}
			}
		}
	}
	if n < 150 {
		t.Errorf("only %d misspelt fields were tried", n)
	}
}

func TestANativeFileMayBeJSONOrHoldOtherDocuments(t *testing.T) {
	for name, text := range map[string]string{
		"JSON":             `{"apiVersion": "fateline.dev/v1", "kind": "Architecture", "nodes": [{"id": "service:a", "needs": ["service:b"]}]}`,
		"JSON documents":   "{\"apiVersion\":\"fateline.dev/v1\",\"kind\":\"Architecture\"}\n---\n{\"apiVersion\":\"fateline.dev/v1\",\"kind\":\"Architecture\"}",
		"another's":        head + "---\napiVersion: v1\nkind: Service\nmetadata: {name: x}\n",
		"empty documents":  "---\n" + head + "---\n---\n# nothing\n",
		"fields in quotes": "\"apiVersion\": 'fateline.dev/v1'\n\"kind\": \"Architecture\"\n",
		"nothing stated":   head + "nodes:\ndrills:\nmetadata:\n",
	} {
		if got, in := first(t, text); got != "" || in.Status != depgraph.Complete {
			t.Errorf("%s: %s, %s", name, in.Status, got)
		}
	}
}

func FuzzNative(f *testing.F) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		f.Fatal("no fixtures to start from: ", err)
	}
	for _, path := range cases {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		_, file, _ := strings.Cut(string(data), ".yaml --\n")
		file, _, _ = strings.Cut(file, "-- want --")
		f.Add([]byte(file))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, _ := strict.Parse(data, strict.Limits{})
		for _, doc := range docs {
			r := reader{file: new(ingest.File), fragment: &link.Fragment{}}
			r.document(doc.Root)
			for _, d := range r.fragment.Definitions {
				if back, err := depgraph.ParseID(d.Node.ID.String()); err != nil || back != d.Node.ID || d.Origin.Line == 0 || d.Node.Takes < 0 {
					t.Fatalf("definition %+v", d)
				}
			}
			for _, ref := range r.fragment.References {
				if len(ref.Members) == 0 || ref.Form != link.Native || ref.Origin.Line == 0 || ref.Terms.Lasts < 0 {
					t.Fatalf("reference %+v", ref)
				}
			}
			for _, d := range r.fragment.Drills {
				if d.Date.IsZero() || d.Origin.Line == 0 {
					t.Fatalf("drill %+v", d)
				}
			}
		}
	})
}
