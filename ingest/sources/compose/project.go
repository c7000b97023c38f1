package compose

import (
	"iter"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// project is what the Compose files of one directory make together.
type project struct {
	dir      string
	docs     []document
	env      environments
	files    map[string]document // every Compose file of the run, for extends
	name     string
	vars     map[string]string
	given    *address.Lookup // by vars
	services map[string]bool // how containers reach each other, in lower case
	readers  map[string]int  // services that read an env file, by its path, or a config or secret, by kind:name
	// collectors are the services that gather signals, and keepers those of them that
	// answer from a store; stored are the services that keep data, and routers those that
	// are a Traefik. All in lower case.
	collectors, keepers, stored, routers map[string]bool
	// waiting are the services that wait for others to serve: of each of these, in lower
	// case; nil until asked.
	waiting map[string][]string
	// sidecars are the services that run Dapr's sidecar.
	sidecars map[string]sidecar
	answers  map[string][]answer // to a name in lower case
	netsOf   map[string][]string // networks of a service; nil: not known
	views    map[string]*view    // by scope: of services on the same networks
	nets     *networks           // of all projects
}

func (p *project) prepare() {
	p.vars = map[string]string{}
	p.given = address.NewLookup(address.MostGiven, func(name string) (string, bool) { v, ok := p.vars[name]; return v, ok })
	dirs := []string{p.dir}
	for _, d := range p.docs {
		if dir := path.Dir(d.file.Path()); !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	for _, dir := range slices.Backward(dirs) { // what is included gives way
		for _, name := range []string{".env", ".env.override"} {
			if f := p.env.of(path.Join(dir, name)); f != nil {
				maps.Copy(p.vars, f.vars)
			}
		}
	}
	p.name = p.projectName()
	p.services = map[string]bool{}
	reads := map[string]map[string]bool{}
	read := func(what, service string) {
		if reads[what] == nil {
			reads[what] = map[string]bool{}
		}
		reads[what][service] = true
	}
	for s := range p.each() {
		for _, n := range s.names() {
			if n.Space == link.SpaceHost {
				p.services[strings.ToLower(n.Text)] = true
			}
		}
		for _, b := range s.bodies() {
			for file := range s.envFiles(b) {
				read(file, s.name)
			}
			for _, kind := range materials {
				for _, name := range s.given(b.value, kind) {
					read(material(kind, name), s.name)
				}
			}
		}
	}
	p.readers = map[string]int{}
	for what, by := range reads {
		p.readers[what] = len(by)
	}
	p.findAnswers()
	p.findImages()
	p.findSidecars()
}

// each goes through the services of all files.
func (p *project) each() iter.Seq[*service] {
	return func(yield func(*service) bool) {
		for _, d := range p.docs {
			for key, v := range d.services().Fields() {
				if v.Type() == strict.Map && !yield(&service{project: p, body: body{d.file, v}, name: key.Text, key: key, id: p.id(key.Text)}) {
					return
				}
			}
		}
	}
}

var notProject = regexp.MustCompile(`[^a-z0-9_-]`)

// projectName is the top-level name, else the directory's, as Compose makes it.
func (p *project) projectName() string {
	for _, d := range p.docs {
		if name := p.fill(d.root.Get("name").Text()); name != "" && path.Dir(d.file.Path()) == p.dir {
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

// fill interpolates variables as Compose does; one that is unknown becomes empty,
// and what cannot be interpolated stays as it is.
func (p *project) fill(s string) string {
	if !strings.Contains(s, "$") {
		return s
	}
	// A variable may hold variables again (.env files that refer to each other).
	for range 4 {
		out, err := template.SubstituteWithOptions(s, p.given.Look, template.WithoutLogging)
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
	for s := range p.each() {
		s.fragment = frag
		s.read()
	}
	p.docs[0].file.Fail(heldBack(p.given))
}

// resolve returns a path that stands in a file of the project as a path of the inputs: it
// counts from there, also in a file that is included or extended. It returns "" where the
// path is absolute, in the home directory or a variable.
func (p *project) resolve(in *ingest.File, name string) string {
	for _, here := range []string{"$PWD/", "${PWD}/", "${PWD:-.}/"} {
		if rest, found := strings.CutPrefix(name, here); found {
			name = "./" + rest // people call Compose where the project is
		}
	}
	name = p.fill(name)
	if name == "" || name[0] == '/' || name[0] == '~' || strings.ContainsAny(name, "$") || strings.Contains(name, "://") {
		return ""
	}
	return path.Join(path.Dir(in.Path()), name)
}

func originOf(f *ingest.File, v strict.Value, note string, confidence float64) depgraph.Origin {
	o := f.Origin(v.Line(), v.Col())
	o.Note, o.Confidence = note, confidence
	return o
}
