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
		Title: "CI pipelines: GitHub Actions, GitLab CI, CircleCI, Jenkins",
		Text: "Every job, and every Jenkinsfile, is a tool. It needs its server, runner, repository, actions, images, secrets, identities and the hosts " +
			"that its steps use; what its commands deploy (kubectl, helm, helmfile, kustomize, terraform, ansible-playbook, docker compose) and the " +
			"images that they push are deployed by it. The repository is called as its git configuration says.",
		Reads: []string{
			".github/workflows/*.yml: jobs, needs, runs-on, environment, container, services, uses, with, env, run, strategy.matrix, permissions.id-token",
			"action.yml: the steps of composite actions",
			".gitlab-ci.yml and the local files that it includes, under any name: include, default, extends, !reference, needs, trigger, tags, image, " +
				"services, environment, secrets, id_tokens, variables, before_script, script",
			".circleci/*.yml: workflows, jobs, matrix, requires, context, executors, commands with their parameters, orbs, docker, resource_class, environment, run",
			"Jenkinsfile, Jenkinsfile_*, Jenkinsfile.*, *.jenkinsfile: agents, images, shared libraries, credentials (their ids), environment, steps",
			"jobsDefinition of the jenkins-jobs chart, Job DSL scripts of configuration as code (jobs, JCasC.configScripts): which controller runs a Jenkinsfile, known by repository, path or credentials",
			".git/config: host, owner and name of the repository",
		},
		Limits: "Remote workflows, actions, orbs and includes are named, not fetched. A job of several workflows of CircleCI is one tool, which any of them runs; its orbs inside a file, and what a set-up workflow makes, are not read. The order of GitLab's stages is no need, only needs is. Commands inside scripts and libraries that a step calls are not seen; a command " +
			"whose variables no file states is passed over.",
		Since: "0.1",
	},
}, ingest.NoParams, claim, read)

var workflowPath = regexp.MustCompile(`(^|/)\.github/workflows/[^/]+\.ya?ml$`)

var jobsKey = ingest.MustSignature(`(?m)^jobsDefinition:|^ +JCasC: *\r?$|^jobs:\s*\n\s*- script:`)

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
	gitlabCI     format = "pipeline"
	circleCI     format = "configuration of CircleCI"
	jenkins      format = "Jenkinsfile"
	jenkinsJobs  format = "job definitions"
)

func formatOf(name string, head []byte) format {
	base := path.Base(name)
	switch {
	case base == "config" && path.Base(path.Dir(name)) == ".git":
		return gitConfig
	case workflowPath.MatchString(name):
		return githubFlow
	case circlePath.MatchString(name):
		return circleCI
	case (base == "action.yml" || base == "action.yaml") && bytes.Contains(head, []byte("runs:")):
		return githubAction
	case jenkinsfileName(base):
		return jenkins
	case jobsKey.Match(head) && (path.Ext(base) == ".yaml" || path.Ext(base) == ".yml"):
		return jenkinsJobs
	case isGitlab(name, head):
		return gitlabCI
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
	var scripts []*ingest.File
	for _, f := range u.Files {
		switch formatOf(f.Path(), nil) {
		case gitConfig:
			if text, err := f.Text(); err == nil { // else recorded
				f.Counted(1)
				in.repositories.add(f, text)
			}
		case jenkins:
			scripts = append(scripts, f)
		default:
			documents.Files = append(documents.Files, f)
		}
	}
	files, err := ingest.Each(ctx, documents, func(f *ingest.File, doc strict.Document) file { return file{f, doc.Root} })
	var jobs []jobDefinition
	pipelines := map[string][]file{}
	var circles []file
	for _, f := range files {
		base := path.Base(f.Path())
		switch {
		case workflowPath.MatchString(f.Path()):
			in.workflows[f.Path()] = append(in.workflows[f.Path()], f)
		case circlePath.MatchString(f.Path()):
			circles = append(circles, f)
		case !isGitlab(f.Path(), nil) && (f.root.Get("jobsDefinition").Exists() || len(jobScripts(f.root)) > 0):
			jobs = append(jobs, jobDefinitions(f)...)
		case base == "action.yml" || base == "action.yaml":
			in.actions[path.Dir(f.Path())] = f
		default:
			pipelines[f.Path()] = append(pipelines[f.Path()], f)
		}
	}
	for _, f := range files {
		if workflowPath.MatchString(f.Path()) {
			w := workflow{file: f, inputs: in, repository: in.repositories.of(f.File, root(f.Path()))}
			w.read()
		}
	}
	in.circles(circles)
	in.gitlabs(pipelines)
	in.run(in.jenkinsfiles(scripts), jobs)
	return in.fragment, err
}
