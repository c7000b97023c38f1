package ci

import (
	"path"
	"strings"
)

// command reads one simple command that runs in a directory.
func command(words []string, v values) []deployment {
	if len(words) < 2 {
		return nil
	}
	name := path.Base(words[0])
	switch args := words[1:]; name {
	case "kubectl", "oc":
		return kubectl(args, v)
	case "kustomize":
		if args[0] == "build" && len(args) > 1 {
			return below(manifests, v, "kustomize build", args[1])
		}
	case "helm":
		return helm(args, v)
	case "helmfile":
		return helmfile(args, v)
	case "terraform", "tofu", "terragrunt":
		return terraform(name, args, v)
	case "ansible-playbook":
		return ansible(args, v)
	case "docker", "podman", "buildah", "nerdctl", "img":
		if d := composeUp(args, args[0] == "compose", v); d != nil {
			return d
		}
		if d := login(args, v); d != nil {
			return d
		}
		return pushed(name, args, v)
	case "docker-compose":
		return composeUp(args, true, v)
	case "skopeo", "crane", "regctl", "oras", "ko", "executor", "kaniko":
		return copied(name, args, v)
	case "skaffold":
		if args[0] == "run" || args[0] == "deploy" {
			return below(manifests, v, "skaffold "+args[0], ".")
		}
	}
	return nil
}

func kubectl(words []string, v values) []deployment {
	namespace := one(v, flag(words, "-n", "--namespace"))
	verb := firstWord(words)
	switch verb {
	case "apply", "replace", "create":
		var ds []deployment
		for _, p := range flags(words, "-f", "--filename", "-k", "--kustomize") {
			ds = append(ds, below(manifests, v, "kubectl "+verb, p)...)
		}
		return ds
	case "rollout", "set", "patch", "scale":
		args := arguments(words)
		for i, w := range args {
			kind, name, ok := strings.Cut(w, "/")
			if !ok && i+1 < len(args) {
				name = args[i+1]
			}
			kind = workloadKinds[strings.ToLower(kind)]
			if name = one(v, name); kind == "" || i == 0 || variable(name) {
				continue
			}
			return []deployment{{object: kind + "/" + name, scope: namespace, commands: "kubectl " + verb}}
		}
	}
	return nil
}

var workloadKinds = map[string]string{
	"deployment": "deployment", "deployments": "deployment", "deploy": "deployment", "deployment.apps": "deployment",
	"statefulset": "statefulset", "statefulsets": "statefulset", "sts": "statefulset",
	"daemonset": "daemonset", "daemonsets": "daemonset", "ds": "daemonset",
	"cronjob": "cronjob", "cronjobs": "cronjob",
}

func helm(words []string, v values) []deployment {
	verb := firstWord(words)
	if verb != "upgrade" && verb != "install" && verb != "rollback" {
		return nil
	}
	args := arguments(words)
	if len(args) < 2 || helmDryRun(words) {
		return nil
	}
	release := one(v, args[1])
	if variable(release) {
		return nil
	}
	d := deployment{
		labels: map[string]string{"app.kubernetes.io/instance": release}, scope: one(v, flag(words, "-n", "--namespace")), commands: "helm " + verb,
	}
	if len(args) > 2 && (strings.HasPrefix(args[2], ".") || strings.HasPrefix(args[2], "charts/")) {
		d.paths, d.source = v.expand(args[2]), manifests
	}
	return []deployment{d}
}

func helmDryRun(words []string) bool {
	for _, w := range words {
		if strings.HasPrefix(w, "--dry-run") {
			return true
		}
	}
	return false
}

// helmfile reads "helmfile -f FILE apply": FILE deploys what it lists.
func helmfile(words []string, v values) []deployment {
	verb := firstWord(words)
	if verb != "apply" && verb != "sync" && verb != "charts" {
		return nil
	}
	if files := flags(words, "-f", "--file"); len(files) > 0 {
		var ds []deployment
		for _, f := range files {
			ds = append(ds, below("helmfile", v, "helmfile "+verb, f)...)
		}
		return ds
	}
	return []deployment{{paths: []string{"helmfile.yaml", "helmfile.yaml.gotmpl", "helmfile.d"}, source: "helmfile", commands: "helmfile " + verb}}
}

func terraform(name string, words []string, v values) []deployment {
	dir := "."
	if to, ok := strings.CutPrefix(words[0], "-chdir="); ok {
		dir, words = to, words[1:]
	}
	if to := flag(words, "--terragrunt-working-dir", "--working-dir"); to != "" {
		dir = to
	}
	if len(words) > 0 && (words[0] == "apply" || words[0] == "run-all" && indexOf(words, "apply") > 0 || words[0] == "run" && indexOf(words, "apply") > 0) {
		return flat(below("terraform", v, name+" apply", dir))
	}
	return nil
}

// ansible reads "ansible-playbook -i INVENTORY PLAYBOOK...": its hosts are deployed
// by whoever runs it.
func ansible(words []string, v values) []deployment {
	if indexOf(words, "--check") >= 0 || indexOf(words, "-C") >= 0 || indexOf(words, "--syntax-check") >= 0 {
		return nil
	}
	var ds []deployment
	for _, arg := range arguments(words) {
		for _, p := range v.expand(arg) {
			if strings.HasSuffix(p, ".yml") || strings.HasSuffix(p, ".yaml") {
				ds = append(ds, deployment{playbook: p, commands: "ansible-playbook"})
			}
		}
	}
	return ds
}

func composeUp(words []string, isCompose bool, v values) []deployment {
	if !isCompose || indexOf(words, "up") < 0 {
		if isCompose || firstWord(words) != "stack" || indexOf(words, "deploy") < 0 {
			return nil
		}
		var ds []deployment
		for _, f := range flags(words, "-c", "--compose-file") {
			ds = append(ds, below("compose", v, "docker stack deploy", f)...)
		}
		return ds
	}
	files := flags(words, "-f", "--file")
	if len(files) == 0 {
		files = []string{"."}
	}
	var ds []deployment
	for _, f := range files {
		ds = append(ds, below("compose", v, "docker compose up", f)...)
	}
	for i := range ds {
		ds[i].local = true
	}
	return flat(ds)
}

// pushed reads what fills a registry: "docker push IMAGE", and "build --push -t IMAGE".
func pushed(name string, words []string, v values) []deployment {
	verb := firstWord(words)
	var images []string
	switch args := arguments(words); {
	case verb == "push" && len(args) > 1:
		images = args[1:2]
	case (verb == "build" || verb == "buildx") && indexOf(words, "--push") >= 0:
		images = flags(words, "-t", "--tag")
	}
	return publishes(name+" push", images, v)
}

// login reads "docker login HOST": without the registry the script stops there.
func login(words []string, v values) []deployment {
	if firstWord(words) != "login" {
		return nil
	}
	host := ""
	for i, w := range words[1:] { // "-p" and "-u" take a value in the next word
		if before := words[i]; !strings.HasPrefix(w, "-") && before != "-p" && before != "-u" && before != "--password" && before != "--username" {
			host = one(v, w)
		}
	}
	if !strings.Contains(host, ".") {
		return nil
	}
	return []deployment{{login: host}}
}

// copied reads tools that write an image into a registry without a daemon.
func copied(name string, words []string, v values) []deployment {
	args := arguments(words)
	var images []string
	switch {
	case name == "executor" || name == "kaniko":
		images = flags(words, "--destination", "-d")
	case name == "skopeo" && len(args) == 3 && args[0] == "copy":
		if to, ok := strings.CutPrefix(args[2], "docker://"); ok {
			images = []string{to}
		}
	case name == "crane" && len(args) == 3 && (args[0] == "copy" || args[0] == "cp" || args[0] == "push"):
		images = args[2:]
	case name == "regctl" && len(args) == 4 && args[0] == "image" && args[1] == "copy":
		images = args[3:]
	}
	return publishes(name, images, v)
}

func publishes(commands string, images []string, v values) []deployment {
	var ds []deployment
	for _, image := range images {
		// A tag may be anything: it says nothing of which image it is.
		if i := strings.LastIndexByte(image, ':'); i > strings.LastIndexByte(image, '/') {
			image = image[:i]
		}
		for _, known := range v.expand(image) {
			if strings.Contains(known, "/") { // else a name of this machine
				ds = append(ds, deployment{image: known, commands: commands})
			}
		}
	}
	return ds
}

// manifests is the source that reads what kubectl, kustomize, skaffold and helm deploy.
const manifests = "kubernetes"

// below is a deployment of everything that a source read from a path of the
// repository, for each that the word stands for: what a tool applies is of its own
// kind, whatever else lies there.
func below(source string, v values, commands, word string) []deployment {
	var ds []deployment
	for _, p := range v.expand(word) {
		if p != "" && p != "-" && !strings.Contains(p, "://") && !path.IsAbs(p) {
			ds = append(ds, deployment{paths: []string{p}, source: source, commands: commands})
		}
	}
	return ds
}

// flat says that a command reads nothing below the directories that it names.
func flat(ds []deployment) []deployment {
	for i := range ds {
		ds[i].flat = true
	}
	return ds
}

func variable(s string) bool { return strings.Contains(s, "$") || s == "" || s == "-" }

// one returns what a word stands for where that is one thing, else "".
func one(v values, word string) string {
	if all := v.expand(word); len(all) == 1 {
		return all[0]
	}
	return ""
}

// flag returns the value of the first of the named flags, in either spelling.
func flag(words []string, names ...string) string {
	if all := flags(words, names...); len(all) > 0 {
		return all[0]
	}
	return ""
}

// flags returns every value of the named flags.
func flags(words []string, names ...string) []string {
	var out []string
	for i, w := range words {
		for _, name := range names {
			if w == name && i+1 < len(words) {
				out = append(out, words[i+1])
			}
			if value, ok := strings.CutPrefix(w, name+"="); ok {
				out = append(out, value)
			}
		}
	}
	return out
}

// valueFlags take a value in the next word; every other flag stands alone.
var valueFlags = map[string]bool{
	"-n": true, "--namespace": true, "-f": true, "--filename": true, "--values": true, "--set": true, "--set-string": true, "--set-file": true,
	"--context": true, "--kube-context": true, "--kubeconfig": true, "--version": true, "--timeout": true, "--repo": true,
	"-k": true, "--kustomize": true, "-l": true, "--selector": true, "--file": true, "-e": true, "--environment": true, "--extra-vars": true,
	"-i": true, "--inventory": true, "-u": true, "--user": true, "--limit": true, "--tags": true, "-t": true, "--tag": true, "--platform": true,
	"--private-key": true, "--vault-password-file": true, "--skip-tags": true, "--build-arg": true, "-c": true, "--compose-file": true,
	"--project-name": true, "-p": true, "--concurrency": true, "--authfile": true, "--creds": true, "--dest-creds": true, "--src-creds": true,
}

// arguments returns the words that are neither flags nor their values.
func arguments(words []string) []string {
	var args []string
	for i := 0; i < len(words); i++ {
		switch {
		case valueFlags[words[i]]:
			i++
		case !strings.HasPrefix(words[i], "-"):
			args = append(args, words[i])
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
