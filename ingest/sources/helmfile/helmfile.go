package helmfile

import (
	"context"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads helmfiles.
var Source = ingest.Define(ingest.Spec{
	Name: "helmfile",
	Doc: ingest.Doc{
		Title: "helmfile",
		Text: "Every release is a service, placed in its cluster. To be deployed it needs the repository or registry of its chart and the releases " +
			"that it names under needs, and the CI job that runs helmfile on the file.",
		Reads: []string{
			"helmfile.yaml, helmfile.d/*.yaml, *.yaml and *.yaml.gotmpl with a list of releases: repositories, releases, helmDefaults, bases, helmfiles",
			"clusters/NAME.yaml, clusters/NAME/*, kubeContext: the cluster that the releases are in",
		},
		Limits: "Templates are not rendered: what stands between {{ if }} and {{ end }} is not read, and a value with {{ }} is unknown. " +
			"Values of charts are not read as addresses; charts are not fetched.",
		Since: "0.1",
	},
}, ingest.NoParams, claim, read)

var (
	fileName = regexp.MustCompile(`\.ya?ml(\.gotmpl)?$`)
	named    = regexp.MustCompile(`(^|/)(helmfile\.ya?ml|helmfile\.d/[^/]+\.ya?ml)(\.gotmpl)?$`)
	releases = ingest.MustSignature(`(?m)^releases:`)
	ownKeys  = ingest.MustSignature(`(?m)^(helmDefaults|bases|repositories|environments|commonLabels|helmfiles|templates):|^\s+(- )?chart:|[{,]\s*chart:`)
	kindKey  = ingest.MustSignature(`(?m)^kind:`)
)

// claim puts every helmfile into one unit: they name one another.
func claim(name string, head []byte) (string, bool) {
	switch {
	case !fileName.MatchString(name), kindKey.Match(head):
		return "", false
	case named.MatchString(name):
		return "helmfile", true
	}
	return "helmfile", releases.Match(head) && ownKeys.Match(head)
}

// helmfile is one file of releases; several documents of it are layers of one.
type helmfile struct {
	*ingest.File
	docs    []strict.Value
	cluster string // "" is unknown
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	e := &emitter{fragment: &link.Fragment{}, byPath: map[string]*helmfile{}}
	var files []*helmfile
	for _, f := range u.Files {
		if err := ctx.Err(); err != nil {
			return e.fragment, err
		}
		data, err := f.Bytes()
		if err != nil {
			continue // recorded
		}
		h := &helmfile{File: f, docs: decode(f, data, u.Limits)}
		h.cluster = h.clusterName()
		files = append(files, h)
		e.byPath[f.Path()] = h
		if h.cluster != "" && !slices.Contains(e.clusters, h.cluster) {
			e.clusters = append(e.clusters, h.cluster)
		}
	}
	for _, h := range files {
		e.file(h)
	}
	for _, h := range files {
		e.includes(h, h, map[*helmfile]bool{})
	}
	return e.fragment, ctx.Err()
}

// decode returns the documents of a file as far as they are YAML.
func decode(f *ingest.File, data []byte, lim strict.Limits) []strict.Value {
	text, err := mask(string(data))
	if err != nil {
		f.Fail(err)
	}
	docs, err := strict.YAML([]byte(text), lim)
	if err != nil {
		f.Fail(err)
	}
	var out []strict.Value
	for _, d := range docs {
		f.Counted(1)
		out = append(out, d.Root)
	}
	return out
}

// clusterName returns the cluster that the releases are installed in: the context
// that the file states, else NAME of "clusters/NAME.yaml" or "clusters/NAME/".
func (h *helmfile) clusterName() string {
	for _, d := range h.docs {
		if c := text(d.Get("helmDefaults", "kubeContext")); c != "" {
			return c
		}
	}
	parts := strings.Split(h.Path(), "/")
	for i := len(parts) - 2; i >= 0; i-- {
		if parts[i] == "clusters" {
			return strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(parts[i+1], ".gotmpl"), ".yaml"), ".yml")
		}
	}
	return ""
}

// text returns a string that no template made, else "".
func text(v strict.Value) string {
	if t := v.Text(); !strings.Contains(t, masked) {
		return t
	}
	return ""
}

// relative returns a path as the inputs name it that a helmfile names.
func (h *helmfile) relative(p string) string { return path.Join(path.Dir(h.Path()), p) }
