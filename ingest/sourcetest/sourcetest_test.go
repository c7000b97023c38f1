package sourcetest

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// reads makes a source of .yaml files that does to each what read does.
func reads(read func(f *ingest.File, data []byte) *link.Fragment) *ingest.Source {
	claim := func(path string, _ []byte) (string, bool) { return path, strings.HasSuffix(path, ".yaml") }
	return ingest.Define(ingest.Spec{Name: "probe"}, ingest.NoParams, claim, func(_ context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
		data, err := u.Files[0].Bytes()
		if err != nil {
			return nil, err
		}
		return read(u.Files[0], data), nil
	})
}

func named(name string) *link.Fragment {
	return &link.Fragment{Definitions: []link.Definition{{Node: depgraph.Node{ID: depgraph.MustID("service:" + name)}}}}
}

func TestHostileCasesFindASourceThatIsCareless(t *testing.T) {
	files := []txtar.File{{Name: "a.yaml", Data: []byte("name: shop\nkind: x\n")}}
	for name, c := range map[string]struct {
		source *ingest.Source
		want   string // in one of the faults; "" wants none
	}{
		"careful": {reads(func(f *ingest.File, data []byte) *link.Fragment {
			docs, err := strict.Parse(data, strict.Limits{})
			f.Fail(err)
			f.Counted(len(docs))
			if len(docs) == 0 || docs[0].Root.Get("name").Text() == "" {
				return &link.Fragment{}
			}
			return named("n")
		}), ""},
		"lets broken text pass": {reads(func(*ingest.File, []byte) *link.Fragment { return named("n") }), "alias bomb: the file is complete"},
		"panics on a short file": {reads(func(f *ingest.File, data []byte) *link.Fragment {
			_, err := strict.Parse(data, strict.Limits{})
			f.Fail(err)
			_ = data[10]
			return named("n")
		}), "cut at byte 0: case/a.yaml: a bug in Fateline"},
		"reads line ends": {reads(func(f *ingest.File, data []byte) *link.Fragment {
			_, err := strict.Parse(data, strict.Limits{})
			f.Fail(err)
			if bytes.Contains(data, []byte("\r")) {
				return named("other")
			}
			return named("n")
		}), "CRLF line ends: findings changed"},
		"takes bytes for letters": {reads(func(f *ingest.File, data []byte) *link.Fragment {
			_, err := strict.Parse(data, strict.Limits{})
			f.Fail(err)
			if !bytes.Contains(data, []byte("name: shop")) {
				return &link.Fragment{}
			}
			return named("n")
		}), "UTF-16: the file is complete, and its findings changed without a word"},
	} {
		faults := hostile(t, c.source, "case", files)
		all := strings.Join(faults, "\n")
		if c.want == "" && len(faults) > 0 || !strings.Contains(all, c.want) {
			t.Errorf("%s: faults %q, want %q", name, all, c.want)
		}
	}
}

func TestEqualReadingsHaveEqualTexts(t *testing.T) {
	a, b := named("a"), named("b")
	if FragmentText(a, b) != FragmentText(b, a) {
		t.Error("the order of fragments shows")
	}
	if FragmentText(a) == FragmentText(b) {
		t.Error("two fragments have one text")
	}
}

func TestAFileThatLostItsLastBracketIsNoticed(t *testing.T) {
	careless := reads(func(f *ingest.File, _ []byte) *link.Fragment { f.Counted(1); return named("n") })
	careful := reads(func(f *ingest.File, data []byte) *link.Fragment {
		f.Counted(1)
		if bytes.Count(data, []byte("{")) != bytes.Count(data, []byte("}")) {
			f.Fail(&strict.Error{ID: strict.EarlyEnd, Line: 1, Col: 1, Msg: "open"})
		}
		return named("n")
	})
	for name, c := range map[string]struct {
		source *ingest.Source
		text   string
		flat   []Flat
		faults int
	}{
		"careless":                  {careless, "a: {b: c}\n", nil, 1},
		"careful":                   {careful, "a: {b: c}\n", nil, 0},
		"a bracket in a comment":    {careless, "a: b # {c}\n", nil, 0},
		"a bracket in a plain word": {careless, "a: b}\n", nil, 0},
		"a format that has none":    {careless, "a: {b: c}\n", []Flat{{"*.yaml", "it has none"}}, 0},
		"another format has none":   {careless, "a: {b: c}\n", []Flat{{"*.ini", "it has none"}}, 1},
		"the last one counts":       {careful, "a: {b: [c]}\n", nil, 0},
	} {
		if faults := unclosed(t, c.source, "case", []txtar.File{{Name: "a.yaml", Data: []byte(c.text)}}, c.flat); len(faults) != c.faults {
			t.Errorf("%s: faults %q, want %d", name, faults, c.faults)
		}
	}
}
