// Package config reads addresses in configuration files of any common format that
// no other source reads: properties, INI, TOML, YAML, JSON, nginx, HAProxy, Envoy,
// Spring. What a file says, it says of whoever mounts it or is built with it; a
// file that nobody uses says nothing, unless it names its application itself.
package config

import (
	"bytes"
	"context"
	"path"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads configuration files.
var Source = ingest.Define(ingest.Spec{
	Name: "config",
	Doc: ingest.Doc{
		Title: "Configuration files of programs",
		Text: "URLs, host:port and data source names, each with its line. They are needs of the service that mounts the file or is built " +
			"with it (Compose), or that the file names as its application (Spring).",
		Reads: []string{
			"*.properties, *.conf, *.cfg, *.ini, *.toml, *.yaml, *.yml, *.json, *.template, *.tmpl that no other source reads",
			"spring.application.name, spring.config.import, lb:// and other logical names",
		},
		Limits: "Confidence is that of a string that looks like an address. A file that nobody uses is read and says nothing.",
		Since:  "0.1",
	},
	Fallback: true,
}, ingest.NoParams, claim, read)

var fileName = regexp.MustCompile(`\.(properties|conf|cfg|ini|toml|ya?ml|json|template|tmpl|cnf)$`)

var (
	structured = regexp.MustCompile(`\.(ya?ml|json)$`)
	template   = regexp.MustCompile(`\{\{|\{%`)
)

// ofTests are directories of what runs in a test and nowhere else.
var ofTests = regexp.MustCompile(`(^|/)(src/test|src/it|testdata|__tests__|__testData__|fixtures)/`)

// maxFile is the largest file that is taken for configuration; what is larger is data.
const maxFile = 1 << 20

func claim(name string, head []byte) (string, bool) {
	base := path.Base(name)
	switch {
	case !fileName.MatchString(base), strings.HasPrefix(base, "package"), strings.Contains(base, "lock."), base == "tsconfig.json":
		return "", false
	case structured.MatchString(name) && template.Match(head):
		return "", false // a template says nothing until it is rendered
	case strings.Contains(name, "node_modules/"), strings.Contains(string(head), "\x00"), ofTests.MatchString(name):
		return "", false
	}
	return name, true
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	frag := &link.Fragment{}
	for _, f := range u.Files {
		data, err := f.Bytes()
		if err != nil {
			return frag, err
		}
		f.Counted(1)
		if len(data) > maxFile {
			f.Note("too large to be configuration")
			continue
		}
		if structured.MatchString(f.Path()) { // what is broken must not be half-read by its lines
			if _, err := strict.Parse(data, strict.Limits{}); err != nil {
				f.Fail(err)
				continue
			}
		}
		if text, err := strict.Text(data); err == nil { // what is no text is read as far as it goes
			data = text
		}
		data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
		r := reader{file: f, fragment: frag}
		r.owner(string(data))
		for _, s := range signals(string(data), address.Guesses(f.Path(), string(data))) {
			r.setting(s)
		}
	}
	return frag, ctx.Err()
}

type reader struct {
	file     *ingest.File
	fragment *link.Fragment
	app      depgraph.ID // the application that the file names; zero: none
}

var springName = regexp.MustCompile(`(?m)^spring\.application\.name\s*[=:]\s*(\S+)`)

// served are the files of a Spring Cloud Config server that keeps them itself.
var served = regexp.MustCompile(`(?:^|/)src/main/resources/(?:shared|configs?|config-repo|configurations?)/([a-z][a-z0-9-]*)\.(?:ya?ml|properties)$`)

// owner finds the application that the file itself says it belongs to.
func (r *reader) owner(text string) {
	name, line, note := "", 1, "spring.application.name"
	if m := springName.FindStringSubmatchIndex(text); m != nil {
		name, line = text[m[2]:m[3]], 1+strings.Count(text[:m[2]], "\n")
	} else if strings.Contains(text, "spring:") {
		docs, _ := strict.YAML([]byte(text), strict.Limits{}) // what is no YAML names nothing
		for _, d := range docs {
			if v := d.Root.Get("spring", "application", "name"); v.Text() != "" && name == "" {
				name, line = v.Text(), v.Line()
			}
		}
	}
	if m := served.FindStringSubmatch(r.file.Path()); m != nil && name == "" && m[1] != "application" && m[1] != "bootstrap" {
		name, note = m[1], "named after its application, as a Spring Cloud Config server keeps them"
	}
	if name == "" || strings.ContainsAny(name, "${ @") {
		return
	}
	r.app = depgraph.ID{Kind: depgraph.KindService, Name: name}
	o := r.file.Origin(line, 1)
	o.Note = note
	r.fragment.Definitions = append(r.fragment.Definitions, link.Definition{
		Node: depgraph.Node{ID: r.app}, Names: []link.Name{{Space: link.SpaceService, Text: name}}, Weak: true, Origin: o,
	})
}

// inside are files that an image takes in when it is built around them.
var inside = regexp.MustCompile(`(^|/)(src/main/resources/[^/]+|appsettings(\.Production)?\.json|config/(default|production)\.json|provisioning/datasources/[^/]+)$`)

// imported are settings that a program reads the rest of its settings from, once,
// when it starts: Spring Boot reference, "External Application Properties", and
// Spring Cloud Config client.
var imported = regexp.MustCompile(`(^|[./])spring[./](config[./]import|cloud[./]config[./]uri)`)

// factor is how much less a file says than a setting that a deployment makes: a
// profile, or a variable, may override it.
const factor = 0.9

func (r *reader) setting(s address.Setting) {
	o := r.file.Origin(s.Line, s.Col)
	o.Note, o.Confidence = s.Path, s.Form.Confidence()*factor
	ref := link.Reference{Terms: s.Terms(), Form: link.Text, Origin: o, Members: s.Targets(link.OwnerScope)}
	if imported.MatchString(s.Path) {
		ref.Terms.Phases = depgraph.PhasesOf(depgraph.Start)
	}
	for i := range ref.Members {
		ref.Members[i].Guess = s.Form == address.Bare
	}
	if r.app.IsZero() {
		ref.Owners = &link.Selector{File: r.file.Path(), Built: inside.MatchString(r.file.Path())}
	} else {
		ref.Owner = link.ID(r.app)
		for i := range ref.Members { // where the application runs, and so looks names up, is not known here
			ref.Members[i].Name.Scope = ""
			if host := ref.Members[i].Name; host.Space == link.SpaceHost && !strings.Contains(host.Text, ".") {
				ref.Members[i].Name.Space = link.SpaceService
			}
		}
	}
	r.fragment.References = append(r.fragment.References, ref)
}
