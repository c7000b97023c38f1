package nomad

import (
	"bytes"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/hclfile"
)

// A job in JSON is what the API takes and gives (developer.hashicorp.com/nomad/api-docs/json-jobs),
// and what `nomad job run -output` and `nomad job inspect` print. It is read as the blocks
// of the language, so that both forms say the same.

// jobJSON is a field that every job has in JSON, and nothing else has as a list.
var jobJSON = ingest.MustSignature(`"TaskGroups"\s*:\s*\[`)

// isJSON says whether a text is JSON: no specification begins with a bracket.
func isJSON(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n")
	return len(text) > 0 && (text[0] == '{' || text[0] == '[')
}

// form is what a field of the API is in the language.
type form uint8

const (
	argument form = iota + 1 // a text, a number, a list or a map of such
	raw                      // a text whose "${" is not Nomad's to fill in
	block                    // a map, or a list of them
	labelled                 // the same, each with its Name as label
	keyed                    // a map by label
)

type field struct {
	name  string // in the language
	form  form
	inner fields // of blocks; nil: all that stand in it, under their own names
}

// fields are by their names in the API.
type fields map[string]field

var jobFields = func() fields {
	constraints := field{"constraint", block, fields{"LTarget": {"attribute", raw, nil}, "RTarget": {"value", argument, nil}, "Operand": {"operator", argument, nil}}}
	upstreams := field{"upstreams", block, fields{"DestinationName": {"destination_name", argument, nil}}}
	services := field{"service", block, fields{
		"Name": {"name", argument, nil},
		"Connect": {"connect", block, fields{
			"SidecarService": {"sidecar_service", block, fields{"Proxy": {"proxy", block, fields{"Upstreams": upstreams}}}},
		}},
	}}
	vault := field{"vault", block, fields{}}
	task := fields{
		"Env":       {"env", argument, nil},
		"Config":    {"config", block, nil},
		"Vault":     vault,
		"Services":  services,
		"Artifacts": {"artifact", block, fields{"GetterSource": {"source", argument, nil}}},
		"Templates": {"template", block, fields{"EmbeddedTmpl": {"data", raw, nil}}},
	}
	group := fields{
		"Count":       {"count", argument, nil},
		"Scaling":     {"scaling", block, fields{}},
		"Constraints": constraints,
		"Services":    services,
		"Volumes":     {"volume", keyed, fields{"Type": {"type", argument, nil}, "Source": {"source", argument, nil}}},
		"Tasks":       {"task", labelled, task},
	}
	return fields{
		"Type":        {"type", argument, nil},
		"Region":      {"region", argument, nil},
		"Datacenters": {"datacenters", argument, nil},
		"Multiregion": {"multiregion", block, fields{"Regions": {"region", labelled, fields{}}}},
		"Periodic":    {"periodic", block, fields{}},
		"Constraints": constraints,
		"TaskGroups":  {"group", labelled, group},
	}
}()

// parseJSON returns the jobs of a file: one, in the envelope of the API or without it,
// or a list of them. What is wrong with it is recorded in the ledger.
func parseJSON(f *ingest.File, data []byte, lim strict.Limits) []*hclsyntax.Block {
	doc, err := strict.JSON(data, lim)
	if err != nil {
		f.Fail(err)
		return nil
	}
	f.Counted(1)
	f.Proven()
	var out []*hclsyntax.Block
	c := &converter{file: f}
	for v := range each(doc.Root) {
		if inner := v.Get("Job"); inner.Exists() {
			v = inner
		}
		name := v.Get("ID")
		if !name.Exists() {
			name = v.Get("Name")
		}
		if !v.Get("TaskGroups").Exists() {
			f.Note("no job at line %d", v.Line())
			continue
		}
		if label, ok := c.label(name, v); ok {
			b := c.block("job", v.Line(), v.Col(), v, jobFields)
			b.Labels = []string{label}
			out = append(out, b)
		}
	}
	return out
}

// each returns the items of a list, or the value itself.
func each(v strict.Value) func(func(strict.Value) bool) {
	if v.Type() == strict.List {
		return v.Items()
	}
	return func(yield func(strict.Value) bool) { yield(v) }
}

type converter struct{ file *ingest.File }

// label returns the name of what has one; without it nobody could be told what was meant.
func (c *converter) label(name, of strict.Value) (string, bool) {
	if name.Type() != strict.String || name.Text() == "" {
		c.file.Fail(of.Errorf(strict.BadValue, "a name is wanted here"))
		return "", false
	}
	return name.Text(), true
}

// block reads a map as a block that begins at a place.
func (c *converter) block(typ string, line, col int, v strict.Value, known fields) *hclsyntax.Block {
	at := hclfile.Span(c.file, line, col)
	body := &hclsyntax.Body{Attributes: hclsyntax.Attributes{}, SrcRange: at, EndRange: at}
	for key, value := range v.Fields() {
		fd, ok := known[key.Text]
		switch {
		case !value.Exists(): // null is what is not said
		case known == nil:
			c.argument(body, key, key.Text, value, false)
		case !ok:
		case fd.form == argument, fd.form == raw:
			c.argument(body, key, fd.name, value, fd.form == raw)
		default:
			c.blocks(body, key, fd, value)
		}
	}
	return &hclsyntax.Block{Type: typ, Body: body, TypeRange: at, OpenBraceRange: at, CloseBraceRange: at}
}

func (c *converter) blocks(to *hclsyntax.Body, key strict.Key, fd field, v strict.Value) {
	add := func(line, col int, item strict.Value, labels ...string) {
		if item.Type() != strict.Map {
			c.file.Fail(item.Errorf(strict.WrongType, "a map is wanted in %q", key.Text))
			return
		}
		b := c.block(fd.name, line, col, item, fd.inner)
		b.Labels = labels
		to.Blocks = append(to.Blocks, b)
	}
	if fd.form == keyed && v.Type() == strict.Map {
		for name, item := range v.Fields() {
			add(name.Line, name.Col, item, name.Text)
		}
		return
	}
	for item := range each(v) {
		line, col := item.Line(), item.Col()
		if v.Type() != strict.List {
			line, col = key.Line, key.Col
		}
		if fd.form != labelled || item.Type() != strict.Map {
			add(line, col, item)
		} else if label, ok := c.label(item.Get("Name"), item); ok {
			add(line, col, item, label)
		}
	}
}

func (c *converter) argument(to *hclsyntax.Body, key strict.Key, name string, v strict.Value, raw bool) {
	at := hclfile.Span(c.file, key.Line, key.Col)
	to.Attributes[name] = &hclsyntax.Attribute{Name: name, Expr: c.expression(v, raw), SrcRange: at, NameRange: at, EqualsRange: at}
}

// expression reads a value. What the machine that runs a task fills in ("${NOMAD_PORT_http}")
// is as unknown as it is in the language.
func (c *converter) expression(v strict.Value, raw bool) hclsyntax.Expression {
	at := hclfile.Span(c.file, v.Line(), v.Col())
	literal := func(value cty.Value) hclsyntax.Expression {
		return &hclsyntax.LiteralValueExpr{Val: value, SrcRange: at}
	}
	switch v.Type() {
	case strict.String:
		if !raw && strings.Contains(v.Text(), "${") {
			if t, diags := hclsyntax.ParseTemplate([]byte(v.Text()), at.Filename, at.Start); !diags.HasErrors() {
				return t
			}
			return literal(cty.DynamicVal)
		}
		return literal(cty.StringVal(v.Text()))
	case strict.Number:
		if n, err := cty.ParseNumberVal(v.Text()); err == nil {
			return literal(n)
		}
	case strict.List:
		out := &hclsyntax.TupleConsExpr{SrcRange: at, OpenRange: at}
		for item := range v.Items() {
			out.Exprs = append(out.Exprs, c.expression(item, raw))
		}
		return out
	case strict.Map:
		out := &hclsyntax.ObjectConsExpr{SrcRange: at, OpenRange: at}
		for key, item := range v.Fields() {
			out.Items = append(out.Items, hclsyntax.ObjectConsItem{KeyExpr: literal(cty.StringVal(key.Text)), ValueExpr: c.expression(item, raw)})
		}
		return out
	}
	return literal(cty.DynamicVal)
}
