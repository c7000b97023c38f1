package strict

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"github.com/fateline/fateline/analyzer/tiertest"
)

type policy struct {
	Pos      `json:"-"`
	Name     string            `json:"name"`
	MaxAge   age               `json:"maxAge"`
	Count    int               `json:"count"`
	Small    uint8             `json:"small"`
	Ratio    float64           `json:"ratio"`
	On       *bool             `json:"on"`
	Labels   map[string]string `json:"labels"`
	Rules    []rule            `json:"rules"`
	Any      any               `json:"any"`
	Raw      Value             `json:"raw"`
	When     time.Time         `json:"when"`
	Embedded `json:",inline"`
	hidden   string
}

type Embedded struct {
	Extra string `json:"extra"`
}

type rule struct {
	At Pos
	ID string `json:"id"`
}

type age struct{ days int }

func (a *age) UnmarshalText(text []byte) error {
	if _, err := fmt.Sscanf(string(text), "%dd", &a.days); err != nil {
		return fmt.Errorf("age %q: want one such as 30d", text)
	}
	return nil
}

func TestDecodeSetsEveryField(t *testing.T) {
	docs, err := YAML([]byte(`# policy
name: gate
maxAge: 30d
count: -2
small: 255
ratio: 0.5
on: false
labels: {a: b, on: "yes"}
rules:
- id: x
- id: y
any: {list: [1, 2.5, text, true, null]}
raw: !tag [1]
when: 2026-01-02T03:04:05Z
extra: more
`), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	got := policy{hidden: "kept", Rules: []rule{{ID: "replaced"}, {}, {}}}
	if err := docs[0].Decode(&got); err != nil {
		t.Fatal(err)
	}
	off := false
	want := policy{
		Pos: Pos{2, 1}, Name: "gate", MaxAge: age{30}, Count: -2, Small: 255, Ratio: 0.5, On: &off,
		Labels: map[string]string{"a": "b", "on": "yes"}, Rules: []rule{{Pos{10, 3}, "x"}, {Pos{11, 3}, "y"}},
		Any:  map[string]any{"list": []any{int64(1), 2.5, "text", true, nil}},
		When: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Embedded: Embedded{"more"}, hidden: "kept",
	}
	if got.Raw.Tag() != "!tag" || got.Raw.Line() != 13 {
		t.Errorf("raw = %s", outline(got.Raw))
	}
	got.Raw = Value{}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(policy{}, age{}), cmp.Comparer(func(a, b Value) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeForgivesNothing(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"nmae: x", `unknown-field 1:1: unknown field "nmae", did you mean "name"?`},
		{"Name: x", `unknown-field 1:1: unknown field "Name", did you mean "name"?`},
		{"maxage: 1d", `unknown-field 1:1: unknown field "maxage", did you mean "maxAge"?`},
		{"quite other: 1", `unknown-field 1:1: unknown field "quite other"`},
		{"hidden: x", `unknown-field 1:1: unknown field "hidden"`},
		{"Pos: x", `unknown-field 1:1: unknown field "Pos"`},
		{"rules:\n- id: a\n  idd: b", `unknown-field 3:3: unknown field "idd", did you mean "id"?`},
		{"name: 1.0", `wrong-type 1:7: name: want a string, found a number`},
		{"name: true", `wrong-type 1:7: name: want a string, found a bool`},
		{"name: [x]", `wrong-type 1:7: name: want a string, found a list`},
		{"count: '1'", `wrong-type 1:8: count: want a whole number, found a string`},
		{"count: 1.5", `bad-value 1:8: count: want a whole number, found 1.5`},
		{"count: 99999999999999999999", `bad-value 1:8: count: want a whole number, found 99999999999999999999`},
		{"small: 256", `bad-value 1:8: small: want a whole number from 0, found 256`},
		{"small: -1", `bad-value 1:8: small: want a whole number from 0, found -1`},
		{"ratio: .inf", `bad-value 1:8: ratio: want a finite number, found .inf`},
		{"ratio: 1e999", `wrong-type 1:8: ratio: want a finite number, found a string`},
		{"ratio: '0.5'", `wrong-type 1:8: ratio: want a finite number, found a string`},
		{"on: yes", `wrong-type 1:5: on: want true or false, found a string`},
		{"labels: [a]", `wrong-type 1:9: labels: want a map, found a list`},
		{"labels: {a: 1}", `wrong-type 1:13: a: want a string, found a number`},
		{"rules: {}", `wrong-type 1:8: rules: want a list, found a map`},
		{"rules: [x]", `wrong-type 1:9: rules[0]: want a map, found a string`},
		{"rules:\n- id: a\n-\n", `wrong-type 3:2: rules[1]: want a value, found null`},
		{"maxAge: soon", `bad-value 1:9: maxAge: age "soon": want one such as 30d`},
		{"maxAge: [1d]", `wrong-type 1:9: maxAge: want a string, found a list`},
		{"when: today", `bad-value 1:7: when: parsing time`},
		{"[]", `wrong-type 1:1: want a map, found a list`},
	} {
		docs, err := YAML([]byte(c.in), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var p policy
		err = docs[0].Decode(&p)
		var e *Error
		if !errors.As(err, &e) || !strings.HasPrefix(e.ID+" "+e.Error(), c.want) {
			t.Errorf("%q:\n got %v\nwant %s", c.in, err, c.want)
		}
	}
}

func TestDecodeReportsEveryErrorAndKeepsTheRest(t *testing.T) {
	docs, err := YAML([]byte("a: 1\nname: x\nb: 2\ncount: many\nrules: [{id: 1}, {id: ok}]\n"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var p policy
	errs := Errors(docs[0].Decode(&p))
	var got []string
	for _, err := range errs {
		got = append(got, problem(err))
	}
	want := []string{"unknown-field 1:1", "unknown-field 3:1", "wrong-type 4:8", "wrong-type 5:14"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if p.Name != "x" || len(p.Rules) != 2 || p.Rules[1].ID != "ok" {
		t.Errorf("what had no error was not kept: %+v", p)
	}
	var many strings.Builder
	for i := range 80 {
		fmt.Fprintf(&many, "k%d: 1\n", i)
	}
	docs, err = YAML([]byte(many.String()), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(Errors(docs[0].Decode(&p))); n != 50 {
		t.Errorf("%d errors of 80, want 50", n)
	}
}

func TestJSONThatFatelineWroteHasNoLimitButItsSize(t *testing.T) {
	var list []int
	if err := DecodeJSON([]byte("["+strings.Repeat("1,", 1_100_000)+"1]"), &list); err != nil || len(list) != 1_100_001 {
		t.Errorf("%d items, %v", len(list), err)
	}
	if err := DecodeJSON([]byte(`{"a":1}x`), &map[string]int{}); problem(err) != "trailing-data 1:8" {
		t.Errorf("trailing data: %v", err)
	}
}

// TestDecodeAgreesWithTheLibrary compares with sigs.k8s.io/yaml's strict decoding
// where that can be trusted: see doc.go for what it gets wrong.
func TestDecodeAgreesWithTheLibrary(t *testing.T) {
	type inner struct {
		A string   `json:"a"`
		N *int     `json:"n"`
		L []string `json:"l"`
	}
	type outer struct {
		S string           `json:"s"`
		B bool             `json:"b"`
		F float64          `json:"f"`
		I inner            `json:"i"`
		M map[string]inner `json:"m"`
	}
	scalar := rapid.SampledFrom([]string{"x", "'1'", "1", "true", "2.5", "~", "-3", `"q"`})
	tiertest.Check(t, func(t *rapid.T) {
		item := func() string {
			return fmt.Sprintf("{%s: %s, n: %s, l: [%s]}", rapid.SampledFrom([]string{"a", "a", "b"}).Draw(t, "key"), scalar.Draw(t, "a"), scalar.Draw(t, "n"), scalar.Draw(t, "l"))
		}
		text := fmt.Sprintf("s: %s\nb: %s\nf: %s\ni: %s\nm: {k: %s, k2: %s}\n", scalar.Draw(t, "s"), scalar.Draw(t, "b"), scalar.Draw(t, "f"), item(), item(), item())
		var want, got outer
		wantErr := yaml.UnmarshalStrict([]byte(text), &want)
		docs, err := YAML([]byte(text), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		err = docs[0].Decode(&got)
		if strings.Contains(text, "l: [~]") {
			return // an empty item of a list is an error to us
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%s\nerror %v, the library says %v", text, err, wantErr)
		}
		if err == nil {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s (-library +ours):\n%s", text, diff)
			}
		}
	})
}

func TestNearestFindsWhatWasMeant(t *testing.T) {
	names := []string{"node", "anyOf", "shards", "phase", "ifLost", "lasts", "repairedBy", "id", "in", "ga"}
	for word, want := range map[string]string{
		"nodes": "node", "anyof": "anyOf", "any_of": "anyOf", "phaze": "phase", "iflost": "ifLost", "lost": "ifLost", "last": "lasts", "repairdBy": "repairedBy",
		"repairs": "", "xyz": "", "ID": "id", "idd": "id", "pahse": "phase", "": "",
	} {
		if got := Nearest(word, names); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
	if got := Nearest("a", nil); got != "" {
		t.Errorf("Nearest of nothing = %q", got)
	}
}
