package nomad

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// specification is one file: its jobs, variables and locals.
type specification struct {
	fragment  *link.Fragment
	file      *ingest.File
	variables map[string]cty.Value
	locals    map[string]cty.Value
}

// declare reads the defaults of variables, and locals that depend on nothing else.
func (s *specification) declare(body *hclsyntax.Body) {
	s.variables, s.locals = map[string]cty.Value{}, map[string]cty.Value{}
	for _, b := range body.Blocks {
		switch {
		case b.Type == "variable" && len(b.Labels) == 1:
			s.variables[b.Labels[0]] = cty.DynamicVal
			if a := b.Body.Attributes["default"]; a != nil {
				if v, diags := a.Expr.Value(nil); !diags.HasErrors() && !v.IsNull() {
					s.variables[b.Labels[0]] = v
				}
			}
		case b.Type == "locals":
			for name := range b.Body.Attributes {
				s.locals[name] = cty.DynamicVal
			}
		}
	}
	for _, b := range body.Blocks {
		if b.Type == "locals" {
			known := map[string]cty.Value{}
			for name, a := range b.Body.Attributes {
				known[name] = s.value(a.Expr)
			}
			for name, v := range known {
				s.locals[name] = v
			}
		}
	}
}

// value returns what an expression is worth; what the machine that runs it would
// fill in ("${NOMAD_PORT_http}") is unknown.
func (s *specification) value(e hclsyntax.Expression) cty.Value {
	vars := map[string]cty.Value{}
	for _, t := range e.Variables() {
		switch root := t.RootName(); root {
		case "var":
			vars[root] = cty.ObjectVal(s.variables)
		case "local":
			vars[root] = cty.ObjectVal(s.locals)
		default:
			vars[root] = cty.DynamicVal
		}
	}
	v, diags := e.Value(&hcl.EvalContext{Variables: vars})
	if diags.HasErrors() {
		return cty.DynamicVal
	}
	return v
}

// texts returns the strings and numbers of an attribute, those of lists one by one.
func (s *specification) texts(a *hclsyntax.Attribute) []string {
	if a == nil {
		return nil
	}
	var out []string
	if list, ok := a.Expr.(*hclsyntax.TupleConsExpr); ok { // items that are known, beside others that are not
		for _, item := range list.Exprs {
			out = flatten(s.value(item), out, 0)
		}
		return out
	}
	return flatten(s.value(a.Expr), nil, 0)
}

func (s *specification) text(a *hclsyntax.Attribute) string {
	if all := s.texts(a); len(all) == 1 {
		return all[0]
	}
	return ""
}

func flatten(v cty.Value, out []string, depth int) []string {
	if v.IsNull() || !v.IsKnown() || depth > 8 {
		return out
	}
	switch t := v.Type(); {
	case t == cty.String:
		return append(out, v.AsString())
	case t == cty.Number:
		return append(out, v.AsBigFloat().Text('f', -1))
	case t.IsListType(), t.IsSetType(), t.IsTupleType():
		for it := v.ElementIterator(); it.Next(); {
			_, item := it.Element()
			out = flatten(item, out, depth+1)
		}
	}
	return out
}

// pair is an entry of an object, or an attribute of a block, with its place.
type pair struct {
	key, text    string
	line, column int
}

// pairs returns the entries of an env: a block, or an attribute that is an object.
func (s *specification) pairs(body *hclsyntax.Body, name string) []pair {
	var out []pair
	for _, b := range body.Blocks {
		if b.Type != name {
			continue
		}
		for key, a := range b.Body.Attributes {
			if text := s.text(a); text != "" {
				out = append(out, pair{key, text, a.SrcRange.Start.Line, a.SrcRange.Start.Column})
			}
		}
	}
	a := body.Attributes[name]
	if a == nil {
		return out
	}
	object, ok := a.Expr.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return out
	}
	for _, item := range object.Items {
		key, text := flatten(s.value(item.KeyExpr), nil, 0), flatten(s.value(item.ValueExpr), nil, 0)
		if len(key) == 1 && len(text) == 1 {
			at := item.ValueExpr.Range().Start
			out = append(out, pair{key[0], text[0], at.Line, at.Column})
		}
	}
	return out
}
