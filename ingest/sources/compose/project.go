package compose

import (
	"path"
	"regexp"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// project is what the Compose files of one directory make together.
type project struct {
	dir      string
	docs     []document
	env      environments
	files    map[string]strict.Value // every Compose file of the run, for extends
	name     string
	vars     map[string]string
	services map[string]bool
	// collectors are the services that gather signals.
	collectors map[string]bool
	// sidecars are the services that run Dapr's sidecar.
	sidecars map[string]sidecar
}

func (p *project) prepare() {
	p.vars = map[string]string{}
	for _, name := range []string{".env", ".env.override"} {
		for k, v := range p.env.of(path.Join(p.dir, name)) {
			p.vars[k] = v
		}
	}
	p.name = p.projectName()
	p.services = map[string]bool{}
	for _, d := range p.docs {
		for k := range d.root.Get("services").Fields() {
			p.services[strings.ToLower(k.Text)] = true
		}
	}
	p.findCollectors()
	p.findSidecars()
}

var notProject = regexp.MustCompile(`[^a-z0-9_-]`)

// projectName is the top-level name, else the directory's, as Compose makes it.
func (p *project) projectName() string {
	for _, d := range p.docs {
		if name := p.fill(d.root.Get("name").Text()); name != "" {
			return name
		}
	}
	dir := path.Base(p.dir)
	if dir == "." || dir == ".." || dir == "/" {
		dir = p.docs[0].file.Root()
	}
	if name := strings.TrimLeft(notProject.ReplaceAllString(strings.ToLower(dir), ""), "_-"); name != "" {
		return name
	}
	return "project"
}

func (p *project) id(service string) depgraph.ID {
	return depgraph.ID{Kind: depgraph.KindService, Name: p.name + "/" + service}
}

func (p *project) scope() string { return "compose/" + p.name }

func (p *project) known(name string) bool { return p.services[strings.ToLower(name)] }

// fill interpolates variables as Compose does; one that is unknown becomes empty,
// and what cannot be interpolated stays as it is.
func (p *project) fill(s string) string {
	if !strings.Contains(s, "$") {
		return s
	}
	lookup := func(name string) (string, bool) {
		v, ok := p.vars[name]
		return v, ok
	}
	// A variable may hold variables again (.env files that refer to each other).
	for range 4 {
		out, err := template.SubstituteWithOptions(s, lookup, template.WithoutLogging)
		if err != nil || out == s {
			break
		}
		if s = out; !strings.Contains(s, "${") {
			break
		}
	}
	return s
}

func (p *project) read(frag *link.Fragment) {
	for _, d := range p.docs {
		for key, v := range d.root.Get("services").Fields() {
			if v.Type() != strict.Map {
				continue
			}
			s := &service{project: p, file: d.file, name: key.Text, key: key, value: v, fragment: frag, id: p.id(key.Text)}
			s.read()
		}
	}
}

// resolve returns a path of the project as a path of the inputs; "" where it is
// absolute, in the home directory or a variable.
func (p *project) resolve(name string) string {
	name = p.fill(name)
	if name == "" || name[0] == '/' || name[0] == '~' || strings.ContainsAny(name, "$") || strings.Contains(name, "://") {
		return ""
	}
	return path.Join(p.dir, name)
}

func originOf(f *ingest.File, v strict.Value, note string, confidence float64) depgraph.Origin {
	o := f.Origin(v.Line(), v.Col())
	o.Note, o.Confidence = note, confidence
	return o
}
