// Package config reads addresses in configuration files of any common format that
// no other source reads: properties, INI, TOML, YAML, JSON, nginx, HAProxy, Envoy,
// Spring. What a file says, it says of whoever mounts it or is built with it; a
// file that nobody uses says nothing, unless it names its application itself.
package config

import (
	"context"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
	"github.com/fateline/fateline/ingest/textfile"
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
			"spring.application.name (also of Micronaut, Quarkus, Steeltoe), spring.config.import, lb:// and other logical names; zuul.routes; server.port: who is expected on which port of localhost; what a Spring Cloud Config server keeps, also for all its clients",
			"appsettings.*.json, ocelot*.json: routes to services of a registry",
		},
		Limits: "Confidence is that of a string that looks like an address. A file that nobody uses is read and says nothing. JSON, YAML, TOML, " +
			"sections of INI and escapes of properties are checked; the other formats belong to programs that Fateline does not know, and where one of " +
			"those ends too early, nothing shows it.",
		Since: "0.1",
	},
	Fallback: true,
}, ingest.NoParams, claim, read)

var fileName = regexp.MustCompile(`\.(properties|conf|cfg|ini|toml|ya?ml|json|template|tmpl|cnf)$`)

var (
	structured = regexp.MustCompile(`\.(ya?ml|json)$`)
	template   = regexp.MustCompile(`\{\{|\{%|%\{`) // of Go, Jinja, Terraform
	// filledIn is a value of JSON that something else puts in: "${...}" of Terraform's
	// templatefile and of shells, where no string holds it.
	filledIn = regexp.MustCompile(`[:\[,]\s*\$\{`)
)

// ofTests are directories of what runs in a test and nowhere else.
var ofTests = regexp.MustCompile(`(^|/)(src/test|src/it|testdata|__tests__|__testData__|fixtures)/`)

// ofEditors are directories of settings for those who write the program.
var ofEditors = regexp.MustCompile(`(^|/)\.(vscode|vs|idea|fleet|devcontainer)/`)

// ofBrowsers are directories of what a Java program hands to browsers.
var ofBrowsers = regexp.MustCompile(`(^|/)src/main/(resources/(static|public|META-INF/resources)|webapp)/`)

// maxFile is the largest file that is taken for configuration; what is larger is data.
const maxFile = 1 << 20

func claim(name string, head []byte) (string, bool) {
	base := path.Base(name)
	switch {
	case !fileName.MatchString(base), strings.HasPrefix(base, "package"), strings.Contains(base, "lock."), base == "tsconfig.json":
		return "", false
	case structured.MatchString(name) && template.Match(head):
		return "", false // a template says nothing until it is rendered
	case strings.Contains(name, "node_modules/"), ofEditors.MatchString(name), strings.Contains(string(head), "\x00"), ofTests.MatchString(name), ofBrowsers.MatchString(name):
		return "", false
	}
	if springFile.MatchString(base) || settled.MatchString(name) || served.MatchString(name) {
		return path.Dir(name), true // one of them names the application of all, or shows whose the others are
	}
	return name, true
}

// springFile are the files in which a Spring application looks for its settings; a
// profile may stand behind the name.
var springFile = regexp.MustCompile(`^(application|bootstrap)(-[A-Za-z0-9_-]+)?\.(properties|ya?ml)$`)

// settled are files in a directory of settings: where one for every application is among
// them, "application.yml", the others are of one each.
var settled = regexp.MustCompile(`(^|/)[A-Za-z0-9_.-]*config(s|uration|urations)?([_-][A-Za-z0-9_.-]*)?/[a-z][a-z0-9-]*\.(properties|ya?ml)$`)

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	frag := &link.Fragment{}
	var readers []*reader
	for _, f := range u.Files {
		data, err := f.Bytes()
		if err != nil {
			continue // recorded by Bytes
		}
		f.Counted(1)
		if len(data) > maxFile {
			f.Note("too large to be configuration")
			continue
		}
		if structured.MatchString(f.Path()) { // what is broken must not be half-read by its lines
			_, err := strict.Parse(data, strict.Limits{})
			if err != nil && path.Ext(f.Path()) == ".json" {
				data = textfile.Uncommented(data)
				_, err = strict.Parse(data, strict.Limits{})
			}
			if err != nil {
				f.Fail(unfilled(f.Path(), data, err))
				continue
			}
		}
		data, err = plain(f.Path(), data)
		f.Fail(err)
		r := &reader{file: f, fragment: frag, text: string(data)}
		r.owner()
		readers = append(readers, r)
	}
	app := together(readers)
	repository(readers)
	apps := clients(readers)
	left := maxShared
	for _, r := range readers {
		r.shared = r.app.IsZero() && len(apps) > 1 && r.ofSpring()
		if r.app.IsZero() && r.ofSpring() && !r.shared {
			r.app = app
		}
		if !r.app.IsZero() {
			r.listens()
			r.expects()
		}
		settings := slices.Concat(address.Guesses(r.file.Path(), r.text), routes(r.props), gateway(r.file.Path(), r.text))
		if r.shared {
			if left -= len(settings) * len(apps); left < 0 {
				r.file.Fail(&strict.Error{ID: strict.TooManyValues, Line: 1, Col: 1, Msg: "so many settings for so many applications that they are not counted for them"})
				continue
			}
		}
		for _, s := range signals(r.text, settings) {
			r.setting(registered(s), apps)
		}
	}
	return frag, ctx.Err()
}

// unfilled says of JSON with a value that is yet to be put in that it is a template: it is
// broken only until then.
func unfilled(name string, data []byte, err error) error {
	at := filledIn.FindIndex(data)
	if path.Ext(name) != ".json" || at == nil {
		return err
	}
	before := string(data[:at[1]-len("${")])
	return &strict.Error{
		ID: strict.Template, Line: 1 + strings.Count(before, "\n"), Col: len(before) - strings.LastIndexByte(before, '\n'),
		Msg: "a template that was never rendered", Fix: "render it and scan what comes out",
	}
}

type reader struct {
	file     *ingest.File
	fragment *link.Fragment
	text     string
	props    []property  // of a framework that the file holds settings of
	app      depgraph.ID // the application that the file names; zero: none
	shared   bool        // what it says is given to all applications of its directory
}

// together returns the application that the files of one directory belong to: the one
// that those among them name which name any.
func together(readers []*reader) depgraph.ID {
	var app depgraph.ID
	for _, r := range readers {
		switch {
		case r.app.IsZero() || r.app == app || !r.ofSpring():
		case app.IsZero():
			app = r.app
		default:
			return depgraph.ID{}
		}
	}
	return app
}

// ofSpring says whether a Spring application finds the file by its name alone.
func (r *reader) ofSpring() bool { return springFile.MatchString(path.Base(r.file.Path())) }

// ofOne says whether a file that Spring finds by its name alone names the application.
func (r *reader) ofOne() bool { return r.ofSpring() && !r.app.IsZero() }

// springSetting is one that only an application of Spring has.
var springSetting = regexp.MustCompile(`(?m)^spring\b[\w.-]*\s*[:=]`)

// repository gives the files of a repository of Spring Cloud Config their applications,
// after which they are named: whoever mounts it hands them on, or picks its own. Where the
// settings for every application name one, the directory is that of this application.
func repository(readers []*reader) {
	all := func(r *reader) bool { return r.stem() == "application" }
	if slices.ContainsFunc(readers, (*reader).ofOne) || !slices.ContainsFunc(readers, all) || !slices.ContainsFunc(readers, func(r *reader) bool { return !r.ofSpring() && springSetting.MatchString(r.text) }) {
		return
	}
	profiles := map[string]bool{}
	for _, r := range readers {
		if profile, found := strings.CutPrefix(r.stem(), "application-"); found {
			profiles[profile] = true
		}
	}
	for _, r := range readers {
		if r.app.IsZero() && !r.ofSpring() && springSettings.MatchString(r.text) {
			name := r.stem()
			if i := strings.LastIndexByte(name, '-'); i > 0 && (profiles[name[i+1:]] || usual.MatchString(name[i+1:])) {
				name = name[:i]
			}
			r.belongs(name, 1, "named after its application, beside settings for every application")
		}
	}
}

// stem is the name of the file without what stands behind its first dot.
func (r *reader) stem() string {
	name, _, _ := strings.Cut(path.Base(r.file.Path()), ".")
	return name
}

// usual are profiles that a file is named after, behind its application, also where no
// settings for every application have them: "orders-prod.yml".
var usual = regexp.MustCompile(`^(default|local|dev|development|test|qa|stage|staging|prod|production|docker|kubernetes)$`)

// served are the files of a Spring Cloud Config server that keeps them itself: an
// application looks for its own at the top of what is built, and in "config" under names
// of Spring's.
var served = regexp.MustCompile(`(?:^|/)src/main/resources/([A-Za-z][A-Za-z0-9_-]*)/([a-z][a-z0-9-]*)\.(?:ya?ml|properties)$`)

// keeps are directories that hold nothing else.
var keeps = regexp.MustCompile(`^(shared|configs?|config-repo|configurations?)$`)

// springSettings are those that the files of nearly every application begin with.
var springSettings = regexp.MustCompile(`(?m)^(spring|server|eureka)\b[\w.-]*\s*[:=]`)

// owner finds the application that the file itself says it belongs to.
func (r *reader) owner() {
	if frameworks.MatchString(r.text) || springFile.MatchString(path.Base(r.file.Path())) {
		r.props = properties(r.file.Path(), r.text)
	}
	name, line, note := "", 1, ""
	if p, ok := called(r.props); ok {
		name, line, note = p.value, p.line, p.name()
	}
	if m := served.FindStringSubmatch(r.file.Path()); m != nil && name == "" && m[2] != "application" && m[2] != "bootstrap" &&
		(keeps.MatchString(m[1]) || springSettings.MatchString(r.text)) {
		name, note = m[2], "named after its application, as a Spring Cloud Config server keeps them"
	}
	if name == "" || strings.ContainsAny(name, "${ @") {
		return
	}
	r.belongs(name, line, note)
}

// belongs notes the application of a file.
func (r *reader) belongs(name string, line int, note string) {
	r.app = depgraph.ID{Kind: depgraph.KindService, Name: name}
	o := r.file.Origin(line, 1)
	o.Note = note
	in := ""
	if springFile.MatchString(path.Base(r.file.Path())) || inside(r.file.Path()) {
		in = r.file.Path()
	}
	r.fragment.Definitions = append(r.fragment.Definitions, link.Definition{
		Node: depgraph.Node{ID: r.app}, Names: []link.Name{{Space: link.SpaceService, Text: name}}, Weak: true, In: in, Origin: o,
	})
}

// taken are files that an image takes in when it is built around them.
var taken = regexp.MustCompile(`(^|/)(src/main/resources/[^/]+|(appsettings|ocelot)(\.\w+)?\.json|config/(default|production)\.json|provisioning/datasources/[^/]+)$`)

// elsewhere are settings of .NET that count where a program is developed or tried, or in
// a browser.
var elsewhere = regexp.MustCompile(`(?i)\.(development|local|tests?|testing|staging)\.json$|(^|/)wwwroot/`)

// inside reports whether an image takes a file in when it is built around it.
func inside(file string) bool { return taken.MatchString(file) && !elsewhere.MatchString(file) }

// imported are settings that a program reads the rest of its settings from, once,
// when it starts: Spring Boot reference, "External Application Properties", and
// Spring Cloud Config client.
var imported = regexp.MustCompile(`(^|[./])spring[./](config[./]import|cloud[./]config[./]uri)`)

// factor is how much less a file says than a setting that a deployment makes: a
// profile, or a variable, may override it.
const factor = 0.9

func (r *reader) setting(s address.Setting, apps []depgraph.ID) {
	o := r.file.Origin(s.Line, s.Col)
	o.Note, o.Confidence = s.Path, s.Form.Confidence()*factor
	ref := link.Reference{Terms: s.Terms(), Form: link.Text, Origin: o, Members: s.Targets(link.OwnerScope)}
	if imported.MatchString(s.Path) {
		ref.Terms.Phases = depgraph.PhasesOf(depgraph.Start)
	}
	for i := range ref.Members {
		ref.Members[i].Guess = s.Form == address.Bare
	}
	switch {
	case r.shared:
		ref.Origin.Confidence *= everybodys
		ref.Origin.Note += ", given to every application of a configuration server"
		for _, app := range apps {
			ref.Owner = link.ID(app)
			r.fragment.References = append(r.fragment.References, ref)
		}
		return
	case r.app.IsZero():
		ref.Owners = &link.Selector{File: r.file.Path(), Setting: s.Path, Built: inside(r.file.Path())}
	default:
		ref.Owner = link.ID(r.app)
	}
	r.fragment.References = append(r.fragment.References, ref)
}
