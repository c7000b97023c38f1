package ci

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

var circlePath = regexp.MustCompile(`(^|/)\.circleci/[^/]+\.ya?ml$`)

// circleci is the server that runs the jobs.
var circleci = depgraph.ID{Kind: depgraph.KindExternal, Name: "circleci.com"}

// circle is one configuration of CircleCI, by its configuration reference, version 2.1:
// the jobs that its workflows run, each with its executor, steps, commands and orbs.
type circle struct {
	file
	*inputs
	repository repository
	globals    map[string]string // "pipeline.parameters.NAME"
	steps      int               // that were read, those of commands counted each time
	done       map[string]bool   // jobs that are defined already
}

// maxCommands is how deep commands may use each other.
const maxCommands = 10

// circles reads the configurations of a run.
func (in *inputs) circles(files []file) {
	for _, f := range files {
		dir := path.Dir(path.Dir(f.Path()))
		if dir == "." {
			dir = ""
		}
		c := &circle{file: f, inputs: in, repository: in.repositories.of(f.File, dir), globals: map[string]string{}, done: map[string]bool{}}
		for key, p := range f.root.Get("parameters").Fields() {
			c.globals["pipeline.parameters."+key.Text] = p.Get("default").Text()
		}
		c.read()
	}
}

func (c *circle) read() {
	workflows := 0
	for key, w := range c.root.Get("workflows").Fields() {
		if w.Type() != strict.Map {
			continue // "version: 2", as it was written once
		}
		workflows++
		for item := range w.Get("jobs").Items() {
			if name := item.Text(); name != "" {
				c.job(name, name, strict.Value{}, placeOf(item), key.Text)
				continue
			}
			for name, use := range item.Fields() {
				called := name.Text
				if own := use.Get("name").Text(); own != "" {
					called = own
				}
				c.job(name.Text, called, use, place{name.Line, name.Col}, key.Text)
			}
		}
	}
	if workflows == 0 && c.root.Get("jobs", "build").Exists() { // what runs where nothing is said
		c.job("build", "build", strict.Value{}, placeOf(c.root.Get("jobs", "build")), "")
	}
}

func (c *circle) toolID(job string) depgraph.ID {
	return depgraph.ID{Kind: depgraph.KindTool, Name: c.repository.name + "/circleci#" + job}
}

// job reads one job of a workflow: what it is called there, how it is used, and what is
// defined under its name or comes from an orb. One that waits for a person runs nothing.
func (c *circle) job(name, called string, use strict.Value, at place, workflow string) {
	id := c.toolID(called)
	n := &needs{file: c.file, repository: c.repository, owner: link.ID(id), fragment: c.fragment, at: at, values: values{}}
	for _, before := range texts(use.Get("requires")) {
		n.add(link.Target{Name: link.ID(c.toolID(before))}, depgraph.OrderedAfter, placeOf(use.Get("requires")), "", 1)
	}
	for _, context := range texts(use.Get("context")) {
		n.use(depgraph.ID{Kind: depgraph.KindSecret, Name: "circleci-context/" + context}, depgraph.Reads, placeOf(use.Get("context")), "context", 1)
	}
	if c.done[called] { // another workflow runs it too
		return
	}
	c.done[called] = true
	short := "circleci#" + called
	c.fragment.Definitions = append(c.fragment.Definitions, link.Definition{
		Node: depgraph.Node{ID: id, Title: jobTitle(workflow, "", called), Aliases: []string{short, "tool:" + short}},
		Names: []link.Name{
			{Space: link.SpaceTool, Text: short},
			{Space: link.SpaceTool, Text: c.repository.name + "/" + short},
		},
		Origin: c.Origin(at.line, at.col),
	})
	n.use(circleci, depgraph.ScheduledBy, at, "CircleCI runs the job", 0.95)
	if use.Get("type").Text() == "approval" {
		return
	}
	n.source()
	body := c.root.Get("jobs", name)
	if !body.Exists() {
		c.orb(n, name, at)
		c.arguments(n, use)
		return
	}
	body = c.filled(body, c.given(body, use))
	c.executor(n, body)
	if e := body.Get("executor"); e.Exists() {
		which := e
		if e.Type() == strict.Map {
			which = e.Get("name")
		}
		if defined := c.root.Get("executors", which.Text()); defined.Exists() {
			c.executor(n, c.filled(defined, c.given(defined, e)))
		} else {
			c.orb(n, which.Text(), placeOf(which))
		}
	}
	dir := body.Get("working_directory").Text()
	for _, list := range []strict.Value{use.Get("pre-steps"), body.Get("steps"), use.Get("post-steps")} {
		c.run(n, list, dir, 0)
	}
}

var parameter = regexp.MustCompile(`<<\s*((?:pipeline\.)?parameters\.[A-Za-z0-9_-]+)\s*>>`)

// given returns what the parameters of a job, command or executor are: what is handed
// to it, else its defaults. What a matrix gives is unknown.
func (c *circle) given(definition, use strict.Value) map[string]string {
	out := maps.Clone(c.globals)
	for key, p := range definition.Get("parameters").Fields() {
		value := p.Get("default")
		if v := use.Get(key.Text); v.Exists() {
			value = v
		}
		if use.Get("matrix", "parameters", key.Text).Exists() || value.Text() == "" {
			continue
		}
		out["parameters."+key.Text] = value.Text()
	}
	return out
}

// filled returns a value with the parameters that are known in their places.
func (c *circle) filled(v strict.Value, given map[string]string) strict.Value {
	return v.Rewrite(func(text string) string {
		return parameter.ReplaceAllStringFunc(text, func(s string) string {
			if value, ok := given[parameter.FindStringSubmatch(s)[1]]; ok {
				return value
			}
			return s
		})
	})
}

// orb adds the need for the orb of "orb/name", where the file says which that is.
func (c *circle) orb(n *needs, name string, at place) {
	alias, _, found := strings.Cut(name, "/")
	orb := c.root.Get("orbs", alias)
	if !found || orb.Text() == "" {
		return // of an orb that the file defines itself, or of nobody
	}
	called, _, _ := strings.Cut(orb.Text(), "@")
	id := depgraph.ID{Kind: depgraph.KindRepo, Name: "circleci.com/orbs/" + called}
	n.add(link.Target{Name: link.Name{Space: link.SpaceRepo, Text: id.Name}, Else: id, Quiet: true}, depgraph.Pulls, at, "orb", 1)
}

// arguments reads what is handed to a job or command of an orb.
func (c *circle) arguments(n *needs, use strict.Value) {
	for key, v := range use.Fields() {
		switch key.Text {
		case "requires", "context", "filters", "matrix", "name", "pre-steps", "post-steps":
		default:
			n.addresses(v, address.Context{Key: key.Text}, 1)
		}
	}
}

// executor reads where a job runs: images of containers, or a machine of one's own.
func (c *circle) executor(n *needs, v strict.Value) {
	for item := range v.Get("docker").Items() {
		n.image(item, "image")
		n.settings(item.Get("environment"))
	}
	n.settings(v.Get("environment"))
	for key, value := range v.Get("environment").Fields() {
		n.values[key.Text] = []string{value.Text()}
	}
	class := v.Get("resource_class")
	if !class.Exists() {
		class = v.Get("machine", "resource_class")
	}
	if text := class.Text(); strings.Contains(text, "/") && !strings.Contains(text, "<<") { // namespace/name: a runner of one's own
		n.add(link.Target{
			Name:  link.Name{Space: link.SpaceTool, Text: "runner/" + text},
			Else:  depgraph.ID{Kind: depgraph.KindNodePool, Name: "runner/" + text},
			Quiet: true,
		}, depgraph.ScheduledBy, placeOf(class), "self-hosted runner", 1)
	}
}

// run reads steps: commands of the shell, of the file and of orbs.
func (c *circle) run(n *needs, steps strict.Value, dir string, depth int) {
	for step := range steps.Items() {
		if c.steps++; c.steps > maxJobSteps {
			if c.steps == maxJobSteps+1 {
				c.Fail(&strict.Error{ID: strict.TooManyValues, Line: step.Line(), Col: step.Col(), Msg: "commands that use each other unfold to too many steps"})
			}
			return
		}
		if name := step.Text(); name != "" {
			c.command(n, name, strict.Value{}, placeOf(step), dir, depth)
			continue
		}
		for key, v := range step.Fields() {
			switch key.Text {
			case "run", "deploy":
				c.shell(n, v, dir)
			case "when", "unless":
				c.run(n, v.Get("steps"), dir, depth)
			default:
				c.command(n, key.Text, v, place{key.Line, key.Col}, dir, depth)
			}
		}
	}
}

func (c *circle) command(n *needs, name string, use strict.Value, at place, dir string, depth int) {
	defined := c.root.Get("commands", name)
	switch {
	case defined.Exists() && depth < maxCommands:
		c.run(n, c.filled(defined, c.given(defined, use)).Get("steps"), dir, depth+1)
	case defined.Exists():
		c.Fail(&strict.Error{ID: strict.TooDeep, Line: at.line, Col: at.col, Msg: fmt.Sprintf("commands use each other more than %d deep", maxCommands)})
	default:
		c.orb(n, name, at)
		if strings.Contains(name, "/") {
			c.arguments(n, use)
		}
	}
}

func (c *circle) shell(n *needs, v strict.Value, dir string) {
	text := v
	inner := *n
	if v.Type() == strict.Map {
		text = v.Get("command")
		n.settings(v.Get("environment"))
		inner.values = n.values.with(v.Get("environment"))
		if own := v.Get("working_directory").Text(); own != "" {
			dir = own
		}
	}
	below := strings.TrimPrefix(strings.TrimPrefix(dir, "~/project"), "/")
	if strings.HasPrefix(dir, "/") || strings.HasPrefix(below, "~") || strings.Contains(dir, "<<") {
		below = "" // it is checked out there
	}
	inner.script(text, path.Join(c.repository.dir, below))
}
