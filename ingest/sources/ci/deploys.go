package ci

import (
	"path"
	"strings"

	"github.com/distribution/reference"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// deployment is what one command of a script changes.
type deployment struct {
	paths    []string          // files or directories, as the command names them
	source   string            // which source reads what the command deploys from there
	flat     bool              // what stands below them is none of it
	labels   map[string]string // objects that carry these labels
	object   string            // a Kubernetes object, "deployment/api"
	scope    string            // its namespace; "" is unknown
	image    string            // an image that it writes to a registry
	playbook string            // a playbook of Ansible that it runs
	login    string            // a registry that it logs in to: changes nothing, and is needed
	commands string            // for the note
	dir      string            // in which the command runs, below that of the script
	nowhere  bool              // that directory is unknown
	local    bool              // on the machine that runs the command, by its own engine of containers
	at       int               // byte offset of the command in the script
}

// deployments reads the commands of a shell script that deploy something. It is
// no shell: a command with a variable of unknown value in the place that matters
// is passed over.
func deployments(script string, v values) []deployment {
	var ds []deployment
	var dir workdir
	applies := strings.Contains(script, "apply")
	for _, l := range commandLines(script) {
		words := l.words
		for len(words) > 0 && (prefixes[words[0]] || strings.Contains(words[0], "=") && !strings.HasPrefix(words[0], "-")) {
			words = words[1:]
		}
		if len(words) == 0 || dir.enter(words, v) {
			continue
		}
		for _, d := range command(words, v) {
			if d.commands == "kustomize build" && !applies {
				continue // what is built and never applied deploys nothing
			}
			d.at, d.dir, d.nowhere = l.at, dir.at, dir.lost
			ds = append(ds, d)
		}
	}
	return ds
}

// prefixes are words that run the command behind them.
var prefixes = map[string]bool{
	"sudo": true, "exec": true, "time": true, "then": true, "do": true, "else": true, "if": true, "!": true, "nohup": true, "command": true, "{": true,
}

// spacePlaybook holds playbooks of Ansible by their paths; each stands for the hosts
// that it configures.
const spacePlaybook link.Space = "playbook"

// references returns what the deployment makes of its objects: each is deployed by
// the tool. dir is the directory that the script runs in.
func (d deployment) references(tool link.Name, dir string, origin depgraph.Origin) []link.Reference {
	if origin.Note != "" {
		d.commands = origin.Note + ": " + d.commands
	}
	origin.Note = d.commands
	base := link.Reference{
		Members: []link.Target{{Name: tool}},
		Terms:   depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Deploy), Via: depgraph.DeployedBy},
		Form:    link.Structured,
		Origin:  origin,
	}
	dir = path.Join(dir, d.dir)
	var refs []link.Reference
	for _, p := range d.paths {
		if r := base; !d.nowhere && inside(path.Join(dir, p)) {
			r.Owners = &link.Selector{PathPrefix: path.Join(dir, p), Source: d.source, Flat: d.flat}
			refs = append(refs, r)
		}
	}
	if d.labels != nil {
		r := base
		r.Owners = &link.Selector{Labels: d.labels}
		refs = append(refs, r)
	}
	if d.object != "" {
		r := base
		r.Owner = link.Name{Space: link.SpaceObject, Scope: objectScope(d.scope), Text: d.object}
		refs = append(refs, r)
	}
	if ref, err := reference.ParseNormalizedNamed(d.image); d.image != "" && err == nil {
		r := base
		r.Owner = link.ID(depgraph.ID{Kind: depgraph.KindImage, Name: ref.Name()})
		refs = append(refs, r)
	}
	if d.playbook != "" && !d.nowhere && !path.IsAbs(d.playbook) {
		r := base
		r.Owner = link.Name{Space: spacePlaybook, Text: path.Join(dir, d.playbook)}
		refs = append(refs, r)
	}
	return refs
}

// inside reports whether a path lies below what was scanned.
func inside(p string) bool { return p != ".." && !strings.HasPrefix(p, "../") && !path.IsAbs(p) }

func objectScope(namespace string) string {
	if namespace == "" || variable(namespace) {
		namespace = "default"
	}
	return "k8s/" + namespace
}
