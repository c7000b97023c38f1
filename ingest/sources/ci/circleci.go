package ci

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
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
	spent      int               // steps, jobs and waits that were read, each as often as it is used
	uses       map[string][]circleUse
	order      []string                    // in which the jobs of uses came first
	bodies     map[string][]link.Reference // what jobs need, by all that it depends on
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
		c := &circle{file: f, inputs: in, repository: in.repositories.of(f.File, dir), globals: map[string]string{}, uses: map[string][]circleUse{}, bodies: map[string][]link.Reference{}}
		for key, p := range f.root.Get("parameters").Fields() {
			c.globals["pipeline.parameters."+key.Text] = p.Get("default").Text()
		}
		c.read()
	}
}

func (c *circle) read() {
	workflows := c.workflows()
	if build := c.root.Get("jobs", "build"); len(workflows) == 0 && build.Exists() { // what runs where nothing is said
		w := &circleWorkflow{uses: map[string][]circleUse{}}
		c.add(w, circleUse{name: "build", called: "build", at: placeOf(build)})
		workflows = append(workflows, w)
	}
	for _, called := range c.order {
		c.job(called, workflows)
	}
}

func (c *circle) toolID(job string) depgraph.ID {
	return depgraph.ID{Kind: depgraph.KindTool, Name: c.repository.name + "/circleci#" + job}
}

// job reads what is called one name in any of the workflows. One that waits for a person
// runs nothing.
func (c *circle) job(called string, workflows []*circleWorkflow) {
	id, uses := c.toolID(called), c.uses[called]
	collect := func(at place) *needs {
		return &needs{file: c.file, repository: c.repository, owner: link.ID(id), fragment: &link.Fragment{}, at: at, values: values{}}
	}
	var names []string
	var body, before [][]link.Reference
	for _, w := range workflows {
		if len(w.uses[called]) == 0 {
			continue
		}
		inner, first := collect(uses[0].at), collect(uses[0].at)
		for _, u := range w.uses[called] {
			inner.fragment.References = append(inner.fragment.References, c.use(collect(u.at), u)...)
			for _, context := range texts(u.with.Get("context")) {
				first.use(depgraph.ID{Kind: depgraph.KindSecret, Name: "circleci-context/" + context}, depgraph.Reads, placeOf(u.with.Get("context")), "context", 1)
			}
		}
		for _, r := range c.waits(w, called) {
			first.add(link.Target{Name: link.ID(c.toolID(r.name))}, depgraph.OrderedAfter, r.at, "", 1)
		}
		names, body, before = append(names, w.name), append(body, inner.fragment.References), append(before, first.fragment.References)
	}
	title := called
	if len(names) == 1 {
		title = jobTitle(names[0], "", called)
	}
	short := "circleci#" + called
	c.fragment.Definitions = append(c.fragment.Definitions, link.Definition{
		Node: depgraph.Node{ID: id, Title: title, Aliases: []string{short, "tool:" + short}},
		Names: []link.Name{
			{Space: link.SpaceTool, Text: short},
			{Space: link.SpaceTool, Text: c.repository.name + "/" + short},
		},
		Origin: c.Origin(uses[0].at.line, uses[0].at.col),
	})
	n := collect(uses[0].at)
	n.use(circleci, depgraph.ScheduledBy, n.at, "CircleCI runs the job", 0.95)
	if slices.ContainsFunc(uses, func(u circleUse) bool { return !approval(u) }) {
		n.source()
	}
	c.fragment.References = append(c.fragment.References, n.fragment.References...)
	c.merge(n.owner, names, body, before)
}

func approval(u circleUse) bool { return u.with.Get("type").Text() == "approval" }

// use returns what one use of a job needs by what is defined under its name or comes from
// an orb.
func (c *circle) use(n *needs, u circleUse) []link.Reference {
	if approval(u) {
		return nil
	}
	body := c.root.Get("jobs", u.name)
	if !body.Exists() {
		c.orb(n, u.name, n.at)
		c.arguments(n, u.with)
		return n.fragment.References
	}
	given := c.given(body, u.with, u.matrix)
	before, after := u.with.Get("pre-steps"), u.with.Get("post-steps")
	key := fmt.Sprint(u.called, "\n", u.name, "\n", given, placeOf(before), placeOf(after), u.matrix)
	if known, ok := c.bodies[key]; ok {
		return known
	}
	body = c.filled(body, given)
	c.executor(n, body)
	if e := body.Get("executor"); e.Exists() {
		which := e
		if e.Type() == strict.Map {
			which = e.Get("name")
		}
		if defined := c.root.Get("executors", which.Text()); defined.Exists() {
			c.executor(n, c.filled(defined, c.given(defined, e, nil)))
		} else {
			c.orb(n, which.Text(), placeOf(which))
		}
	}
	dir := body.Get("working_directory").Text()
	for _, list := range []strict.Value{before, body.Get("steps"), after} {
		c.run(n, list, dir, 0)
	}
	c.bodies[key] = n.fragment.References
	return n.fragment.References
}

var parameter = regexp.MustCompile(`<<\s*((?:pipeline\.)?parameters\.[A-Za-z0-9_-]+)\s*>>`)

// given returns what the parameters of a job, command or executor are: what its matrix
// gives, what is handed to it, else its defaults.
func (c *circle) given(definition, use strict.Value, matrix map[string]string) map[string]string {
	out := maps.Clone(c.globals)
	for key, p := range definition.Get("parameters").Fields() {
		value, chosen := matrix[key.Text]
		if v := use.Get(key.Text); !chosen && v.Exists() {
			value = v.Text()
		} else if !chosen && !use.Get("matrix", "parameters", key.Text).Exists() {
			value = p.Get("default").Text()
		}
		if value != "" {
			out["parameters."+key.Text] = value
		}
	}
	return out
}

// value returns what stands in the place of a parameter.
func (c *circle) value(given map[string]string) func(s string) string {
	return func(s string) string {
		if value, ok := given[parameter.FindStringSubmatch(s)[1]]; ok {
			return value
		}
		return s
	}
}

// filled returns a value with the parameters that are known in their places.
func (c *circle) filled(v strict.Value, given map[string]string) strict.Value {
	return v.Rewrite(func(text string) string { return parameter.ReplaceAllStringFunc(text, c.value(given)) })
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
		if !c.spend(placeOf(step)) {
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

// spend counts what commands, matrices and jobs that wait for each other unfold to, and
// says whether there may be more.
func (c *circle) spend(at place) bool {
	if c.spent++; c.spent == maxUnfolded+1 {
		c.Fail(&strict.Error{ID: strict.TooManyValues, Line: at.line, Col: at.col, Msg: "commands, matrices and jobs that use each other unfold to too much"})
	}
	return c.spent <= maxUnfolded
}

// maxUnfolded bounds what one configuration unfolds to.
const maxUnfolded = 20_000

func (c *circle) command(n *needs, name string, use strict.Value, at place, dir string, depth int) {
	defined := c.root.Get("commands", name)
	switch {
	case defined.Exists() && depth < maxCommands:
		c.run(n, c.filled(defined, c.given(defined, use, nil)).Get("steps"), dir, depth+1)
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
