package sources

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/sources/kubernetes"
)

// corpus is where real inputs with known edges lie, beside the checkout. They are no
// part of the project; without them the test is skipped, and says so.
const corpus = "../../../shared/corpus"

// part is what is read of a set, and what the inputs of that part can show.
type part struct {
	set     string
	paths   []string // below the set; none: all of it
	sources []*ingest.Source
	// visible selects the true edges that these inputs hold evidence of, by the column
	// that lists the formats which do.
	visible *regexp.Regexp
	// least is what must hold: precision, and recall of the visible edges; 0: nothing.
	precision, recall float64
}

func parts() []part {
	k8s := []*ingest.Source{kubernetes.Source}
	manifest := regexp.MustCompile(`k8s`)
	all := []part{
		{set: "online-boutique", paths: []string{"release/kubernetes-manifests.yaml"}, sources: k8s, visible: manifest, precision: 0.97, recall: 0.92},
		{set: "online-boutique", paths: []string{"kubernetes-manifests"}, sources: k8s, visible: manifest, precision: 0.97, recall: 0.92},
		{set: "online-boutique", paths: []string{"kustomize"}, sources: k8s, visible: manifest, precision: 0.97, recall: 0.92},
		{set: "online-boutique", paths: []string{"rendered/online-boutique.helm.yaml"}, sources: k8s, visible: manifest, precision: 0.97, recall: 0.92},
		{set: "robot-shop", paths: []string{"rendered", "K8s/load-deployment.yaml"}, sources: k8s, visible: manifest, precision: 0.97, recall: 0.92},
		{set: "dsb-hotel", paths: []string{"rendered"}, sources: k8s, visible: regexp.MustCompile(`helm|config-json`), precision: 0.97, recall: 0.92},
		{set: "dsb-hotel", paths: []string{"hotelReservation/kubernetes"}, sources: k8s, visible: manifest, precision: 0.97, recall: 0.92},
		{set: "dsb-hotel", paths: []string{"hotelReservation/openshift"}, sources: k8s, visible: manifest, precision: 0.97, recall: 0.92},
		{set: "bookinfo-kiali", paths: []string{"istio"}, sources: k8s, visible: manifest, precision: 0.97, recall: 0.92},
	}
	sets, _ := filepath.Glob(filepath.Join(corpus, "*", "TRUTH.tsv"))
	for _, truth := range sets {
		if set := filepath.Base(filepath.Dir(truth)); set != "inframap-tfstate" { // edges of networks, not of services
			all = append(all, part{set: set, sources: All(), visible: regexp.MustCompile(`.`)})
		}
	}
	return all
}

// rendered is what a rendering adds to the names of a set: release names, counters.
var rendered = map[string]*regexp.Regexp{"dsb-hotel": regexp.MustCompile(`(-1)?-hotelres$`)}

// TestCorpus scores what the sources find in sets whose true edges are known. With -v
// it prints a table, and every edge that is wrong or missing.
func TestCorpus(t *testing.T) {
	if _, err := os.Stat(filepath.Join(corpus, "SETS.tsv")); err != nil {
		t.Skipf("%s is not here: real inputs are not scored", corpus)
	}
	table := []string{fmt.Sprintf("%-18s %-40s %5s %5s %5s %5s %6s %6s %6s  %s", "set", "part", "true", "seen", "found", "right", "prec", "recall", "r.vis", "telemetry")}
	for _, p := range parts() {
		s := p.score(t)
		table = append(table, s.row(p))
		if p.precision > 0 && s.precision() < p.precision {
			t.Errorf("%s %v: precision %.3f, want %.2f", p.set, p.paths, s.precision(), p.precision)
		}
		if p.recall > 0 && s.visibleRecall() < p.recall {
			t.Errorf("%s %v: recall of visible edges %.3f, want %.2f", p.set, p.paths, s.visibleRecall(), p.recall)
		}
		for _, line := range s.wrong {
			t.Logf("%s %v: %s", p.set, p.paths, line)
		}
	}
	t.Log("\n" + strings.Join(table, "\n"))
}

// hidden marks an edge that no input of the set holds evidence of.
var hidden = regexp.MustCompile(`^(code-only|NOT )`)

type edge struct{ from, to string }

func (e edge) String() string { return e.from + " -> " + e.to }

// fact is a true edge.
type fact struct {
	edge
	kind, visible string
}

type score struct {
	truth, visible, found, right, rightVisible int
	telemetry, telemetryFound                  int
	wrong                                      []string
}

func (s score) precision() float64     { return ratio(s.right, s.found) }
func (s score) recall() float64        { return ratio(s.right, s.truth) }
func (s score) visibleRecall() float64 { return ratio(s.rightVisible, s.visible) }

// ratio of nothing is 1: where nothing is to be found, nothing is missing.
func ratio(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

func (s score) row(p part) string {
	name := strings.Join(p.paths, " ")
	if name == "" {
		name = "(all of it, every source)"
	}
	return fmt.Sprintf("%-18s %-40s %5d %5d %5d %5d %6.3f %6.3f %6.3f  %d/%d", p.set, name, s.truth, s.visible, s.found, s.right,
		s.precision(), s.recall(), s.visibleRecall(), s.telemetryFound, s.telemetry)
}

func (p part) score(t *testing.T) score {
	t.Helper()
	truth := readTruth(t, filepath.Join(corpus, p.set, "TRUTH.tsv"))
	aliases := readAliases(filepath.Join(corpus, p.set, "ALIASES.tsv"))
	canonical := func(s string) string {
		if re := rendered[p.set]; re != nil {
			s = re.ReplaceAllString(s, "")
		}
		if to, ok := aliases[s]; ok {
			return to
		}
		return s
	}
	universe := map[string]bool{}
	for _, f := range truth {
		universe[f.from], universe[f.to] = true, true
	}
	g := p.read(t)
	deployed := map[string]bool{}
	for n := range g.Nodes() {
		if runsCode(n.ID.Kind) {
			deployed[canonical(path.Base(n.ID.Name))] = true
		}
	}
	found, signals := edgesOf(g, universe, canonical)
	var s score
	known := map[edge]fact{}
	for _, f := range truth {
		known[f.edge] = f
		switch f.kind {
		case "ignore":
			delete(found, f.edge)
		case "telemetry":
			s.telemetry++
			if found[f.edge] || signals[f.edge] {
				s.telemetryFound++
			}
			delete(found, f.edge)
		default:
			s.truth++
			// What a part does not deploy it cannot show.
			visible := p.visible.MatchString(f.visible) && !hidden.MatchString(f.visible) && deployed[f.from]
			if visible {
				s.visible++
			}
			switch {
			case found[f.edge]:
				s.right++
				if visible {
					s.rightVisible++
				}
			case visible:
				s.wrong = append(s.wrong, "missing "+f.String()+" ("+f.visible+")")
			}
		}
	}
	s.found = len(found)
	for e := range found {
		if _, is := known[e]; !is {
			s.wrong = append(s.wrong, "wrong "+e.String())
		}
	}
	slices.Sort(s.wrong)
	return s
}

func (p part) read(t *testing.T) *depgraph.Graph {
	t.Helper()
	root := filepath.Join(corpus, p.set)
	paths := []string{root}
	if len(p.paths) > 0 {
		paths = nil
		for _, below := range p.paths {
			paths = append(paths, filepath.Join(root, below))
		}
	}
	exclude := func(glob string) ingest.Exclude { return ingest.Exclude{Glob: glob, Reason: "the answers"} }
	g, err := ingest.Run(t.Context(), paths, p.sources, ingest.Options{Exclude: []ingest.Exclude{exclude("**/_docs/**"), exclude("**/*.tsv")}})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// edgesOf returns the edges between things that run code or keep data, as names of
// the truth. signals are those whose loss leaves the owner unaffected. What only
// orders the start of things counts as found where the truth says so; implied facts
// never do.
func edgesOf(g *depgraph.Graph, universe map[string]bool, canonical func(string) string) (found, signals map[edge]bool) {
	found, signals = map[edge]bool{}, map[edge]bool{}
	phases := depgraph.PhasesOf(depgraph.Run, depgraph.Start)
	for r := range g.AllRequirements() {
		if !runsCode(r.Owner.Kind) || !r.Terms.Phases.Intersects(phases) || onlyImplied(r.Origins) {
			continue
		}
		for _, m := range flatten(g, r.Members, 0) {
			if !runsCode(m.Kind) && m.Kind != depgraph.KindExternal && m.Kind != depgraph.KindRepo {
				continue
			}
			e := edge{canonical(path.Base(r.Owner.Name)), canonical(nameOf(m))}
			if e.from == e.to || !universe[e.from] || !universe[e.to] {
				continue
			}
			if r.Terms.Normal().IfLost == depgraph.Unaffected {
				signals[e] = true
			} else {
				found[e] = true
			}
		}
	}
	return found, signals
}

func onlyImplied(os []depgraph.Origin) bool {
	return !slices.ContainsFunc(os, func(o depgraph.Origin) bool { return o.Normal().Basis != depgraph.Implied })
}

// flatten follows groups to their members.
func flatten(g *depgraph.Graph, ids []depgraph.ID, depth int) []depgraph.ID {
	var out []depgraph.ID
	for _, id := range ids {
		if id.Kind != depgraph.KindGroup || depth > 5 {
			out = append(out, id)
			continue
		}
		for r := range g.Needs(id) {
			out = append(out, flatten(g, r.Members, depth+1)...)
		}
	}
	return out
}

// nameOf returns what the truth calls a node: the last step of its name, or the
// Service that an unresolved name stands for.
func nameOf(id depgraph.ID) string {
	if id.Kind == depgraph.KindExternal || id.Kind == depgraph.KindRepo {
		if name, found := strings.CutSuffix(id.Name, ".svc"); found {
			name, _, _ = strings.Cut(path.Base(name), ".")
			return name
		}
		return id.Name
	}
	return path.Base(id.Name)
}

func runsCode(k depgraph.Kind) bool {
	switch k {
	case depgraph.KindService, depgraph.KindJob, depgraph.KindFunction, depgraph.KindDatastore, depgraph.KindQueue:
		return true
	}
	return false
}

func readTruth(t *testing.T, file string) []fact {
	t.Helper()
	var out []fact
	for _, row := range readTable(t, file) {
		if len(row) >= 5 {
			out = append(out, fact{edge{row[0], row[1]}, row[2], row[4]})
		}
	}
	return out
}

func readAliases(file string) map[string]string {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil // a set where all formats agree
	}
	out := map[string]string{}
	for _, row := range rows(data) {
		if len(row) >= 2 {
			out[row[0]] = row[1]
		}
	}
	return out
}

func readTable(t *testing.T, file string) [][]string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return rows(data)
}

func rows(data []byte) [][]string {
	var out [][]string
	for line := range strings.SplitSeq(string(data), "\n") {
		if line = strings.TrimRight(line, "\r"); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, strings.Split(line, "\t"))
		}
	}
	return out
}
