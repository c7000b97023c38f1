package ci

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/catalogue"
	"github.com/fateline/fateline/ingest/link"
)

// maxExtends is how deep jobs may extend each other, as GitLab allows, and how deep
// references may lead.
const maxExtends = 11

// What one pipeline may unfold to: layers of a job, steps of its lists.
const (
	maxLayers = 1000
	maxSteps  = 1_000_000
)

// chain returns the layers of a job, those that it extends first.
func (g *gitlab) chain(name string, depth int) []layer {
	j := g.jobs[name]
	if j == nil || depth > maxExtends {
		return nil
	}
	if known, ok := g.chains[name]; ok {
		return known
	}
	g.chains[name] = nil // a job that extends itself ends here
	var out []layer
	extends := (&gitlabJob{layers: j.layers}).get("extends")
	for _, parent := range texts(extends.Value) {
		if g.jobs[parent] == nil && len(g.includes) == 0 {
			j.file.Note("job %s extends %s, which no input defines", name, parent)
		}
		out = append(out, g.chain(parent, depth+1)...)
	}
	if out = append(out, j.layers...); len(out) > maxLayers {
		out = out[len(out)-maxLayers:]
	}
	g.chains[name] = out
	return out
}

// get returns what the strongest layer says of a key.
func (j *gitlabJob) get(path ...string) layer {
	for _, l := range slices.Backward(j.layers) {
		if v := l.Get(path...); v.Exists() {
			return layer{l.file, v}
		}
	}
	return layer{}
}

// inherited are the keys that a job takes from the defaults where it says nothing.
func (g *gitlab) keyed(j *gitlabJob, key string) layer {
	if l := j.get(key); l.Exists() {
		return l
	}
	inherit := j.get("inherit", "default")
	if on, said := inherit.Bool(); said && !on {
		return layer{}
	}
	for _, from := range [][]layer{g.defaults, g.globals} {
		if l := (&gitlabJob{layers: from}).get(key); l.Exists() {
			return l
		}
	}
	return layer{}
}

// flat returns the scalars and maps of a list, with references and lists inside taken apart.
func (g *gitlab) flat(l layer, depth int) []layer {
	if g.steps++; depth > maxExtends || g.steps > maxSteps || !l.Exists() {
		return nil
	}
	if l.Tag() == "!reference" {
		words := texts(l.Value)
		if len(words) < 2 || g.jobs[words[0]] == nil {
			return nil
		}
		j := &gitlabJob{layers: g.chain(words[0], 0)}
		return g.flat(j.get(words[1:]...), depth+1)
	}
	if l.Type() != strict.List {
		return []layer{l}
	}
	var out []layer
	for item := range l.Items() {
		out = append(out, g.flat(layer{l.file, item}, depth+1)...)
	}
	return out
}

func (g *gitlab) toolID(job string) depgraph.ID {
	return depgraph.ID{Kind: depgraph.KindTool, Name: g.repository.name + "/" + g.workflow + "#" + job}
}

func (g *gitlab) read(files map[string][]file) {
	for _, name := range g.names {
		if strings.HasPrefix(name, ".") {
			continue
		}
		j := *g.jobs[name]
		j.layers = g.chain(name, 0)
		if j.get("script").Exists() || j.get("trigger").Exists() || j.get("run").Exists() {
			g.job(&j, files)
		}
	}
}

func (g *gitlab) job(j *gitlabJob, files map[string][]file) {
	id := g.toolID(j.name)
	short := g.workflow + "#" + j.name
	env := j.get("environment")
	name := env.Text()
	if env.Type() == strict.Map {
		name = env.Get("name").Text()
	}
	if strings.Contains(name, "$") {
		name = ""
	}
	g.fragment.Definitions = append(g.fragment.Definitions, link.Definition{
		Node: depgraph.Node{ID: id, Title: j.name, Env: name, Aliases: []string{short, "tool:" + short}, Labels: g.hostedBy(j)},
		Names: []link.Name{
			{Space: link.SpaceTool, Text: short},
			{Space: link.SpaceTool, Text: g.repository.name + "/" + short},
		},
		Origin: j.file.Origin(j.at.line, j.at.col),
	})
	n := &needs{file: j.file, repository: g.repository, owner: link.ID(id), fragment: g.fragment, at: j.at, values: maps.Clone(g.values)}
	if host := g.repository.host; host != "" {
		n.add(link.Target{Name: link.Host("", host)}, depgraph.ScheduledBy, j.at, "the host of the repository runs the job", 0.95)
	}
	n.source()
	for _, i := range g.includes {
		n.from(i.file).add(i.target, depgraph.Pulls, i.at, i.note, 1)
	}
	g.settings(n, j)
	if !j.get("trigger").Exists() { // the server itself starts another pipeline
		g.images(n, j)
		g.runner(n, j)
	}
	g.before(n, j)
	g.triggers(n, j, files)
	if agent := env.Get("kubernetes", "agent"); agent.Text() != "" {
		_, short, found := strings.Cut(agent.Text(), ":")
		if !found {
			short = agent.Text()
		}
		id := depgraph.ID{Kind: depgraph.KindTool, Name: "gitlab-agent/" + short}
		n.from(env.file).add(link.Target{Name: link.Name{Space: link.SpaceTool, Text: id.Name}, Else: id, Quiet: true}, depgraph.Authenticates, placeOf(agent), "agent of the cluster", 1)
	}
	g.script(n, j)
}

// from returns n for what stands in another file.
func (n *needs) from(f file) *needs {
	if f.File == nil {
		return n
	}
	out := *n
	out.file = f
	return &out
}

// settings reads variables, secrets and the audiences of tokens.
func (g *gitlab) settings(n *needs, j *gitlabJob) {
	layers := []layer{}
	if on, said := j.get("inherit", "variables").Bool(); !said || on {
		layers = append(layers, g.globals...)
	}
	for _, l := range append(layers, j.layers...) {
		for key, v := range l.Get("variables").Fields() {
			if v.Type() == strict.Map {
				v = v.Get("value")
			}
			n.values[key.Text] = []string{v.Text()}
			n.from(l.file).addresses(v, address.Context{Key: key.Text}, 1)
		}
	}
	for _, l := range j.layers {
		for key, v := range l.Get("secrets").Fields() {
			n.from(l.file).use(depgraph.ID{Kind: depgraph.KindSecret, Name: g.repository.name + "/" + key.Text}, depgraph.Reads, placeOf(v), manager(v), 1)
		}
	}
	tokens := g.keyed(j, "id_tokens")
	for _, v := range tokens.Fields() {
		for _, aud := range g.flat(layer{tokens.file, v.Get("aud")}, 0) {
			n.from(tokens.file).addresses(aud.Value, address.Context{Key: "aud"}, scriptFactor)
		}
	}
}

// manager names what a secret is read from.
func manager(secret strict.Value) string {
	for key := range secret.Fields() {
		if key.Text != "file" && key.Text != "token" {
			return key.Text
		}
	}
	return ""
}

var shellName = regexp.MustCompile(`^\$([A-Za-z_][A-Za-z0-9_]*)$`)

func (g *gitlab) images(n *needs, j *gitlabJob) {
	all := []layer{g.keyed(j, "image")}
	all = append(all, g.flat(g.keyed(j, "services"), 0)...)
	for _, l := range all {
		v := l.Value
		if v.Type() == strict.Map {
			v = v.Get("name")
		}
		if shellName.MatchString(v.Text()) && n.values[v.Text()[1:]] == nil {
			continue
		}
		image := v.Text()
		if i := strings.LastIndexByte(image, ':'); i > strings.LastIndexByte(image, '/') && strings.Contains(image[i:], "$") {
			image = image[:i] // a tag may be anything
		}
		for _, name := range n.values.expand(image) {
			n.from(l.file).pull(name, placeOf(v))
		}
	}
}

// hostedBy labels a job that asks for one of GitLab's own machines with Linux.
func (g *gitlab) hostedBy(j *gitlabJob) map[string]string {
	for _, tag := range g.flat(g.keyed(j, "tags"), 0) {
		if strings.HasPrefix(one(g.values, tag.Text()), "saas-linux-") {
			return map[string]string{catalogue.LabelRunner: "gitlab-hosted"}
		}
	}
	return nil
}

// runner records the tags by which the job chooses its runner. Those of GitLab's own
// machines are part of GitLab.
func (g *gitlab) runner(n *needs, j *gitlabJob) {
	l := g.keyed(j, "tags")
	var tags []string
	for _, tag := range g.flat(l, 0) {
		if one := one(n.values, tag.Text()); one != "" && !strings.HasPrefix(one, "saas-") && !strings.HasPrefix(one, "gitlab-org") {
			tags = append(tags, one)
		}
	}
	if len(tags) == 0 {
		return
	}
	slices.Sort(tags)
	text := strings.Join(slices.Compact(tags), "+")
	n.from(l.file).add(link.Target{
		Name:  link.Name{Space: link.SpaceTool, Text: "runner/" + text},
		Else:  depgraph.ID{Kind: depgraph.KindNodePool, Name: "runner/" + text},
		Quiet: true,
	}, depgraph.ScheduledBy, placeOf(l.Value), "runner with these tags", 1)
}

// before records the jobs that must have run: of this pipeline, or of another project.
func (g *gitlab) before(n *needs, j *gitlabJob) {
	l := j.get("needs")
	for _, item := range g.flat(l, 0) {
		name, project := item.Text(), ""
		if item.Type() == strict.Map {
			name, project = item.Get("job").Text(), item.Get("project").Text()
		}
		if on, said := item.Get("optional").Bool(); said && on {
			continue
		}
		if project != "" {
			if repo, ok := g.project(project); ok {
				n.from(item.file).add(repo, depgraph.OrderedAfter, placeOf(item.Value), "needs a job of another project", 1)
			}
			continue
		}
		if g.jobs[name] != nil && name != j.name && !item.Get("pipeline").Exists() {
			n.from(item.file).add(link.Target{Name: link.ID(g.toolID(name))}, depgraph.OrderedAfter, placeOf(item.Value), "", 1)
		}
	}
}

// triggers records the pipelines that the job starts: those of another project, and
// files of this one.
func (g *gitlab) triggers(n *needs, j *gitlabJob, files map[string][]file) {
	l := j.get("trigger")
	project := l.Value
	if l.Type() == strict.Map {
		project = l.Get("project")
	}
	if project.Text() != "" {
		if repo, ok := g.project(project.Text()); ok {
			n.from(l.file).add(repo, depgraph.Calls, placeOf(project), "starts a pipeline there", 1)
		}
	}
	if l.file.File == nil {
		return
	}
	for _, local := range localIncludes(l.Get("include")) {
		for _, p := range g.locals(files, l.file, local) {
			for _, f := range files[p] {
				for key, v := range f.root.Fields() {
					if v.Get("script").Exists() && !strings.HasPrefix(key.Text, ".") && !notJobs[key.Text] {
						child := depgraph.ID{Kind: depgraph.KindTool, Name: g.repository.name + "/" + workflowName(p) + "#" + key.Text}
						n.from(l.file).add(link.Target{Name: link.ID(child)}, depgraph.Calls, placeOf(l.Value), "child pipeline", 1)
					}
				}
			}
		}
	}
}

// script reads the commands of the job, which run in one shell, one after the other.
func (g *gitlab) script(n *needs, j *gitlabJob) {
	var text strings.Builder
	var lines []layer
	var starts []int
	for _, key := range []string{"before_script", "script"} {
		for _, l := range g.flat(g.keyed(j, key), 0) {
			if l.Text() == "" {
				continue
			}
			n.from(l.file).addresses(l.Value, address.Context{Loose: true}, scriptFactor)
			lines, starts = append(lines, l), append(starts, text.Len())
			text.WriteString(l.Text() + "\n")
		}
	}
	for _, d := range deployments(text.String(), n.values) {
		i, found := slices.BinarySearch(starts, d.at)
		if !found {
			i--
		}
		l := lines[max(i, 0)]
		n.from(l.file).deploys(d, g.repository.dir, placeIn(l.Value, d.at-starts[max(i, 0)]), "", 0.9)
	}
}
