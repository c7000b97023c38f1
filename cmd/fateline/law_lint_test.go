package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// The lints: what no file may call, by what it costs when somebody does.

// ban forbids names outside certain places.
type ban struct {
	names []string // "import/path.Name", a method as "import/path.Type.Name"; "import/path.*" is all of it
	but   []string // directories, or directory/file.go, where it is allowed
	why   string
}

func bans() []ban {
	return []ban{
		{[]string{"bufio.NewScanner"}, nil, "a line that is too long ends a Scanner in silence: read with bufio.Reader within a limit"},
		{[]string{"encoding/json.Unmarshal", "encoding/json.NewDecoder", "go.yaml.in/yaml/v3.*", "sigs.k8s.io/yaml.*"}, []string{"analyzer/strict"}, "decoding is in analyzer/strict alone: it refuses duplicates, trailing data and bombs"},
		{[]string{"compress/gzip.NewReader", "compress/zlib.*", "compress/flate.NewReader", "github.com/klauspost/compress/zstd.NewReader", "io.ReadAll", "os.Open", "os.ReadFile", "os.OpenRoot", "os.DirFS"}, []string{"ingest/safeio", "report/store", "cmd/fateline/memory.go"}, "bytes are opened, inflated and bounded in ingest/safeio alone"},
		{[]string{"os.Create", "os.WriteFile", "os.OpenFile", "os.CreateTemp", "os.MkdirTemp", "os.Rename", "os.Remove", "os.RemoveAll", "os.Mkdir", "os.MkdirAll"}, []string{"report/store", "ingest/safeio", "report/formats/svg/wasmcache"}, "files are written in report/store alone: whole, synced, or not at all"},
		{[]string{"os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln", "log.Panic", "log.Panicf"}, []string{"cmd/fateline/main.go", "examples/library/main.go"}, "the process ends in main alone, with the status that exit.go made"},
		{[]string{"os.Stdout", "os.Stderr", "os.Stdin"}, []string{"cmd/fateline/main.go", "examples/library"}, "streams are handed in, so that a full or closed one is noticed"},
		{[]string{"fmt.Print", "fmt.Printf", "fmt.Println"}, []string{"examples/library"}, "a print to a full device is an error nobody sees"},
		{[]string{"text/template.*", "html/template.HTML", "html/template.HTMLAttr", "html/template.JS", "html/template.JSStr", "html/template.URL", "html/template.Srcset", "html/template.CSS"}, nil, "names from inputs reach a page through html/template's escaping, without exception"},
		{[]string{"net/http.DefaultClient", "net/http.DefaultTransport", "net/http.Get", "net/http.Post", "net/http.PostForm", "net/http.Head"}, nil, "a client without limits and timeouts waits for ever"},
		{[]string{"os.Getenv", "os.LookupEnv", "os.Environ", "os.ExpandEnv"}, []string{"cmd/fateline", "report/formats/svg/wasmcache"}, "apart from credentials, no environment variable changes a result"},
		{[]string{"time.Now", "time.Since"}, []string{"cmd/fateline", "report/explorer"}, "no clock in results: --now says what time it is"},
	}
}

// typed is one of our packages with syntax and types.
type typed struct {
	*listed
	fset  *token.FileSet
	files []*ast.File
	info  *types.Info
	pkg   *types.Package
}

func (p *typed) place(pos token.Pos) string {
	at := p.fset.Position(pos)
	return fmt.Sprintf("%s/%s:%d", p.dir(), filepath.Base(at.Filename), at.Line)
}

func (p *typed) file(pos token.Pos) string {
	return p.dir() + "/" + filepath.Base(p.fset.Position(pos).Filename)
}

// load type-checks the product code of every package of ours, against the
// compiler's export data, once for all lints.
var load = sync.OnceValues(func() ([]*typed, error) {
	all, err := packages()
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		p := all[path]
		if p == nil || p.Export == "" {
			return nil, fmt.Errorf("no export data for %s", path)
		}
		return os.Open(p.Export)
	})
	var out []*typed
	for _, p := range all {
		if !p.isOurs() {
			continue
		}
		t := &typed{listed: p, fset: fset, info: &types.Info{
			Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
		}}
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			t.files = append(t.files, f)
		}
		conf := types.Config{Importer: imports}
		if t.pkg, err = conf.Check(p.ImportPath, fset, t.files, t.info); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b *typed) int { return strings.Compare(a.ImportPath, b.ImportPath) })
	return out, nil
})

func mustLoad(t *testing.T) []*typed {
	t.Helper()
	ps, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return ps
}

// inspect walks every file of every package.
func inspect(t *testing.T, visit func(p *typed, n ast.Node)) {
	t.Helper()
	for _, p := range mustLoad(t) {
		for _, f := range p.files {
			ast.Inspect(f, func(n ast.Node) bool {
				if n != nil {
					visit(p, n)
				}
				return true
			})
		}
	}
}

func TestLawForbiddenNamesAreUsedOnlyWhereTheyBelong(t *testing.T) {
	list := bans()
	inspect(t, func(p *typed, n ast.Node) {
		id, ok := n.(*ast.Ident)
		if !ok {
			return
		}
		obj := p.info.Uses[id]
		if obj == nil || obj.Pkg() == nil || obj.Parent() != obj.Pkg().Scope() {
			return
		}
		name := obj.Pkg().Path() + "." + obj.Name()
		for _, b := range list {
			if b.covers(name) && !b.allows(p.dir(), p.file(id.Pos())) && !p.isTestHelper() {
				t.Errorf("%s: %s: %s", p.place(id.Pos()), name, b.why)
			}
		}
	})
}

func (b ban) covers(name string) bool {
	return slices.ContainsFunc(b.names, func(banned string) bool {
		prefix, all := strings.CutSuffix(banned, "*")
		return banned == name || all && strings.HasPrefix(name, prefix)
	})
}

func (b ban) allows(dir, file string) bool {
	return slices.ContainsFunc(b.but, func(place string) bool { return place == dir || place == file })
}

// isTestHelper reports whether the package is one that only tests import.
func (p *typed) isTestHelper() bool {
	return slices.Contains([]string{"analyzer/ruletest", "analyzer/tiertest", "ingest/sourcetest", "report/reporttest"}, p.dir())
}

func TestLawOnlyTestHelpersImportTesting(t *testing.T) {
	for _, p := range mustLoad(t) {
		if slices.Contains(p.Imports, "testing") && !p.isTestHelper() {
			t.Errorf("%s imports testing: helpers live in ruletest, tiertest, sourcetest and reporttest", p.dir())
		}
	}
}

func TestLawThereAreNoInitFunctions(t *testing.T) {
	inspect(t, func(p *typed, n ast.Node) {
		if f, ok := n.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			t.Errorf("%s: an init function: lists are literals in functions, so that importing does nothing", p.place(f.Pos()))
		}
		if f, ok := n.(*ast.ImportSpec); ok && f.Name != nil && f.Name.Name == "_" && strings.Trim(f.Path.Value, `"`) != "embed" {
			t.Errorf("%s: a blank import: importing does nothing", p.place(f.Pos()))
		}
	})
}

func TestLawPackageVariablesNeverChange(t *testing.T) {
	inspect(t, func(p *typed, n ast.Node) {
		for _, target := range assigned(n) {
			if v := p.packageVariable(target); v != nil {
				t.Errorf("%s: changes the package variable %s: state belongs to a value that somebody owns", p.place(target.Pos()), v.Name())
			}
		}
	})
}

// assigned returns what a statement writes to, or takes the address of.
func assigned(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			return slices.DeleteFunc([]ast.Expr{n.Key, n.Value}, func(e ast.Expr) bool { return e == nil })
		}
	}
	return nil
}

// packageVariable returns the package-level variable at the root of x, nil if there is none.
func (p *typed) packageVariable(x ast.Expr) *types.Var {
	for {
		switch e := x.(type) {
		case *ast.IndexExpr:
			x = e.X
		case *ast.StarExpr:
			x = e.X
		case *ast.ParenExpr:
			x = e.X
		case *ast.SelectorExpr:
			if v, ok := p.info.Uses[e.Sel].(*types.Var); ok && !v.IsField() {
				return packageLevel(v)
			}
			x = e.X
		case *ast.Ident:
			v, _ := p.info.Uses[e].(*types.Var)
			return packageLevel(v)
		default:
			return nil
		}
	}
}

func packageLevel(v *types.Var) *types.Var {
	if v == nil || v.Pkg() == nil || v.Parent() != v.Pkg().Scope() {
		return nil
	}
	return v
}

func TestLawWritersNeverRangeOverAMap(t *testing.T) {
	inspect(t, func(p *typed, n ast.Node) {
		r, ok := n.(*ast.RangeStmt)
		if !ok || !strings.HasPrefix(p.dir(), "report") && !strings.HasPrefix(p.dir(), "cmd/") {
			return
		}
		if _, isMap := p.info.TypeOf(r.X).Underlying().(*types.Map); isMap {
			t.Errorf("%s: ranges over a map on the way to output: use slices.Sorted(maps.Keys(...))", p.place(r.Pos()))
		}
	})
}

func TestLawNoErrorIsDroppedInSilence(t *testing.T) {
	inspect(t, func(p *typed, n ast.Node) {
		stmt, ok := n.(*ast.ExprStmt)
		if !ok {
			return
		}
		call, ok := stmt.X.(*ast.CallExpr)
		if !ok || !p.returnsError(call) || p.cannotFail(call) || p.isTestHelper() {
			return
		}
		t.Errorf("%s: an error is dropped: handle it, or assign it to _ and say why", p.place(stmt.Pos()))
	})
}

func (p *typed) returnsError(call *ast.CallExpr) bool {
	isError := func(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }
	switch t := p.info.TypeOf(call).(type) {
	case *types.Tuple:
		return t.Len() > 0 && isError(t.At(t.Len()-1).Type())
	case nil:
		return false
	default:
		return isError(t)
	}
}

// cannotFail reports whether the call writes to memory: strings.Builder,
// bytes.Buffer and hashes never return an error.
func (p *typed) cannotFail(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	target := sel.X
	if f, ok := p.info.Uses[sel.Sel].(*types.Func); ok && f.Signature().Recv() == nil && f.Pkg() != nil && (f.Pkg().Path() == "fmt" || f.Pkg().Path() == "io") && len(call.Args) > 0 {
		target = call.Args[0]
	}
	t := p.info.TypeOf(target)
	if t == nil {
		return false
	}
	switch strings.TrimPrefix(t.String(), "*") {
	case "strings.Builder", "bytes.Buffer", "hash.Hash", "hash.Hash32", "hash.Hash64", "hash/maphash.Hash":
		return true
	}
	return false
}

func TestLawStatusZeroIsMadeInOnePlace(t *testing.T) {
	var places []string
	for _, p := range mustLoad(t) {
		if p.dir() != "cmd/fateline" {
			continue
		}
		obj := p.pkg.Scope().Lookup("exitStatus")
		if obj == nil {
			t.Fatal("cmd/fateline has no type exitStatus: the law would hold for nothing")
		}
		for e, tv := range p.info.Types {
			if tv.Value != nil && types.Identical(tv.Type, obj.Type()) && constant.Sign(tv.Value) == 0 {
				places = append(places, p.place(e.Pos()))
			}
		}
		places = append(places, p.otherStatuses(t, obj.Type())...)
	}
	slices.Sort(places)
	if len(places) != 1 || !strings.HasPrefix(places[0], "cmd/fateline/exit.go:") {
		t.Errorf("status 0 is made at %v, want exactly one place, in exit.go", places)
	}
}

// otherStatuses lists the ways to a status that are not a constant: a
// conversion of a number, or a variable left at its zero value.
func (p *typed) otherStatuses(t *testing.T, status types.Type) []string {
	t.Helper()
	var places []string
	for _, f := range p.files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if tv := p.info.Types[n.Fun]; tv.IsType() && types.Identical(tv.Type, status) && p.info.Types[n].Value == nil && p.file(n.Pos()) != "cmd/fateline/exit.go" {
					places = append(places, p.place(n.Pos()))
				}
			case *ast.ValueSpec:
				for _, name := range n.Names {
					if len(n.Values) == 0 && types.Identical(p.info.Defs[name].Type(), status) {
						places = append(places, p.place(n.Pos()))
					}
				}
			}
			return true
		})
	}
	return places
}

func TestLawRandomnessHasASeed(t *testing.T) {
	for _, p := range ours(t) {
		for _, name := range slices.Concat(p.GoFiles, p.TestGoFiles, p.XTestGoFiles) {
			fset := token.NewFileSet()
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, at := range globalRandom(f) {
				t.Errorf("%s/%s:%d: randomness without a seed cannot be repeated: use rand.New(rand.NewPCG(seed, ...)) and print the seed", p.dir(), name, fset.Position(at).Line)
			}
			for _, at := range uses(f, "rapid", "Check") {
				if p.dir() != "analyzer/tiertest" {
					t.Errorf("%s/%s:%d: rapid.Check draws other inputs at each run: use tiertest.Check", p.dir(), name, fset.Position(at).Line)
				}
			}
		}
	}
}

// uses returns where a file uses a name of a package.
func uses(f *ast.File, pkg, name string) (out []token.Pos) {
	ast.Inspect(f, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == name {
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == pkg {
				out = append(out, sel.Pos())
			}
		}
		return true
	})
	return out
}

// globalRandom returns where a file draws from the random generator of the process.
func globalRandom(f *ast.File) []token.Pos {
	local := ""
	for _, s := range f.Imports {
		if p := strings.Trim(s.Path.Value, `"`); p == "math/rand" || p == "math/rand/v2" {
			local = "rand"
			if s.Name != nil {
				local = s.Name.Name
			}
		}
	}
	var out []token.Pos
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok || local == "" {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && x.Name == local && ast.IsExported(sel.Sel.Name) {
			switch name := sel.Sel.Name; {
			case strings.HasPrefix(name, "New"), slices.Contains([]string{"Rand", "Source", "Source64", "PCG", "ChaCha8", "Zipf"}, name):
			default:
				out = append(out, sel.Pos())
			}
		}
		return true
	})
	return out
}

// filesImporting returns which files of a package import a path.
func filesImporting(t *testing.T, p *listed, imported string) []string {
	t.Helper()
	var out []string
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(f.Imports, func(s *ast.ImportSpec) bool { return strings.Trim(s.Path.Value, `"`) == imported }) {
			out = append(out, name)
		}
	}
	return out
}
