package terraform

import (
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/cloud"
	"github.com/fateline/fateline/ingest/hclfile"
)

// unit is a file of Terragrunt (terragrunt.gruntwork.io/docs/reference): it calls a
// directory as a root, with inputs, some of them outputs of other units.
type unit struct {
	*configuration
	dir     string
	file    *ingest.File
	body    *hclsyntax.Body
	include []*unit // what it includes, found at first use
	locals  map[string]hclsyntax.Expression
	memo    map[string]cty.Value
	busy    map[string]bool
	root    *root
}

const unitFile = "terragrunt.hcl"

func (c *configuration) addUnit(f *ingest.File) {
	body := hclfile.Parse(f)
	if body == nil {
		return
	}
	u := &unit{configuration: c, dir: path.Dir(f.Path()), file: f, body: body, locals: map[string]hclsyntax.Expression{}, memo: map[string]cty.Value{}, busy: map[string]bool{}}
	for _, b := range body.Blocks {
		if b.Type == "locals" {
			for name, a := range b.Body.Attributes {
				u.locals[name] = a.Expr
			}
		}
	}
	c.units[f.Path()] = u
}

// sortedUnits returns the units by path.
func (c *configuration) sortedUnits() []*unit {
	var out []*unit
	for _, u := range c.units {
		out = append(out, u)
	}
	slices.SortFunc(out, func(a, b *unit) int { return strings.Compare(a.file.Path(), b.file.Path()) })
	return out
}

// blocks calls visit for the blocks of a type, its own first, then those that it includes.
func (u *unit) blocks(typ string, visit func(u *unit, b *hclsyntax.Block)) {
	for _, b := range u.body.Blocks {
		if b.Type == typ {
			visit(u, b)
		}
	}
	for _, parent := range u.included() {
		for _, b := range parent.body.Blocks {
			if b.Type == typ {
				visit(parent, b)
			}
		}
	}
}

// included returns the files that a unit includes, nearest first.
func (u *unit) included() []*unit {
	if u.include != nil {
		return u.include
	}
	u.include = []*unit{}
	for _, b := range u.body.Blocks {
		a := b.Body.Attributes["path"]
		if b.Type != "include" || a == nil {
			continue
		}
		for _, name := range flatten(u.value(a.Expr), nil, 0) {
			if u.units[path.Clean(name)] == nil {
				name = path.Join(u.dir, name)
			}
			if parent := u.units[path.Clean(name)]; parent != nil && parent != u {
				u.include = append(u.include, parent)
			}
		}
	}
	return u.include
}

// sourceDirectory returns the directory that the unit applies; nil where it applies
// none that is among the inputs.
func (u *unit) sourceDirectory() *directory {
	var out *directory
	u.blocks("terraform", func(at *unit, b *hclsyntax.Block) {
		if a := b.Body.Attributes["source"]; a != nil && out == nil {
			for _, source := range flatten(u.value(a.Expr), nil, 0) {
				dir, below, found := strings.Cut(source, "//")
				if found {
					dir = path.Join(dir, below)
				}
				if strings.HasPrefix(source, ".") {
					dir = path.Join(u.dir, dir)
				}
				out = u.dirs[path.Clean(dir)]
			}
		}
	})
	if out == nil && path.Base(u.file.Path()) == unitFile {
		out = u.dirs[u.dir] // code beside it
	}
	return out
}

// argument returns an input of the unit, or of what it includes.
func (u *unit) argument(name string) (cty.Value, bool) {
	for _, at := range append([]*unit{u}, u.included()...) {
		a := at.body.Attributes["inputs"]
		if a == nil {
			continue
		}
		object, ok := a.Expr.(*hclsyntax.ObjectConsExpr)
		if !ok {
			if v, _ := u.value(a.Expr).Unmark(); v.IsKnown() && v.Type().IsObjectType() && v.Type().HasAttribute(name) {
				return v.GetAttr(name), true
			}
			continue
		}
		for _, item := range object.Items {
			if key := flatten(at.value(item.KeyExpr), nil, 0); len(key) == 1 && key[0] == name {
				return u.in(at, item.ValueExpr), true
			}
		}
	}
	return cty.NilVal, false
}

// in evaluates an expression of a file that u includes, for u.
func (u *unit) in(at *unit, e hclsyntax.Expression) cty.Value {
	if at == u {
		return u.value(e)
	}
	return at.eval(e, u)
}

func (u *unit) value(e hclsyntax.Expression) cty.Value { return u.eval(e, u) }

// eval evaluates an expression of the file on behalf of the unit that includes it.
func (u *unit) eval(e hclsyntax.Expression, of *unit) cty.Value {
	vars := map[string]cty.Value{}
	locals, outputs := map[string]cty.Value{}, map[string]map[string]cty.Value{}
	for _, t := range e.Variables() {
		steps := names(t)
		switch {
		case len(steps) > 1 && steps[0] == "local":
			locals[steps[1]] = u.local(steps[1], of)
		case len(steps) > 3 && steps[0] == "dependency" && steps[2] == "outputs":
			if outputs[steps[1]] == nil {
				outputs[steps[1]] = map[string]cty.Value{}
			}
			outputs[steps[1]][steps[3]] = of.outputOf(steps[1], steps[3])
		default:
			vars[steps[0]] = cty.DynamicVal
		}
	}
	if len(locals) > 0 {
		vars["local"] = cty.ObjectVal(locals)
	}
	if len(outputs) > 0 {
		all := map[string]cty.Value{}
		for name, values := range outputs {
			all[name] = cty.ObjectVal(map[string]cty.Value{"outputs": cty.ObjectVal(values)})
		}
		vars["dependency"] = cty.ObjectVal(all)
	}
	v, diags := e.Value(&hcl.EvalContext{Functions: u.functions(of), Variables: vars})
	if diags.HasErrors() {
		return cty.DynamicVal
	}
	return v
}

func (u *unit) local(name string, of *unit) cty.Value {
	e := u.locals[name]
	key := of.dir + " " + name
	if e == nil || u.busy[key] {
		return cty.DynamicVal
	}
	if v, done := u.memo[key]; done {
		return v
	}
	u.busy[key] = true
	v := u.eval(e, of)
	delete(u.busy, key)
	u.memo[key] = v
	return v
}

// outputOf returns an output of a unit that this one names as a dependency.
func (u *unit) outputOf(dependency, output string) cty.Value {
	if other := u.dependency(dependency); other != nil && other.root != nil && other.root.module != nil {
		return other.root.module.output(output)
	}
	return cty.DynamicVal
}

func (u *unit) dependency(name string) *unit {
	var out *unit
	u.blocks("dependency", func(at *unit, b *hclsyntax.Block) {
		if len(b.Labels) == 1 && b.Labels[0] == name && out == nil {
			out = u.unitAt(b.Body.Attributes["config_path"])
		}
	})
	return out
}

func (u *unit) unitAt(a *hclsyntax.Attribute) *unit {
	if a == nil {
		return nil
	}
	for _, dir := range flatten(u.value(a.Expr), nil, 0) {
		if !strings.HasPrefix(dir, u.dir) {
			dir = path.Join(u.dir, dir)
		}
		if other := u.units[path.Join(dir, unitFile)]; other != nil {
			return other
		}
	}
	return nil
}

// backend returns where Terragrunt keeps the unit's state; nil where it does not say.
func (u *unit) backend() *cloud.Backend {
	var out *cloud.Backend
	u.blocks("remote_state", func(at *unit, b *hclsyntax.Block) {
		kind := literal(b.Body.Attributes["backend"])
		config := b.Body.Attributes["config"]
		if kind == "" || config == nil || out != nil {
			return
		}
		attrs := hclsyntax.Attributes{}
		if object, ok := config.Expr.(*hclsyntax.ObjectConsExpr); ok {
			for _, item := range object.Items {
				if key := flatten(at.value(item.KeyExpr), nil, 0); len(key) == 1 {
					attrs[key[0]] = &hclsyntax.Attribute{Name: key[0], Expr: item.ValueExpr}
				}
			}
		}
		be := backendOf(including{at, u}, kind, attrs, u.dir)
		be.File, be.Line, be.Column = at.file, b.TypeRange.Start.Line, b.TypeRange.Start.Column
		out = &be
	})
	return out
}

// including evaluates expressions of a file that a unit includes.
type including struct{ file, of *unit }

func (i including) value(e hclsyntax.Expression) cty.Value { return i.file.eval(e, i.of) }

// functions are Terraform's and those of Terragrunt that only depend on where files stand.
func (u *unit) functions(of *unit) map[string]function.Function {
	out := map[string]function.Function{}
	for name, f := range functions() {
		out[name] = f
	}
	text := func(value func(args []string) (string, bool)) function.Function {
		return function.New(&function.Spec{
			VarParam: &function.Parameter{Name: "args", Type: cty.String, AllowUnknown: true, AllowNull: true},
			Type:     function.StaticReturnType(cty.String),
			Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
				var texts []string
				for _, a := range args {
					texts = append(texts, flatten(a, nil, 0)...)
				}
				if v, ok := value(texts); ok {
					return cty.StringVal(v), nil
				}
				return cty.UnknownVal(cty.String), nil
			},
		})
	}
	out["get_terragrunt_dir"] = text(func([]string) (string, bool) { return of.dir, true })
	out["get_original_terragrunt_dir"] = out["get_terragrunt_dir"]
	out["get_parent_terragrunt_dir"] = text(func([]string) (string, bool) { return u.dir, true })
	out["path_relative_to_include"] = text(func([]string) (string, bool) {
		rel, ok := strings.CutPrefix(of.dir, u.dir)
		return strings.Trim(rel, "/"), ok
	})
	out["find_in_parent_folders"] = text(func(args []string) (string, bool) {
		name := unitFile
		if len(args) > 0 {
			name = args[0]
		}
		for dir := path.Dir(u.dir); ; dir = path.Dir(dir) {
			if found := path.Join(dir, name); u.units[found] != nil {
				return found, true
			}
			if dir == "." || dir == "/" {
				return "", false
			}
		}
	})
	return out
}
