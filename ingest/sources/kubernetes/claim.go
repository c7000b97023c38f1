package kubernetes

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

var (
	// A key in the first column, or in the first item of a list there.
	topVersion = regexp.MustCompile(`(?m)^(?:- )?["']?apiVersion["']?[ \t]*:[ \t]*["']?([^\s"'#]*)`)
	topKind    = regexp.MustCompile(`(?m)^(?:- |  )?["']?kind["']?[ \t]*:`)

	jsonVersion = regexp.MustCompile(`"apiVersion"\s*:\s*"([^"]+)"`)
	jsonKind    = regexp.MustCompile(`"kind"\s*:\s*"[A-Z]`)

	anyField   = regexp.MustCompile(`(?m)^\s*(?:apiVersion|kind)\s*:`)
	valuesFile = regexp.MustCompile(`^values(?:[-.][A-Za-z0-9_.-]+)?\.ya?ml$`)
)

// unit is the one unit of the source: objects of all files see each other.
const unit = "kubernetes"

// claim says whether a file holds Kubernetes objects, a kustomization, or a part of a
// Helm chart.
func claim(p string, head []byte) (string, bool) {
	base := path.Base(p)
	switch {
	case isKustomizationFile(p):
		return unit, true
	case templateEnding(base):
		return unit, topVersion.Match(head) && topKind.Match(head)
	case base == "Chart.yaml" || base == "Chart.yml":
		return unit, topVersion.Match(head)
	}
	switch path.Ext(base) {
	case ".yaml", ".yml", "":
		if base != "-" && path.Ext(base) == "" {
			return unit, false
		}
		if inTemplates(p) && bytes.Contains(head, []byte("{{")) && anyField.Match(head) {
			return unit, true
		}
		return unit, valuesFile.MatchString(base) || isObject(head)
	case ".json":
		return unit, isObject(head)
	}
	return unit, false
}

// isObject says whether text begins like objects of the Kubernetes API, of ours to read.
func isObject(head []byte) bool {
	trimmed := bytes.TrimLeft(head, " \t\r\n\ufeff")
	if len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[') {
		m := jsonVersion.FindSubmatch(head)
		return m != nil && jsonKind.Match(head) && !foreign(string(m[1]))
	}
	m := topVersion.FindSubmatch(head)
	return m != nil && topKind.Match(head) && !foreign(string(m[1]))
}

// foreign says whether another source reads objects of a version.
func foreign(version string) bool {
	group, _, _ := strings.Cut(version, "/")
	return group == "fateline.dev" || group == "backstage.io"
}

func isKustomizationFile(p string) bool {
	switch path.Base(p) {
	case "kustomization.yaml", "kustomization.yml", "Kustomization":
		return true
	}
	return false
}

// templateEnding says whether a name is that of a template of a manifest.
func templateEnding(base string) bool {
	for _, end := range []string{".j2", ".jinja", ".jinja2", ".gotmpl", ".tmpl", ".tpl", ".erb", ".mustache"} {
		if name, is := strings.CutSuffix(base, end); is {
			return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".json")
		}
	}
	return strings.Contains(base, ".tmpl.y") || strings.Contains(base, ".tpl.y")
}

// inTemplates says whether a file stands in a directory of templates.
func inTemplates(p string) bool {
	return strings.Contains("/"+path.Dir(p)+"/", "/templates/")
}
