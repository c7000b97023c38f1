package terraform

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// module is one call of a directory: the root itself, or a module block.
type module struct {
	*configuration
	*directory
	root   *root
	prefix string // "module.x." before its addresses; "" in the root
	args   map[string]cty.Value

	parent    *module
	call      *hclsyntax.Body // of the module block; nil in the root
	children  map[string]*module
	locals    map[string]hclsyntax.Expression
	outputs   map[string]hclsyntax.Expression
	ctx       *hcl.EvalContext
	regions   map[string]string // by provider and alias
	resources map[string]bool   // "type.name" and "data.type.name"
}

// maxModules is how deep modules may call each other.
const maxModules = 16

func (m *module) read(depth int) {
	m.children, m.locals, m.outputs, m.resources = map[string]*module{}, map[string]hclsyntax.Expression{}, map[string]hclsyntax.Expression{}, map[string]bool{}
	m.declare()
	m.evaluate()
	m.findRegions()
	for _, b := range m.blocks {
		if b.Type == "module" && len(b.Labels) == 1 && depth < maxModules {
			m.child(b, depth)
		}
	}
	for _, b := range m.blocks {
		switch {
		case (b.Type == "resource" || b.Type == "data") && len(b.Labels) == 2:
			m.resource(b)
		case b.Type == "terraform":
			m.settings(b)
		}
	}
}

func (m *module) declare() {
	for _, b := range m.blocks {
		switch b.Type {
		case "locals":
			for name, a := range b.Body.Attributes {
				m.locals[name] = a.Expr
			}
		case "output":
			if a := b.Body.Attributes["value"]; a != nil && len(b.Labels) == 1 {
				m.outputs[b.Labels[0]] = a.Expr
			}
		case "resource":
			m.resources[strings.Join(b.Labels, ".")] = true
		case "data":
			m.resources["data."+strings.Join(b.Labels, ".")] = true
		case "variable":
			if len(b.Labels) != 1 {
				continue
			}
			if a := b.Body.Attributes["default"]; a != nil {
				if _, given := m.args[b.Labels[0]]; !given {
					if v, diags := a.Expr.Value(nil); !diags.HasErrors() {
						m.args[b.Labels[0]] = v
					}
				}
			}
		}
	}
}

// evaluate makes what variables and locals are worth known to expressions. Locals
// may use each other, so those that are known are found in rounds.
func (m *module) evaluate() {
	known := map[string]cty.Value{}
	for {
		m.ctx = &hcl.EvalContext{
			Functions: functions(),
			Variables: map[string]cty.Value{
				"var":   cty.ObjectVal(m.args),
				"local": cty.ObjectVal(known),
				"path": cty.ObjectVal(map[string]cty.Value{
					"module": cty.StringVal(m.path), "root": cty.StringVal(m.top().path), "cwd": cty.StringVal(m.top().path),
				}),
			},
		}
		grew := false
		for _, name := range slices.Sorted(maps.Keys(m.locals)) {
			if _, done := known[name]; done {
				continue
			}
			if v, diags := m.locals[name].Value(m.ctx); !diags.HasErrors() && v.IsWhollyKnown() {
				known[name] = v
				grew = true
			}
		}
		if !grew {
			return
		}
	}
}

func (m *module) top() *module {
	for m.parent != nil {
		m = m.parent
	}
	return m
}

// findRegions reads the region of every provider; a module without a provider of its
// own has its caller's.
func (m *module) findRegions() {
	m.regions = map[string]string{}
	if m.parent != nil {
		maps.Copy(m.regions, m.parent.regions)
	}
	for _, b := range m.blocks {
		if b.Type != "provider" || len(b.Labels) != 1 {
			continue
		}
		key := b.Labels[0]
		if alias := m.texts(b.Body.Attributes["alias"]); len(alias) == 1 {
			key += "." + alias[0]
		}
		for _, field := range []string{"region", "location"} {
			if region := m.texts(b.Body.Attributes[field]); len(region) == 1 {
				m.regions[key] = region[0]
			}
		}
	}
}

func (m *module) child(b block, depth int) {
	d := m.local(m.path, literal(b.Body.Attributes["source"]))
	if d == nil {
		return
	}
	for up := m; up != nil; up = up.parent {
		if up.directory == d {
			return // a module that calls itself
		}
	}
	args := map[string]cty.Value{}
	for name, a := range b.Body.Attributes {
		if v, diags := a.Expr.Value(m.ctx); !diags.HasErrors() && v.IsWhollyKnown() {
			args[name] = v
		}
	}
	c := &module{configuration: m.configuration, directory: d, root: m.root, prefix: m.prefix + "module." + b.Labels[0] + ".", args: args, parent: m, call: b.Body}
	m.children[b.Labels[0]] = c
	c.read(depth + 1)
}

// texts returns the literal strings, numbers and bools of an expression, as far as
// they are known: all of a list, without what a provider would have to answer.
func (m *module) texts(a *hclsyntax.Attribute) []string {
	if a == nil {
		return nil
	}
	return m.literals(a.Expr)
}

func (m *module) literals(e hclsyntax.Expression) []string {
	if v, diags := e.Value(m.ctx); !diags.HasErrors() {
		return flatten(v, nil, 0)
	}
	if list, ok := e.(*hclsyntax.TupleConsExpr); ok {
		var out []string
		for _, item := range list.Exprs {
			out = append(out, m.literals(item)...)
		}
		return out
	}
	return nil
}

func flatten(v cty.Value, out []string, depth int) []string {
	v, _ = v.UnmarkDeep()
	if v.IsNull() || !v.IsKnown() || depth > 8 {
		return out
	}
	switch t := v.Type(); {
	case t == cty.String:
		return append(out, v.AsString())
	case t == cty.Number:
		return append(out, v.AsBigFloat().Text('f', -1))
	case t == cty.Bool && v.True():
		return append(out, "true")
	case t == cty.Bool:
		return append(out, "false")
	case t.IsListType(), t.IsSetType(), t.IsTupleType():
		for it := v.ElementIterator(); it.Next(); {
			_, item := it.Element()
			out = flatten(item, out, depth+1)
		}
	}
	return out
}

// addresses returns the resources that a traversal leads to, in the root's
// addresses: through locals, variables that the caller set, and outputs.
func (m *module) addresses(t hcl.Traversal, depth int) []string {
	steps := names(t)
	if len(steps) < 2 || depth > 24 {
		return nil
	}
	switch steps[0] {
	case "each", "count", "self", "path", "terraform":
		return nil
	case "local":
		if e := m.locals[steps[1]]; e != nil {
			return m.mentions(e, depth+1)
		}
	case "var":
		if m.call != nil && m.call.Attributes[steps[1]] != nil {
			return m.parent.mentions(m.call.Attributes[steps[1]].Expr, depth+1)
		}
	case "module":
		if c := m.children[steps[1]]; c != nil && len(steps) > 2 {
			if e := c.outputs[steps[2]]; e != nil {
				return c.mentions(e, depth+1)
			}
		}
	case "data":
		if len(steps) > 2 && m.resources["data."+steps[1]+"."+steps[2]] {
			return []string{m.prefix + "data." + steps[1] + "." + steps[2]}
		}
	default:
		if m.resources[steps[0]+"."+steps[1]] {
			return []string{m.prefix + steps[0] + "." + steps[1]}
		}
	}
	return nil
}

func (m *module) mentions(e hclsyntax.Expression, depth int) []string {
	var out []string
	for _, t := range e.Variables() {
		out = append(out, m.addresses(t, depth)...)
	}
	return out
}

// names returns the attribute steps of a traversal, indexes left out.
func names(t hcl.Traversal) []string {
	var out []string
	for _, step := range t {
		switch s := step.(type) {
		case hcl.TraverseRoot:
			out = append(out, s.Name)
		case hcl.TraverseAttr:
			out = append(out, s.Name)
		}
	}
	return out
}

// settings reads the backend of the root.
func (m *module) settings(b block) {
	for _, inner := range b.Body.Blocks {
		if inner.Type == "backend" && len(inner.Labels) == 1 && m.parent == nil {
			be := m.backend(inner.Labels[0], inner.Body.Attributes)
			be.file, be.line, be.column = b.file, inner.TypeRange.Start.Line, inner.TypeRange.Start.Column
			m.root.backend = &be
		}
	}
}

func (m *module) backend(kind string, attrs hclsyntax.Attributes) backend {
	text := func(names ...string) string {
		for _, name := range names {
			if t := m.texts(attrs[name]); len(t) == 1 {
				return t[0]
			}
		}
		return ""
	}
	be := backend{
		kind: kind, bucket: text("bucket", "storage_account_name", "organization", "address"),
		key: text("key", "prefix", "path"), table: text("dynamodb_table"),
	}
	if kind == "local" && be.key != "" {
		be.key = path.Join(m.path, be.key)
	}
	return be
}
