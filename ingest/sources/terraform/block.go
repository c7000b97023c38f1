package terraform

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/fateline/fateline/ingest/cloud"
)

// fill reads what a block says of one of its instances.
func (m *module) fill(b block, in *instance) {
	r := in.resource
	for _, s := range in.scopes {
		m.body(r, b.Body, "", s, 0)
	}
	if b.Type == "data" && r.Type == "terraform_remote_state" {
		if be, ok := m.remoteBackend(b); ok {
			m.root.stack.Reads = append(m.root.stack.Reads, be)
		}
	}
	if provider := m.provider(b); b.Type == "resource" && provider.Block != nil && !clouds[provider.Labels[0]] {
		for _, x := range m.providerRefs(provider) {
			if x.Target != r {
				r.Refs, r.Through = append(r.Refs, x), append(r.Through, x)
			}
		}
	}
}

// maxBlocks is how deep the blocks of a resource are read.
const maxBlocks = 12

// body reads the attributes of a block and of the blocks in it; prefix is where it
// stands in the resource.
func (m *module) body(r *cloud.Resource, body *hclsyntax.Body, prefix string, in scope, depth int) {
	if depth > maxBlocks {
		return
	}
	attrs := make([]*hclsyntax.Attribute, 0, len(body.Attributes))
	for name, a := range body.Attributes {
		if prefix != "" || !meta[name] {
			attrs = append(attrs, a)
		}
	}
	slices.SortFunc(attrs, func(a, b *hclsyntax.Attribute) int { return a.SrcRange.Start.Byte - b.SrcRange.Start.Byte })
	for _, a := range attrs {
		m.attribute(r, a, prefix+a.Name, in)
	}
	for _, b := range body.Blocks {
		if b.Type != "dynamic" || len(b.Labels) != 1 {
			if b.Type != "lifecycle" && b.Type != "provisioner" && b.Type != "connection" && b.Type != "timeouts" {
				m.body(r, b.Body, prefix+b.Type+".", in, depth+1)
			}
			continue
		}
		for _, content := range b.Body.Blocks {
			if content.Type == "content" {
				for _, s := range m.iterations(b, in) {
					m.body(r, content.Body, prefix+b.Labels[0]+".", s, depth+1)
				}
			}
		}
	}
}

// meta are the arguments that are Terraform's own.
var meta = map[string]bool{"count": true, "for_each": true, "provider": true, "providers": true, "source": true, "version": true}

// iterations returns a scope for each step of a dynamic block.
func (m *module) iterations(b *hclsyntax.Block, in scope) []scope {
	name := b.Labels[0]
	if a := b.Body.Attributes["iterator"]; a != nil {
		if t, diags := hcl.AbsTraversalForExpr(a.Expr); !diags.HasErrors() {
			name = t.RootName()
		}
	}
	with := func(key, value cty.Value) scope {
		s := scope{name: cty.ObjectVal(map[string]cty.Value{"key": key, "value": value})}
		for k, v := range in {
			if k != name {
				s[k] = v
			}
		}
		return s
	}
	a := b.Body.Attributes["for_each"]
	if a == nil {
		return nil
	}
	each := m.eval(a.Expr, in)
	v, marks := each.Unmark()
	if v.IsNull() || !v.IsKnown() || !v.CanIterateElements() || v.LengthInt() > maxInstances {
		return []scope{with(cty.DynamicVal, cty.DynamicVal.WithMarks(marks))}
	}
	var out []scope
	for it := v.ElementIterator(); it.Next(); {
		key, item := it.Element()
		out = append(out, with(key, item))
	}
	return out
}

// attribute records the texts of an attribute, and which resources its value is made from.
func (m *module) attribute(r *cloud.Resource, a *hclsyntax.Attribute, attr string, in scope) {
	v := m.eval(a.Expr, in)
	if _, seen := r.Attrs[attr]; !seen {
		r.Attrs[attr] = nil // it is given, whatever it is worth
	}
	record(r, attr, v, 0)
	if !v.IsWhollyKnown() {
		m.parts(r, attr, a.Expr, in, 0)
	}
	if attr == "depends_on" || !v.IsWhollyKnown() || v.ContainsMarked() {
		m.mentions(r, a.Expr, attr, v, in)
	}
	m.bootFiles(r, a, in)
}

// mentions records the resources that a value is made from, each at the place of the
// expression that brings it in.
func (m *module) mentions(r *cloud.Resource, e hclsyntax.Expression, attr string, v cty.Value, in scope) {
	_, marks := v.UnmarkDeep()
	used := e.Variables()
	places := make([]cty.ValueMarks, len(used))
	for i, t := range used {
		places[i] = m.marks(t, in)
	}
	if len(marks) == 0 && !v.IsWhollyKnown() { // a function or an operator let go of them
		marks = cty.ValueMarks{}
		for _, p := range places {
			for mark := range p {
				marks[mark] = struct{}{}
			}
		}
	}
	file := r.File
	seen, copies := map[*cloud.Resource]bool{}, map[*cloud.Resource]bool{}
	at := func(to *cloud.Resource, place hcl.Pos) {
		if to != r && !seen[to] && to.File != nil {
			seen[to] = true
			r.Refs = append(r.Refs, cloud.Ref{Attr: attr, Target: to, File: file, Line: place.Line, Column: place.Column})
		}
	}
	for i, t := range used {
		for _, to := range marked(places[i]) {
			if _, made := marks[to]; !made {
				continue
			}
			if steps := names(t); r.Type != "" && copied.MatchString(steps[len(steps)-1]) {
				copies[to] = true
			} else {
				at(to, t.SourceRange().Start)
			}
		}
	}
	for _, to := range marked(marks) {
		if !copies[to] {
			at(to, e.Range().Start)
		}
	}
}

// copied are attributes that are taken over from another resource because both shall
// be alike: that is no need of it. A provider that is given them talks to it.
var copied = regexp.MustCompile(`^(tags(_all)?|engine(_version)?|instance_(class|type)|node_type|port|(master_)?username|(master_)?password|(ipv6_)?cidr_blocks?|auto_minor_version_upgrade` +
	`|backup_[a-z_]+|(preferred_)?maintenance_window|allocated_storage|storage_(type|encrypted)|parameter_group_name|owner_id|account_id|runtime|region|location|availability_zones?|zone)$`)

// marked returns the resources among marks, by stack and address.
func marked(marks cty.ValueMarks) []*cloud.Resource {
	var out []*cloud.Resource
	for mark := range marks {
		if r, ok := mark.(*cloud.Resource); ok {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b *cloud.Resource) int {
		if c := strings.Compare(a.File.Path(), b.File.Path()); c != 0 {
			return c
		}
		return strings.Compare(a.Address, b.Address)
	})
	return out
}

// maxValues is how deep the values of a resource are read.
const maxValues = 12

// record keeps the texts of a value: those of objects below their keys, so that a
// variable of an environment goes by its name.
func record(r *cloud.Resource, attr string, v cty.Value, depth int) {
	v, _ = v.Unmark()
	if v.IsNull() || !v.IsKnown() || depth > maxValues {
		return
	}
	switch t := v.Type(); {
	case t.IsObjectType(), t.IsMapType():
		if name, value := plainText(v, "name"), plainText(v, "value"); name != "" && value != "" {
			r.Attrs[attr+"."+name] = append(r.Attrs[attr+"."+name], value)
			return
		}
		for it := v.ElementIterator(); it.Next(); {
			key, item := it.Element()
			if key, _ = key.Unmark(); key.IsKnown() && key.Type() == cty.String {
				record(r, attr+"."+key.AsString(), item, depth+1)
			}
		}
	case t.IsTupleType(), t.IsListType(), t.IsSetType():
		for it := v.ElementIterator(); it.Next(); {
			_, item := it.Element()
			record(r, attr, item, depth+1)
		}
	default:
		for _, text := range flatten(v, nil, 0) {
			if !slices.Contains(r.Attrs[attr], text) {
				r.Attrs[attr] = append(r.Attrs[attr], text)
			}
		}
	}
}

// plainText returns the text of a key of an object; "" where it has none.
func plainText(v cty.Value, key string) string {
	if !v.Type().IsObjectType() || !v.Type().HasAttribute(key) {
		return ""
	}
	item, _ := v.GetAttr(key).Unmark()
	if item.IsNull() || !item.IsKnown() || item.Type() != cty.String {
		return ""
	}
	return item.AsString()
}

// parts records what is known inside an expression that is not known as a whole: the
// arguments of jsonencode and its like, the items of lists and objects.
func (m *module) parts(r *cloud.Resource, attr string, e hclsyntax.Expression, in scope, depth int) {
	if depth > maxValues {
		return
	}
	switch x := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		m.parts(r, attr, x.Expression, in, depth+1)
	case *hclsyntax.FunctionCallExpr:
		if transparent[x.Name] {
			for _, arg := range x.Args {
				record(r, attr, m.eval(arg, in), depth+1)
				m.parts(r, attr, arg, in, depth+1)
			}
		}
	}
}

// transparent are the functions whose value holds their arguments.
var transparent = map[string]bool{"jsonencode": true, "yamlencode": true, "merge": true, "concat": true, "toset": true, "tolist": true, "tomap": true, "flatten": true, "compact": true, "distinct": true, "sensitive": true, "nonsensitive": true}

// userData are the attributes that hold what a machine boots with.
var userData = map[string]bool{"user_data": true, "user_data_base64": true, "custom_data": true, "metadata": true, "userdata": true, "metadata_startup_script": true}

// bootFiles finds the files that user data is made of: file("x"), templatefile("x", ...).
func (m *module) bootFiles(r *cloud.Resource, a *hclsyntax.Attribute, in scope) {
	if !userData[a.Name] {
		return
	}
	_ = hclsyntax.VisitAll(a.Expr, func(n hclsyntax.Node) hcl.Diagnostics {
		call, ok := n.(*hclsyntax.FunctionCallExpr)
		if !ok || len(call.Args) == 0 || !strings.Contains(call.Name, "file") {
			return nil
		}
		for _, file := range flatten(m.eval(call.Args[0], in), nil, 0) {
			if !strings.HasPrefix(file, m.path) {
				file = path.Join(m.path, file)
			}
			if file = path.Clean(file); !slices.Contains(r.Files, file) {
				r.Files = append(r.Files, file)
			}
		}
		return nil
	})
}

// provider returns the block of a resource's provider; its Block is nil where there is none.
func (m *module) provider(b block) block { return m.providers[m.providerKey(b)] }

func (m *module) providerKey(b block) string {
	if a := b.Body.Attributes["provider"]; a != nil {
		for _, t := range a.Expr.Variables() {
			if steps := names(t); len(steps) > 0 {
				return strings.Join(steps, ".")
			}
		}
	}
	if b.Type == "module" {
		return "aws"
	}
	name, _, _ := strings.Cut(b.Labels[0], "_")
	return name
}

// region returns the region of the block's provider, unless it names its own.
func (m *module) region(b block) string { return m.regions[m.providerKey(b)] }
