package ci

import (
	"path"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// reads takes note of what the pipeline needs and deploys.
func (j *jenkinsfile) reads(i int) {
	t := j.tokens[i]
	if i > 0 && j.tokens[i-1].is(".") && !dockerCalls[t.text] {
		return // a method of something else
	}
	if j.inner("environment") && j.next(i).is("=") && i+2 < len(j.tokens) && j.tokens[i+2].kind == quoted {
		j.addresses(j.tokens[i+2], address.Context{Key: t.text}, 1)
		return
	}
	if (t.text == "credentialsId" || t.text == "registryCredentialsId") && i+1 < len(j.tokens) {
		for k := i + 1; k < len(j.tokens) && k <= i+2; k++ {
			if j.tokens[k].kind == quoted {
				j.credential(j.tokens[k])
			}
		}
		return
	}
	args := func(keys ...string) []token {
		all := j.arguments(i)
		for _, key := range keys {
			if len(all[key]) > 0 {
				return all[key]
			}
		}
		return nil
	}
	switch t.text {
	case "sh", "bat", "powershell", "pwsh":
		for _, s := range args("script", "")[:min(1, len(args("script", "")))] {
			j.shell(s)
		}
	case "credentials", "sshagent", "azureServicePrincipal":
		for _, id := range args("") {
			j.credential(id)
		}
	case "label", "node":
		if t.text == "node" && !j.next(i).is("(") && j.next(i).kind != quoted || t.text == "label" && (!j.within("agent") || j.within("kubernetes")) {
			return
		}
		for _, label := range args("label", "")[:min(1, len(args("label", "")))] {
			j.agent(label)
		}
	case "image":
		if !j.within("agent") && !j.next(i).is(":") && (i == 0 || !j.tokens[i-1].is(".")) {
			return
		}
		if j.next(i).is(":") { // containerTemplate(image: 'x')
			if i+2 < len(j.tokens) && j.tokens[i+2].kind == quoted {
				j.image(j.tokens[i+2])
			}
			return
		}
		for _, image := range args("") {
			j.image(image)
		}
	case "yaml":
		for _, pod := range args("")[:min(1, len(args("")))] {
			for _, m := range podImage.FindAllStringSubmatchIndex(pod.text, -1) {
				for _, name := range j.values.expand(pod.text[m[2]:m[3]]) {
					j.pull(name, j.place(pod.from[m[2]]))
				}
			}
		}
	case "registryUrl", "withRegistry":
		for _, u := range args("")[:min(1, len(args("")))] {
			j.registry(j.known(u.text), j.place(u.at))
		}
	case "library", "@Library":
		for _, lib := range args("identifier", "") {
			j.library(lib)
		}
	case "git", "checkout":
		for _, u := range args("url", "") {
			j.repositoryOf(u)
		}
	}
}

// podImage is the image of a container, in the pod that an agent is.
var podImage = regexp.MustCompile(`(?m)^[ -]*image:\s*["']?([^\s"']+)`)

// dockerCalls are methods of the docker global that pull and log in.
var dockerCalls = map[string]bool{"image": true, "withRegistry": true}

func (j *jenkinsfile) credential(id token) {
	if id.text == "" || strings.ContainsAny(id.text, " \n") {
		return
	}
	all := j.values.expand(id.text)
	if all == nil {
		return
	}
	for _, name := range all {
		j.credentials = append(j.credentials, name)
		j.use(depgraph.ID{Kind: depgraph.KindSecret, Name: j.repository.name + "/" + name}, depgraph.Reads, j.place(id.at), "credentials", 1)
	}
}

// agent records the label of the agents that run the pipeline, or a stage of it.
func (j *jenkinsfile) agent(label token) {
	text := strings.Join(strings.FieldsFunc(label.text, func(r rune) bool { return r == ' ' || r == '&' }), "+")
	if text == "" || strings.ContainsAny(text, "$|!()") {
		return
	}
	j.add(link.Target{
		Name:  link.Name{Space: link.SpaceTool, Text: "agent/" + text},
		Else:  depgraph.ID{Kind: depgraph.KindNodePool, Name: "agent/" + text},
		Quiet: true,
	}, depgraph.ScheduledBy, j.place(label.at), "agent", 1)
}

func (j *jenkinsfile) image(image token) {
	for _, name := range j.values.expand(image.text) {
		j.pull(name, j.place(image.at))
	}
}

// library records a shared library: a repository that the controller knows by name.
func (j *jenkinsfile) library(lib token) {
	name, _, _ := strings.Cut(lib.text, "@")
	if name == "" || strings.ContainsAny(name, "$ ") {
		return
	}
	id := depgraph.ID{Kind: depgraph.KindRepo, Name: "jenkins-library/" + name}
	j.add(link.Target{Name: link.Name{Space: link.SpaceRepo, Text: id.Name}, Else: id, Quiet: true}, depgraph.Pulls, j.place(lib.at), "shared library", 1)
}

func (j *jenkinsfile) repositoryOf(address token) {
	host, p := hostAndPath(address.text)
	if host == "" {
		return
	}
	id := depgraph.ID{Kind: depgraph.KindRepo, Name: host + "/" + p}
	j.add(link.Target{Name: link.Name{Space: link.SpaceRepo, Text: id.Name}, Else: id, Quiet: true}, depgraph.Pulls, j.place(address.at), "checkout", 1)
}

// shell reads the commands of a step, which run in the repository's directory.
func (j *jenkinsfile) shell(script token) {
	j.addresses(script, address.Context{Loose: true}, scriptFactor)
	below := ""
	for _, b := range j.blocks[max(0, len(j.blocks)-maxBlocks):] {
		if b.name == "dir" {
			at := one(j.values, b.title)
			if at == "" || path.IsAbs(at) {
				return
			}
			below = path.Join(below, at)
		}
	}
	tops := []string{j.repository.dir}
	if own := path.Dir(j.Path()); j.repository.host == "" && own != "." && own != j.repository.dir {
		tops = append(tops, own) // one of several repositories side by side, for all we know
	}
	for _, d := range deployments(script.text, j.values) {
		for i, top := range tops {
			if i > 0 && d.paths == nil && d.playbook == "" {
				continue
			}
			j.deploys(d, path.Join(top, below), j.place(script.from[min(d.at, len(script.from)-1)]), j.stage(), 0.9)
		}
	}
}

func (j *jenkinsfile) addresses(s token, c address.Context, factor float64) {
	for _, ref := range address.Find(s.text, c) {
		j.refer(link.Reference{
			Members: ref.Targets(""), Terms: ref.Terms(), Form: link.Text,
			Origin: j.needs.origin(j.place(s.from[min(ref.At, len(s.from)-1)]), c.Key, ref.Form.Confidence()*factor),
		})
	}
}
