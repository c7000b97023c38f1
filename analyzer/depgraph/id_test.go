package depgraph_test

import (
	"cmp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/tiertest"
)

// validID draws any id that ParseID accepts, with kinds that are prefixes of each other.
func validID() *rapid.Generator[depgraph.ID] {
	return rapid.Custom(func(t *rapid.T) depgraph.ID {
		kind := rapid.OneOf(rapid.SampledFrom([]string{"a", "a-", "a-b", "a0", "ab", "abc", "service"}), rapid.StringMatching(`[a-z][a-z0-9-]{0,4}`)).Draw(t, "kind")
		name := rapid.OneOf(rapid.SampledFrom([]string{":", "a", "-", "0", "é", "z/y"}), rapid.StringN(1, 5, -1)).Draw(t, "name")
		id, err := depgraph.ParseID(kind + ":" + name)
		if err != nil {
			t.Skip(err)
		}
		return id
	})
}

func TestIDsCompareAsTheirTextsDo(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		a, b := validID().Draw(t, "a"), validID().Draw(t, "b")
		if got, want := a.Compare(b), strings.Compare(a.String(), b.String()); got != want {
			t.Fatalf("%q.Compare(%q) = %d, want %d", a, b, got, want)
		}
	})
}

func TestParseIDInvertsString(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		id := validID().Draw(t, "id")
		if back, err := depgraph.ParseID(id.String()); err != nil || back != id {
			t.Fatalf("ParseID(%q) = %#v, %v", id, back, err)
		}
	})
}

func TestParseIDSaysWhatIsWrong(t *testing.T) {
	for s, want := range map[string]string{
		"":             "want kind:name",
		"service":      "want kind:name",
		":a":           `kind ""`,
		"Service:a":    `kind "Service"`,
		"0service:a":   `kind "0service"`,
		"-service:a":   `kind "-service"`,
		"ser vice:a":   `kind "ser vice"`,
		"sérvice:a":    `kind "sérvice"`,
		"service:":     `the name after "service:" is empty`,
		"service:\xff": "not UTF-8",
		"service:a\nb": "control character",
		"service:\x7f": "control character",
	} {
		if id, err := depgraph.ParseID(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseID(%q) = %v, %v, want %q", s, id, err, want)
		}
	}
}

func TestOriginsHaveATotalOrder(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		a, b, c := drawOrigin().Draw(t, "a"), drawOrigin().Draw(t, "b"), drawOrigin().Draw(t, "c")
		if x, y := a.Compare(b), b.Compare(a); cmp.Compare(x, 0) != -cmp.Compare(y, 0) {
			t.Fatalf("a against b is %d, b against a is %d", x, y)
		}
		if (a.Compare(b) == 0) != (a == b) {
			t.Fatalf("Compare is %d for %+v and %+v", a.Compare(b), a, b)
		}
		if a.Compare(b) <= 0 && b.Compare(c) <= 0 && a.Compare(c) > 0 {
			t.Fatalf("not transitive: %+v, %+v, %+v", a, b, c)
		}
	})
}

func TestEnumsInvertTheirNames(t *testing.T) {
	for _, p := range depgraph.AllPhases() {
		if back, err := depgraph.ParsePhase(p.String()); err != nil || back != p {
			t.Errorf("phase %v: %v, %v", p, back, err)
		}
	}
	for _, l := range []depgraph.IfLost{depgraph.Down, depgraph.Degraded, depgraph.Unaffected} {
		if back, err := depgraph.ParseIfLost(l.String()); err != nil || back != l {
			t.Errorf("ifLost %v: %v, %v", l, back, err)
		}
	}
	for _, b := range []depgraph.Basis{depgraph.Declared, depgraph.Observed, depgraph.Implied} {
		if back, err := depgraph.ParseBasis(b.String()); err != nil || back != b {
			t.Errorf("basis %v: %v, %v", b, back, err)
		}
	}
	for _, s := range []depgraph.Status{depgraph.Complete, depgraph.Partial, depgraph.Unreadable, depgraph.Excluded, depgraph.Unclaimed} {
		if back, err := depgraph.ParseStatus(s.String()); err != nil || back != s {
			t.Errorf("status %v: %v, %v", s, back, err)
		}
	}
	for _, w := range []depgraph.Why{depgraph.Dangling, depgraph.Ambiguous, depgraph.Conflicting} {
		if back, err := depgraph.ParseWhy(w.String()); err != nil || back != w {
			t.Errorf("why %v: %v, %v", w, back, err)
		}
	}
	for _, k := range []depgraph.Need{depgraph.AtLeast(1), depgraph.AtLeast(17), depgraph.Quorum, depgraph.All} {
		if back, err := depgraph.ParseNeed(k.String()); err != nil || back != k {
			t.Errorf("need %v: %v, %v", k, back, err)
		}
	}
	for _, s := range []string{"", "0", "-1", "some", "1.5", "99999999999"} {
		if k, err := depgraph.ParseNeed(s); err == nil {
			t.Errorf("ParseNeed(%q) = %v", s, k)
		}
	}
	for n, want := range map[int]int{1: 1, 2: 2, 3: 2, 4: 3, 5: 3} {
		if got := depgraph.Quorum.Of(n); got != want {
			t.Errorf("quorum of %d = %d, want %d", n, got, want)
		}
	}
}
