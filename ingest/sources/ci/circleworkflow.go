package ci

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/link"
)

// circleUse is one job of a workflow, or one of those that a matrix makes of it.
type circleUse struct {
	name     string // under which it is defined
	called   string // in the workflow
	workflow string
	with     strict.Value      // how it is used, with what the matrix gives
	matrix   map[string]string // what it gives to the parameters
	at       place
}

// circleWorkflow says which jobs of a workflow wait for which.
type circleWorkflow struct {
	name  string
	uses  map[string][]circleUse // by what they are called; several are those of a matrix
	alias map[string][]string    // of a matrix: what its jobs are called
}

// named returns what the jobs are called that a name stands for in the workflow.
func (w *circleWorkflow) named(name string) []string {
	if _, ok := w.uses[name]; ok {
		return []string{name}
	}
	return w.alias[name]
}

// workflows reads which jobs run, and adds them in the order of the file.
func (c *circle) workflows() []*circleWorkflow {
	var out []*circleWorkflow
	for key, v := range c.root.Get("workflows").Fields() {
		if v.Type() != strict.Map {
			continue // "version: 2", as it was written once
		}
		w := &circleWorkflow{name: key.Text, uses: map[string][]circleUse{}, alias: map[string][]string{}}
		out = append(out, w)
		for item := range v.Get("jobs").Items() {
			if name := item.Text(); name != "" {
				c.add(w, circleUse{name: name, called: name, workflow: w.name, at: placeOf(item)})
			}
			for name, use := range item.Fields() {
				for _, u := range c.matrix(use) {
					u.name, u.called, u.workflow, u.at = name.Text, name.Text, w.name, place{name.Line, name.Col}
					if own := u.with.Get("name").Text(); own != "" {
						u.called = own
					}
					c.add(w, u)
					for _, alias := range []string{name.Text, use.Get("matrix", "alias").Text()} {
						if u.matrix != nil && alias != "" && !slices.Contains(w.alias[alias], u.called) {
							w.alias[alias] = append(w.alias[alias], u.called)
						}
					}
				}
			}
		}
	}
	return out
}

func (c *circle) add(w *circleWorkflow, u circleUse) {
	if !c.spend(u.at) {
		return
	}
	if _, again := c.uses[u.called]; !again {
		c.order = append(c.order, u.called)
	}
	c.uses[u.called] = append(c.uses[u.called], u)
	w.uses[u.called] = append(w.uses[u.called], u)
}

// maxMatrix is how many jobs one matrix may make.
const maxMatrix = 256

var matrixUse = regexp.MustCompile(`<<\s*matrix\.([A-Za-z0-9_-]+)\s*>>`)

// matrix returns how each of the jobs is used that its matrix makes of one: with one of
// the values of each parameter. Those that are excluded are never made.
func (c *circle) matrix(use strict.Value) []circleUse {
	given := []map[string]string{nil}
	for key, list := range use.Get("matrix", "parameters").Fields() {
		var next []map[string]string
		for item := range list.Items() {
			for _, have := range given {
				one := map[string]string{key.Text: parameter.ReplaceAllStringFunc(item.Text(), c.value(c.globals))}
				maps.Copy(one, have)
				next = append(next, one)
			}
			if len(next) > maxMatrix {
				c.Note("line %d: a matrix of more than %d jobs: what it gives them is not read", key.Line, maxMatrix)
				return []circleUse{{with: use}}
			}
		}
		given = next
	}
	var out []circleUse
	for _, one := range given {
		if one == nil {
			out = append(out, circleUse{with: use})
		} else if !excluded(use.Get("matrix", "exclude"), one) {
			out = append(out, circleUse{with: use.Rewrite(func(text string) string {
				return matrixUse.ReplaceAllStringFunc(text, func(s string) string {
					if value, ok := one[matrixUse.FindStringSubmatch(s)[1]]; ok {
						return value
					}
					return s
				})
			}), matrix: one})
		}
	}
	return out
}

func excluded(list strict.Value, one map[string]string) bool {
	for item := range list.Items() {
		same := item.Len() > 0
		for key, v := range item.Fields() {
			same = same && one[key.Text] == v.Text()
		}
		if same {
			return true
		}
	}
	return false
}

// required is a job that another waits for, and where that stands.
type required struct {
	name string
	at   place
}

// requires returns what the uses of a job in one workflow wait for to succeed. What may
// fail as well, or end in any way, is waited for and not needed. A name is that of a job
// of the same workflow.
func (c *circle) requires(w *circleWorkflow, uses []circleUse) []required {
	var out []required
	add := func(name string, at place) {
		names := w.named(name)
		if len(names) == 0 {
			c.Note("line %d: the workflow %q has no job %q to wait for", at.line, w.name, name)
		}
		for _, name := range names {
			if !slices.ContainsFunc(out, func(r required) bool { return r.name == name }) {
				out = append(out, required{name, at})
			}
		}
	}
	for _, u := range uses {
		if v := u.with.Get("requires"); v.Text() != "" {
			add(v.Text(), placeOf(v))
		}
		for item := range u.with.Get("requires").Items() {
			if item.Text() != "" {
				add(item.Text(), placeOf(item))
			}
			for key, status := range item.Fields() {
				if all := texts(status); len(all) == 0 || len(all) == 1 && all[0] == "success" {
					add(key.Text, place{key.Line, key.Col})
				}
			}
		}
	}
	return out
}

// waits returns what a job waits for in one workflow, directly and, where one of those
// runs in other workflows too, and may wait for nothing there, behind it.
func (c *circle) waits(w *circleWorkflow, called string) []required {
	seen := map[string]bool{called: true}
	var out []required
	todo := c.requires(w, w.uses[called])
	for len(todo) > 0 {
		r := todo[0]
		todo = todo[1:]
		if seen[r.name] {
			continue
		}
		if !c.spend(r.at) {
			break
		}
		seen[r.name] = true
		out = append(out, r)
		if slices.ContainsFunc(c.uses[r.name], func(u circleUse) bool { return u.workflow != w.name }) {
			todo = append(todo, c.requires(w, w.uses[r.name])...)
		}
	}
	return out
}

// maxWays bounds how many requirements are made of what a job needs in several workflows.
const maxWays = 16

// merge adds what a job needs in each of its workflows: what it needs in all of them, it
// needs; what it needs in some is a share of what it does. before are those needs that
// say whether it runs at all: it needs those of any of its workflows.
func (c *circle) merge(owner link.Name, names []string, needs [][]link.Reference, before [][]link.Reference) {
	in := map[string]int{} // in how many workflows
	for i := range needs {
		said := map[string]bool{}
		for _, r := range slices.Concat(needs[i], before[i]) {
			if key := saying(r); !said[key] {
				said[key] = true
				in[key]++
			}
		}
	}
	done := map[string]bool{}
	ways := [][]link.Reference{{}}
	for i := range needs {
		var own []link.Reference
		for _, r := range before[i] {
			if in[saying(r)] < len(needs) {
				own = append(own, r)
			}
		}
		var next [][]link.Reference
		for _, way := range ways {
			for _, r := range own {
				next = append(next, append(way[:len(way):len(way)], r))
			}
		}
		ways = next
		if len(ways) > maxWays {
			ways = nil
		}
		for _, r := range slices.Concat(needs[i], before[i]) {
			key := saying(r)
			if r.Owner == owner && r.Terms.IfLost <= depgraph.Down && in[key] < len(needs) {
				r.Terms.IfLost = depgraph.Degraded
				r.Origin.Note = strings.TrimPrefix(r.Origin.Note+", in the workflow "+names[i], ", ")
			}
			if key = fmt.Sprint(key, r.Origin.Line, r.Origin.Col); !done[key] {
				done[key] = true
				c.fragment.References = append(c.fragment.References, r)
			}
		}
	}
	for _, way := range ways {
		if len(way) < 2 {
			continue
		}
		r := way[0]
		r.Members, r.Origin.Note = nil, "in any of its workflows"
		for _, other := range way {
			for _, t := range other.Members {
				if !slices.Contains(r.Members, t) {
					r.Members = append(r.Members, t)
				}
			}
		}
		slices.SortFunc(r.Members, func(a, b link.Target) int { return strings.Compare(a.Name.Text, b.Name.Text) })
		if key := saying(r); !done[key] {
			done[key] = true
			c.fragment.References = append(c.fragment.References, r)
		}
	}
}

// saying is what a reference says, wherever it stands.
func saying(r link.Reference) string {
	var owners link.Selector
	if r.Owners != nil {
		owners = *r.Owners
	}
	return fmt.Sprint(r.Owner, owners, r.Members, r.Terms)
}
