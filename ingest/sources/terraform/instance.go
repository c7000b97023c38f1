package terraform

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/cloud"
)

// instance is what one step of for_each or count makes of a block.
type instance struct {
	resource *cloud.Resource
	scopes   []scope // each and count; several where copies are read as one resource
}

// instances is a resource block and what becomes of it.
type instances struct {
	list  []*instance
	value cty.Value // as expressions see it
}

// maxInstances is how many instances of one block are told apart.
const maxInstances = 500

// maxFolded is how many copies of one resource are looked at for where they stand.
const maxFolded = 16

// resource returns the instances of a resource or data block.
//
// for_each makes different things, so each is a resource. count makes copies of one:
// they are one resource with that many instances, but for networks, which are
// places and of which one is not like the other. One that count says exists once is
// called as Terraform prints it, with [0].
func (m *module) resource(b block) *instances {
	key := b.Type + "." + strings.Join(b.Labels, ".")
	if done := m.resources[key]; done != nil {
		return done
	}
	address := m.prefix + strings.Join(b.Labels, ".")
	if b.Type == "data" {
		address = m.prefix + "data." + strings.Join(b.Labels, ".")
	}
	one := func(address, alias string) *cloud.Resource {
		at := b.TypeRange.Start
		return &cloud.Resource{
			Type: b.Labels[0], Kind: cloud.KindOf(b.Labels[0]), Address: address, Alias: alias, Data: b.Type == "data",
			File: b.file, Line: at.Line, Column: at.Column, Attrs: map[string][]string{}, Region: m.region(b),
		}
	}
	whole := one(address, "")
	out := &instances{value: cty.DynamicVal.Mark(whole)}
	m.resources[key] = out // what counts itself is one of a kind
	keys, n, each := m.keys(b)
	switch {
	case keys == nil:
		whole.Several = b.Body.Attributes["count"] != nil || b.Body.Attributes["for_each"] != nil
		out.list = []*instance{{whole, []scope{nil}}}
	case each || n <= maxInstances && (whole.Kind == depgraph.KindNetwork || n == 1 || whole.Kind == ""):
		values := map[string]cty.Value{}
		list := make([]cty.Value, 0, len(keys))
		for _, k := range keys {
			r := one(address+k.index(), address)
			out.list = append(out.list, &instance{r, []scope{k.scope()}})
			values[k.name] = cty.DynamicVal.Mark(r)
			list = append(list, cty.DynamicVal.Mark(r))
		}
		if out.value = cty.ObjectVal(values); !each {
			out.value = cty.TupleVal(list)
		}
	default:
		whole.Count = &n
		folded := &instance{resource: whole}
		list := make([]cty.Value, 0, len(keys))
		for i, k := range keys {
			if i < maxFolded {
				folded.scopes = append(folded.scopes, k.scope())
			}
			list = append(list, cty.DynamicVal.Mark(whole))
		}
		out.list, out.value = []*instance{folded}, cty.TupleVal(list)
	}
	if len(keys) == 0 && keys != nil {
		out.list = nil // count = 0: it is not there
	}
	for _, in := range out.list {
		m.root.stack.Add(in.resource)
	}
	return out
}

// maxCalls is how many modules a root may call, instances and modules of modules among them.
const maxCalls = 5000

// child is an instance of a module block.
type child struct {
	module   *module   // nil: its source is not among the inputs
	instance *instance // then: what it is given, as if it were a resource
	name     string
}

type children struct {
	list  []*child
	each  bool
	known bool
}

// shape returns the value of a module block, by what each instance is worth.
func (c *children) shape(worth func(*child) cty.Value) cty.Value {
	switch {
	case !c.known:
		if len(c.list) == 1 {
			return worth(c.list[0])
		}
		return cty.DynamicVal
	case c.each:
		values := map[string]cty.Value{}
		for _, i := range c.list {
			values[i.name] = worth(i)
		}
		return cty.ObjectVal(values)
	}
	list := make([]cty.Value, 0, len(c.list))
	for _, i := range c.list {
		list = append(list, worth(i))
	}
	return cty.TupleVal(list)
}

// calls returns the instances of a module block.
func (m *module) calls(name string) *children {
	if done := m.children[name]; done != nil {
		return done
	}
	b := m.blocks["module"][name]
	out := &children{}
	m.children[name] = out
	depth := 0
	source := literal(b.Body.Attributes["source"])
	d := m.source(m.path, source)
	for up := m; up != nil; up = up.parent {
		if depth++; depth > maxModules || up.directory == d {
			return out // a module that calls itself
		}
	}
	keys, _, each := m.keys(b)
	out.each, out.known = each, keys != nil
	if keys == nil {
		keys = []key{{}}
	}
	for _, k := range keys {
		address := m.prefix + "module." + name + k.index()
		in := k.scope()
		if d == nil {
			at := b.TypeRange.Start
			typ := published(source)
			alias := ""
			if k.index() != "" {
				alias = m.prefix + "module." + name
			}
			r := &cloud.Resource{Type: typ, Address: address, Alias: alias, File: b.file, Line: at.Line, Column: at.Column, Attrs: map[string][]string{}, Region: m.regions["aws"]}
			if typ == "" {
				r.Type = "module"
			}
			m.root.stack.Add(r)
			out.list = append(out.list, &child{instance: &instance{r, []scope{in}}, name: k.name})
			continue
		}
		if m.root.modules++; m.root.modules > maxCalls {
			return out
		}
		c := m.configuration.module(d, m.root, address+".", &call{m, b.Body, in}, m)
		if a := b.Body.Attributes["providers"]; a != nil {
			c.pass(a.Expr)
		}
		c.findRegions()
		out.list = append(out.list, &child{module: c, name: k.name})
	}
	return out
}

// pass reads which providers a module is given: { aws = aws.east }.
func (m *module) pass(e hclsyntax.Expression) {
	object, ok := e.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return
	}
	for _, item := range object.Items {
		var here string
		if key, ok := item.KeyExpr.(*hclsyntax.ObjectConsKeyExpr); ok {
			for _, t := range key.Wrapped.Variables() {
				here = strings.Join(names(t), ".")
			}
		}
		if v, diags := item.KeyExpr.Value(nil); here == "" && !diags.HasErrors() && v.Type() == cty.String {
			here = v.AsString()
		}
		for _, t := range item.ValueExpr.Variables() {
			if here != "" {
				m.passed[here] = strings.Join(names(t), ".")
			}
		}
	}
}

// call is a module block as the caller of its module.
type call struct {
	parent *module
	body   *hclsyntax.Body
	in     scope
}

func (c *call) argument(name string) (cty.Value, bool) {
	a := c.body.Attributes[name]
	if a == nil {
		return cty.NilVal, false
	}
	return c.parent.eval(a.Expr, c.in), true
}

// key is one step of for_each or count; the zero value is that of a block without either.
type key struct {
	name  string
	value cty.Value // each.value
	count int
	each  bool
	some  bool
}

func (k key) index() string {
	switch {
	case !k.some:
		return ""
	case k.each:
		return `["` + k.name + `"]`
	}
	return "[" + k.name + "]"
}

func (k key) scope() scope {
	switch {
	case !k.some:
		return nil
	case k.each:
		return scope{"each": cty.ObjectVal(map[string]cty.Value{"key": cty.StringVal(k.name), "value": k.value})}
	}
	return scope{"count": cty.ObjectVal(map[string]cty.Value{"index": cty.NumberIntVal(int64(k.count))})}
}

// keys returns the steps of a block's for_each or count; nil where there is none, or
// nobody knows what it is worth. n is how many there are: keys holds the first ones.
func (m *module) keys(b block) (keys []key, n int, each bool) {
	if a := b.Body.Attributes["count"]; a != nil {
		text := flatten(m.eval(a.Expr, nil), nil, 0)
		if len(text) != 1 {
			return nil, 0, false
		}
		n, err := strconv.Atoi(text[0])
		if err != nil || n < 0 {
			return nil, 0, false
		}
		keys = make([]key, 0, min(n, maxInstances))
		for i := range min(n, maxInstances) {
			keys = append(keys, key{name: strconv.Itoa(i), count: i, some: true})
		}
		return keys, n, false
	}
	a := b.Body.Attributes["for_each"]
	if a == nil {
		return nil, 0, true
	}
	v, _ := m.eval(a.Expr, nil).Unmark()
	if v.IsNull() || !v.IsKnown() || !v.CanIterateElements() {
		return nil, 0, true
	}
	values := map[string]cty.Value{}
	for it := v.ElementIterator(); it.Next(); {
		k, item := it.Element()
		if v.Type().IsSetType() || v.Type().IsTupleType() || v.Type().IsListType() {
			k = item
		}
		k, _ = k.Unmark()
		if !k.IsKnown() || k.IsNull() || k.Type() != cty.String {
			return nil, 0, true
		}
		values[k.AsString()] = item
	}
	if len(values) > maxInstances {
		return nil, 0, true
	}
	keys = make([]key, 0, len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		keys = append(keys, key{name: name, value: values[name], each: true, some: true})
	}
	return keys, len(keys), true
}
