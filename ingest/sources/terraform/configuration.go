package terraform

import (
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/cloud"
	"github.com/fateline/fateline/ingest/hclfile"
)

// configuration is every .tf file of a run, by directory.
type configuration struct {
	dirs   map[string]*directory
	vars   map[string][]*hclsyntax.Body // .tfvars, by directory
	units  map[string]*unit             // of Terragrunt, by directory
	states map[string]*root             // by the name of their backend
}

// root is what is applied by itself: a directory of configuration with the modules
// it calls, a unit of Terragrunt, a state or plan file.
type root struct {
	stack   *cloud.Stack
	module  *module // nil: it was printed
	modules int     // how many it calls
}

// directory is a module as written: a root, or what others call.
type directory struct {
	path   string
	files  []*ingest.File
	blocks []block
	called bool // by another directory
}

type block struct {
	*hclsyntax.Block
	file *ingest.File
}

func newConfiguration() *configuration {
	return &configuration{dirs: map[string]*directory{}, vars: map[string][]*hclsyntax.Body{}, units: map[string]*unit{}, states: map[string]*root{}}
}

func (c *configuration) add(f *ingest.File) {
	parse := hclfile.Parse
	if strings.HasSuffix(f.Path(), ".json") {
		parse = hclfile.ParseJSON
	}
	body := parse(f)
	dir := path.Dir(f.Path())
	d := c.dirs[dir]
	if d == nil {
		d = &directory{path: dir}
		c.dirs[dir] = d
	}
	d.files = append(d.files, f)
	if body == nil {
		return
	}
	for _, b := range body.Blocks {
		d.blocks = append(d.blocks, block{b, f})
	}
}

func (c *configuration) addVariables(f *ingest.File) {
	parse := hclfile.Parse
	if strings.HasSuffix(f.Path(), ".json") {
		parse = hclfile.ParseVariablesJSON
	}
	if body := parse(f); body != nil {
		c.vars[path.Dir(f.Path())] = append(c.vars[path.Dir(f.Path())], body)
	}
}

// roots returns what is applied: the directories that no other calls as a module.
func (c *configuration) roots() []*root {
	var dirs []string
	for dir := range c.dirs {
		dirs = append(dirs, dir)
	}
	slices.Sort(dirs)
	for _, dir := range dirs {
		for _, b := range c.dirs[dir].blocks {
			if b.Type == "module" {
				if callee := c.source(dir, literal(b.Body.Attributes["source"])); callee != nil && callee.path != dir {
					callee.called = true
				}
			}
		}
	}
	var out []*root
	add := func(r *root, m *module) {
		r.module = m
		r.stack.Applies = m.applied()
		m.findRegions()
		for _, b := range m.directory.blocks {
			if b.Type == "terraform" {
				m.settings(b)
			}
		}
		if be := r.stack.Backend; be != nil && be.Key != "" {
			c.states[be.Name()] = r
		}
		out = append(out, r)
	}
	for _, u := range c.sortedUnits() {
		if d := u.sourceDirectory(); d != nil {
			d.called = true
		}
	}
	for _, u := range c.sortedUnits() {
		if d := u.sourceDirectory(); d != nil {
			u.root = &root{stack: cloud.NewStack(below(u.file, u.dir), "terraform", u.file)}
			u.root.stack.Backend = u.backend()
			add(u.root, c.module(d, u.root, "", u, nil))
			u.root.stack.Applies = true
		}
	}
	for _, dir := range dirs {
		d := c.dirs[dir]
		if d.called {
			continue
		}
		r := &root{stack: cloud.NewStack(below(d.files[0], dir), "terraform", d.files[0])}
		add(r, c.module(d, r, "", values(c.variables(dir)), nil))
	}
	for _, r := range out {
		r.module.read()
	}
	return out
}

// applied reports whether a directory says that it is applied by itself: it has a
// backend or a provider.
func (m *module) applied() bool {
	for _, b := range m.directory.blocks {
		if b.Type == "provider" && !clouds[b.Labels[0]] {
			return true
		}
	}
	return false
}

// values are the arguments that files give.
type values map[string]cty.Value

func (v values) argument(name string) (cty.Value, bool) {
	value, ok := v[name]
	return value, ok
}

// variables returns what the .tfvars files of a directory set.
func (c *configuration) variables(dir string) map[string]cty.Value {
	out := map[string]cty.Value{}
	for _, body := range c.vars[dir] {
		for name, a := range body.Attributes {
			if v, diags := a.Expr.Value(nil); !diags.HasErrors() {
				out[name] = v
			}
		}
	}
	return out
}

// source returns the directory that a module's source names; nil where it is not among the inputs.
func (c *configuration) source(dir, source string) *directory {
	if !strings.HasPrefix(source, ".") {
		return nil
	}
	return c.dirs[path.Join(dir, source)]
}

// literal returns the text of an attribute that is a plain string; "" for any other.
func literal(a *hclsyntax.Attribute) string {
	if a == nil {
		return ""
	}
	v, diags := a.Expr.Value(nil)
	if diags.HasErrors() || v.IsNull() || !v.IsKnown() || v.Type() != cty.String {
		return ""
	}
	return v.AsString()
}

// below returns a path below the directory that was scanned: how people know it,
// and the same wherever the command was run.
func below(f *ingest.File, dir string) string {
	dir = path.Clean(dir)
	rootName := f.Root()
	if rootName == "" {
		return dir
	}
	if i := strings.LastIndex("/"+dir+"/", "/"+rootName+"/"); i >= 0 {
		return strings.Trim(("/" + dir + "/")[i+len(rootName)+1:], "/")
	}
	if dir == "." {
		return ""
	}
	return dir
}
