package riskgroup_test

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/riskgroup"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/tiertest"
)

// The engine is SCRAM, a fault-tree program by others: it has decision diagrams of
// its own and shares no code and no author with this one. Trees go to it in the
// exchange format of Open-PSA.
const engine = "scram"

// patience is how long the engine may take for one tree.
const patience = time.Minute

// findEngine skips, and says so, where the engine is not installed.
func findEngine(t *testing.T) string {
	t.Helper()
	if tiertest.Quick() {
		t.Skip("SKIPPED: one of very many runs")
	}
	path, err := exec.LookPath(engine)
	if err != nil {
		t.Skipf("SKIPPED: %s is not installed, so no other fault-tree program was asked", engine)
	}
	return path
}

// TestEngine compares the groups of random fault trees with what another program says.
func TestEngine(t *testing.T) {
	t.Parallel()
	path := findEngine(t)
	sets := 0
	for _, count := range []struct {
		trees int
		tree
	}{
		{tiertest.Count(20, 60, 400), tree{gates: 40, events: 30, or: 0.5, atLeast: 0.5, arity: 5, leaves: 0.5}},
		{tiertest.Count(10, 30, 200), tree{gates: 120, events: 90, or: 0.5, atLeast: 0.3, arity: 4, window: 20, leaves: 0.4}},
		{tiertest.Count(10, 30, 200), tree{gates: 60, events: 200, or: 0.6, atLeast: 0.6, arity: 8, window: 10, leaves: 0.7}},
	} {
		for seed := range uint64(count.trees) {
			s := count.build(t, 1000+seed)
			sets += compareWithEngine(t, path, s, fmt.Sprintf("%+v seed %d", count.tree, 1000+seed))
		}
	}
	t.Logf("%d groups, each found by both", sets)
}

// TestPublicTrees does the same for the trees in the directory that FATELINE_OPENPSA
// names: the benchmark of 43 trees that everybody quotes is public, but not ours.
func TestPublicTrees(t *testing.T) {
	dir := os.Getenv("FATELINE_OPENPSA")
	if dir == "" {
		t.Skip("SKIPPED: FATELINE_OPENPSA names no directory of fault trees in Open-PSA's exchange format")
	}
	path := findEngine(t)
	names, err := filepath.Glob(filepath.Join(dir, "*.xml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no trees in %s: %v", dir, err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".xml"), func(t *testing.T) {
			s, err := readTree(name)
			if err != nil {
				t.Skipf("SKIPPED: %v", err)
			}
			before := cpu()
			got, err := riskgroup.Minimal(t.Context(), simulate.NewModel(s.g, 0), s.top[0], riskgroup.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d nodes, %d groups, %.3f cpu-s", s.g.Len(), len(got.Sets), (cpu() - before).Seconds())
			compareWithEngine(t, path, s, name)
		})
	}
}

// compareWithEngine reports the differences between the engine's sets and ours, up to
// the default order, and returns how many there are.
func compareWithEngine(t *testing.T, path string, s system, name string) int {
	t.Helper()
	got, err := riskgroup.Minimal(t.Context(), simulate.NewModel(s.g, 0), s.top[0], riskgroup.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := askEngine(t.Context(), path, t.TempDir(), s, "--bdd")
	if errors.Is(err, context.DeadlineExceeded) {
		want, err = askEngine(t.Context(), path, t.TempDir(), s, "--zbdd")
	}
	if errors.Is(err, context.DeadlineExceeded) {
		t.Skipf("SKIPPED: %s has no answer for %s after %v", engine, name, patience)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	ours := make([]string, 0, len(got.Sets))
	for _, set := range got.Sets {
		var names []string
		for _, n := range set {
			names = append(names, s.g.ID(n).Name)
		}
		slices.Sort(names)
		ours = append(ours, strings.Join(names, " "))
	}
	slices.Sort(ours)
	if !got.Complete || !slices.Equal(ours, want) {
		t.Fatalf("%s: %d groups (complete: %v), and the engine finds %d", name, len(ours), got.Complete, len(want))
	}
	return len(ours)
}

// askEngine returns the engine's minimal cut sets by one of its methods, each as its
// sorted names, sorted.
func askEngine(ctx context.Context, path, dir string, s system, method string) ([]string, error) {
	in, out := filepath.Join(dir, "tree.xml"), filepath.Join(dir, "sets.xml")
	if err := os.WriteFile(in, []byte(openPSA(s)), 0o600); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, method, "--limit-order", strconv.Itoa(riskgroup.DefaultOrder), in, "-o", out)
	if said, err := cmd.CombinedOutput(); ctx.Err() != nil {
		return nil, ctx.Err()
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", engine, err, said)
	}
	f, err := os.Open(out)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var sets []string
	var set []string
	var asked bool
	for d := xml.NewDecoder(f); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			slices.Sort(sets)
			return sets, nil
		}
		if err != nil {
			return nil, err
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "sum-of-products": // one for each gate that no other names
				asked = attribute(e, "name") == s.g.ID(s.top[0]).Name
			case "product":
				set = nil
			case "basic-event":
				set = append(set, attribute(e, "name"))
			}
		case xml.EndElement:
			if e.Name.Local == "product" && asked {
				slices.Sort(set)
				sets = append(sets, strings.Join(set, " "))
			}
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// openPSA writes a system's graph as a fault tree: a node fails when too few members
// of one of its requirements are left.
func openPSA(s system) string {
	var sb strings.Builder
	sb.WriteString("<opsa-mef>\n<define-fault-tree name=\"t\">\n")
	g := s.g
	for n := range depgraph.NodeIndex(g.Len()) {
		var terms []string
		from, to := g.OwnedBy(n)
		for r := from; r < to; r++ {
			var inner strings.Builder
			members := g.Members(r)
			for _, m := range members {
				fmt.Fprintf(&inner, "<%s name=%q/>", element(g, m), g.ID(m).Name)
			}
			lost := len(members) - g.Terms(r).Need.Of(len(members)) + 1 // so many lost are too many
			switch {
			case len(members) == 1:
				terms = append(terms, inner.String())
			case lost == 1:
				terms = append(terms, "<or>"+inner.String()+"</or>")
			case lost == len(members):
				terms = append(terms, "<and>"+inner.String()+"</and>")
			default:
				terms = append(terms, fmt.Sprintf("<atleast min=\"%d\">%s</atleast>", lost, inner.String()))
			}
		}
		if len(terms) > 1 {
			terms = []string{"<or>" + strings.Join(terms, "") + "</or>"}
		}
		if len(terms) == 1 {
			fmt.Fprintf(&sb, "<define-gate name=%q>%s</define-gate>\n", g.ID(n).Name, terms[0])
		}
	}
	sb.WriteString("</define-fault-tree>\n<model-data>\n")
	for n := range depgraph.NodeIndex(g.Len()) {
		if element(g, n) == "basic-event" {
			fmt.Fprintf(&sb, "<define-basic-event name=%q><float value=\"0.01\"/></define-basic-event>\n", g.ID(n).Name)
		}
	}
	sb.WriteString("</model-data>\n</opsa-mef>\n")
	return sb.String()
}

func element(g *depgraph.Graph, n depgraph.NodeIndex) string {
	if from, to := g.OwnedBy(n); from < to {
		return "gate"
	}
	return "basic-event"
}

// formula is one gate's contents in the exchange format.
type formula struct {
	XMLName xml.Name
	Name    string    `xml:"name,attr"`
	Min     int       `xml:"min,attr"`
	Terms   []formula `xml:",any"`
}

// readTree reads a fault tree of gates that are and, or and atleast; others say what
// is down when something else is not, which no requirement can.
func readTree(name string) (system, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return system{}, err
	}
	var file struct {
		Gates []formula `xml:"define-fault-tree>define-gate"`
	}
	if err := xml.Unmarshal(text, &file); err != nil {
		return system{}, err
	}
	r := treeReader{b: depgraph.NewBuilder(), gates: map[string]bool{}, named: map[string]bool{}}
	for _, gate := range file.Gates {
		r.gates[gate.Name] = true
	}
	for _, gate := range file.Gates {
		if len(gate.Terms) != 1 {
			return system{}, fmt.Errorf("gate %s holds %d formulas", gate.Name, len(gate.Terms))
		}
		if err := r.add(r.id("gate", gate.Name), gate.Terms[0]); err != nil {
			return system{}, err
		}
	}
	top := depgraph.MustID("service:the-top")
	for _, gate := range file.Gates {
		if !r.named[gate.Name] {
			r.need(top, 1, []depgraph.ID{r.id("gate", gate.Name)})
		}
	}
	g, err := r.b.Build()
	if err != nil {
		return system{}, err
	}
	i, _ := g.Index(top)
	return system{g, []depgraph.NodeIndex{i}}, nil
}

type treeReader struct {
	b     *depgraph.Builder
	gates map[string]bool
	named map[string]bool // as members
	inner int             // gates without a name so far
}

func (r *treeReader) id(element, name string) depgraph.ID {
	if element == "gate" || element == "event" && r.gates[name] {
		return depgraph.ID{Kind: depgraph.KindGroup, Name: name}
	}
	return depgraph.ID{Kind: depgraph.KindService, Name: name}
}

// add lets the owner fail as the formula says.
func (r *treeReader) add(owner depgraph.ID, f formula) error {
	var members []depgraph.ID
	terms := f.Terms
	if f.XMLName.Local == "gate" || strings.HasSuffix(f.XMLName.Local, "event") {
		terms = []formula{f}
	}
	for _, term := range terms {
		id := r.id(term.XMLName.Local, term.Name)
		if term.Name == "" {
			r.inner++
			id = depgraph.ID{Kind: depgraph.KindGroup, Name: fmt.Sprintf("inner-%d", r.inner)}
			if err := r.add(id, term); err != nil {
				return err
			}
		} else {
			r.named[term.Name] = true
		}
		if !slices.Contains(members, id) {
			members = append(members, id)
		}
	}
	switch f.XMLName.Local {
	case "and":
		r.need(owner, 1, members)
	case "or", "gate", "basic-event", "event", "house-event":
		r.need(owner, len(members), members)
	case "atleast":
		if len(members) != len(terms) {
			return fmt.Errorf("%v counts one member twice", owner)
		}
		r.need(owner, len(members)-f.Min+1, members)
	default:
		return fmt.Errorf("%v is a gate of kind %s, which is not monotone", owner, f.XMLName.Local)
	}
	return nil
}

func (r *treeReader) need(owner depgraph.ID, need int, members []depgraph.ID) {
	r.b.AddRequirement(depgraph.Requirement{Owner: owner, Members: members, Terms: depgraph.Terms{Need: depgraph.AtLeast(need)}, Origins: []depgraph.Origin{{Input: "tree"}}})
}
