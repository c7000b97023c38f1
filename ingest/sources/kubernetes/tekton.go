package kubernetes

import (
	"path"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/link"
)

// tektonGroup is that of Pipelines, Tasks and their runs (tekton.dev/docs/pipelines).
const tektonGroup = "tekton.dev"

// emitTekton adds a Pipeline, a Task or a named run of one as a tool: it needs the tasks
// that it consists of, Tekton itself, what its steps run and read, and deploys the
// directories that they apply.
func (e *emitter) emitTekton(o *object) {
	e.define(o, depgraph.Node{})
	e.placeInCluster(o)
	e.emitParts(o, "tekton-pipelines", []string{"tekton-pipelines-controller", "tekton-pipelines-webhook"})
	spec := o.get("spec")
	e.tektonRef(o, "Pipeline", spec.Get("pipelineRef"))
	e.tektonRef(o, "Task", spec.Get("taskRef"))
	e.tektonTasks(o, spec)
	e.tektonTasks(o, spec.Get("pipelineSpec"))
	e.tektonSteps(o, spec)
	e.tektonSteps(o, spec.Get("taskSpec"))
	for w := range spec.Get("workspaces").Items() {
		if name := w.Get("secret", "secretName"); name.Text() != "" {
			e.need(need{owner: o.id, to: e.material(o, "Secret", name.Text()), phases: runs, via: depgraph.Reads, at: o.at(name)})
		}
	}
}

// tektonTasks adds the tasks of a pipeline, those that come last included.
func (e *emitter) tektonTasks(o *object, spec strict.Value) {
	for _, list := range []string{"tasks", "finally"} {
		for task := range spec.Get(list).Items() {
			e.tektonRef(o, "Task", task.Get("taskRef"))
			e.tektonSteps(o, task.Get("taskSpec"))
		}
	}
}

// tektonRef adds what a reference names: an object beside it, or a file of a repository
// that the resolver of git fetches at every run.
func (e *emitter) tektonRef(o *object, kind string, ref strict.Value) {
	if ref.Get("resolver").Text() == "git" {
		for p := range ref.Get("params").Items() {
			if url := p.Get("value"); p.Get("name").Text() == "url" {
				e.repository(o.id, o, url, o.at(url))
			}
		}
		return
	}
	name := ref.Get("name")
	if name.Text() == "" || strings.Contains(name.Text(), "$(") || ref.Get("resolver").Exists() || ref.Get("bundle").Exists() || ref.Get("apiVersion").Exists() && !strings.HasPrefix(ref.Get("apiVersion").Text(), tektonGroup+"/") {
		return
	}
	to := e.w.target(o, firstOf(ref.Get("kind").Text(), kind)+"."+tektonGroup, o.ns, name.Text())
	if to.Name.Space == link.SpaceID {
		e.need(need{owner: o.id, to: quiet(to), phases: runs, via: "runs", at: o.at(name)})
	}
}

// tektonSteps adds what the steps and sidecars of a task run, read and apply.
func (e *emitter) tektonSteps(o *object, task strict.Value) {
	for _, list := range []string{"steps", "sidecars"} {
		for step := range task.Get(list).Items() {
			image := step.Get("image")
			if img := imageOf(image.Text()); !img.isZero() && !strings.Contains(image.Text(), "$(") {
				e.images(img, o.at(image))
				e.need(need{owner: o.id, to: to(img.registry()), phases: runs, via: depgraph.Pulls, at: o.at(image)})
			}
			for v := range step.Get("env").Items() {
				if name := v.Get("valueFrom", "secretKeyRef", "name"); name.Text() != "" {
					e.need(need{owner: o.id, to: e.material(o, "Secret", name.Text()), phases: runs, via: depgraph.Reads, at: o.at(name)})
				}
			}
			e.tektonApplies(o, step.Get("script"), step.Get("script").Text())
			var words []string
			for _, field := range []string{"command", "args"} {
				for item := range step.Get(field).Items() {
					words = append(words, item.Text())
				}
			}
			e.tektonApplies(o, step.Get("args"), strings.Join(words, " "))
		}
	}
}

// applied is a directory that a command brings to a cluster.
var applied = regexp.MustCompile(`\bkubectl\b[^\n;|&]*?\s(?:apply|replace)\b[^\n;|&]*?\s(?:-f|-k|--filename|--kustomize)[ =]["']?([^\s"';|&]+)`)

// tektonApplies adds that a tool deploys what lies in the directories of the inputs that
// its commands apply.
func (e *emitter) tektonApplies(o *object, at strict.Value, commands string) {
	told := map[string]bool{}
	for _, m := range applied.FindAllStringSubmatch(commands, -1) {
		if told[m[1]] || strings.Contains(m[1], "$") || strings.Contains(m[1], "://") {
			continue
		}
		told[m[1]] = true
		dir, ok := e.w.dirs.find(o, m[1])
		file := ""
		if !ok && path.Ext(m[1]) != "" {
			dir, ok = e.w.dirs.find(o, path.Dir(m[1]))
			file = path.Join(dir, path.Base(m[1]))
		}
		if !ok {
			continue
		}
		for _, other := range e.w.objects {
			if !other.id.IsZero() && other != o && (file == "" || file == other.where()) && below(dir, other.where()) && e.w.sees(o, other) {
				e.need(need{
					owner: other.id, to: to(o.id), phases: deploys, via: depgraph.DeployedBy, at: o.at(at), confidence: 0.9,
					note: "a step applies the directory of " + other.file.Path(),
				})
			}
		}
	}
}
