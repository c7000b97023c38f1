package kubernetes

import (
	"bytes"
	"errors"
	"path"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
)

// chartsOf returns the directories of the charts of a unit.
func chartsOf(u *ingest.Unit) map[string]bool {
	charts := map[string]bool{}
	for _, f := range u.Files {
		if isChart(f.Path()) {
			charts[path.Dir(f.Path())] = true
		}
	}
	return charts
}

// unrendered returns the error of a file that is a template, nil for any other.
// Templates are never read, not even those that happen to parse: what they would
// say depends on values.
func unrendered(f *ingest.File, data []byte, charts map[string]bool, lim strict.Limits) error {
	at := bytes.Index(data, []byte("{{"))
	chart, in := chartOf(f.Path(), charts)
	switch {
	case templateEnding(path.Base(f.Path())):
		return templateError(data, max(0, at), "render it and scan what comes out")
	case at < 0:
		return nil
	case in:
		return templateError(data, at, "scan with --render, which runs helm, or scan what \"helm template "+chart+"\" prints")
	}
	// Braces stand in the strings of many manifests. Where they are no template, the
	// strict parser says so.
	var e *strict.Error
	docs, err := strict.Parse(data, lim)
	if errors.As(err, &e) && e.ID == strict.Template {
		return e
	}
	for _, doc := range docs {
		if v := templated(doc.Root); v.Exists() {
			return &strict.Error{ID: strict.Template, Line: v.Line(), Col: v.Col(), Msg: "a template that was never rendered", Fix: "render it and scan what comes out"}
		}
	}
	return nil
}

// templated returns a string of an object that only a template can hold: braces in a
// name, or anywhere in a kind whose strings nobody else expands. A ConfigMap, an alert
// or the values of a chart hold braces of their own.
func templated(root strict.Value) strict.Value {
	for _, field := range []string{"name", "namespace"} {
		if v := root.Get("metadata", field); strings.Contains(v.Text(), "{{") && !strings.HasPrefix(root.Get("apiVersion").Text(), "argoproj.io/") {
			return v
		}
	}
	kind := root.Get("kind").Text()
	if _, workload := templates[kind]; workload || kind == "Service" || kind == "Ingress" || kind == "PersistentVolumeClaim" {
		return firstAction(root, 0)
	}
	return strict.Value{}
}

// chartAction matches what only an unrendered chart has. Variables of alerts and of
// Vault's agent, whose templates pods carry in annotations, are meant as they stand.
var chartAction = regexp.MustCompile(`\{\{-?\s*(\$?\.(Values|Release|Chart|Capabilities)\b|(include|template)\s+"|tpl\s)`)

func firstAction(v strict.Value, depth int) strict.Value {
	if depth > 50 {
		return strict.Value{}
	}
	for item := range v.Items() {
		if found := firstAction(item, depth+1); found.Exists() {
			return found
		}
	}
	for _, item := range v.Fields() {
		if found := firstAction(item, depth+1); found.Exists() {
			return found
		}
	}
	if chartAction.MatchString(v.Text()) {
		return v
	}
	return strict.Value{}
}

func templateError(data []byte, at int, fix string) error {
	line := bytes.Count(data[:at], []byte("\n")) + 1
	col := at - bytes.LastIndexByte(data[:at], '\n')
	return &strict.Error{ID: strict.Template, Line: line, Col: col, Msg: "a template that was never rendered", Fix: fix}
}

func isChart(p string) bool {
	base := path.Base(p)
	return base == "Chart.yaml" || base == "Chart.yml"
}

// chartOf returns the chart in whose templates a file stands.
func chartOf(p string, charts map[string]bool) (dir string, in bool) {
	for d := path.Dir(p); ; d = path.Dir(d) {
		if path.Base(d) == "templates" && charts[path.Dir(d)] {
			return path.Dir(d), true
		}
		if d == "." || d == "/" {
			return "", false
		}
	}
}

// noteChart notes what a chart is made of. Its templates have rows of their own.
func noteChart(f *ingest.File, root strict.Value) {
	f.Note("chart %s: render it with \"helm template %s\" and scan what comes out", root.Get("name").Text(), path.Dir(f.Path()))
	for d := range root.Get("dependencies").Items() {
		from := d.Get("repository").Text()
		if i := strings.LastIndexByte(from, '@'); i >= 0 && strings.Contains(from, "://") {
			from = from[i+1:] // no credentials in a ledger
		}
		f.Note("line %d: the chart depends on chart %s %s of %s", d.Line(), d.Get("name").Text(), d.Get("version").Text(), from)
	}
}

// noteValues notes the images that the values of a chart name.
func noteValues(f *ingest.File, root strict.Value) {
	f.Note("values of a chart: they count where a release of the inputs names this file, and once the chart is rendered")
	for _, img := range valueImages(root, nil, 0) {
		f.Note("line %d: image %s", img.v.Line(), img.image.path())
	}
}

// valueImage is an image as values write it.
type valueImage struct {
	image image
	v     strict.Value
}

// valueImages returns the images in values: maps with a repository, and image fields.
func valueImages(v strict.Value, found []valueImage, depth int) []valueImage {
	if depth > 30 {
		return found
	}
	if repo := v.Get("repository"); repo.Type() == strict.String && !strings.Contains(repo.Text(), "://") {
		s := repo.Text()
		if registry := v.Get("registry").Text(); registry != "" && !strings.HasPrefix(s, registry) {
			s = registry + "/" + s
		}
		if tag := v.Get("tag").Text(); tag != "" {
			s += ":" + tag
		}
		if img := imageOf(s); !img.isZero() && (v.Get("tag").Exists() || v.Get("pullPolicy").Exists() || v.Get("registry").Exists()) {
			found = append(found, valueImage{img, repo})
		}
	}
	for item := range v.Items() {
		found = valueImages(item, found, depth+1)
	}
	for k, item := range v.Fields() {
		if k.Text == "image" && item.Type() == strict.String && strings.ContainsAny(item.Text(), "/:") {
			if img := imageOf(item.Text()); !img.isZero() {
				found = append(found, valueImage{img, item})
			}
			continue
		}
		found = valueImages(item, found, depth+1)
	}
	return found
}
