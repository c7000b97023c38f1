package terraform

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/cloud"
)

// readPrinted reads a state or a plan as Terraform prints it: raw state of version
// 4 and 3, `show -json` of a state or plan (format 0.1 to 1.2). OpenTofu writes
// warnings before the JSON; they are passed over.
func readPrinted(f *ingest.File) *root {
	data, err := f.Bytes()
	if err != nil {
		return nil // recorded by Bytes
	}
	blanked := blankBanner(data)
	doc, err := strict.JSON(blanked, strict.Limits{})
	if err != nil {
		f.Fail(err)
		return nil
	}
	f.Counted(1)
	f.Proven()
	p := &printed{Stack: cloud.NewStack(below(f, f.Path()), "terraform", f), ids: map[string]string{}, after: map[*cloud.Resource][]dependency{}}
	v := doc.Root
	switch {
	case v.Get("planned_values").Exists():
		p.module(v.Get("planned_values", "root_module"))
		p.expressions(v.Get("configuration", "root_module"), "")
	case v.Get("values").Exists():
		p.module(v.Get("values", "root_module"))
	case v.Get("modules").Exists():
		p.version3(v.Get("modules"))
	case v.Get("resources").Exists():
		p.version4(v.Get("resources"))
	default:
		f.Note("no resources in it")
	}
	p.match()
	return &root{stack: p.Stack}
}

// blankBanner turns what stands before the first '{' into spaces, so that places stay.
// A file in UTF-16 has none: it was written by a shell that converts what it redirects.
func blankBanner(data []byte) []byte {
	at := bytes.IndexByte(data, '{')
	if at <= 0 || data[0] >= 0xef || data[at-1] == 0 || at+1 < len(data) && data[at+1] == 0 || len(bytes.TrimSpace(data[:at])) == 0 {
		return data
	}
	out := bytes.Clone(data)
	for i, c := range out[:at] {
		if !unicode.IsSpace(rune(c)) {
			out[i] = ' '
		}
	}
	return out
}

var (
	flatIndex = regexp.MustCompile(`\.\d+\b`)
	anyIndex  = regexp.MustCompile(`\[[^\]]*\]`)
)

// mention is one value of a state.
type mention struct {
	of           *cloud.Resource
	attr, text   string
	line, column int
}

type printed struct {
	*cloud.Stack
	byBase   map[string][]*cloud.Resource     // by address without indexes; nil until asked
	after    map[*cloud.Resource][]dependency // what each was made after, by a state of version 4
	mentions []mention                        // while a state is read: every value, for matching
	ids      map[string]string                // what others call a resource by: its id, arn, self link -> address; "" where two do
}

// module reads a module of `show -json`, and those inside it.
func (p *printed) module(v strict.Value) {
	for res := range v.Get("resources").Items() {
		r := p.add(res, res.Get("address").Text(), res.Get("type").Text(), res.Get("mode").Text() == "data")
		p.values(r, res.Get("values"), "")
		p.dependsOn(r, res.Get("depends_on"))
	}
	for child := range v.Get("child_modules").Items() {
		p.module(child)
	}
}

// version4 reads the resources of a raw state. Its lists of dependencies are the
// transitive closure, so what refers to what is found by value first.
func (p *printed) version4(v strict.Value) {
	for res := range v.Items() {
		address := res.Get("type").Text() + "." + res.Get("name").Text()
		data := res.Get("mode").Text() == "data"
		if data {
			address = "data." + address
		}
		if m := res.Get("module").Text(); m != "" {
			address = m + "." + address
		}
		for inst := range res.Get("instances").Items() {
			at := address
			switch key := inst.Get("index_key"); key.Type() {
			case strict.Number:
				at += "[" + key.Text() + "]"
			case strict.String:
				at += `["` + key.Text() + `"]`
			}
			r := p.add(inst, at, res.Get("type").Text(), data)
			p.values(r, inst.Get("attributes"), "")
			for k, text := range inst.Get("attributes_flat").Fields() {
				p.value(r, k.Text, text)
			}
			for _, key := range []string{"dependencies", "depends_on"} {
				for d := range inst.Get(key).Items() {
					p.after[r] = append(p.after[r], dependency{d.Text(), res.Get("module").Text(), d.Line(), d.Col()})
				}
			}
		}
	}
}

// version3 reads the modules of a raw state from before 0.12.
func (p *printed) version3(v strict.Value) {
	for mod := range v.Items() {
		var prefix string
		steps := mod.Get("path")
		first := true
		for step := range steps.Items() {
			if !first {
				prefix += "module." + step.Text() + "."
			}
			first = false
		}
		for k, res := range mod.Get("resources").Fields() {
			r := p.add(res, prefix+k.Text, res.Get("type").Text(), strings.HasPrefix(k.Text, "data."))
			for name, text := range res.Get("primary", "attributes").Fields() {
				p.value(r, name.Text, text)
			}
			for d := range res.Get("depends_on").Items() {
				r.Refs = append(r.Refs, cloud.Ref{Attr: "depends_on", To: prefix + d.Text(), Line: d.Line(), Column: d.Col()})
			}
		}
	}
}

func (p *printed) add(at strict.Value, address, typ string, data bool) *cloud.Resource {
	r := &cloud.Resource{Address: address, Type: typ, Data: data, File: p.File, Line: at.Line(), Column: at.Col(), Attrs: map[string][]string{}}
	if base := anyIndex.ReplaceAllString(address, ""); base != address {
		r.Alias = base
	}
	p.Add(r)
	return r
}

func (p *printed) values(r *cloud.Resource, v strict.Value, prefix string) {
	if strings.Count(prefix, ".") > maxValues {
		return
	}
	for k, item := range v.Fields() {
		name := prefix + k.Text
		switch item.Type() {
		case strict.Map:
			p.values(r, item, name+".")
		case strict.List:
			for one := range item.Items() {
				if one.Type() == strict.Map {
					p.values(r, one, name+".")
				} else {
					p.value(r, name, one)
				}
			}
		default:
			p.value(r, name, item)
		}
	}
}

// identities are the attributes that others call a resource by.
var identities = map[string]bool{"id": true, "arn": true, "self_link": true, "dns_name": true, "endpoint": true, "address": true, "fqdn": true, "hostname": true, "private_ip": true, "private_dns": true, "public_ip": true, "access_ip_v4": true}

func (p *printed) value(r *cloud.Resource, name string, v strict.Value) {
	text := v.Text()
	if text == "" {
		return
	}
	// The flat form numbers its lists: "subnet_ids.0", "subnet_ids.#".
	name = flatIndex.ReplaceAllString(name, "")
	if strings.HasSuffix(name, ".#") || strings.HasSuffix(name, ".%") {
		return
	}
	r.Attrs[name] = append(r.Attrs[name], text)
	p.mentions = append(p.mentions, mention{r, name, text, v.Line(), v.Col()})
	if identities[name] && len(text) > 3 && !r.Data {
		if other, taken := p.ids[text]; taken && other != r.Address {
			p.ids[text] = ""
		} else {
			p.ids[text] = r.Address
		}
	}
}

// match turns values that are the identity of another resource into references.
func (p *printed) match() {
	for _, m := range p.mentions {
		if to := p.ids[m.text]; to != "" && to != m.of.Address && !(identities[m.attr] && m.attr != "endpoint") {
			m.of.Refs = append(m.of.Refs, cloud.Ref{Attr: m.attr, To: to, Line: m.line, Column: m.column})
		}
	}
	p.mentions = nil
	for _, r := range p.Resources {
		p.reduce(r)
	}
}

// reduce adds what a resource was made after, as far as its values do not tell: of the
// transitive list, what nothing else in the list was made after.
func (p *printed) reduce(r *cloud.Resource) {
	list := p.after[r]
	if len(list) == 0 || len(list) > maxAfter {
		return
	}
	far := map[string]bool{}
	for _, d := range list {
		for _, direct := range p.made(d) {
			for _, further := range p.after[direct] {
				for _, to := range p.made(further) {
					far[to.Address] = true
				}
			}
		}
	}
	known := map[string]bool{}
	for _, x := range r.Refs {
		known[anyIndex.ReplaceAllString(x.To, "")] = true
	}
	for _, d := range list {
		for _, to := range p.made(d) {
			if !far[to.Address] && !known[anyIndex.ReplaceAllString(to.Address, "")] && !r.Data && to != r {
				r.Refs = append(r.Refs, cloud.Ref{Attr: cloud.Dependencies, To: to.Address, Line: d.line, Column: d.column})
			}
		}
	}
}

// dependency is one entry of what a resource was made after.
type dependency struct {
	text, module string // before Terraform 0.13 the address is in the module
	line, column int
}

// made returns the resources that an entry names.
func (p *printed) made(d dependency) []*cloud.Resource {
	if found := p.instances(d.text); len(found) > 0 || d.module == "" {
		return found
	}
	return p.instances(d.module + "." + d.text)
}

// maxAfter is how long a list of what a resource was made after is looked at.
const maxAfter = 500

func (p *printed) dependsOn(r *cloud.Resource, v strict.Value) {
	for d := range v.Items() {
		r.Refs = append(r.Refs, cloud.Ref{Attr: "depends_on", To: d.Text(), Line: d.Line(), Column: d.Col()})
	}
}

// expressions reads what the configuration inside a plan refers to. References are
// text: the address, and then steps into it.
func (p *printed) expressions(v strict.Value, prefix string) {
	for res := range v.Get("resources").Items() {
		owner := prefix + res.Get("address").Text()
		for attr, e := range res.Get("expressions").Fields() {
			p.references(owner, prefix, attr.Text, e, 0)
		}
	}
	for name, call := range v.Get("module_calls").Fields() {
		p.expressions(call.Get("module"), prefix+"module."+name.Text+".")
	}
}

func (p *printed) references(owner, prefix, attr string, e strict.Value, depth int) {
	if depth > maxValues {
		return
	}
	for item := range e.Items() {
		p.references(owner, prefix, attr, item, depth+1)
	}
	for k, inner := range e.Fields() {
		if k.Text != "references" {
			p.references(owner, prefix, attr, inner, depth+1)
			continue
		}
		for text := range inner.Items() {
			to := prefix + text.Text()
			for _, r := range p.instances(owner) {
				for _, target := range p.instances(to) {
					r.Refs = append(r.Refs, cloud.Ref{Attr: attr, To: target.Address, Line: text.Line(), Column: text.Col()})
				}
			}
		}
	}
}

// instances returns the resources of an address, whatever their index.
func (p *printed) instances(address string) []*cloud.Resource {
	if p.byBase == nil {
		p.byBase = map[string][]*cloud.Resource{}
		for _, r := range p.Resources {
			base := anyIndex.ReplaceAllString(r.Address, "")
			p.byBase[base] = append(p.byBase[base], r)
		}
	}
	return p.byBase[anyIndex.ReplaceAllString(address, "")]
}
