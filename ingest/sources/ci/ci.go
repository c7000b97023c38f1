package ci

import (
	"context"
	"path"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads CI pipelines.
var Source = ingest.Define(ingest.Spec{
	Name: "ci",
	Doc: ingest.Doc{
		Title: "CI pipelines: GitHub Actions",
		Text: "Every job is a tool. It needs its runner, the actions, images, secrets, identities and hosts that its steps use; " +
			"what its commands deploy (kubectl, helm, kustomize, terraform, docker compose) is deployed by it.",
		Reads: []string{
			".github/workflows/*.yml: jobs, needs, runs-on, environment, container, services, uses, with, env, run, permissions.id-token",
			"action.yml: the steps of composite actions",
		},
		Limits: "Remote reusable workflows and actions are named, not fetched. Commands inside scripts that a step calls are not seen.",
		Since:  "0.1",
	},
}, ingest.NoParams, claim, read)

var workflowPath = regexp.MustCompile(`(^|/)\.github/workflows/[^/]+\.ya?ml$`)

// claim puts every pipeline file of one repository into one unit.
func claim(name string, head []byte) (string, bool) {
	if workflowPath.MatchString(name) {
		return "ci " + root(name), true
	}
	if base := path.Base(name); (base == "action.yml" || base == "action.yaml") && strings.Contains(string(head), "runs:") {
		return "ci " + root(name), true
	}
	return "", false
}

// root returns the repository's directory as it was named: what stands before
// ".github", or the directory of a file that is not below one. "" is the
// directory that is scanned.
func root(name string) string {
	if i := strings.Index("/"+name, "/.github/"); i >= 0 {
		return strings.TrimSuffix(name[:i], "/")
	}
	if dir := path.Dir(name); dir != "." {
		return dir
	}
	return ""
}

// file is one decoded pipeline file.
type file struct {
	*ingest.File
	root strict.Value
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	files, err := ingest.Each(ctx, u, func(f *ingest.File, doc strict.Document) file { return file{f, doc.Root} })
	frag := &link.Fragment{}
	actions, workflows := compositeActions(files), workflowsByName(files)
	for _, f := range files {
		if workflowPath.MatchString(f.Path()) {
			w := workflow{file: f, repo: repoOf(f.File), fragment: frag, actions: actions, workflows: workflows}
			w.read()
		}
	}
	return frag, err
}

// repoOf names the repository that a file belongs to: the directory it stands in,
// or where that is the one that was scanned, the name of that.
func repoOf(f *ingest.File) string {
	if base := path.Base(root(f.Path())); base != "." && base != "/" && base != ".." {
		return base
	}
	if f.Root() != "" {
		return f.Root()
	}
	return "repository"
}

func workflowsByName(files []file) map[string]file {
	byName := map[string]file{}
	for _, f := range files {
		if workflowPath.MatchString(f.Path()) {
			base := path.Base(f.Path())
			byName[strings.TrimSuffix(base, path.Ext(base))] = f
		}
	}
	return byName
}

// compositeActions indexes the local composite actions by their directory.
func compositeActions(files []file) map[string]file {
	actions := map[string]file{}
	for _, f := range files {
		if base := path.Base(f.Path()); base == "action.yml" || base == "action.yaml" {
			actions[path.Dir(f.Path())] = f
		}
	}
	return actions
}
