package dnszone

import (
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
)

// octo reads a zone of octoDNS: names of records, each with one or several records.
func octo(f *ingest.File) *zone {
	data, err := f.Bytes()
	if err != nil {
		return nil // recorded by Bytes
	}
	docs, err := strict.YAML(data, strict.Limits{})
	if err != nil {
		f.Fail(err)
	}
	f.Counted(len(docs))
	z := &zone{origin: originOf(f.Path()), file: f}
	for _, d := range docs {
		for name, v := range d.Root.Fields() {
			if v.Type() == strict.Map {
				z.octo(name, v)
			}
			for one := range v.Items() {
				z.octo(name, one)
			}
		}
	}
	return z
}

// targets are the keys under which octoDNS keeps the name that a value leads to.
var targets = []string{"exchange", "target", "value"}

func (z *zone) octo(name strict.Key, v strict.Value) {
	typ := strings.ToUpper(v.Get("type").Text())
	if !wanted(typ) {
		return
	}
	add := func(value strict.Value) {
		r := record{name: absolute(name.Text, z.origin), typ: typ, file: z.file, line: value.Line()}
		if _, leads := fields[typ]; leads {
			text := value.Text()
			for _, key := range targets {
				if text == "" {
					text = value.Get(key).Text()
				}
			}
			if text == "" || text == "." {
				return
			}
			r.target = absolute(text, z.origin)
		}
		z.records = append(z.records, r)
	}
	if value := v.Get("value"); value.Exists() {
		add(value)
	}
	for value := range v.Get("values").Items() {
		add(value)
	}
}
