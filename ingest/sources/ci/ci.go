package ci

import (
	"bytes"
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

// claim puts all of a run into one unit: the files of a repository refer to each
// other, and its git configuration says what it is called.
func claim(name string, head []byte) (string, bool) {
	return "ci", formatOf(name, head) != ""
}

// format is what a file is.
type format string

const (
	gitConfig    format = "git configuration"
	githubFlow   format = "workflow"
	githubAction format = "action"
)

func formatOf(name string, head []byte) format {
	base := path.Base(name)
	switch {
	case base == "config" && path.Base(path.Dir(name)) == ".git":
		return gitConfig
	case workflowPath.MatchString(name):
		return githubFlow
	case (base == "action.yml" || base == "action.yaml") && bytes.Contains(head, []byte("runs:")):
		return githubAction
	}
	return ""
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

// inputs is what one run reads, by what it is.
type inputs struct {
	repositories repositories
	fragment     *link.Fragment
	actions      map[string]file   // composite actions by directory
	workflows    map[string][]file // documents by path
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	in := &inputs{repositories: repositories{}, fragment: &link.Fragment{}, actions: map[string]file{}, workflows: map[string][]file{}}
	documents := &ingest.Unit{Name: u.Name, Limits: u.Limits}
	for _, f := range u.Files {
		switch formatOf(f.Path(), []byte("runs:")) {
		case gitConfig:
			if data, err := f.Bytes(); err == nil { // else recorded
				f.Counted(1)
				in.repositories.add(f.Path(), data)
			}
		default:
			documents.Files = append(documents.Files, f)
		}
	}
	files, err := ingest.Each(ctx, documents, func(f *ingest.File, doc strict.Document) file { return file{f, doc.Root} })
	for _, f := range files {
		switch formatOf(f.Path(), []byte("runs:")) {
		case githubAction:
			in.actions[path.Dir(f.Path())] = f
		case githubFlow:
			in.workflows[f.Path()] = append(in.workflows[f.Path()], f)
		}
	}
	for _, f := range files {
		if workflowPath.MatchString(f.Path()) {
			w := workflow{file: f, inputs: in, repository: in.repositories.of(f.File, root(f.Path()))}
			w.read()
		}
	}
	return in.fragment, err
}
