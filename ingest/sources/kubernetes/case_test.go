package kubernetes

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/sourcetest"
)

var show = flag.Bool("show", false, "print what each case says")

// A case of testdata/graph shows one idea. It is a txtar archive of input files, and a
// section "want" of lines that the linked graph must say; a line that begins with '!'
// is a text that no line may hold. A line of the graph is
//
//	OWNER -> MEMBER | MEMBER [need=K] PHASES [degraded|unaffected] VIA [implied] [CONFIDENCE] @ FILE:LINE:COL
//	node ID [replicas=N] [alias=A] [env=E] [owner=O] [label KEY=VALUE]
//	dangling|ambiguous|conflicting OWNER NAME
//	row FILE STATUS
//	note FILE: TEXT
func TestGraph(t *testing.T) {
	for _, path := range glob(t, "testdata/graph/*.txtar") {
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := graphLines(t, archive)
			if *show {
				t.Log("\n" + strings.Join(got, "\n"))
			}
			have := map[string]bool{}
			for _, line := range got {
				have[line] = true
			}
			wants := 0
			for _, want := range wanted(archive) {
				wants++
				if unwanted, not := strings.CutPrefix(want, "!"); not {
					for _, line := range got {
						if strings.Contains(line, strings.TrimSpace(unwanted)) {
							t.Errorf("must not say: %s\nbut says: %s", unwanted, line)
						}
					}
					continue
				}
				if !have[want] {
					t.Errorf("does not say: %s\nnearest:\n%s", want, strings.Join(near(want, got), "\n"))
				}
			}
			if wants == 0 {
				t.Fatal("the case wants nothing")
			}
		})
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: no case, %v", pattern, err)
	}
	return paths
}

// near returns the lines about the same owner and member as a wanted one, or else
// about the owner.
func near(want string, lines []string) []string {
	words := strings.Fields(want)
	for n := min(3, len(words)); n > 0; n-- {
		head := strings.Join(words[:n], " ")
		var out []string
		for _, line := range lines {
			if strings.HasPrefix(line, head) && (strings.Contains(want, " implied ") || !strings.Contains(line, " implied ")) {
				out = append(out, "  "+line)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

func wanted(archive *txtar.Archive) []string {
	var lines []string
	for _, f := range archive.Files {
		if f.Name != "want" {
			continue
		}
		for line := range strings.SplitSeq(string(f.Data), "\n") {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// graphLines reads the files of a case and returns what the graph of them says.
func graphLines(t testing.TB, archive *txtar.Archive) []string {
	t.Helper()
	root := t.TempDir()
	for _, f := range archive.Files {
		if f.Name == "want" {
			continue
		}
		full := filepath.Join(root, "in", filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return linesOf(runOn(t, filepath.Join(root, "in")))
}

func runOn(t testing.TB, path string) *depgraph.Graph {
	t.Helper()
	g, err := ingest.Run(t.Context(), []string{path}, []*ingest.Source{Source}, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func linesOf(g *depgraph.Graph) []string {
	var lines []string
	short := func(p string) string { return strings.TrimPrefix(p, "in/") }
	for _, in := range g.Inputs() {
		lines = append(lines, fmt.Sprintf("row %s %s", short(in.Path), in.Status))
		for _, n := range in.Notes {
			lines = append(lines, fmt.Sprintf("note %s: %s", short(in.Path), n))
		}
	}
	for n := range g.Nodes() {
		lines = append(lines, nodeLines(n)...)
	}
	for r := range g.AllRequirements() {
		for _, o := range r.Origins {
			lines = append(lines, requirementLine(r, o, short))
		}
	}
	for _, u := range g.Unresolved() {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", u.Why, u.Owner, u.Name)))
	}
	return lines
}

func nodeLines(n *depgraph.Node) []string {
	lines := []string{"node " + n.ID.String()}
	add := func(format string, args ...any) {
		lines = append(lines, "node "+n.ID.String()+" "+fmt.Sprintf(format, args...))
	}
	if n.Replicas != nil {
		add("replicas=%d", *n.Replicas)
	}
	for _, a := range n.Aliases {
		add("alias=%s", a)
	}
	if n.Env != "" {
		add("env=%s", n.Env)
	}
	if n.Owner != "" {
		add("owner=%s", n.Owner)
	}
	for _, k := range sortedKeys(n.Labels) {
		add("label %s=%s", k, n.Labels[k])
	}
	return lines
}

func requirementLine(r *depgraph.Requirement, o depgraph.Origin, short func(string) string) string {
	var members []string
	for _, m := range r.Members {
		members = append(members, m.String())
	}
	s := r.Owner.String() + " -> " + strings.Join(members, " | ")
	t := r.Terms.Normal()
	if t.Need != depgraph.AtLeast(1) {
		s += " need=" + t.Need.String()
	}
	s += " " + t.Phases.String()
	if t.IfLost != depgraph.Down {
		s += " " + t.IfLost.String()
	}
	if t.Lasts != 0 {
		s += " lasts=" + t.Lasts.String()
	}
	s += " " + string(t.Via)
	o = o.Normal()
	if o.Basis != depgraph.Declared {
		s += " " + o.Basis.String()
	}
	if o.Confidence != 1 {
		s += fmt.Sprintf(" %.2g", o.Confidence)
	}
	return s + fmt.Sprintf(" @ %s:%d:%d", short(o.Input), o.Line, o.Col)
}

// The fragment itself, positions and ledger included, and every file made hostile.
func TestSource(t *testing.T) { sourcetest.Run(t, Source, "testdata/fragment") }
