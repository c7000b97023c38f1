package dockerfile

import (
	"context"
	"path"
	"regexp"
	"strings"

	"github.com/distribution/reference"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads Dockerfiles.
var Source = ingest.Define(ingest.Spec{
	Name: "dockerfile",
	Doc: ingest.Doc{
		Title: "Dockerfiles",
		Text: "The image that a Dockerfile builds needs its base images to be built, and shares their fate; " +
			"what its environment points at is needed by whoever is built from it.",
		Reads:  []string{"Dockerfile, Containerfile, Dockerfile.*, *.Dockerfile: FROM, ARG, ENV, COPY --from, RUN --mount, # syntax"},
		Limits: "Commands of RUN are not read. A base image that stands in a build argument without a default is unknown.",
		Since:  "0.1",
	},
}, ingest.NoParams, claim, read)

// otherName are files about a Dockerfile: its ignore file, prose, programs, other formats.
var otherName = regexp.MustCompile(`(?i)\.(md|rst|adoc|txt|dockerignore|ya?ml|json|toml|xml|html?|tf|go|py|rb|js|ts|java|kt|rs|c|h|cc|sh|ps1|bats|lock|orig|rej|patch|diff)$`)

var fileName = regexp.MustCompile(`(?i)^((docker|container)file([._-].*)?|.*\.dockerfile)$`)

func claim(name string, _ []byte) (string, bool) {
	base := path.Base(name)
	if otherName.MatchString(base) {
		return "", false
	}
	return name, fileName.MatchString(base)
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	frag := &link.Fragment{}
	for _, f := range u.Files {
		text, err := f.Text()
		if err != nil {
			return frag, err
		}
		ins, syntax, err := parse(text)
		f.Fail(err)
		b := build{file: f, fragment: frag, id: imageOf(f)}
		b.stages = stages(ins)
		if len(b.stages) == 0 {
			f.Fail(&strict.Error{ID: "dockerfile-syntax", Line: 1, Col: 1, Msg: "no FROM in it: it builds nothing"})
			continue
		}
		f.Counted(1)
		b.read(syntax)
	}
	return frag, ctx.Err()
}

// imageOf names what a Dockerfile builds: nothing in it says, so it is its place.
func imageOf(f *ingest.File) depgraph.ID {
	name := path.Clean(f.Path())
	if base := path.Base(name); strings.EqualFold(base, "Dockerfile") || strings.EqualFold(base, "Containerfile") {
		name = path.Dir(name)
	}
	if name == "." || name == ".." || name == "/" {
		name = f.Root()
	}
	return depgraph.ID{Kind: depgraph.KindImage, Name: name}
}

// build is one Dockerfile.
type build struct {
	file     *ingest.File
	fragment *link.Fragment
	id       depgraph.ID
	stages   []stage
}

func (b *build) read(syntax string) {
	b.fragment.Definitions = append(b.fragment.Definitions, link.Definition{
		Node: depgraph.Node{ID: b.id}, Weak: true, Origin: b.file.Origin(1, 1),
	})
	if syntax != "" {
		b.needs(syntax, 1, depgraph.PhasesOf(depgraph.Build), depgraph.Pulls, "syntax")
	}
	last := len(b.stages) - 1
	final := b.chain(last)
	for _, s := range b.stages {
		phases := depgraph.PhasesOf(depgraph.Build)
		if s.line == final[len(final)-1].line {
			phases |= depgraph.PhasesOf(depgraph.Run) // its packages are in the image: their fate is shared
		}
		b.needs(s.base, s.line, phases, depgraph.BuiltFrom, "")
		for _, u := range s.from {
			b.needs(u.image, u.line, depgraph.PhasesOf(depgraph.Build), depgraph.BuiltFrom, "")
		}
	}
	for _, s := range final {
		b.environment(s)
	}
	b.fragment.References = append(b.fragment.References, link.Reference{
		Owners:  &link.Selector{File: b.file.Path()},
		Members: []link.Target{{Name: link.ID(b.id)}},
		Terms:   depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), Via: depgraph.BuiltFrom},
		Form:    link.Structured,
		Origin:  b.file.Origin(b.stages[last].line, 1),
	})
}

// chain returns the last stage and those it is made from, whose environment it has.
func (b *build) chain(last int) []stage {
	out := []stage{b.stages[last]}
	for i := last - 1; i >= 0; i-- {
		if s := b.stages[i]; s.name != "" && strings.EqualFold(s.name, out[len(out)-1].base) {
			out = append(out, s)
		}
	}
	return out
}

// isStage reports whether a name is that of a stage, or its number.
func (b *build) isStage(name string) bool {
	for _, s := range b.stages {
		if s.name != "" && strings.EqualFold(s.name, name) {
			return true
		}
	}
	return strings.Trim(name, "0123456789") == ""
}

func (b *build) needs(image string, line int, phases depgraph.Phases, via depgraph.Via, note string) {
	if b.isStage(image) || image == "scratch" || strings.Contains(image, "$") {
		return
	}
	ref, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		b.file.Fail(&strict.Error{ID: strict.BadValue, Line: line, Col: 1, Msg: "no reference to an image"})
		return
	}
	origin := b.file.Origin(line, 1)
	origin.Note = note
	id := depgraph.ID{Kind: depgraph.KindImage, Name: ref.Name()}
	b.refer(link.Target{Name: link.Name{Space: link.SpaceImage, Text: ref.Name()}, Else: id, Quiet: true}, phases, via, origin)
	registry := depgraph.ID{Kind: depgraph.KindRegistry, Name: reference.Domain(ref)}
	b.refer(link.Target{Name: link.ID(registry), Else: registry, Quiet: true}, depgraph.PhasesOf(depgraph.Build), depgraph.Pulls, origin)
}

func (b *build) refer(t link.Target, phases depgraph.Phases, via depgraph.Via, origin depgraph.Origin) {
	b.fragment.References = append(b.fragment.References, link.Reference{
		Owner: link.ID(b.id), Members: []link.Target{t}, Terms: depgraph.Terms{Phases: phases, Via: via}, Form: link.Structured, Origin: origin,
	})
}

// environmentFactor is how much less a default baked into an image says than a
// setting of the deployment, which may override it.
const environmentFactor = 0.8

// environment says of whoever is built from the file what its variables point at.
func (b *build) environment(s stage) {
	for _, v := range s.env {
		if !strings.ContainsAny(v.value, ".:/") && !hostKey.MatchString(v.key) {
			continue
		}
		known := func(string) bool { return hostKey.MatchString(v.key) }
		for _, ref := range address.Find(v.value, address.Context{Key: v.key, Known: known}) {
			origin := b.file.Origin(v.line, 1)
			origin.Note, origin.Confidence = v.key, ref.Form.Confidence()*environmentFactor
			targets := ref.Targets("")
			for i := range targets {
				targets[i].Name.Scope = link.OwnerScope
			}
			b.fragment.References = append(b.fragment.References, link.Reference{
				Owners: &link.Selector{File: b.file.Path()}, Members: targets, Terms: ref.Terms(), Form: link.Text, Origin: origin,
			})
		}
	}
}

// hostKey are keys whose value is a host even where it is a bare word.
var hostKey = regexp.MustCompile(`(?i)(^|_)(HOST|ADDR|ADDRESS|URL|ENDPOINT|SERVICE|SERVER)$`)
