package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
)

// The law of imports: what each package may use of ours and of others, and why.
// A package without a row fails, so a new directory argues its place here.

const module = "github.com/fateline/fateline"

// row is what the packages that match a pattern may import.
type row struct {
	pattern string   // path.Match on the directory below the module
	ours    []string // patterns of our packages
	theirs  []string // module paths; "name@file.go" only in that file
	why     string
}

// everywhere below the sources a parser of the format's own vendor is welcome,
// but for those that another package keeps to itself.
const ownParser = "own parser"

var kept = []string{"github.com/spf13/", "go.yaml.in/", "sigs.k8s.io/yaml", "github.com/pelletier/go-toml", "github.com/goccy/go-graphviz", "github.com/dominikbraun/graph", "github.com/klauspost/compress"}

func importLaw() []row {
	return []row{
		{"analyzer/depgraph", nil, []string{"github.com/dominikbraun/graph@project.go"}, "the model is what everything else depends on, so it depends on nothing of ours"},
		{"analyzer/strict", nil, []string{"go.yaml.in/yaml/v3", "sigs.k8s.io/yaml", "github.com/pelletier/go-toml/v2"}, "all decoding of YAML, JSON and TOML is here, and here alone"},
		{"analyzer/simulate", []string{"analyzer/depgraph"}, nil, "a simulation reads the graph and nothing else, so that a second implementation can check it"},
		{"analyzer/simulate/simtest", []string{"analyzer/depgraph"}, nil, "the reference that simulations are tested against shares no code with them"},
		{"analyzer/riskgroup", []string{"analyzer/depgraph", "analyzer/simulate"}, nil, "risk groups are sets of losses"},
		{"analyzer/probe", []string{"analyzer/depgraph"}, nil, "what to ask about, and what would be, is said of a graph alone"},
		{"analyzer", []string{"analyzer/depgraph", "analyzer/strict"}, nil, "the driver knows no rule and no simulation"},
		{"analyzer/rules", []string{"analyzer", "analyzer/depgraph", "analyzer/simulate", "analyzer/riskgroup"}, nil, "a rule judges a graph: it reads no file and knows no format"},
		{"analyzer/gate", []string{"analyzer", "analyzer/depgraph", "analyzer/strict"}, []string{"cel.dev/cel-go@policy.go"}, "the gate judges results and must not know the rules: what it judges comes as facts in them"},
		{"analyzer/tiertest", nil, []string{"pgregory.net/rapid"}, "how much a test does, and from which seed, is the same everywhere"},
		{"analyzer/ruletest", []string{"analyzer", "analyzer/depgraph", "analyzer/strict", "report/proofcheck"}, []string{"github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "golang.org/x/tools"}, "a helper of rule tests"},
		{"ingest/safeio", nil, []string{"github.com/klauspost/compress"}, "bytes are opened, inflated and bounded here, and here alone"},
		{"ingest/words", nil, nil, "what the words of a name tell is the same for addresses, manifests and the linker"},
		{"ingest/link", []string{"analyzer/depgraph", "ingest/words"}, []string{"golang.org/x/net", "golang.org/x/text"}, "the linker knows names, not formats"},
		{"ingest/address", []string{"analyzer/depgraph", "ingest/link", "ingest/words"}, []string{"golang.org/x/net"}, "which strings are references is the same for every source"},
		{"ingest/catalogue", []string{"analyzer/depgraph", "analyzer/strict"}, nil, "what no file says is data, applied to a linked graph"},
		{"ingest/cloud", []string{"ingest", "ingest/address", "ingest/catalogue", "ingest/link", "analyzer/depgraph"}, nil, "what a resource of a cloud means is the same in every language that describes it"},
		{"ingest/hclfile", []string{"ingest", "analyzer/strict"}, []string{"github.com/hashicorp/hcl/v2", "github.com/zclconf/go-cty"}, "three formats are written in one language, and are parsed alike"},
		{"ingest/proxyfile", []string{"ingest/address", "ingest/link", "analyzer/depgraph", "analyzer/strict"}, nil, "a proxy's configuration says the same in a file of its own and in a manifest"},
		{"ingest/textfile", []string{"ingest", "analyzer/strict"}, nil, "several sources meet the same plain text formats, and what is broken in one is broken for all"},
		{"ingest", []string{"ingest/catalogue", "ingest/link", "ingest/safeio", "analyzer/depgraph", "analyzer/strict"}, []string{"github.com/bmatcuk/doublestar/v4"}, "the core walks and keeps the ledger: it knows no source"},
		{"ingest/sources", []string{"ingest", "ingest/sources/*"}, nil, "the list of sources, and nothing but the list"},
		{"ingest/sources/*", []string{"ingest", "ingest/address", "ingest/cloud", "ingest/hclfile", "ingest/proxyfile", "ingest/textfile", "ingest/words", "ingest/catalogue", "ingest/link", "analyzer/depgraph", "analyzer/strict"}, []string{ownParser}, "a source never knows another source: they meet in the linker"},
		{"ingest/sourcetest", []string{"ingest", "ingest/link", "analyzer/depgraph", "analyzer/strict"}, []string{"github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "golang.org/x/tools"}, "a helper of source tests"},
		{"report", []string{"analyzer", "analyzer/gate", "analyzer/simulate", "analyzer/depgraph", "analyzer/strict"}, []string{"github.com/dominikbraun/graph@view.go"}, "the document is made of results, and of nothing that reads inputs"},
		{"report/reporttest", []string{"report", "analyzer", "analyzer/gate", "analyzer/depgraph"}, nil, "the sample report that tests share"},
		{"report/formats", []string{"report", "report/formats/*"}, nil, "the list of formats, and nothing but the list"},
		{"report/formats/svg", withReport("report/formats/svg/wasmcache"), []string{"github.com/goccy/go-graphviz"}, "Graphviz says where things are, and svg draws them"},
		{"report/formats/svg/wasmcache", nil, nil, "it must initialise before go-graphviz does, so it imports the standard library alone"},
		{"report/formats/htmlpage", withReport("report/formats/svg"), nil, "a page shows a picture"},
		{"report/formats/markdown", withReport("report/formats/mermaid"), nil, "a comment holds a chart"},
		{"report/formats/*", withReport(), nil, "a format renders the document and never another format"},
		{"report/store", nil, nil, "storing bytes needs to know nothing of what they say"},
		{"report/proofcheck", []string{"analyzer/strict"}, nil, "the checker of proofs shares no code with what made them"},
		{"report/reporttest", withReport("report/formats"), []string{"github.com/google/go-cmp"}, "a helper of format tests"},
		{"report/explorer", []string{"report", "report/formats/htmlpage"}, nil, "the explorer serves a report"},
		{"cmd/fateline", []string{"*", "*/*", "*/*/*"}, []string{"github.com/spf13/cobra", "github.com/spf13/pflag", "github.com/mattn/go-isatty"}, "the command line is read here, and here alone"},
		{"examples/library", []string{"*", "*/*", "*/*/*"}, nil, "the example of library use"},
		{"examples/*", []string{"*", "*/*", "*/*/*"}, nil, "the examples are checked by tests"},
		{"examples", []string{"*", "*/*", "*/*/*"}, nil, "the examples are checked by tests"},
	}
}

func withReport(more ...string) []string {
	return append([]string{"report", "analyzer", "analyzer/gate", "analyzer/simulate", "analyzer/depgraph", "analyzer/strict"}, more...)
}

// inTests is what test files may import besides what their package may.
var inTests = []string{
	"github.com/google/go-cmp", "pgregory.net/rapid", "github.com/rogpeppe/go-internal", "go.uber.org/goleak",
	"github.com/chromedp/", "github.com/santhosh-tekuri/jsonschema", "github.com/yuin/goldmark", "github.com/owenrumney/go-sarif", "github.com/dominikbraun/graph", "golang.org/x/net", "golang.org/x/text", "go.yaml.in/yaml/v3", "sigs.k8s.io/yaml", "github.com/klauspost/compress",
}

// never lists what a part of the program must not reach even through others.
func never() []struct{ below, reaches, why string } {
	return []struct{ below, reaches, why string }{
		{"analyzer", "net/http", "a judgement needs no network"},
		{"analyzer", "os/exec", "a judgement starts no program"},
		{"ingest", "os/exec", "reading an input starts no program"},
		{"report/proofcheck", module + "/analyzer/simulate", "the checker of proofs shares no code with what made them"},
		{"report/proofcheck", module + "/analyzer/depgraph", "the checker of proofs shares no code with what made them"},
		{"", "text/template", "every template is one that escapes"},
		{"", "C", "the binary is static"},
	}
}

// listed is a package as go list prints it.
type listed struct {
	ImportPath, Dir, Export                 string
	Standard                                bool
	Module                                  *struct{ Path string }
	GoFiles, TestGoFiles, XTestGoFiles      []string
	Imports, TestImports, XTestImports      []string
	Deps                                    []string
	ForTest                                 string
	EmbedFiles, TestEmbedFiles, IgnoredGoFs []string
}

// dir returns the directory below the module, "" for the top.
func (p *listed) dir() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

func (p *listed) isOurs() bool { return p.Module != nil && p.Module.Path == module }

// packages lists every package of the module and what they need, with the
// compiler's export data, once for all laws.
var packages = sync.OnceValues(func() (map[string]*listed, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,Standard,Module,GoFiles,TestGoFiles,XTestGoFiles,Imports,TestImports,XTestImports,Deps,ForTest", "./...")
	cmd.Dir = "../.."
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, complaint.Bytes())
	}
	all := map[string]*listed{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		p := new(listed)
		switch err := d.Decode(p); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("go list: %w", err)
		}
		all[p.ImportPath] = p
	}
})

func mustPackages(t *testing.T) map[string]*listed {
	t.Helper()
	all, err := packages()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// ours returns our packages by path.
func ours(t *testing.T) []*listed {
	t.Helper()
	var out []*listed
	for _, p := range mustPackages(t) {
		if p.isOurs() && p.ForTest == "" {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b *listed) int { return strings.Compare(a.ImportPath, b.ImportPath) })
	if len(out) < 5 {
		t.Fatalf("go list gave %d packages of ours: the laws would hold for nothing", len(out))
	}
	return out
}

func TestLawEveryPackageImportsOnlyWhatTheTableAllows(t *testing.T) {
	law := importLaw()
	for _, p := range ours(t) {
		at := slices.IndexFunc(law, func(r row) bool { return matches(r.pattern, p.dir()) })
		if at < 0 {
			t.Errorf("%s has no row in the table of imports: say in law_test.go what it may use, and why", p.dir())
			continue
		}
		r := law[at]
		for _, imported := range p.Imports {
			if why := r.refuses(t, p, imported); why != "" {
				t.Errorf("%s imports %s: %s\n\treason: %s", p.dir(), imported, why, r.why)
			}
		}
		for _, imported := range append(slices.Clone(p.TestImports), p.XTestImports...) {
			if isTheirs(t, imported) && !hasPrefix(inTests, imported) && r.refuses(t, p, imported) != "" {
				t.Errorf("tests of %s import %s: tests use the standard library, go-cmp, rapid, testscript and the oracles named in law_test.go", p.dir(), imported)
			}
		}
	}
}

func TestLawNothingReachesWhatItMustNot(t *testing.T) {
	for _, p := range ours(t) {
		for _, n := range never() {
			if p.dir() != n.below && !strings.HasPrefix(p.dir(), n.below+"/") && n.below != "" {
				continue
			}
			if p.dir() == "cmd/fateline" && n.reaches == "text/template" {
				continue // cobra links it for help texts; the lint below forbids our own use
			}
			if slices.Contains(p.Deps, n.reaches) && !(n.reaches == "text/template" && throughHTML(t, p)) {
				t.Errorf("%s reaches %s: %s", p.dir(), n.reaches, n.why)
			}
		}
	}
}

// throughHTML reports whether html/template, which is built on text/template, explains it.
func throughHTML(t *testing.T, p *listed) bool {
	t.Helper()
	return slices.Contains(p.Deps, "html/template")
}

func TestLawTopLevelHoldsNothingElse(t *testing.T) {
	allowed := []string{"cmd", "ingest", "analyzer", "report", "examples", "LICENSE", "README.md", "CHANGELOG.md", "Makefile", "go.mod", "go.sum"}
	for _, name := range tracked(t) {
		top, _, _ := strings.Cut(name, "/")
		if !strings.HasPrefix(top, ".") && !slices.Contains(allowed, top) {
			t.Errorf("%s: the top level holds %s and dotfiles, nothing else", name, strings.Join(allowed, ", "))
		}
	}
}

// refuses says why p may not import a package; "" where it may.
func (r row) refuses(t *testing.T, p *listed, imported string) string {
	t.Helper()
	if dir, isOurs := strings.CutPrefix(imported, module+"/"); isOurs {
		if slices.ContainsFunc(r.ours, func(pattern string) bool { return matches(pattern, dir) }) {
			return ""
		}
		return "of ours it may import " + orNothing(r.ours)
	}
	if !isTheirs(t, imported) {
		return ""
	}
	for _, allowed := range r.theirs {
		name, file, oneFile := strings.Cut(allowed, "@")
		switch {
		case name == ownParser && !hasPrefix(kept, imported):
			return ""
		case !strings.HasPrefix(imported, name):
		case !oneFile:
			return ""
		default:
			for _, other := range filesImporting(t, p, imported) {
				if other != file {
					return fmt.Sprintf("in %s; only %s may", other, file)
				}
			}
			return ""
		}
	}
	return "of others it may import " + orNothing(r.theirs)
}

func isTheirs(t *testing.T, imported string) bool {
	t.Helper()
	if strings.HasPrefix(imported, module+"/") {
		return false
	}
	if p := mustPackages(t)[imported]; p != nil {
		return !p.Standard
	}
	first, _, _ := strings.Cut(imported, "/")
	return strings.Contains(first, ".") // imported by tests alone, so not listed
}

func matches(pattern, dir string) bool {
	ok, err := path.Match(pattern, dir)
	return ok && err == nil
}

func hasPrefix(prefixes []string, s string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

func orNothing(ss []string) string {
	if len(ss) == 0 {
		return "nothing"
	}
	return strings.Join(ss, ", ")
}
