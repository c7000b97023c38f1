package compose

import (
	"context"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"

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
			"compose*.yaml, docker-compose*.yml: services, depends_on, links, network_mode, volumes_from, environment, env_file, command, image, build, volumes, configs, secrets, deploy, extends, include",
			".env and *.env: variables",
		},
		Limits: "Files layered with -f are read as one project where they stand in one directory. Remote includes are not fetched.",
		Since:  "0.1",
	},
}, ingest.NoParams, claim, read)

var (
	composeName = regexp.MustCompile(`^(docker-)?compose([.-].*)?\.ya?ml$`)
	services    = regexp.MustCompile(`(?m)^services:`)
	foreign     = regexp.MustCompile(`(?m)^(apiVersion|kind):`)
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
	byPath := map[string]strict.Value{}
	for _, d := range docs {
		byPath[d.file.Path()] = d.root
	}
	for _, p := range projects(docs, env, byPath) {
		p.read(frag)
	}
	return frag, err
}

// environments are the variables of env files, by path.
type environments map[string]map[string]string

func (e environments) add(f *ingest.File) error {
	data, err := f.Bytes()
	if err != nil {
		return err
	}
	vars, err := dotenv.UnmarshalBytesWithLookup(data, func(string) (string, bool) { return "", false })
	if err != nil {
		f.Note("no env file: %v", place(err))
		return nil
	}
	f.Counted(1)
	e[path.Clean(f.Path())] = vars
	return nil
}

// place keeps of an error what holds no value: the library quotes the line.
func place(err error) string {
	text := err.Error()
	if i := strings.IndexAny(text, "\"'`="); i >= 0 {
		text = text[:i]
	}
	return strings.TrimSpace(text)
}

// projects groups the files: those of one directory are one project.
func projects(docs []document, env environments, byPath map[string]strict.Value) []*project {
	byDir := map[string]*project{}
	var dirs []string
	for _, d := range docs {
		if !d.root.Get("services").Exists() {
			continue
		}
		dir := path.Dir(d.file.Path())
		p := byDir[dir]
		if p == nil {
			p = &project{dir: dir, env: env, files: byPath}
			byDir[dir] = p
			dirs = append(dirs, dir)
		}
		p.docs = append(p.docs, d)
	}
	slices.Sort(dirs)
	out := make([]*project, 0, len(dirs))
	for _, dir := range dirs {
		byDir[dir].prepare()
		out = append(out, byDir[dir])
	}
	return out
}
