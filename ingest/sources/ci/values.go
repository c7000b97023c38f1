package ci

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
)

// values collects what the expressions of a job stand for: its matrix, the
// environment, and the inputs that callers in the same repository hand over.
func (w *workflow) values(job strict.Value) values {
	v := values{}
	for name, all := range w.inputValues() {
		v["inputs."+name] = all
	}
	if r := w.repository; r.host != "" {
		v["github.repository"], v["github.repository_owner"] = []string{r.path}, []string{path.Dir(r.path)}
		v["github.event.repository.name"] = []string{path.Base(r.path)}
	}
	matrix := job.Get("strategy", "matrix")
	for key, axis := range matrix.Fields() {
		switch key.Text {
		case "include":
			for item := range axis.Items() {
				for k, x := range item.Fields() {
					v.also("matrix."+k.Text, x.Text())
				}
			}
		case "exclude":
		default:
			for _, x := range texts(axis) {
				v.also("matrix."+key.Text, x)
			}
			for item := range axis.Items() {
				for k, x := range item.Fields() {
					v.also("matrix."+key.Text+"."+k.Text, x.Text())
				}
			}
		}
	}
	for _, env := range []strict.Value{w.root.Get("env"), job.Get("env")} {
		v.environment(env)
	}
	return v
}

// environment takes over a map of variables, which replace those of the same name.
func (v values) environment(env strict.Value) {
	for key, x := range env.Fields() {
		text := expressionUse.ReplaceAllString(x.Text(), "$${$1}")
		v["env."+key.Text], v[key.Text] = []string{text}, []string{text}
	}
}

// also adds one more thing that a variable may hold.
func (v values) also(name, text string) {
	text = expressionUse.ReplaceAllString(text, "$${$1}")
	if text != "" && !slices.Contains(v[name], text) && len(v[name]) <= maxExpansions {
		v[name] = append(v[name], text)
	}
}

// with returns v and the variables of env.
func (v values) with(env strict.Value) values {
	if env.Len() == 0 {
		return v
	}
	out := maps.Clone(v)
	out.environment(env)
	return out
}

// inputValues returns what the inputs of a reusable workflow hold: what callers of the
// same repository say, else the default. One that a caller computes is unknown.
func (w *workflow) inputValues() map[string][]string {
	out := values{}
	unknown := map[string]bool{}
	for _, files := range w.workflows {
		for _, f := range files {
			for _, job := range f.root.Get("jobs").Fields() {
				called, ok := (&workflow{file: f, inputs: w.inputs, repository: w.repository}).localWorkflow(job.Get("uses").Text())
				if !ok || called != w.Path() {
					continue
				}
				for key, x := range job.Get("with").Fields() {
					if strings.Contains(x.Text(), "${{") {
						unknown[key.Text] = true
					}
					out.also(key.Text, x.Text())
				}
			}
		}
	}
	for key, input := range w.root.Get("on", "workflow_call", "inputs").Fields() {
		if len(out[key.Text]) == 0 {
			out.also(key.Text, input.Get("default").Text())
		}
	}
	for key := range unknown {
		delete(out, key)
	}
	for _, all := range out {
		slices.Sort(all)
	}
	return out
}
