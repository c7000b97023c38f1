package compose

import (
	"context"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads Compose projects.
var Source = ingest.Define(ingest.Spec{
	Name: "compose",
	Doc: ingest.Doc{
		Title: "Docker Compose",
		Text: "Services of a project: what they start after, share a network or volumes with, mount, pull, and point at in environment, " +
			"commands and health checks, with .env and env files filled in. A file that is mounted or built from speaks of the service that uses it.",
		Reads: []string{
			"compose*.yaml, docker-compose*.yml, also of the first format, without services: services, depends_on, links, network_mode, volumes_from, environment, env_file, command, image, build, volumes, configs, secrets, deploy, extends, include",
			".env and *.env: variables",
			"compose.override.yaml: what it says again of a variable or a command counts alone",
			"labels: the services that a Traefik of the project, or of another one on the same network, routes to",
			"networks, aliases: who answers to a name, also of another project on the same network; dns, ipv4_address: services that answer for names, and by their addresses",
		},
		Limits: "Files layered with -f are read as one project where they stand in one directory; each speaks for itself, as any of several may be left out. Remote includes are not fetched.",
		Since:  "0.1",
	},
}, ingest.NoParams, claim, read)

var (
	composeName = regexp.MustCompile(`^(docker-)?compose([.-].*)?\.ya?ml$`)
	services    = ingest.MustSignature(`(?m)^services:`)
	foreign     = ingest.MustSignature(`(?m)^(apiVersion|kind):`)
	envName     = regexp.MustCompile(`(^\.env(\..+)?|\.env)$`)
)

// claim puts all of a run into one unit: a project's files may include, extend and
// take variables from files anywhere in the tree.
func claim(name string, head []byte) (string, bool) {
	base := path.Base(name)
	switch {
	case envName.MatchString(base):
	case composeName.MatchString(base) && (services.Match(head) || !foreign.Match(head)):
	case (strings.HasSuffix(base, ".yml") || strings.HasSuffix(base, ".yaml")) && services.Match(head) && !foreign.Match(head) && strings.Contains(string(head), "image:"):
	default:
		return "", false
	}
	return "compose", true
}

// document is one decoded Compose file.
type document struct {
	file *ingest.File
	root strict.Value
}

// services returns the services of a file: those under "services", or all that stands in
// a file of the first format, which had nothing else ("docker-compose" 1.x took it).
func (d document) services() strict.Value {
	v := d.root.Get("services")
	if v.Exists() || d.root.Get("include").Exists() || d.file == nil || !composeName.MatchString(path.Base(d.file.Path())) {
		return v
	}
	runs := false
	for _, v := range d.root.Fields() {
		if v.Type() != strict.Map {
			return strict.Value{}
		}
		runs = runs || v.Get("image").Exists() || v.Get("build").Exists() || v.Get("extends").Exists()
	}
	if !runs {
		return strict.Value{}
	}
	return d.root
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	env := environments{}
	yaml := &ingest.Unit{Name: u.Name, Limits: u.Limits}
	for _, f := range u.Files {
		if !envName.MatchString(path.Base(f.Path())) {
			yaml.Files = append(yaml.Files, f)
			continue
		}
		if err := env.add(f); err != nil {
			f.Fail(err)
		}
	}
	docs, err := ingest.Each(ctx, yaml, func(f *ingest.File, d strict.Document) document { return document{f, d.Root} })
	frag := &link.Fragment{}
	byPath := map[string]document{}
	for _, d := range docs {
		byPath[d.file.Path()] = d
	}
	for _, p := range projects(docs, env, byPath) {
		p.read(frag)
	}
	return frag, err
}

// projects groups the files: those of one directory are one project, and so is what they
// include, which is none of its own then.
func projects(docs []document, env environments, byPath map[string]document) []*project {
	byDir := map[string]*project{}
	var dirs []string
	add := func(d document) {
		dir := path.Dir(d.file.Path())
		p := byDir[dir]
		if p == nil {
			p = &project{dir: dir, env: env, files: byPath}
			byDir[dir] = p
			dirs = append(dirs, dir)
		}
		p.docs = append(p.docs, d)
	}
	included, read := map[string]bool{}, map[string]bool{}
	for _, d := range docs {
		for _, other := range includes(d, byPath) {
			included[other.file.Path()] = true
		}
	}
	docs = slices.DeleteFunc(slices.Clone(docs), func(d document) bool {
		return !d.services().Exists() && !d.root.Get("include").Exists()
	})
	for _, d := range docs {
		if !included[d.file.Path()] {
			add(d)
		}
	}
	for _, p := range byDir {
		p.include()
		for _, d := range p.docs {
			read[d.file.Path()] = true
		}
	}
	for _, d := range docs {
		if !read[d.file.Path()] {
			add(d) // files that include each other
		}
	}
	slices.Sort(dirs)
	out := make([]*project, 0, len(dirs))
	for _, dir := range dirs {
		byDir[dir].prepare()
		out = append(out, byDir[dir])
	}
	nets := networksOf(out)
	for _, p := range out {
		p.nets = nets
	}
	return out
}

// includes returns the files of other directories that a file includes.
func includes(d document, byPath map[string]document) []document {
	var out []document
	for item := range d.root.Get("include").Items() {
		paths := []strict.Value{item}
		if item.Type() == strict.Map {
			if paths = slices.Collect(item.Get("path").Items()); len(paths) == 0 {
				paths = []strict.Value{item.Get("path")}
			}
		}
		for _, p := range paths {
			name := path.Join(path.Dir(d.file.Path()), p.Text())
			if other, ok := byPath[name]; ok && p.Text() != "" && path.Dir(name) != path.Dir(d.file.Path()) {
				out = append(out, other)
			}
		}
	}
	return out
}

// include adds the files that those of the project include, and what these include.
func (p *project) include() {
	have := map[string]bool{}
	for _, d := range p.docs {
		have[d.file.Path()] = true
	}
	for i := 0; i < len(p.docs); i++ {
		for _, other := range includes(p.docs[i], p.files) {
			if !have[other.file.Path()] {
				have[other.file.Path()] = true
				p.docs = append(p.docs, other)
			}
		}
	}
}
