package ci

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

var (
	gitlabName   = regexp.MustCompile(`(^|/)[^/]*\.?gitlab-ci[^/]*\.ya?ml$|(^|/)\.?gitlab(-ci|/ci)/.*\.ya?ml$`)
	gitlabScript = ingest.MustSignature(`(?m)^ +(before_)?script:`)
	gitlabKeys   = ingest.MustSignature(`(?m)^ +stage: |^stages:|^include:|!reference \[`)
	notGitlab    = ingest.MustSignature(`(?m)^(on|jobs|kind|services|steps|pool|language|apiVersion):`)
	yamlName     = regexp.MustCompile(`\.ya?ml$`)
)

// isGitlab says whether a file is a GitLab CI pipeline or a part of one, which may be
// called anything.
func isGitlab(name string, head []byte) bool {
	if gitlabName.MatchString(name) {
		return true
	}
	return yamlName.MatchString(name) && gitlabScript.Match(head) && gitlabKeys.Match(head) && !notGitlab.Match(head)
}

// layer is one place that says something of a job.
type layer struct {
	file file
	strict.Value
}

// gitlabJob is a job as its layers make it, the strongest last.
type gitlabJob struct {
	name   string
	layers []layer
	at     place // of its own definition
	file   file
}

// gitlab is one pipeline: a file and those that it includes, by the CI/CD YAML syntax
// reference.
type gitlab struct {
	*inputs
	repository repository
	workflow   string
	names      []string // of the jobs, hidden ones too, in the order they are met
	jobs       map[string]*gitlabJob
	globals    []layer // the documents themselves
	defaults   []layer
	includes   []include
	values     values
	chains     map[string][]layer // of jobs, as they are asked for
	steps      int                // of lists that were taken apart
}

// include is a part of a pipeline that stands elsewhere.
type include struct {
	file   file
	at     place
	target link.Target
	note   string
}

// gitlabs reads every pipeline: each file that no other includes is one.
func (in *inputs) gitlabs(files map[string][]file) {
	paths := make([]string, 0, len(files))
	for p := range files {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	included := map[string]bool{}
	for _, p := range paths {
		for _, f := range files[p] {
			for _, local := range localIncludes(f.root.Get("include")) {
				for _, q := range in.locals(files, f, local) {
					included[q] = included[q] || q != p
				}
			}
		}
	}
	for _, p := range paths {
		if included[p] && path.Base(p) != ".gitlab-ci.yml" {
			continue
		}
		f := files[p][0]
		g := &gitlab{
			inputs: in, repository: in.gitlabRepository(f), workflow: workflowName(p), jobs: map[string]*gitlabJob{}, values: values{}, chains: map[string][]layer{},
		}
		g.predefined()
		g.load(files, p, map[string]bool{})
		g.read(files)
	}
}

// gitlabRepository is the repository of a pipeline: ".gitlab-ci.yml" stands at its
// top, any other file somewhere in it.
func (in *inputs) gitlabRepository(f file) repository {
	dir := in.repositories.around(f.File)
	if strings.HasPrefix(path.Base(f.Path()), ".gitlab-ci.y") {
		dir = root(f.Path())
	}
	return in.repositories.of(f.File, dir)
}

// localIncludes returns the files of the same repository that an include names.
func localIncludes(v strict.Value) []string {
	var out []string
	items := slices.Collect(v.Items())
	if v.Type() != strict.List {
		items = []strict.Value{v}
	}
	for _, item := range items {
		local := item.Get("local").Text()
		if t := item.Text(); t != "" && !strings.Contains(t, "://") {
			local = t
		}
		if local != "" {
			out = append(out, strings.TrimPrefix(local, "/"))
		}
	}
	return out
}

// locals returns the inputs that a path of the repository means, with '*' and "**".
func (in *inputs) locals(files map[string][]file, by file, local string) []string {
	full := path.Join(in.gitlabRepository(by).dir, local)
	if !strings.Contains(local, "*") {
		if files[full] == nil {
			return nil
		}
		return []string{full}
	}
	quoted := strings.NewReplacer(`\*\*`, ".*", `\*`, "[^/]*").Replace(regexp.QuoteMeta(full))
	pattern, err := regexp.Compile("^" + quoted + "$")
	if err != nil {
		return nil
	}
	var out []string
	for p := range files {
		if pattern.MatchString(p) {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

// predefined are the variables that GitLab sets, as far as the git configuration tells.
func (g *gitlab) predefined() {
	r := g.repository
	if r.host == "" {
		return
	}
	g.values["CI_PROJECT_PATH"], g.values["CI_SERVER_HOST"], g.values["CI_PROJECT_NAME"] = []string{r.path}, []string{r.host}, []string{path.Base(r.path)}
	g.values["CI_PROJECT_NAMESPACE"], g.values["CI_SERVER_FQDN"] = []string{path.Dir(r.path)}, []string{r.host}
	if r.host == "gitlab.com" {
		g.values["CI_REGISTRY"], g.values["CI_REGISTRY_IMAGE"] = []string{"registry.gitlab.com"}, []string{"registry.gitlab.com/" + strings.ToLower(r.path)}
	}
}

// notJobs are the keys at the top of a file that are no jobs.
var notJobs = map[string]bool{
	"default": true, "include": true, "stages": true, "variables": true, "workflow": true, "image": true, "services": true,
	"before_script": true, "after_script": true, "cache": true, "spec": true,
}

// load takes over a file: first what it includes, then what it says itself.
func (g *gitlab) load(files map[string][]file, p string, seen map[string]bool) {
	if seen[p] {
		return
	}
	seen[p] = true
	for _, f := range files[p] {
		for _, local := range localIncludes(f.root.Get("include")) {
			found := g.locals(files, f, local)
			if len(found) == 0 {
				f.Note("includes %s, which is not among the inputs", local)
			}
			for _, q := range found {
				g.load(files, q, seen)
			}
		}
		g.remotes(f, f.root.Get("include"))
		g.globals = append(g.globals, layer{f, f.root})
		if d := f.root.Get("default"); d.Exists() {
			g.defaults = append(g.defaults, layer{f, d})
		}
		for key, v := range f.root.Get("variables").Fields() {
			g.variable(key.Text, v)
		}
		for key, v := range f.root.Fields() {
			if notJobs[key.Text] || v.Type() != strict.Map {
				continue
			}
			j := g.jobs[key.Text]
			if j == nil {
				j = &gitlabJob{name: key.Text}
				g.jobs[key.Text] = j
				g.names = append(g.names, key.Text)
			}
			j.layers = append(j.layers, layer{f, v})
			j.at, j.file = place{key.Line, key.Col}, f
		}
	}
}

func (g *gitlab) variable(name string, v strict.Value) {
	if v.Type() == strict.Map {
		v = v.Get("value")
	}
	g.values[name] = []string{v.Text()}
}

// remotes takes note of includes that stand elsewhere: without them no pipeline starts.
func (g *gitlab) remotes(f file, v strict.Value) {
	items := slices.Collect(v.Items())
	if v.Type() != strict.List {
		items = []strict.Value{v}
	}
	for _, item := range items {
		add := func(v strict.Value, note string, target link.Target) {
			g.includes = append(g.includes, include{f, placeOf(v), target, note})
		}
		if p := item.Get("project"); p.Text() != "" {
			if repo, ok := g.project(p.Text()); ok {
				add(p, "include of another project", repo)
			}
		}
		if c := item.Get("component"); c.Text() != "" {
			name, _, _ := strings.Cut(c.Text(), "@")
			host, rest, _ := strings.Cut(name, "/")
			if all := g.values.expand(host); len(all) == 1 && strings.Contains(all[0], ".") {
				repo := depgraph.ID{Kind: depgraph.KindRepo, Name: all[0] + "/" + path.Dir(rest)}
				add(c, "CI/CD component", link.Target{Name: link.Name{Space: link.SpaceRepo, Text: repo.Name}, Else: repo, Quiet: true})
			}
		}
		remote := item.Get("remote")
		if t := item.Text(); strings.Contains(t, "://") {
			remote = item
		}
		if host, _ := hostAndPath(remote.Text()); host != "" {
			add(remote, "remote include", link.Target{Name: link.Host("", host)})
		}
	}
}

// project is another repository on the same server.
func (g *gitlab) project(name string) (link.Target, bool) {
	all := g.values.expand(name)
	if len(all) != 1 || all[0] == "" {
		return link.Target{}, false
	}
	full := strings.Trim(all[0], "/")
	if g.repository.host != "" {
		full = g.repository.host + "/" + full
	}
	repo := depgraph.ID{Kind: depgraph.KindRepo, Name: full}
	return link.Target{Name: link.Name{Space: link.SpaceRepo, Text: full}, Else: repo, Quiet: true}, true
}
