package nomad

import (
	"strings"

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
	given     map[string]string // what Nomad fills in whatever the machine, where we read: names
}

// within notes the names of the job, group and task that are read next, under the
// variables in which a specification speaks of them
// (developer.hashicorp.com/nomad/docs/runtime/interpolation and job-specification/service).
func (s *specification) within(job, group, task string) {
	s.given = map[string]string{
		"NOMAD_JOB_NAME": job, "NOMAD_JOB_ID": job, "NOMAD_GROUP_NAME": group, "NOMAD_TASK_NAME": task,
		"JOB": job, "GROUP": group, "TASKGROUP": group, "TASK": task,
	}
	if task != "" {
		s.given["BASE"] = job + "-" + group + "-" + task
	}
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
			if text := s.given[root]; text != "" {
				vars[root] = cty.StringVal(text)
			}
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

// addresses returns the strings of an attribute in which addresses are looked for: what
// is unknown of one stands in it as "${...}", which is part of no name.
func (s *specification) addresses(a *hclsyntax.Attribute) []string {
	if a == nil {
		return nil
	}
	if list, ok := a.Expr.(*hclsyntax.TupleConsExpr); ok {
		var out []string
		for _, item := range list.Exprs {
			out = append(out, s.partly(item)...)
		}
		return out
	}
	return s.partly(a.Expr)
}

// partly returns the strings of an expression, also of one that is a string with parts
// that are not known.
func (s *specification) partly(e hclsyntax.Expression) []string {
	if known := flatten(s.value(e), nil, 0); len(known) > 0 {
		return known
	}
	t, ok := e.(*hclsyntax.TemplateExpr)
	if !ok {
		return nil
	}
	var text strings.Builder
	for _, part := range t.Parts {
		if known := flatten(s.value(part), nil, 0); len(known) == 1 {
			text.WriteString(known[0])
		} else {
			text.WriteString("${...}")
		}
	}
	return []string{text.String()}
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
			for _, text := range s.addresses(a) {
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
		key, text := flatten(s.value(item.KeyExpr), nil, 0), s.partly(item.ValueExpr)
		if len(key) == 1 && len(text) == 1 {
			at := item.ValueExpr.Range().Start
			out = append(out, pair{key[0], text[0], at.Line, at.Column})
		}
	}
	return out
}
