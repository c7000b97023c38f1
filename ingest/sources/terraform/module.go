package terraform

import (
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/cloud"
)

// caller gives a module its arguments: the module block that calls it, the .tfvars
// files of a root, the inputs of a Terragrunt unit.
type caller interface {
	// argument returns a variable's value; false where the caller does not set it.
	argument(name string) (cty.Value, bool)
}

// module is one instance of a directory: the root itself, or what a module block makes of it.
type module struct {
	*configuration
	*directory
	root   *root
	prefix string // "module.x[0]." before its addresses; "" in the root
	from   caller
	parent *module // nil in the root

	blocks    map[string]map[string]block // resource, data and module blocks, by type and name
	locals    map[string]hclsyntax.Expression
	outputs   map[string]hclsyntax.Expression
	variables map[string]hclsyntax.Expression // the default; nil where there is none
	regions   map[string]string               // by provider and alias
	providers map[string]block                // likewise
	passed    map[string]string               // provider and alias here -> those of the caller

	memo      map[string]cty.Value // of locals, variables and outputs, by "local.x"
	resources map[string]*instances
	children  map[string]*children
	busy      map[string]bool // what is being evaluated: asked again, it is unknown
}

// maxModules is how deep modules may call each other.
const maxModules = 16

func (c *configuration) module(d *directory, r *root, prefix string, from caller, parent *module) *module {
	m := &module{
		configuration: c, directory: d, root: r, prefix: prefix, from: from, parent: parent,
		blocks: map[string]map[string]block{}, locals: map[string]hclsyntax.Expression{}, outputs: map[string]hclsyntax.Expression{}, variables: map[string]hclsyntax.Expression{},
		regions: map[string]string{}, providers: map[string]block{}, passed: map[string]string{},
		memo: map[string]cty.Value{}, resources: map[string]*instances{}, children: map[string]*children{}, busy: map[string]bool{},
	}
	m.declare()
	return m
}

func (m *module) declare() {
	for _, b := range m.directory.blocks {
		switch {
		case b.Type == "locals":
			for name, a := range b.Body.Attributes {
				m.locals[name] = a.Expr
			}
		case b.Type == "output" && len(b.Labels) == 1:
			if a := b.Body.Attributes["value"]; a != nil {
				m.outputs[b.Labels[0]] = a.Expr
			}
		case b.Type == "variable" && len(b.Labels) == 1:
			m.variables[b.Labels[0]] = nil
			if a := b.Body.Attributes["default"]; a != nil {
				m.variables[b.Labels[0]] = a.Expr
			}
		case (b.Type == "resource" || b.Type == "data") && len(b.Labels) == 2:
			m.block(b.Type+"."+b.Labels[0], b.Labels[1], b)
		case b.Type == "module" && len(b.Labels) == 1:
			m.block("module", b.Labels[0], b)
		}
	}
}

// block keeps the first block of a name: an override file says the rest again.
func (m *module) block(typ, name string, b block) {
	if m.blocks[typ] == nil {
		m.blocks[typ] = map[string]block{}
	}
	if _, again := m.blocks[typ][name]; !again {
		m.blocks[typ][name] = b
	}
}

// read adds what the module and those it calls contain to the root's stack.
func (m *module) read() {
	m.findRegions()
	for _, b := range m.directory.blocks {
		switch {
		case b.Type == "module" && len(b.Labels) == 1:
			for _, c := range m.calls(b.Labels[0]).list {
				if c.module != nil {
					c.module.read()
				}
			}
		case b.Type == "terraform" && m.parent == nil:
			m.settings(b)
		}
	}
	for _, b := range m.directory.blocks {
		if (b.Type == "resource" || b.Type == "data") && len(b.Labels) == 2 && m.blocks[b.Type+"."+b.Labels[0]][b.Labels[1]].Block == b.Block {
			for _, in := range m.resource(b).list {
				m.fill(b, in)
			}
		}
		if b.Type == "module" && len(b.Labels) == 1 {
			for _, c := range m.calls(b.Labels[0]).list {
				if c.module == nil {
					m.fill(b, c.instance)
				}
			}
		}
	}
}

// findRegions reads the region of every provider; a module without a provider of its
// own has its caller's.
func (m *module) findRegions() {
	if m.parent != nil {
		for key, region := range m.parent.regions {
			if !strings.Contains(key, ".") {
				m.regions[key] = region
			}
			if _, own := m.providers[key]; !own {
				m.providers[key] = m.parent.providers[key]
			}
		}
		for here, there := range m.passed {
			m.regions[here] = m.parent.regions[there]
			m.providers[here] = m.parent.providers[there]
		}
	}
	for _, b := range m.directory.blocks {
		if b.Type != "provider" || len(b.Labels) != 1 {
			continue
		}
		key := b.Labels[0]
		if alias := m.texts(b.Body.Attributes["alias"]); len(alias) == 1 {
			key += "." + alias[0]
		}
		m.providers[key] = b
		for _, field := range []string{"zone", "location", "region"} {
			if region := m.texts(b.Body.Attributes[field]); len(region) == 1 {
				m.regions[key] = region[0]
			}
		}
	}
}

// clouds are providers that are someone else's service: what their blocks mention is
// a way to log in.
var clouds = map[string]bool{"aws": true, "awscc": true, "google": true, "google-beta": true, "azurerm": true, "azuread": true, "azapi": true, "random": true, "tls": true, "null": true, "local": true, "time": true, "http": true, "archive": true}

// providerRefs returns the clusters, databases and servers that a provider's block mentions,
// such as the cluster whose address the kubernetes provider is given: without it nothing
// that this provider manages can be changed.
func (m *module) providerRefs(b block) []cloud.Ref {
	probe := &cloud.Resource{File: b.file, Attrs: map[string][]string{}}
	m.body(probe, b.Body, "", nil, 0)
	var out []cloud.Ref
	for _, x := range probe.Refs {
		for t := x.Target; t != nil; t = standsFor(t) {
			if hosts(t.Kind) {
				x.Target, x.File = t, b.file
				x.Attr = "provider " + b.Labels[0]
				out = append(out, x)
				break
			}
		}
	}
	return out
}

// standsFor returns the one resource of a kind that hosts something which a lookup
// mentions, such as the cluster of aws_eks_cluster_auth.
func standsFor(t *cloud.Resource) *cloud.Resource {
	if !t.Data {
		return nil
	}
	for _, x := range t.Refs {
		if x.Target != nil && x.Target != t && hosts(x.Target.Kind) {
			return x.Target
		}
	}
	return nil
}

func hosts(k depgraph.Kind) bool {
	return k == depgraph.KindCluster || k == depgraph.KindDatastore || k == depgraph.KindService || k == depgraph.KindQueue
}

// settings reads the backend of the root.
func (m *module) settings(b block) {
	for _, inner := range b.Body.Blocks {
		if (inner.Type == "backend" && len(inner.Labels) == 1 || inner.Type == "cloud") && m.root.stack.Backend == nil {
			kind := "remote"
			if inner.Type == "backend" {
				kind = inner.Labels[0]
			}
			be := m.backend(kind, inner.Body.Attributes, m.path)
			be.File, be.Line, be.Column = b.file, inner.TypeRange.Start.Line, inner.TypeRange.Start.Column
			m.root.stack.Backend = &be
		}
	}
}

// evaluator knows what an expression is worth.
type evaluator interface {
	value(e hclsyntax.Expression) cty.Value
}

func (m *module) value(e hclsyntax.Expression) cty.Value { return m.eval(e, nil) }

func (m *module) backend(kind string, attrs hclsyntax.Attributes, dir string) cloud.Backend {
	return backendOf(m, kind, attrs, dir)
}

func backendOf(by evaluator, kind string, attrs hclsyntax.Attributes, dir string) cloud.Backend {
	text := func(names ...string) string {
		for _, name := range names {
			if a := attrs[name]; a != nil {
				if t := flatten(by.value(a.Expr), nil, 0); len(t) == 1 {
					return t[0]
				}
			}
		}
		return ""
	}
	be := cloud.Backend{
		Kind: kind, Bucket: text("bucket", "storage_account_name", "organization", "address"),
		Key: text("key", "prefix", "path"), Table: text("dynamodb_table"),
	}
	if kind == "local" && be.Key != "" {
		be.Key = path.Join(dir, be.Key)
	}
	return be
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
