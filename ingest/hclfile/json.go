package hclfile

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
)

// ParseJSON reads a file in the JSON syntax of Terraform's configuration
// (developer.hashicorp.com/terraform/language/syntax/json) and returns it as if it had
// been written in the native one: strings are templates, and maps are blocks where the
// language has blocks. What is wrong with it is recorded in the ledger. It returns nil
// where nothing could be parsed.
//
// Which maps of a resource are blocks and which are arguments only its provider knows.
// All are blocks here, but lists of names and values: an argument below reads alike.
func ParseJSON(f *ingest.File) *hclsyntax.Body {
	root, ok := decoded(f)
	if !ok {
		return nil
	}
	c := &converter{file: f}
	out := c.empty(root)
	for v := range each(root) {
		if v.Type() != strict.Map {
			c.fail(v, "a map of blocks is wanted here")
			continue
		}
		for key, content := range v.Fields() {
			c.top(out, key, content)
		}
	}
	return out
}

// ParseVariablesJSON reads a file of values of variables in JSON: *.tfvars.json.
func ParseVariablesJSON(f *ingest.File) *hclsyntax.Body {
	root, ok := decoded(f)
	if !ok {
		return nil
	}
	c := &converter{file: f, literal: true}
	return c.arguments(root)
}

// decoded returns what a file holds, which is proven to its end. What cannot be read or
// parsed is recorded in the ledger.
func decoded(f *ingest.File) (root strict.Value, ok bool) {
	data, err := f.Bytes()
	if err != nil {
		return strict.Value{}, false // recorded by Bytes
	}
	doc, err := strict.JSON(data, strict.Limits{Depth: MaxDepth})
	if err != nil {
		f.Fail(err)
		return strict.Value{}, false
	}
	f.Counted(1)
	f.Proven()
	return doc.Root, true
}

type converter struct {
	file    *ingest.File
	literal bool // strings are no templates
}

func (c *converter) fail(v strict.Value, msg string) {
	c.file.Fail(&strict.Error{ID: "hcl-syntax", Line: v.Line(), Col: v.Col(), Msg: msg})
}

// each returns the items of a list, or the value itself: a block stands alone or in a
// list of its kind.
func each(v strict.Value) func(func(strict.Value) bool) {
	if v.Type() == strict.List {
		return v.Items()
	}
	return func(yield func(strict.Value) bool) { yield(v) }
}

// labels are how many names stand between the type of a block and its content.
var labels = map[string]int{"resource": 2, "data": 2, "ephemeral": 2, "provider": 1, "module": 1, "variable": 1, "output": 1, "check": 1}

// top adds the blocks of one key at the top.
func (c *converter) top(to *hclsyntax.Body, key strict.Key, v strict.Value) {
	if key.Text == "//" {
		return // a comment
	}
	c.labelled(to, key, nil, v, labels[key.Text])
}

func (c *converter) labelled(to *hclsyntax.Body, typ strict.Key, names []strict.Key, v strict.Value, more int) {
	for item := range each(v) {
		switch {
		case item.Type() == strict.Null:
		case item.Type() != strict.Map:
			c.fail(item, fmt.Sprintf("a map is wanted in %q", typ.Text))
		case more > 0:
			for name, inner := range item.Fields() {
				if name.Text != "//" {
					c.labelled(to, typ, append(names[:len(names):len(names)], name), inner, more-1)
				}
			}
		default:
			b := c.block(typ, names, item)
			switch typ.Text {
			case "resource", "data", "ephemeral", "provider", "check":
				b.Body = c.content(item, typ.Text == "data" && names[0].Text == "terraform_remote_state")
			case "terraform":
				b.Body = c.settings(item)
			default: // module, variable, output, locals: no blocks, or none that is read
				b.Body = c.arguments(item)
			}
			to.Blocks = append(to.Blocks, b)
		}
	}
}

func (c *converter) block(typ strict.Key, names []strict.Key, v strict.Value) *hclsyntax.Block {
	at := typ
	if len(names) > 0 {
		at = names[len(names)-1]
	}
	b := &hclsyntax.Block{Type: typ.Text, TypeRange: c.span(at.Line, at.Col), OpenBraceRange: c.place(v), CloseBraceRange: c.place(v)}
	for _, name := range names {
		b.Labels = append(b.Labels, name.Text)
		b.LabelRanges = append(b.LabelRanges, c.span(name.Line, name.Col))
	}
	return b
}

// settings reads the block "terraform": a backend has a label.
func (c *converter) settings(v strict.Value) *hclsyntax.Body {
	out := c.empty(v)
	for key, content := range v.Fields() {
		switch key.Text {
		case "backend":
			c.labelled(out, key, nil, content, 1)
		case "cloud":
			c.labelled(out, key, nil, content, 0)
		}
	}
	return out
}

// arguments reads a body that has arguments alone.
func (c *converter) arguments(v strict.Value) *hclsyntax.Body {
	out := c.empty(v)
	for key, value := range v.Fields() {
		c.argument(out, key, value)
	}
	return out
}

// content reads the body of a resource. plain says that it has no blocks.
func (c *converter) content(v strict.Value, plain bool) *hclsyntax.Body {
	out := c.empty(v)
	for key, value := range v.Fields() {
		switch {
		case key.Text == "dynamic" || key.Text == "provisioner":
			for item := range each(value) {
				for name, inner := range item.Fields() {
					for one := range each(inner) {
						b := c.block(key, []strict.Key{name}, one)
						b.Body = c.content(one, false)
						out.Blocks = append(out.Blocks, b)
					}
				}
			}
		case !plain && isBlock(key.Text, value):
			for item := range each(value) {
				b := c.block(key, nil, item)
				b.Body = c.content(item, false)
				out.Blocks = append(out.Blocks, b)
			}
		default:
			c.argument(out, key, value)
		}
	}
	return out
}

// isBlock says whether a value is one block or several.
func isBlock(key string, v strict.Value) bool {
	if key == "for_each" || key == "providers" || v.Type() != strict.Map && v.Type() != strict.List || v.Len() == 0 {
		return false
	}
	for item := range each(v) {
		if item.Type() != strict.Map || item.Get("name").Exists() && item.Get("value").Exists() {
			return false
		}
	}
	return true
}

func (c *converter) argument(to *hclsyntax.Body, key strict.Key, v strict.Value) {
	if key.Text == "//" {
		return
	}
	e := c.expression(v)
	switch key.Text {
	case "depends_on", "provider", "providers", "iterator", "replace_triggered_by":
		if e2 := c.names(v); e2 != nil {
			e = e2
		}
	}
	at := c.span(key.Line, key.Col)
	to.Attributes[key.Text] = &hclsyntax.Attribute{Name: key.Text, Expr: e, SrcRange: at, NameRange: at, EqualsRange: at}
}

// names reads strings that name things, as `"depends_on": ["aws_vpc.main"]` does, as the
// expressions that the native syntax has there; nil where they are none.
func (c *converter) names(v strict.Value) hclsyntax.Expression {
	switch v.Type() {
	case strict.String:
		text := strings.TrimSuffix(strings.TrimPrefix(v.Text(), "${"), "}")
		e, diags := hclsyntax.ParseExpression([]byte(text), c.file.Path(), c.place(v).Start)
		if tooDeep([]byte(text)) > 0 || diags.HasErrors() {
			return nil
		}
		return e
	case strict.List:
		out := &hclsyntax.TupleConsExpr{SrcRange: c.place(v), OpenRange: c.place(v)}
		for item := range v.Items() {
			e := c.names(item)
			if e == nil {
				return nil
			}
			out.Exprs = append(out.Exprs, e)
		}
		return out
	case strict.Map:
		out := &hclsyntax.ObjectConsExpr{SrcRange: c.place(v), OpenRange: c.place(v)}
		for key, item := range v.Fields() {
			e := c.names(item)
			if e == nil {
				return nil
			}
			out.Items = append(out.Items, hclsyntax.ObjectConsItem{KeyExpr: c.constant(cty.StringVal(key.Text), item), ValueExpr: e})
		}
		return out
	}
	return nil
}

func (c *converter) constant(v cty.Value, at strict.Value) hclsyntax.Expression {
	return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: c.place(at)}
}

// expression reads a value; strings are templates.
func (c *converter) expression(v strict.Value) hclsyntax.Expression {
	switch v.Type() {
	case strict.String:
		if c.literal || !strings.Contains(v.Text(), "${") && !strings.Contains(v.Text(), "%{") {
			return c.constant(cty.StringVal(v.Text()), v)
		}
		text := []byte(v.Text())
		if tooDeep(text) > 0 {
			c.file.Fail(&strict.Error{ID: strict.TooDeep, Line: v.Line(), Col: v.Col(), Msg: fmt.Sprintf("nested deeper than %d", MaxDepth)})
			return c.constant(cty.DynamicVal, v)
		}
		e, diags := hclsyntax.ParseTemplate(text, c.file.Path(), c.place(v).Start)
		for _, d := range diags {
			if d.Severity == hcl.DiagError {
				c.fail(v, strings.ToLower(d.Summary))
			}
		}
		switch x := e.(type) {
		case nil:
			return c.constant(cty.DynamicVal, v)
		case *hclsyntax.TemplateWrapExpr:
			return x.Wrapped // a template of one expression is that expression
		}
		return e
	case strict.List:
		out := &hclsyntax.TupleConsExpr{SrcRange: c.place(v), OpenRange: c.place(v)}
		for item := range v.Items() {
			out.Exprs = append(out.Exprs, c.expression(item))
		}
		return out
	case strict.Map:
		out := &hclsyntax.ObjectConsExpr{SrcRange: c.place(v), OpenRange: c.place(v)}
		for key, item := range v.Fields() {
			out.Items = append(out.Items, hclsyntax.ObjectConsItem{KeyExpr: c.constant(cty.StringVal(key.Text), item), ValueExpr: c.expression(item)})
		}
		return out
	case strict.Bool:
		b, _ := v.Bool()
		return c.constant(cty.BoolVal(b), v)
	case strict.Number:
		if n, err := cty.ParseNumberVal(v.Text()); err == nil {
			return c.constant(n, v)
		}
	}
	return c.constant(cty.NullVal(cty.DynamicPseudoType), v)
}

func (c *converter) empty(v strict.Value) *hclsyntax.Body {
	return &hclsyntax.Body{Attributes: hclsyntax.Attributes{}, SrcRange: c.place(v), EndRange: c.place(v)}
}

func (c *converter) place(v strict.Value) hcl.Range { return c.span(v.Line(), v.Col()) }

func (c *converter) span(line, col int) hcl.Range { return Span(c.file, line, col) }

// Span returns a range that begins at a place of a file, for what is made of another
// syntax. Its bytes only order it among others of the file.
func Span(f *ingest.File, line, col int) hcl.Range {
	at := hcl.Pos{Line: line, Column: col, Byte: line<<20 + col}
	return hcl.Range{Filename: f.Path(), Start: at, End: at}
}
