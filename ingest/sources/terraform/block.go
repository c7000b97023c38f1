package terraform

import (
	"path"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// resource reads one resource or data block.
func (m *module) resource(b block) {
	at := b.TypeRange.Start
	r := &resource{
		typ: b.Labels[0], address: m.prefix + strings.Join(b.Labels, "."), data: b.Type == "data",
		file: b.file, line: at.Line, column: at.Column, attrs: map[string][]string{},
	}
	if r.data {
		r.address = m.prefix + "data." + strings.Join(b.Labels, ".")
		if r.typ == "terraform_remote_state" {
			m.remoteState(b, r)
		}
	}
	r.kind = kindOf(r.typ)
	r.region = m.region(b)
	m.body(r, b.Body, "")
	r.count = m.count(b)
	if _, again := m.root.byAddress[r.address]; again {
		return // an override file: what the base says is read already
	}
	m.root.byAddress[r.address] = r
	m.root.order = append(m.root.order, r)
}

// body reads the attributes of a block and of the blocks in it; path is where it
// stands in the resource.
func (m *module) body(r *resource, body *hclsyntax.Body, prefix string) {
	for name, a := range body.Attributes {
		attr := prefix + name
		r.attrs[attr] = append(r.attrs[attr], m.texts(a)...)
		for _, t := range a.Expr.Variables() {
			for _, to := range m.addresses(t, 0) {
				if to != r.address {
					at := t.SourceRange().Start
					r.refs = append(r.refs, ref{attr: attr, to: to, line: at.Line, column: at.Column})
				}
			}
		}
		m.bootFiles(r, name, a)
		m.nested(r, attr, a.Expr)
	}
	for _, b := range body.Blocks {
		inner, name := b.Body, b.Type
		if name == "dynamic" && len(b.Labels) == 1 {
			name = b.Labels[0]
			for _, content := range b.Body.Blocks {
				if content.Type == "content" {
					inner = content.Body
				}
			}
		}
		m.body(r, inner, prefix+name+".")
	}
}

// nested reads the texts of an object expression, such as a map of environment variables.
func (m *module) nested(r *resource, attr string, e hclsyntax.Expression) {
	object, ok := e.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return
	}
	for _, item := range object.Items {
		key := m.literals(item.KeyExpr)
		if len(key) != 1 {
			continue
		}
		name := attr + "." + key[0]
		r.attrs[name] = append(r.attrs[name], m.literals(item.ValueExpr)...)
		m.nested(r, name, item.ValueExpr)
	}
}

// userData are the attributes that hold what a machine boots with.
var userData = map[string]bool{"user_data": true, "user_data_base64": true, "custom_data": true, "metadata": true, "userdata": true, "metadata_startup_script": true}

// bootFiles finds the files that user data is made of: file("x"), templatefile("x", ...).
func (m *module) bootFiles(r *resource, name string, a *hclsyntax.Attribute) {
	if !userData[name] {
		return
	}
	_ = hclsyntax.VisitAll(a.Expr, func(n hclsyntax.Node) hcl.Diagnostics {
		call, ok := n.(*hclsyntax.FunctionCallExpr)
		if !ok || len(call.Args) == 0 || !strings.Contains(call.Name, "file") {
			return nil
		}
		for _, file := range m.literals(call.Args[0]) {
			if !strings.HasPrefix(file, m.path) {
				file = path.Join(m.path, file)
			}
			r.files = append(r.files, path.Clean(file))
		}
		return nil
	})
}

// region returns the region of the block's provider.
func (m *module) region(b block) string {
	provider, _, _ := strings.Cut(b.Labels[0], "_")
	if a := b.Body.Attributes["provider"]; a != nil {
		for _, t := range a.Expr.Variables() {
			if steps := names(t); len(steps) == 2 {
				return m.regions[steps[0]+"."+steps[1]]
			}
		}
	}
	return m.regions[provider]
}

// sizes are the attributes that say how many instances a resource is.
var sizes = []string{"desired_capacity", "desired_size", "scaling_config.desired_size", "desired_count", "node_count", "initial_node_count", "num_cache_nodes", "number_of_broker_nodes", "target_size", "instances", "replicas", "spec.replicas"}

func (m *module) count(b block) *int {
	if n := m.texts(b.Body.Attributes["count"]); len(n) == 1 {
		return number(n[0])
	}
	return nil
}

func number(s string) *int {
	if n, err := strconv.Atoi(s); err == nil && n >= 0 {
		return &n
	}
	return nil
}

// remoteState reads which other state a root reads.
func (m *module) remoteState(b block, r *resource) {
	kind := m.texts(b.Body.Attributes["backend"])
	if len(kind) != 1 {
		return
	}
	attrs := hclsyntax.Attributes{}
	if a := b.Body.Attributes["config"]; a != nil {
		if object, ok := a.Expr.(*hclsyntax.ObjectConsExpr); ok {
			for _, item := range object.Items {
				if key := m.literals(item.KeyExpr); len(key) == 1 {
					attrs[key[0]] = &hclsyntax.Attribute{Name: key[0], Expr: item.ValueExpr}
				}
			}
		}
	}
	be := m.backend(kind[0], attrs)
	be.file, be.line, be.column = r.file, r.line, r.column
	m.root.reads = append(m.root.reads, be)
}
