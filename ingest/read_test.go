package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/link"
)

// define makes a source that claims one suffix and reads with read.
func define(name, suffix string, read func(ctx context.Context, u *Unit) (*link.Fragment, error)) *Source {
	return Define(Spec{Name: name}, NoParams,
		func(path string, _ []byte) (string, bool) { return "all", strings.HasSuffix(path, suffix) },
		func(ctx context.Context, u *Unit, _ struct{}) (*link.Fragment, error) { return read(ctx, u) })
}

func mustReadWith(t *testing.T, opt Options, sources ...*Source) *Reading {
	t.Helper()
	r, err := Read(t.Context(), []string{"."}, sources, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestABrokenDocumentIsAProblemWithPlaceEffectAndFix(t *testing.T) {
	tree(t, map[string]string{"a.lines": "ok: fine\n---\nkind: Deployment\nmetadata:\n  name: api\nx: {k: 1, k: 2}\n---\nmore: fine\n", "b.lines": "x: y\n"})
	var got []Problem
	if _, err := Run(t.Context(), []string{"."}, []*Source{lines()}, Options{Problem: func(p Problem) { got = append(got, p) }}); err != nil {
		t.Fatal(err)
	}
	want := []Problem{{
		Level: LevelError, ID: "duplicate-key", Path: "a.lines", Line: 6, Col: 11, Byte: -1,
		Msg:    `key "k" again, first at 6:5; document 2 (Deployment/api)`,
		Effect: "1 of 2 inputs incomplete, this one analysed only in part; verdict incomplete, exit 3",
		Fix:    "repair the file, or --exclude 'a.lines=REASON' (recorded in the report)",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got[0].Place() != "a.lines:6:11" || got[0].Level.String() != "error" {
		t.Errorf("place %q, level %s", got[0].Place(), got[0].Level)
	}
}

func TestAPanicIsARowAndNotTheEnd(t *testing.T) {
	tree(t, map[string]string{"a.lines": "a: b\n---\npanic: 1\n---\nc: d\n", "b.boom": "x", "c.claim": "x", "d.lines": "e: f\n"})
	boom := define("boom", ".boom", func(context.Context, *Unit) (*link.Fragment, error) { panic("asked to") })
	claim := Define(Spec{Name: "claim"}, NoParams, func(path string, _ []byte) (string, bool) {
		if path == "c.claim" {
			panic("asked to")
		}
		return "", false
	}, nil)
	r := mustReadWith(t, Options{}, lines(), boom, claim)
	want := []string{
		"a.lines lines partial (a bug in Fateline: asked to) documents=2",
		"b.boom boom unreadable (a bug in Fateline: the source boom panicked: asked to)",
		"c.claim  unreadable (a bug in Fateline: asked to)",
		"d.lines lines complete documents=1",
	}
	if diff := cmp.Diff(want, ledger(r.Inputs)); diff != "" {
		t.Error(diff)
	}
	if n := len(r.Fragments[0].Definitions); n != 3 {
		t.Errorf("%d definitions, want the 3 of the other documents", n)
	}
}

func TestWhatASourceReturnsWithAnErrorIsKept(t *testing.T) {
	tree(t, map[string]string{"a.x": "x", "b.x": "x"})
	id := depgraph.MustID("service:a")
	r := mustReadWith(t, Options{}, define("x", ".x", func(_ context.Context, u *Unit) (*link.Fragment, error) {
		for _, f := range u.Files {
			if _, err := f.Bytes(); err != nil {
				return nil, err
			}
			f.Counted(3)
		}
		return &link.Fragment{Definitions: []link.Definition{{Node: depgraph.Node{ID: id}}}}, &strict.Error{ID: "odd", Line: 2, Col: 3, Msg: "does not add up"}
	}))
	want := []string{"a.x x partial (2:3: does not add up) documents=3", "b.x x partial (2:3: does not add up) documents=3"}
	if diff := cmp.Diff(want, ledger(r.Inputs)); diff != "" {
		t.Error(diff)
	}
	if len(r.Fragments) != 1 || r.Fragments[0].Definitions[0].Origin.Source != "x" {
		t.Errorf("fragments %+v, want the definition with the source's name", r.Fragments)
	}
}

func TestAFileSaysHowFarItWasRead(t *testing.T) {
	tree(t, map[string]string{
		"bytes.x": "x", "cut.x": "x", "failed.x": "x", "noted.x": "x", "proven.x": "x", "stream.x": "xxxx", "untouched.x": "x",
	})
	r := mustReadWith(t, Options{}, define("x", ".x", func(_ context.Context, u *Unit) (*link.Fragment, error) {
		for _, f := range u.Files {
			name, _, _ := strings.Cut(f.Path(), ".")
			if name == "untouched" {
				continue
			}
			if name == "stream" {
				s, err := f.Open()
				if err != nil {
					return nil, err
				}
				if _, err := s.Read(make([]byte, 1)); err != nil {
					return nil, err
				}
				f.Fail(s.Close())
				f.Counted(1)
				continue
			}
			if _, err := f.Bytes(); err != nil {
				return nil, err
			}
			f.Counted(1)
			switch name {
			case "cut":
				f.Fail(errors.Join(&Error{ID: "late", Line: 9, Col: 1, Msg: "second"}, &Error{ID: "early", Line: 2, Col: 1, Msg: "first"}, errors.New("no place")))
				f.Fail(&Error{ID: "early", Line: 2, Col: 1, Msg: "first"})
			case "failed":
				f.Fail(fmt.Errorf("wrapped: %w", &strict.Error{ID: "odd", Line: 1, Col: 2, Msg: "odd", Fix: "mend it"}))
			case "noted":
				f.Note("%d of it", 2)
				f.Note("and more")
				f.Note("%d of it", 2)
			case "proven":
				f.Proven()
			}
		}
		return &link.Fragment{}, nil
	}))
	want := []string{
		"bytes.x x complete documents=1",
		"cut.x x partial (no place; and 2 more) documents=1",
		"failed.x x partial (1:2: odd) documents=1",
		"noted.x x complete documents=1",
		"proven.x x complete documents=1",
		"stream.x x complete documents=1",
		"untouched.x x unreadable (the source x claimed the file and did not read it)",
	}
	if diff := cmp.Diff(want, ledger(r.Inputs)); diff != "" {
		t.Error(diff)
	}
	for _, in := range r.Inputs {
		if in.Status == depgraph.Complete && in.Unproven != (in.Path != "proven.x") {
			t.Errorf("%s: unproven %t", in.Path, in.Unproven)
		}
		if in.Path == "noted.x" {
			if diff := cmp.Diff([]string{"2 of it", "and more"}, in.Notes); diff != "" {
				t.Error(diff)
			}
		}
		if in.Path == "stream.x" && in.Bytes != 4 {
			t.Errorf("a stream that was left early: %d bytes, want all 4 read on Close", in.Bytes)
		}
	}
	var fixes []string
	for _, p := range r.Problems {
		if p.Path == "failed.x" {
			fixes = append(fixes, p.Fix)
		}
	}
	if diff := cmp.Diff([]string{"mend it"}, fixes); diff != "" {
		t.Error(diff)
	}
}

func TestJSONProvesItsEndAndYAMLDoesNot(t *testing.T) {
	tree(t, map[string]string{"j.lines": `{"a": "b"}`, "y.lines": "c: d\n", "e.lines": "# nothing\n", "n.lines": "---\n---\n"})
	r := mustRead(t, []string{"."}, Options{})
	for i, want := range []struct {
		path      string
		documents int
		unproven  bool
	}{{"e.lines", 0, true}, {"j.lines", 1, false}, {"n.lines", 0, true}, {"y.lines", 1, true}} {
		if in := r.Inputs[i]; in.Path != want.path || in.Documents != want.documents || in.Unproven != want.unproven {
			t.Errorf("row %+v, want %+v", in, want)
		}
	}
}

func TestStandardInputIsReadLikeAFile(t *testing.T) {
	tree(t, nil)
	read := func(in io.Reader) []string {
		r, err := Read(t.Context(), []string{"-"}, []*Source{lines()}, Options{Stdin: in})
		if err != nil {
			t.Fatal(err)
		}
		return ledger(r.Inputs)
	}
	long := "a: b\n" + strings.Repeat("# a long comment\n", 10_000) + "c: d\n"
	for name, c := range map[string]struct {
		in   io.Reader
		want string
	}{
		"text":   {strings.NewReader("a: b\n"), "- lines complete documents=1"},
		"long":   {strings.NewReader(long), "- lines complete documents=1"},
		"slow":   {iotest.OneByteReader(strings.NewReader("a: b\n")), "- lines complete documents=1"},
		"broken": {io.MultiReader(strings.NewReader("a: b\n"), iotest.ErrReader(errors.New("gone"))), "-  unreadable (byte 5: gone)"},
		"late":   {io.MultiReader(strings.NewReader(long), iotest.ErrReader(errors.New("gone"))), fmt.Sprintf("- lines unreadable (byte %d: gone)", len(long))},
		"empty":  {strings.NewReader(""), "- lines complete"},
	} {
		if diff := cmp.Diff([]string{c.want}, read(c.in)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAFallbackIsAskedLast(t *testing.T) {
	tree(t, map[string]string{"a.x": "x", "a.y": "y"})
	plain := func(_ context.Context, u *Unit) (*link.Fragment, error) {
		for _, f := range u.Files {
			if _, err := f.Bytes(); err != nil {
				return nil, err
			}
		}
		return &link.Fragment{}, nil
	}
	any := define("any", "", plain)
	any.Fallback = true
	r := mustReadWith(t, Options{}, any, define("x", ".x", plain), define("x2", ".x", plain))
	want := []string{"a.x x complete", "a.x x2 complete", "a.y any complete"}
	if diff := cmp.Diff(want, ledger(r.Inputs)); diff != "" {
		t.Error(diff)
	}
}

func TestTheOrderOfPathsAndTheNumberOfCoresDoNotShow(t *testing.T) {
	files := map[string]string{}
	for i := range 30 {
		files[fmt.Sprintf("d%d/f%d.lines", i%4, i)] = fmt.Sprintf("n%d: n%d\n---\nm%d: x\nm%d: y\n---\nk%d: n1\n", i, i+1, i, i, i)
	}
	tree(t, files)
	run := func(paths ...string) string {
		var b strings.Builder
		g, err := Run(t.Context(), paths, []*Source{lines()}, Options{Problem: func(p Problem) { fmt.Fprintln(&b, p) }})
		if err != nil {
			t.Fatal(err)
		}
		return b.String() + g.Text() + strings.Join(ledger(g.Inputs()), "\n")
	}
	want := run("d0", "d1", "d2", "d3")
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, cores := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(cores)
		for _, paths := range [][]string{{"d3", "d1", "d0", "d2"}, {"d2", "d2", "d0", "d1", "d3", "d1/f1.lines"}} {
			if diff := cmp.Diff(want, run(paths...)); diff != "" {
				t.Errorf("%d cores, %v: %s", cores, paths, diff)
			}
		}
	}
}

func TestCancellingStopsReading(t *testing.T) {
	tree(t, map[string]string{"a.lines": "a: b\n", "b.lines": "c: d\n"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, []string{"."}, []*Source{lines()}, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	stop := define("stop", ".lines", func(ctx context.Context, u *Unit) (*link.Fragment, error) {
		cancel()
		_, err := Each(ctx, u, func(*File, strict.Document) int { return 0 })
		return nil, err
	})
	if _, err := Read(ctx, []string{"."}, []*Source{stop}, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled while reading: %v", err)
	}
}

func TestFactsCanBeLeftOutByTheirBasis(t *testing.T) {
	tree(t, map[string]string{"a.x": "x"})
	ref := func(to string, b depgraph.Basis) link.Reference {
		return link.Reference{
			Owner: link.ID(depgraph.MustID("service:a")), Members: []link.Target{{Name: link.ID(depgraph.MustID("service:" + to)), Else: depgraph.MustID("service:" + to)}},
			Origin: depgraph.Origin{Input: "a.x", Line: 1, Basis: b},
		}
	}
	source := define("x", ".x", func(_ context.Context, u *Unit) (*link.Fragment, error) {
		if _, err := u.Files[0].Bytes(); err != nil {
			return nil, err
		}
		return &link.Fragment{
			Definitions: []link.Definition{{Node: depgraph.Node{ID: depgraph.MustID("service:a")}, Origin: depgraph.Origin{Input: "a.x"}}},
			References:  []link.Reference{ref("declared", depgraph.Declared), ref("observed", depgraph.Observed), ref("implied", depgraph.Implied)},
		}, nil
	})
	for want, opt := range map[string]Options{
		"declared observed implied": {}, "declared observed": {NoImplied: true}, "declared": {DeclaredOnly: true},
	} {
		g, err := Run(t.Context(), []string{"."}, []*Source{source}, opt)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"declared", "observed", "implied"} {
			if got := g.Node(depgraph.MustID("service:"+name)) != nil; got != strings.Contains(want, name) {
				t.Errorf("want %s: service:%s is there: %t", want, name, got)
			}
		}
	}
}

func TestANativeNameThatNothingDefinesIsAProblemOfItsFile(t *testing.T) {
	tree(t, map[string]string{"a.x": "x"})
	source := define("x", ".x", func(_ context.Context, u *Unit) (*link.Fragment, error) {
		f := u.Files[0]
		if _, err := f.Bytes(); err != nil {
			return nil, err
		}
		a := depgraph.MustID("service:a")
		return &link.Fragment{
			Definitions: []link.Definition{{Node: depgraph.Node{ID: a}, Form: link.Native, Origin: f.Origin(1, 1)}},
			References:  []link.Reference{{Owner: link.ID(a), Members: []link.Target{{Name: link.ID(depgraph.MustID("service:typo"))}}, Form: link.Native, Origin: f.Origin(7, 3)}},
		}, nil
	})
	var got []Problem
	g, err := Run(t.Context(), []string{"."}, []*Source{source}, Options{Problem: func(p Problem) { got = append(got, p) }})
	if err != nil {
		t.Fatal(err)
	}
	if in := g.Inputs()[0]; in.Status != depgraph.Partial {
		t.Errorf("row %+v, want partial", in)
	}
	if len(got) != 1 || got[0].ID != UndefinedNode || got[0].Place() != "a.x:7:3" || !strings.Contains(got[0].Effect, "1 of 1 inputs incomplete") {
		t.Errorf("problems %+v", got)
	}
}

func TestProgressCountsEveryClaimedFile(t *testing.T) {
	tree(t, map[string]string{"a.lines": "a: b\n", "b.lines": "c: d\n", "c": "x"})
	last := ""
	mustRead(t, []string{"."}, Options{Progress: func(done, total int) { last = fmt.Sprint(done, "/", total) }})
	if last != "2/2" {
		t.Errorf("progress ended at %s, want 2/2", last)
	}
}

func TestARowOfAnotherRunIsCarriedOn(t *testing.T) {
	tree(t, map[string]string{"g.x": "x"})
	r := mustReadWith(t, Options{}, define("x", ".x", func(_ context.Context, u *Unit) (*link.Fragment, error) {
		f := u.Files[0]
		if _, err := f.Bytes(); err != nil {
			return nil, err
		}
		f.Carried(depgraph.Input{Path: "old.yaml", Format: "native", Status: depgraph.Complete})
		f.Carried(depgraph.Input{Path: "cut.yaml", Format: "native", Status: depgraph.Partial, Reason: "3:1: cut"})
		return &link.Fragment{}, nil
	}))
	want := []string{"cut.yaml native partial (3:1: cut)", "g.x x complete", "old.yaml native complete"}
	if diff := cmp.Diff(want, ledger(r.Inputs)); diff != "" {
		t.Error(diff)
	}
	if len(r.Problems) != 1 || r.Problems[0].ID != CarriedGap || r.Problems[0].Path != "cut.yaml" {
		t.Errorf("problems %+v", r.Problems)
	}
}

func TestAFileOverTheLimitIsNotRead(t *testing.T) {
	tree(t, map[string]string{"a.lines": "a: b\n" + strings.Repeat("# x\n", 1000)})
	r := mustRead(t, []string{"."}, Options{Limits: Limits{Bytes: 100}})
	if diff := cmp.Diff([]string{"a.lines lines unreadable (over 100 bytes)"}, ledger(r.Inputs)); diff != "" {
		t.Error(diff)
	}
	r = mustRead(t, []string{"."}, Options{Limits: Limits{Strict: strict.Limits{Nodes: 1}}})
	if r.Inputs[0].Status != depgraph.Unreadable {
		t.Errorf("row %+v, want unreadable: over the limit of values", r.Inputs[0])
	}
}
