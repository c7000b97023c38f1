package ci

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/catalogue"
	"github.com/fateline/fateline/ingest/link"
)

// github is where workflows of GitHub Actions, and the actions they use, live.
var github = depgraph.ID{Kind: depgraph.KindExternal, Name: "github.com"}

// workflow reads one file of GitHub Actions, by the workflow syntax reference.
type workflow struct {
	file
	*inputs
	repository repository
}

func (w *workflow) read() {
	for key, job := range w.root.Get("jobs").Fields() {
		if job.Type() == strict.Map {
			w.job(key, job)
		}
	}
}

// name returns the workflow's file name without suffix.
func (w *workflow) name() string { return workflowName(w.Path()) }

func workflowName(p string) string { return strings.TrimSuffix(path.Base(p), path.Ext(p)) }

func (w *workflow) toolID(job string) depgraph.ID {
	return depgraph.ID{Kind: depgraph.KindTool, Name: w.repository.name + "/" + w.name() + "#" + job}
}

func (w *workflow) job(key strict.Key, job strict.Value) {
	id := w.toolID(key.Text)
	short := w.name() + "#" + key.Text
	title := w.root.Get("name").Text()
	names := []link.Name{
		{Space: link.SpaceTool, Text: short},
		{Space: link.SpaceTool, Text: w.repository.name + "/" + short},
	}
	if title != "" {
		names = append(names, link.Name{Space: link.SpaceTool, Text: title})
	}
	w.fragment.Definitions = append(w.fragment.Definitions, link.Definition{
		Node: depgraph.Node{
			ID: id, Title: jobTitle(title, job.Get("name").Text(), key.Text), Env: environment(job), Labels: hostedBy(job.Get("runs-on")),
			Aliases: []string{short, "tool:" + short},
		},
		Names:  names,
		Origin: w.Origin(key.Line, key.Col),
	})
	j := &needs{
		file: w.file, repository: w.repository, owner: link.ID(id), fragment: w.fragment, at: place{key.Line, key.Col}, values: w.values(job), steps: new(int),
	}
	j.discarded = w.discarded(job)
	w.server(j)
	j.source()
	w.runner(j, job.Get("runs-on"))
	w.before(j, job.Get("needs"))
	j.image(job.Get("container"), "image")
	for _, service := range job.Get("services").Fields() {
		j.image(service, "image")
	}
	if uses := job.Get("uses"); uses.Exists() {
		w.reusable(j, uses)
	}
	j.settings(w.root.Get("env"))
	j.settings(job.Get("env"))
	j.settings(job.Get("with"))
	j.secrets(job.Get("secrets"))
	w.steps(j, job.Get("steps"), job.Get("defaults", "run", "working-directory").Text(), 0)
}

func jobTitle(workflow, job, key string) string {
	if job == "" {
		job = key
	}
	if workflow == "" {
		return job
	}
	return workflow + " / " + job
}

func environment(job strict.Value) string {
	env := job.Get("environment")
	if env.Type() == strict.Map {
		env = env.Get("name")
	}
	if strings.Contains(env.Text(), "${{") {
		return ""
	}
	return env.Text()
}

var hosted = regexp.MustCompile(`^(ubuntu|windows|macos)-`)

// hostedBy labels a job that runs on one of GitHub's own machines, but for those with
// macOS, which stand elsewhere.
func hostedBy(runsOn strict.Value) map[string]string {
	labels := texts(runsOn)
	own := slices.ContainsFunc(labels, func(s string) bool { return strings.HasPrefix(s, "ubuntu-") || strings.HasPrefix(s, "windows-") })
	if !own || slices.Contains(labels, "self-hosted") {
		return nil
	}
	return map[string]string{catalogue.LabelRunner: "github-hosted"}
}

// discarded says whether the machine that a job runs on is gone with it, and with it
// every container that it started: one of GitHub's own, where nothing points at the engine
// of containers of another machine.
func (w *workflow) discarded(job strict.Value) bool {
	if !slices.ContainsFunc(texts(job.Get("runs-on")), hosted.MatchString) {
		return false
	}
	points := func(env strict.Value) bool {
		return env.Get("DOCKER_HOST").Exists() || env.Get("DOCKER_CONTEXT").Exists()
	}
	if points(w.root.Get("env")) || points(job.Get("env")) {
		return false
	}
	for step := range job.Get("steps").Items() {
		if points(step.Get("env")) || elsewhere.MatchString(step.Get("run").Text()) || elsewhere.MatchString(step.Get("uses").Text()) {
			return false
		}
	}
	return true
}

// elsewhere is what a script or an action says that hands containers to another machine.
var elsewhere = regexp.MustCompile(`DOCKER_(HOST|CONTEXT)|docker context|--context\b|docker (-H|--host)\b|\bssh\b|set-docker-context`)

// everyRunner are the labels that GitHub gives to every runner of its sort.
var everyRunner = map[string]bool{"self-hosted": true, "linux": true, "windows": true, "macos": true, "x64": true, "arm": true, "arm64": true}

// runner records where the job runs. A runner of GitHub's own is part of GitHub;
// any other is a name that a runner set of some cluster may answer to.
func (w *workflow) runner(j *needs, v strict.Value) {
	labels := texts(v)
	if v.Type() == strict.Map {
		labels = append(texts(v.Get("labels")), texts(v.Get("group"))...)
	}
	for i, l := range labels {
		if strings.Contains(l, "${{") {
			labels[i] = j.known(l)
		}
	}
	labels = slices.DeleteFunc(labels, func(s string) bool { return s == "" })
	if len(labels) == 0 || slices.ContainsFunc(labels, hosted.MatchString) {
		return
	}
	named := slices.DeleteFunc(slices.Clone(labels), func(s string) bool { return everyRunner[strings.ToLower(s)] })
	slices.Sort(named)
	text := strings.Join(named, "+")
	if text == "" {
		text = "self-hosted"
	}
	j.add(link.Target{
		Name:  link.Name{Space: link.SpaceTool, Text: "runner/" + text},
		Else:  depgraph.ID{Kind: depgraph.KindNodePool, Name: "runner/" + text},
		Quiet: true,
	}, depgraph.ScheduledBy, placeOf(v), "self-hosted runner", 1)
}

func (w *workflow) before(j *needs, v strict.Value) {
	for _, job := range texts(v) {
		j.add(link.Target{Name: link.ID(w.toolID(job))}, depgraph.OrderedAfter, placeOf(v), "", 1)
	}
}

// server is where the job is started: GitHub, or the host of the repository where
// that is another, such as GitHub Enterprise or Forgejo.
func (w *workflow) server(j *needs) {
	if host := w.repository.host; host != "" && host != github.Name {
		j.add(link.Target{Name: link.Host("", host)}, depgraph.ScheduledBy, j.at, "the host of the repository runs the job", 0.95)
		return
	}
	j.use(github, depgraph.ScheduledBy, j.at, "GitHub Actions runs the job", 0.95)
}

// reusable records a workflow that the job hands over to.
func (w *workflow) reusable(j *needs, v strict.Value) {
	called, ok := w.localWorkflow(v.Text())
	if !ok {
		j.action(v)
		return
	}
	for _, f := range w.workflows[called] {
		for key := range f.root.Get("jobs").Fields() {
			id := depgraph.ID{Kind: depgraph.KindTool, Name: w.repository.name + "/" + workflowName(called) + "#" + key.Text}
			j.add(link.Target{Name: link.ID(id)}, depgraph.Calls, placeOf(v), "reusable workflow", 1)
		}
	}
}

// localWorkflow returns the path of a workflow that is called, of this repository.
func (w *workflow) localWorkflow(uses string) (string, bool) {
	local, ok := strings.CutPrefix(uses, "./")
	if !ok && w.repository.host != "" {
		name, _, _ := strings.Cut(uses, "@")
		local, ok = strings.CutPrefix(name, w.repository.path+"/")
	}
	return path.Join(w.repository.dir, local), ok
}

// maxComposite is how deep composite actions of one repository may use each other.
const maxComposite = 10

// maxJobSteps bounds what actions that use each other unfold to.
const maxJobSteps = 10_000

func (w *workflow) steps(j *needs, steps strict.Value, dir string, depth int) {
	for step := range steps.Items() {
		if *j.steps++; *j.steps > maxJobSteps {
			j.file.Note("a job of more than %d steps, those of its actions counted: the rest is not read", maxJobSteps)
			return
		}
		if uses := step.Get("uses"); uses.Exists() {
			local, isLocal := strings.CutPrefix(uses.Text(), "./")
			if f, known := w.actions[path.Join(root(w.Path()), local)]; isLocal && known && depth < maxComposite {
				inner := *j
				inner.file = f
				w.steps(&inner, f.root.Get("runs", "steps"), dir, depth+1)
			} else if !isLocal {
				j.action(uses)
			}
		}
		j.settings(step.Get("with"))
		j.settings(step.Get("env"))
		j.pushes(step)
		if run := step.Get("run"); run.Exists() {
			at := step.Get("working-directory").Text()
			if at == "" {
				at = dir
			}
			inner := *j
			inner.values = j.values.with(step.Get("env"))
			inner.script(run, path.Join(root(w.Path()), at))
		}
	}
}

// pushes reads a step that builds an image and writes it to a registry, by the
// inputs of docker/build-push-action and its like.
func (n *needs) pushes(step strict.Value) {
	with := step.Get("with")
	if push := with.Get("push").Text(); !step.Get("uses").Exists() || push == "" || push == "false" {
		return
	}
	tags := with.Get("tags")
	known := expressionUse.ReplaceAllString(tags.Text(), "$${$1}")
	for _, word := range strings.FieldsFunc(known, func(r rune) bool { return r == '\n' || r == ',' || r == ' ' }) {
		word = strings.Trim(word, `"'`)
		for _, d := range publishes("docker push", []string{word}, n.values) {
			n.deploys(d, "", placeOf(tags), "", 0.9)
		}
	}
}

// texts returns a scalar, or the scalars of a list.
func texts(v strict.Value) []string {
	if t := v.Text(); t != "" {
		return []string{t}
	}
	var out []string
	for item := range v.Items() {
		if t := item.Text(); t != "" {
			out = append(out, t)
		}
	}
	return out
}
