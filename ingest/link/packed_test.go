package link_test

import (
	"encoding/json"
	"iter"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/tiertest"
	"github.com/fateline/fateline/ingest/link"
)

// packed returns the same facts, packed.
func packed(frags []*link.Fragment) []*link.Fragment {
	var out []*link.Fragment
	for _, f := range frags {
		p := &link.Packed{}
		for _, d := range f.Definitions {
			p.Define(d)
		}
		for _, b := range f.Bindings {
			p.Bind(b)
		}
		for _, r := range f.References {
			p.Refer(r)
		}
		out = append(out, &link.Fragment{Packed: p})
	}
	return out
}

func TestPackedFactsLinkAsPlainOnesDo(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		small := packed(in.frags)
		if rapid.Bool().Draw(t, "sourced") {
			for i, f := range small {
				f.SetSource("some")
				in.frags[i].SetSource("some")
			}
		}
		if diff := cmp.Diff(text(linked(t, in)), text(linked(t, input{small, in.rows}))); diff != "" {
			t.Fatalf("(-plain +packed):\n%s", diff)
		}
	})
}

// Every field of every struct comes out as it went in, those that nobody has thought of
// when the packing was written included.
func TestWhatIsPackedComesOutEqual(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var want link.Fragment
	for range 3000 { // more than one block and more than one chunk of uses
		var d link.Definition
		var b link.Binding
		var r link.Reference
		fill(t, rng, reflect.ValueOf(&d).Elem(), 0.2)
		fill(t, rng, reflect.ValueOf(&b).Elem(), 0.5)
		fill(t, rng, reflect.ValueOf(&r).Elem(), 0.5)
		want.Definitions, want.Bindings, want.References = append(want.Definitions, d), append(want.Bindings, b), append(want.References, r)
	}
	got := packed([]*link.Fragment{&want})[0]
	compare(t, slices.Values(want.Definitions), got.AllDefinitions())
	compare(t, slices.Values(want.Bindings), got.AllBindings())
	compare(t, slices.Values(want.References), got.AllReferences())
	got.SetSource("") // closes what was open
	compare(t, slices.Values(want.References), got.AllReferences())
}

func compare[T any](t *testing.T, want, got iter.Seq[T]) {
	t.Helper()
	if diff := cmp.Diff(printed(t, want), printed(t, got)); diff != "" {
		t.Errorf("(-put in +came out):\n%.2000s", diff)
	}
}

// printed writes values whole, what pointers point to included, sorted.
func printed[T any](t *testing.T, values iter.Seq[T]) []string {
	t.Helper()
	var out []string
	for v := range values {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(text))
	}
	slices.Sort(out)
	return out
}

// fill sets each field below v, with some probability, to something.
func fill(t *testing.T, rng *rand.Rand, v reflect.Value, p float64) {
	t.Helper()
	if v.Kind() != reflect.Struct && rng.Float64() > p {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(rng.Int64N(1e9), 0).UTC()))
			return
		}
		for i := range v.NumField() {
			fill(t, rng, v.Field(i), p)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, rng, v.Elem(), p)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1+rng.IntN(3), 4))
		for i := range v.Len() {
			fill(t, rng, v.Index(i), p)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range rng.IntN(4) {
			k, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(t, rng, k, 1)
			fill(t, rng, value, p)
			v.SetMapIndex(k, value)
		}
	case reflect.String:
		v.SetString(strings.Repeat(string(rune('a'+rng.IntN(26))), rng.IntN(80)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(float64(rng.IntN(100)) / 100)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(rng.Int64N(1 << 31))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		v.SetUint(rng.Uint64N(8))
	default:
		t.Fatalf("a field of the kind %s, which is not filled", v.Kind())
	}
}

func TestPackedNamesMayBeAsLongAsTheyLike(t *testing.T) {
	long := strings.Repeat("x", 200_000)
	f := packed([]*link.Fragment{{References: []link.Reference{{Owner: link.ID(depgraph.ID{Kind: "service", Name: long})}, {Owner: link.Host("", "b")}}}})[0]
	got := slices.Collect(f.AllReferences())
	if got[0].Owner.Text != "service:"+long || got[1].Owner.Text != "b" {
		t.Errorf("names of %d and %d bytes, want %d and 1", len(got[0].Owner.Text), len(got[1].Owner.Text), len(long)+8)
	}
}
