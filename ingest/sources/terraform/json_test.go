package terraform

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"golang.org/x/tools/txtar"

	"github.com/fateline/fateline/ingest/sourcetest"
)

// TestConfigurationSaysTheSameInJSON writes every file of the cases in the JSON syntax
// and wants the facts of the native one, but for their places.
func TestConfigurationSaysTheSameInJSON(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, p := range paths {
		archive, err := txtar.ParseFile(p)
		if err != nil {
			t.Fatal(err)
		}
		var native, other []txtar.File
		for _, f := range archive.Files {
			if f.Name == "want" {
				continue
			}
			native = append(native, f)
			if ending := filepath.Ext(f.Name); ending == ".tf" {
				f = txtar.File{Name: f.Name + ".json", Data: inJSON(t, f.Data)}
				compared++
			}
			other = append(other, f)
		}
		t.Run(filepath.Base(p), func(t *testing.T) {
			want := withoutPlaces(sourcetest.Facts(t, Source, "case", native))
			got := withoutPlaces(strings.ReplaceAll(sourcetest.Facts(t, Source, "case", other), ".tf.json", ".tf"))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("in JSON (-native +JSON):\n%s", diff)
			}
		})
	}
	if compared < 5 {
		t.Fatalf("%d files compared: the test would hold for nothing", compared)
	}
}

var places = regexp.MustCompile(` @ \S.*$`)

func withoutPlaces(facts string) []string {
	lines := strings.Split(facts, "\n")
	for i := range lines {
		lines[i] = places.ReplaceAllString(lines[i], "")
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// inJSON writes a file of the native syntax in JSON.
func inJSON(t *testing.T, data []byte) []byte {
	t.Helper()
	parsed, diags := hclsyntax.ParseConfig(data, "x.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	out, err := json.MarshalIndent(bodyInJSON(parsed.Body.(*hclsyntax.Body), data), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return append(out, '\n')
}

func bodyInJSON(b *hclsyntax.Body, data []byte) map[string]any {
	out := map[string]any{}
	for name, a := range b.Attributes {
		out[name] = expressionInJSON(name, a.Expr, data)
	}
	for _, inner := range b.Blocks {
		at, key := out, inner.Type
		for _, label := range inner.Labels {
			next, _ := at[key].(map[string]any)
			if next == nil {
				next = map[string]any{}
				at[key] = next
			}
			at, key = next, label
		}
		list, _ := at[key].([]any)
		at[key] = append(list, bodyInJSON(inner.Body, data))
	}
	return out
}

func expressionInJSON(name string, e hclsyntax.Expression, data []byte) any {
	source := string(e.Range().SliceBytes(data))
	switch x := e.(type) {
	case *hclsyntax.TemplateExpr:
		if len(source) > 1 && source[0] == '"' && !strings.Contains(source, `\`) {
			return source[1 : len(source)-1]
		}
	case *hclsyntax.TemplateWrapExpr:
		return source[1 : len(source)-1]
	case *hclsyntax.TupleConsExpr:
		list := []any{}
		for _, item := range x.Exprs {
			list = append(list, expressionInJSON(name, item, data))
		}
		return list
	case *hclsyntax.LiteralValueExpr:
		switch source {
		case "true":
			return true
		case "false":
			return false
		}
		return json.Number(source)
	}
	switch name {
	case "depends_on", "provider", "iterator":
		return source
	}
	return "${" + source + "}"
}
