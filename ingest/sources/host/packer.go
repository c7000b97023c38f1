package host

import (
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// template is one file of a Packer template: those of one directory are one.
type template struct {
	file *ingest.File
	body *hclsyntax.Body
}

// packer reads a Packer template: each source makes an image from a base;
// provisioners may switch updates on or off.
func (h *hosts) packer(files []template) {
	vars := map[string]cty.Value{}
	for _, t := range files {
		for _, b := range t.body.Blocks {
			if b.Type != "variable" || len(b.Labels) != 1 {
				continue
			}
			vars[b.Labels[0]] = cty.DynamicVal
			if a := b.Body.Attributes["default"]; a != nil {
				if v, diags := a.Expr.Value(nil); !diags.HasErrors() && !v.IsNull() {
					vars[b.Labels[0]] = v
				}
			}
		}
	}
	ctx := &hcl.EvalContext{Variables: map[string]cty.Value{"var": cty.ObjectVal(vars)}}
	var updates string
	var line int
	for _, t := range files {
		if value, at := provisioned(t.body, ctx); value != "" {
			updates, line = value, at
		}
	}
	for _, t := range files {
		for _, b := range t.body.Blocks {
			if b.Type == "source" && len(b.Labels) == 2 {
				h.image(t.file, b, ctx, updates, line)
			}
		}
	}
}

// provisioned returns what the inline commands of the builds say of updates.
func provisioned(body *hclsyntax.Body, ctx *hcl.EvalContext) (says string, line int) {
	for _, build := range body.Blocks {
		if build.Type != "build" {
			continue
		}
		for _, p := range build.Body.Blocks {
			a := p.Body.Attributes["inline"]
			if p.Type != "provisioner" || a == nil {
				continue
			}
			if value, _ := switched(strings.Join(literals(a.Expr, ctx), "\n")); value != "" {
				says, line = value, a.SrcRange.Start.Line
			}
		}
	}
	return says, line
}

// image records one source: the image it makes and the base it is made from.
func (h *hosts) image(f *ingest.File, b *hclsyntax.Block, ctx *hcl.EvalContext, updates string, line int) {
	attrs := make([]string, 0, len(b.Body.Attributes))
	for name := range b.Body.Attributes {
		attrs = append(attrs, name)
	}
	sort.Strings(attrs)
	says := facts{updates: updates, line: line}
	at := b.TypeRange.Start
	name := b.Labels[1]
	for _, attr := range attrs {
		a := b.Body.Attributes[attr]
		for _, text := range literals(a.Expr, ctx) {
			switch attr {
			case "image_name", "ami_name", "managed_image_name", "vm_name", "image_family":
				if !strings.ContainsAny(text, "${ ") {
					name = text
				}
			default:
				says.takeOS(text, a.SrcRange.Start.Line)
			}
		}
	}
	for _, inner := range b.Body.Blocks { // source_ami_filter and its like
		for _, a := range inner.Body.Attributes {
			for _, text := range literals(a.Expr, ctx) {
				says.takeOS(text, inner.TypeRange.Start.Line)
			}
		}
	}
	id := depgraph.ID{Kind: depgraph.KindImage, Name: name}
	o := f.Origin(at.Line, at.Column)
	h.fragment.Definitions = append(h.fragment.Definitions, link.Definition{
		Node: depgraph.Node{ID: id, Labels: says.labels()}, Names: []link.Name{{Space: link.SpaceImage, Text: name}}, Origin: o,
	})
	if says.os != "" {
		h.fragment.References = append(h.fragment.References, link.Reference{
			Owner: link.ID(id), Members: []link.Target{imageTarget(says.os)}, Terms: depgraph.Terms{Via: depgraph.BuiltFrom}, Form: link.Structured, Origin: o,
		})
	}
}

// literals returns the strings of an expression that are plain, those inside lists
// and objects among them.
func literals(e hclsyntax.Expression, ctx *hcl.EvalContext) []string {
	switch x := e.(type) {
	case *hclsyntax.TupleConsExpr:
		var out []string
		for _, item := range x.Exprs {
			out = append(out, literals(item, ctx)...)
		}
		return out
	case *hclsyntax.ObjectConsExpr:
		var out []string
		for _, item := range x.Items {
			out = append(out, literals(item.ValueExpr, ctx)...)
		}
		return out
	}
	v, diags := e.Value(ctx)
	if diags.HasErrors() || v.IsNull() || !v.IsKnown() || v.Type() != cty.String {
		return nil
	}
	return []string{v.AsString()}
}
