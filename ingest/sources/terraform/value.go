package terraform

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/fateline/fateline/ingest/cloud"
)

// What a provider would answer is unknown here, but not where it comes from: the
// value of a resource is unknown and *marked* with the resource, and marks go along
// through every function, index and template. So the marks of a value are what it
// was made from: aws_subnet.public[0].id is of the first subnet and of no other,
// also where it comes out of a module or of another root's state.

// scope is what an instance adds to the names of a module: each and count, and the
// iterators of dynamic blocks.
type scope map[string]cty.Value

// eval returns what an expression is worth, as far as it is known.
func (m *module) eval(e hclsyntax.Expression, in scope) cty.Value {
	v, diags := e.Value(m.context(e, in))
	if !diags.HasErrors() {
		return v
	}
	marks := cty.ValueMarks{}
	for _, t := range e.Variables() {
		for mark := range m.marks(t, in) {
			marks[mark] = struct{}{}
		}
	}
	return cty.DynamicVal.WithMarks(marks)
}

// marks returns the resources that a traversal leads to.
func (m *module) marks(t hcl.Traversal, in scope) cty.ValueMarks {
	v, diags := t.TraverseAbs(m.names([]hcl.Traversal{t}, in))
	if diags.HasErrors() {
		return nil
	}
	_, marks := v.UnmarkDeep()
	return marks
}

func (m *module) context(e hclsyntax.Expression, in scope) *hcl.EvalContext {
	return m.names(e.Variables(), in)
}

// names returns the values of the names that traversals use, and of no others: what
// is not asked for need not be known.
func (m *module) names(used []hcl.Traversal, in scope) *hcl.EvalContext {
	need := map[string]map[string]cty.Value{}
	vars := map[string]cty.Value{}
	put := func(space, name string, v func() cty.Value) {
		if need[space] == nil {
			need[space] = map[string]cty.Value{}
		}
		if _, done := need[space][name]; !done {
			need[space][name] = v()
		}
	}
	asked := map[string]map[string][][]string{} // of data.TYPE.NAME
	for _, t := range used {
		steps := names(t)
		if len(steps) == 0 {
			continue
		}
		if v, own := in[steps[0]]; own {
			vars[steps[0]] = v
			continue
		}
		if len(steps) == 1 {
			vars[steps[0]] = cty.DynamicVal
			continue
		}
		name := steps[1]
		switch steps[0] {
		case "var":
			put("var", name, func() cty.Value { return m.variable(name) })
		case "local":
			put("local", name, func() cty.Value { return m.local(name) })
		case "path":
			dir := m.path
			if name != "module" {
				dir = m.top().path
			}
			put("path", name, func() cty.Value { return cty.StringVal(dir) })
		case "data":
			if len(steps) < 3 {
				vars["data"] = cty.DynamicVal
				continue
			}
			if asked[name] == nil {
				asked[name] = map[string][][]string{}
			}
			asked[name][steps[2]] = append(asked[name][steps[2]], steps[3:])
		case "module":
			put("module", name, func() cty.Value { return m.called(name, used) })
		case "each", "count", "self", "terraform":
			vars[steps[0]] = cty.DynamicVal
		default:
			put(steps[0], name, func() cty.Value { return m.resourceValue(steps[0], name) })
		}
	}
	for _, typ := range slices.Sorted(maps.Keys(asked)) {
		values := map[string]cty.Value{}
		for _, name := range slices.Sorted(maps.Keys(asked[typ])) {
			values[name] = m.data(typ, name, asked[typ][name])
		}
		put("data", typ, func() cty.Value { return cty.ObjectVal(values) })
	}
	for space, byName := range need {
		if _, taken := vars[space]; !taken {
			vars[space] = cty.ObjectVal(byName)
		}
	}
	return &hcl.EvalContext{Functions: functions(), Variables: vars}
}

func (m *module) top() *module {
	for m.parent != nil {
		m = m.parent
	}
	return m
}

// once evaluates what several expressions use, once; what needs itself is unknown.
func (m *module) once(key string, f func() cty.Value) cty.Value {
	if v, done := m.memo[key]; done {
		return v
	}
	if m.busy[key] || len(m.busy) > maxNested {
		return cty.DynamicVal
	}
	m.busy[key] = true
	v := f()
	delete(m.busy, key)
	m.memo[key] = v
	return v
}

// maxNested bounds how long a chain of locals, variables and outputs may be.
const maxNested = 400

func (m *module) local(name string) cty.Value {
	e := m.locals[name]
	if e == nil {
		return cty.DynamicVal
	}
	return m.once("local."+name, func() cty.Value { return m.eval(e, nil) })
}

func (m *module) variable(name string) cty.Value {
	return m.once("var."+name, func() cty.Value {
		if m.from != nil {
			if v, given := m.from.argument(name); given && !v.IsNull() {
				return v
			}
		}
		if e := m.variables[name]; e != nil {
			if v, diags := e.Value(nil); !diags.HasErrors() {
				return v
			}
		}
		return cty.DynamicVal
	})
}

func (m *module) output(name string) cty.Value {
	e := m.outputs[name]
	if e == nil {
		return cty.DynamicVal
	}
	return m.once("output."+name, func() cty.Value { return m.eval(e, nil) })
}

// data returns the value of a data source: known where what it asks for stands in
// the configuration. asked is which attributes are used.
func (m *module) data(typ, name string, asked [][]string) cty.Value {
	b, ok := m.blocks["data."+typ][name]
	if !ok {
		return cty.DynamicVal
	}
	only := func(first string, least int) bool {
		return !slices.ContainsFunc(asked, func(steps []string) bool { return len(steps) < least || steps[0] != first })
	}
	region := m.region(b)
	switch {
	case typ == "aws_region" && region != "":
		return cty.ObjectVal(map[string]cty.Value{"name": cty.StringVal(region), "id": cty.StringVal(region), "region": cty.StringVal(region), "description": cty.DynamicVal, "endpoint": cty.DynamicVal})
	case (typ == "aws_availability_zones" || typ == "google_compute_zones") && region != "" && only("names", 1):
		var zones []cty.Value
		for n := 1; n <= listedZones; n++ {
			zones = append(zones, cty.StringVal(cloud.ListedZone(region, n)))
		}
		return cty.ObjectVal(map[string]cty.Value{"names": cty.TupleVal(zones)})
	case typ == "terraform_remote_state" && only("outputs", 2):
		other := m.stateOf(b)
		if other == nil || other.module == nil {
			return cty.DynamicVal
		}
		outputs := map[string]cty.Value{}
		for _, steps := range asked {
			outputs[steps[1]] = other.module.output(steps[1])
		}
		return cty.ObjectVal(map[string]cty.Value{"outputs": cty.ObjectVal(outputs)})
	}
	return m.resource(b).value
}

// listedZones is how many zones a region is taken to list: three, as all but a few do.
const listedZones = 3

// stateOf returns the root whose state a data source reads; nil where it is not
// among the inputs.
func (m *module) stateOf(b block) *root {
	be, ok := m.remoteBackend(b)
	if !ok {
		return nil
	}
	return m.states[be.Name()]
}

func (m *module) remoteBackend(b block) (cloud.Backend, bool) {
	a := b.Body.Attributes["backend"]
	if a == nil {
		return cloud.Backend{}, false
	}
	kind := m.texts(a)
	if len(kind) != 1 {
		return cloud.Backend{}, false
	}
	attrs := hclsyntax.Attributes{}
	if a := b.Body.Attributes["config"]; a != nil {
		if object, ok := a.Expr.(*hclsyntax.ObjectConsExpr); ok {
			for _, item := range object.Items {
				if key := flatten(m.value(item.KeyExpr), nil, 0); len(key) == 1 {
					attrs[key[0]] = &hclsyntax.Attribute{Name: key[0], Expr: item.ValueExpr}
				}
			}
		}
	}
	be := m.backend(kind[0], attrs, m.path)
	be.File, be.Line, be.Column = b.file, b.TypeRange.Start.Line, b.TypeRange.Start.Column
	return be, true
}

// called returns what a module block is worth: the outputs that are asked for, for
// each of its instances. A module that is not among the inputs is what it is given.
func (m *module) called(name string, used []hcl.Traversal) cty.Value {
	if _, ok := m.blocks["module"][name]; !ok {
		return cty.DynamicVal
	}
	c := m.calls(name)
	return c.shape(func(i *child) cty.Value {
		if i.module == nil {
			return cty.DynamicVal.Mark(i.instance.resource)
		}
		outputs := map[string]cty.Value{}
		for _, t := range used {
			if steps := names(t); len(steps) > 2 && steps[0] == "module" && steps[1] == name {
				outputs[steps[2]] = i.module.output(steps[2])
			}
		}
		if len(outputs) == 0 { // the module as a whole, or a splat of it
			for _, output := range slices.Sorted(maps.Keys(i.module.outputs)) {
				outputs[output] = i.module.output(output)
			}
		}
		return cty.ObjectVal(outputs)
	})
}

func (m *module) resourceValue(typ, name string) cty.Value {
	if b, ok := m.blocks["resource."+typ][name]; ok {
		return m.resource(b).value
	}
	return cty.DynamicVal
}

// texts returns the literal strings, numbers and bools of an expression, as far as
// they are known: all of a list, without what a provider would have to answer.
func (m *module) texts(a *hclsyntax.Attribute) []string {
	if a == nil {
		return nil
	}
	return flatten(m.eval(a.Expr, nil), nil, 0)
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
