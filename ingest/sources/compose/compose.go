package compose

import (
	"context"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
	"github.com/fateline/fateline/ingest/textfile"
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
	env := environments{vars: map[string]map[string]string{}, broken: map[string]brokenFile{}}
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

// environments are the variables of env files, by path. One that Compose could not read
// is an error where a project uses it; many files are called *.env that none does.
type environments struct {
	vars   map[string]map[string]string
	broken map[string]brokenFile
}

type brokenFile struct {
	file *ingest.File
	err  error
}

// of returns the variables of a file that a project uses.
func (e environments) of(p string) map[string]string {
	if b, is := e.broken[p]; is {
		b.file.Fail(b.err)
	}
	return e.vars[p]
}

func (e environments) add(f *ingest.File) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	vars, err := dotenv.UnmarshalWithLookup(text, func(string) (string, bool) { return "", false })
	if err != nil {
		e.broken[path.Clean(f.Path())] = brokenFile{f, envError(text, err)}
		f.Note("no file of variables as Compose reads it")
		return nil
	}
	f.Counted(1)
	e.vars[path.Clean(f.Path())] = vars
	return nil
}

// envError gives an error of the library a place. Its text stays behind: the library
// quotes the line, and so its value.
func envError(text string, err error) error {
	e := &strict.Error{ID: "environment-syntax", Line: 1, Col: 1, Msg: "no file of variables as Compose reads it"}
	if m := errorLine.FindStringSubmatch(err.Error()); m != nil {
		e.Line, _ = strconv.Atoi(m[1])
	}
	if strings.Contains(err.Error(), "unterminated") {
		e.Msg = "the value is never closed"
	}
	if lines := strings.Split(text, "\n"); e.Line >= 1 && e.Line <= len(lines) {
		return textfile.Fault("environment-syntax", e.Line, e.Col, lines[e.Line-1], e.Msg)
	}
	return e
}

var errorLine = regexp.MustCompile(`line (\d+)`)

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
