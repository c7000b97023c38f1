package ci

import (
	"path"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// deployment is what one command of a script changes.
type deployment struct {
	paths    []string          // files or directories, as the command names them
	source   string            // which source reads what the command deploys from there
	labels   map[string]string // objects that carry these labels
	object   string            // a Kubernetes object, "deployment/api"
	scope    string            // its namespace; "" is unknown
	commands string            // for the note
}

// deployments reads the commands of a shell script that deploy something. It is
// no shell: variables are not expanded, and a command with one in the place that
// matters is passed over.
func deployments(script string) []deployment {
	var ds []deployment
	for _, line := range commandLines(script) {
		words := strings.Fields(line)
		for len(words) > 0 && (words[0] == "sudo" || words[0] == "exec" || strings.Contains(words[0], "=")) {
			words = words[1:]
		}
		if len(words) < 2 {
			continue
		}
		// What is built and never applied deploys nothing.
		if d, ok := command(words); ok && (d.commands != "kustomize build" || strings.Contains(script, "apply")) {
			ds = append(ds, d)
		}
	}
	return ds
}

// commandLines joins continued lines and cuts pipes and lists of commands apart.
func commandLines(script string) []string {
	script = strings.ReplaceAll(script, "\\\n", " ")
	return strings.FieldsFunc(script, func(r rune) bool { return r == '\n' || r == '|' || r == ';' || r == '&' })
}

func command(words []string) (deployment, bool) {
	switch path.Base(words[0]) {
	case "kubectl", "oc":
		return kubectl(words[1:])
	case "kustomize":
		if words[1] == "build" && len(words) > 2 {
			return below(manifests, words[2], "kustomize build")
		}
	case "helm":
		return helm(words[1:])
	case "terraform", "tofu", "terragrunt":
		if words[1] == "apply" || words[1] == "run-all" {
			return below("terraform", ".", words[0]+" apply")
		}
		if dir, ok := strings.CutPrefix(words[1], "-chdir="); ok && len(words) > 2 && words[2] == "apply" {
			return below("terraform", dir, words[0]+" apply")
		}
	case "docker", "docker-compose":
		if i := indexOf(words, "up"); i > 0 && (words[1] == "compose" || words[0] == "docker-compose") {
			if file := flag(words, "-f", "--file"); file != "" {
				return below("compose", file, "docker compose up")
			}
			return below("compose", ".", "docker compose up")
		}
	case "skaffold":
		if words[1] == "run" || words[1] == "deploy" {
			return below(manifests, ".", "skaffold "+words[1])
		}
	}
	return deployment{}, false
}

func kubectl(words []string) (deployment, bool) {
	namespace := flag(words, "-n", "--namespace")
	verb := firstWord(words)
	switch verb {
	case "apply", "replace", "create":
		if p := flag(words, "-f", "--filename", "-k", "--kustomize"); p != "" && p != "-" {
			return below(manifests, p, "kubectl "+verb)
		}
	case "rollout", "set", "patch", "scale":
		for _, w := range words {
			if kind, name, ok := strings.Cut(w, "/"); ok && workloadKinds[strings.ToLower(kind)] != "" && !variable(name) {
				return deployment{object: workloadKinds[strings.ToLower(kind)] + "/" + name, scope: namespace, commands: "kubectl " + verb}, true
			}
		}
	}
	return deployment{}, false
}

var workloadKinds = map[string]string{
	"deployment": "deployment", "deployments": "deployment", "deploy": "deployment", "deployment.apps": "deployment",
	"statefulset": "statefulset", "statefulsets": "statefulset", "sts": "statefulset",
	"daemonset": "daemonset", "daemonsets": "daemonset", "ds": "daemonset",
	"cronjob": "cronjob", "cronjobs": "cronjob",
}

func helm(words []string) (deployment, bool) {
	verb := firstWord(words)
	if verb != "upgrade" && verb != "install" && verb != "rollback" {
		return deployment{}, false
	}
	args := arguments(words)
	if len(args) < 2 || variable(args[1]) {
		return deployment{}, false
	}
	d := deployment{labels: map[string]string{"app.kubernetes.io/instance": args[1]}, scope: flag(words, "-n", "--namespace"), commands: "helm " + verb}
	if len(args) > 2 && (strings.HasPrefix(args[2], ".") || strings.HasPrefix(args[2], "charts/")) && !variable(args[2]) {
		d.paths, d.source = []string{args[2]}, manifests
	}
	return d, true
}

// manifests is the source that reads what kubectl, kustomize, skaffold and helm deploy.
const manifests = "kubernetes"

// below is a deployment of everything that a source read from a path of the
// repository: what a tool applies is of its own kind, whatever else lies there.
func below(source, p, commands string) (deployment, bool) {
	if variable(p) || strings.Contains(p, "://") {
		return deployment{}, false
	}
	return deployment{paths: []string{strings.Trim(p, `"'`)}, source: source, commands: commands}, true
}

func variable(s string) bool { return strings.Contains(s, "$") || s == "" || s == "-" }

// flag returns the value of the first of the named flags, in either spelling.
func flag(words []string, names ...string) string {
	for i, w := range words {
		for _, name := range names {
			if w == name && i+1 < len(words) {
				return words[i+1]
			}
			if v, ok := strings.CutPrefix(w, name+"="); ok {
				return v
			}
		}
	}
	return ""
}

// valueFlags take a value in the next word; every other flag stands alone.
var valueFlags = map[string]bool{
	"-n": true, "--namespace": true, "-f": true, "--filename": true, "--values": true, "--set": true, "--set-string": true,
	"--context": true, "--kube-context": true, "--kubeconfig": true, "--version": true, "--timeout": true, "--repo": true,
	"-k": true, "--kustomize": true, "-l": true, "--selector": true,
}

// arguments returns the words that are neither flags nor their values.
func arguments(words []string) []string {
	var args []string
	for i := 0; i < len(words); i++ {
		switch {
		case valueFlags[words[i]]:
			i++
		case !strings.HasPrefix(words[i], "-"):
			args = append(args, strings.Trim(words[i], `"'`))
		}
	}
	return args
}

func firstWord(words []string) string {
	if args := arguments(words); len(args) > 0 {
		return args[0]
	}
	return ""
}

func indexOf(words []string, word string) int {
	for i, w := range words {
		if w == word {
			return i
		}
	}
	return -1
}

// references returns what the deployment makes of its objects: each is deployed by
// the tool. dir is the repository's directory that the command runs in.
func (d deployment) references(tool link.Name, dir string, origin depgraph.Origin) []link.Reference {
	origin.Note = d.commands
	base := link.Reference{
		Members: []link.Target{{Name: tool}},
		Terms:   depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Deploy), Via: depgraph.DeployedBy},
		Form:    link.Structured,
		Origin:  origin,
	}
	var refs []link.Reference
	for _, p := range d.paths {
		r := base
		r.Owners = &link.Selector{PathPrefix: path.Join(dir, p), Source: d.source}
		refs = append(refs, r)
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
	return refs
}

func objectScope(namespace string) string {
	if namespace == "" || variable(namespace) {
		namespace = "default"
	}
	return "k8s/" + namespace
}
