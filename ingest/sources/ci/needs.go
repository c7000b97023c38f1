package ci

import (
	"regexp"
	"strings"

	"github.com/distribution/reference"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// place is where something stands in a file.
type place struct{ line, col int }

func placeOf(v strict.Value) place { return place{v.Line(), v.Col()} }

// placeIn is the place of a byte of the value's text: the line of a command in a script.
func placeIn(v strict.Value, offset int) place {
	line, col := v.Place(offset)
	return place{line, col}
}

// needs collects what one job needs and what it deploys.
type needs struct {
	file       file
	repository repository
	owner      link.Name
	fragment   *link.Fragment
	at         place
	steps      *int   // that were read of the job, those of its actions too
	values     values // of variables, as far as the pipeline itself states them
	discarded  bool   // what it starts on its own machine is gone when it ends
}

func (n *needs) origin(at place, note string, confidence float64) depgraph.Origin {
	o := n.file.Origin(at.line, at.col)
	o.Note, o.Confidence = note, confidence
	return o
}

func (n *needs) add(t link.Target, via depgraph.Via, at place, note string, confidence float64) {
	n.refer(link.Reference{
		Members: []link.Target{t},
		Terms:   depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), Via: via},
		Form:    link.Structured,
		Origin:  n.origin(at, note, confidence),
	})
}

func (n *needs) refer(r link.Reference) {
	r.Owner = n.owner
	n.fragment.References = append(n.fragment.References, r)
}

// use adds a need for a node that may be named without a definition.
func (n *needs) use(id depgraph.ID, via depgraph.Via, at place, note string, confidence float64) {
	n.add(link.Target{Name: link.ID(id), Else: id, Quiet: true}, via, at, note, confidence)
}

// action adds a need for an action: a repository on GitHub, or an image.
func (n *needs) action(uses strict.Value) {
	text := uses.Text()
	if image, ok := strings.CutPrefix(text, "docker://"); ok {
		n.pull(image, placeOf(uses))
		return
	}
	name, _, _ := strings.Cut(text, "@")
	parts := strings.Split(name, "/")
	if len(parts) < 2 || strings.Contains(name, "${{") || strings.HasPrefix(name, ".") {
		return
	}
	repo := depgraph.ID{Kind: depgraph.KindRepo, Name: "github.com/" + parts[0] + "/" + parts[1]}
	n.add(link.Target{Name: link.Name{Space: link.SpaceRepo, Text: repo.Name}, Else: repo, Quiet: true}, depgraph.Pulls, placeOf(uses), "action", 1)
}

// image adds a need for the image named by a scalar or by a field of a map.
func (n *needs) image(v strict.Value, field string) {
	if v.Type() == strict.Map {
		v = v.Get(field)
	}
	if v.Text() != "" {
		n.pull(v.Text(), placeOf(v))
	}
}

func (n *needs) pull(image string, at place) {
	ref, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return // templated: which image it is stands in no file
	}
	id := depgraph.ID{Kind: depgraph.KindImage, Name: ref.Name()}
	n.add(link.Target{Name: link.Name{Space: link.SpaceImage, Text: ref.Name()}, Else: id, Quiet: true}, depgraph.Pulls, at, "", 1)
	n.use(depgraph.ID{Kind: depgraph.KindRegistry, Name: reference.Domain(ref)}, depgraph.Pulls, at, "registry of "+ref.Name(), 1)
}

var expression = regexp.MustCompile(`\$\{\{\s*secrets\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}`)

// settings reads a map of environment variables or of an action's inputs: the
// secrets they name, the identities they assume and the hosts they point at.
func (n *needs) settings(v strict.Value) {
	for key, value := range v.Fields() {
		at := placeOf(value)
		n.secretsIn(value.Text(), at)
		switch strings.ToLower(key.Text) {
		case "role-to-assume", "workload_identity_provider", "service_account", "client-id":
			if !strings.Contains(value.Text(), "${{") && value.Text() != "" {
				n.use(depgraph.ID{Kind: depgraph.KindIdentity, Name: value.Text()}, depgraph.Authenticates, at, key.Text, 1)
			}
			continue
		case "registry", "login-server", "registries":
			for _, host := range strings.Split(value.Text(), ",") {
				n.registry(n.known(strings.TrimSpace(host)), at)
			}
			continue
		}
		if strings.ContainsRune(value.Text(), '\n') {
			n.addresses(value, address.Context{Key: key.Text, Loose: true}, 1)
		} else {
			n.addresses(value, address.Context{Key: key.Text}, 1)
		}
	}
}

// known returns a value with its variables filled in, "" where one is unknown.
func (n *needs) known(text string) string {
	return one(n.values, expressionUse.ReplaceAllString(text, "$${$1}"))
}

var expressionUse = regexp.MustCompile(`\$\{\{\s*([A-Za-z0-9_.-]+)\s*\}\}`)

// secrets reads the secrets handed to a reusable workflow.
func (n *needs) secrets(v strict.Value) {
	for _, value := range v.Fields() {
		n.secretsIn(value.Text(), placeOf(value))
	}
}

func (n *needs) secretsIn(text string, at place) {
	for _, m := range expression.FindAllStringSubmatch(text, -1) {
		if m[1] == "GITHUB_TOKEN" {
			continue // made by GitHub for every run
		}
		n.use(depgraph.ID{Kind: depgraph.KindSecret, Name: n.repository.name + "/" + m[1]}, depgraph.Reads, at, "", 1)
	}
}

// addresses adds a need for every host that a string points at.
func (n *needs) addresses(v strict.Value, c address.Context, factor float64) {
	for _, ref := range address.Find(v.Text(), c) {
		n.refer(link.Reference{
			Members: ref.Targets(""),
			Terms:   ref.Terms(),
			Form:    link.Text,
			Origin:  n.origin(placeIn(v, ref.At), c.Key, ref.Form.Confidence()*factor),
		})
	}
}

// scriptFactor is how much less an address in a script says than one in a setting:
// the line may never run.
const scriptFactor = 0.7

// script reads the commands of a step that runs in dir.
func (n *needs) script(run strict.Value, dir string) {
	n.secretsIn(run.Text(), placeOf(run))
	n.addresses(run, address.Context{Loose: true}, scriptFactor)
	n.commands(run.Text(), dir, func(at int) place { return placeIn(run, at) })
}

// commands records what a script deploys; at says where its bytes stand.
func (n *needs) commands(script, dir string, at func(offset int) place) {
	for _, d := range deployments(script, n.values) {
		n.deploys(d, dir, at(d.at), "", 0.9)
	}
}

func (n *needs) deploys(d deployment, dir string, at place, note string, confidence float64) {
	if d.login != "" {
		n.registry(d.login, at)
		return
	}
	if d.local && n.discarded {
		return // what starts on the machine of a test goes with it
	}
	n.fragment.References = append(n.fragment.References, d.references(n.owner, dir, n.origin(at, note, confidence))...)
}

// source adds the need for the repository that the job checks out.
func (n *needs) source() {
	if t, ok := n.repository.remote(); ok {
		n.add(t, depgraph.Pulls, n.at, "its own repository", 0.95)
	}
}

// registry adds a need for a registry that the job logs in to.
func (n *needs) registry(host string, at place) {
	if host = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(host, "https://"), "http://"), "/"); registryHost.MatchString(host) {
		host, _, _ = strings.Cut(host, "/")
		n.use(depgraph.ID{Kind: depgraph.KindRegistry, Name: host}, depgraph.Authenticates, at, "registry that it logs in to", 1)
	}
}

var registryHost = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]+)?(/[a-z0-9._/-]*)?$`)
