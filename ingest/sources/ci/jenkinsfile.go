package ci

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// jenkinsfile is one pipeline of Jenkins, declarative or scripted, by the pipeline
// syntax reference. It is one tool: Jenkins runs it as a whole.
type jenkinsfile struct {
	*needs
	*ingest.File
	text        string
	tokens      []token
	blocks      []block
	lines       []int    // where each line of text begins
	credentials []string // ids that it asks for, variables as they are written
}

// block is what stands around a token: "stage('Apply') {".
type block struct {
	name  string
	title string // its first string
}

// jenkinsfileName says whether a file is a Jenkinsfile, by the names in use.
func jenkinsfileName(base string) bool {
	return base == "Jenkinsfile" || strings.HasPrefix(base, "Jenkinsfile.") && !strings.HasSuffix(base, ".md") || strings.HasPrefix(base, "Jenkinsfile_") ||
		strings.HasPrefix(base, "Jenkinsfile-") || strings.HasSuffix(base, ".jenkinsfile") || strings.HasSuffix(base, ".Jenkinsfile")
}

func (in *inputs) jenkinsfiles(files []*ingest.File) []*jenkinsfile {
	var out []*jenkinsfile
	for _, f := range files {
		if text, err := f.Text(); err == nil { // else recorded
			out = append(out, in.jenkinsfile(f, text))
		}
	}
	return out
}

// jenkinsfile reads one file. Its repository is the one that a git configuration
// names, else what was scanned: where in it the file stands is part of its name.
func (in *inputs) jenkinsfile(f *ingest.File, text string) *jenkinsfile {
	f.Counted(1)
	repo := in.repositories.of(f, in.repositories.around(f))
	name := strings.TrimPrefix(strings.TrimPrefix(f.Path(), repo.dir), "/")
	if ext := path.Ext(name); strings.EqualFold(ext, ".jenkinsfile") || ext == ".groovy" {
		name = strings.TrimSuffix(name, ext)
	}
	id := depgraph.ID{Kind: depgraph.KindTool, Name: repo.name + "/" + name}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	tokens, faults := groovy(text)
	j := &jenkinsfile{File: f, text: text, tokens: tokens, lines: []int{0}}
	for i := range len(text) {
		if text[i] == '\n' {
			j.lines = append(j.lines, i+1)
		}
	}
	for _, x := range faults[:min(len(faults), maxFaults)] {
		at := j.place(x.at)
		f.Fail(&strict.Error{ID: "groovy-syntax", Line: at.line, Col: at.col, Msg: x.msg})
	}
	j.needs = &needs{file: file{File: f}, repository: repo, owner: link.ID(id), fragment: in.fragment, at: place{1, 1}, values: values{}}
	in.fragment.Definitions = append(in.fragment.Definitions, link.Definition{
		Node: depgraph.Node{ID: id, Title: name, Aliases: []string{name}},
		Names: []link.Name{
			{Space: link.SpaceTool, Text: name},
			{Space: link.SpaceTool, Text: repo.name + "/" + name},
		},
		Origin: f.Origin(1, 1),
	})
	j.source()
	j.walk((*jenkinsfile).states)
	j.walk((*jenkinsfile).reads)
	slices.Sort(j.credentials)
	j.credentials = slices.Compact(j.credentials)
	return j
}

// walk visits every token with the blocks around it.
func (j *jenkinsfile) walk(visit func(j *jenkinsfile, i int)) {
	j.blocks = nil
	var head block // of the block that may open next
	depth := 0     // of parentheses
	for i, t := range j.tokens {
		switch {
		case t.is("{"):
			j.blocks = append(j.blocks, head)
			head, depth = block{}, 0
		case t.is("}"):
			if n := len(j.blocks); n > 0 {
				j.blocks = j.blocks[:n-1]
			}
			head, depth = block{}, 0
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case t.kind == newline && depth <= 0:
			head, depth = block{}, 0
		case t.kind == word && head.name == "":
			head.name = t.text
		case t.kind == quoted && head.title == "":
			head.title = t.text
		}
		if t.kind == word {
			visit(j, i)
		}
	}
}

func (j *jenkinsfile) within(name string) bool {
	return slices.ContainsFunc(j.blocks[max(0, len(j.blocks)-maxBlocks):], func(b block) bool { return b.name == name })
}

// inner reports whether the innermost block is called name.
func (j *jenkinsfile) inner(name string) bool {
	return len(j.blocks) > 0 && j.blocks[len(j.blocks)-1].name == name
}

func (j *jenkinsfile) stage() string {
	for _, b := range slices.Backward(j.blocks[max(0, len(j.blocks)-maxBlocks):]) {
		if b.name == "stage" && b.title != "" {
			return "stage " + b.title
		}
	}
	return ""
}

func (j *jenkinsfile) next(i int) token {
	if i+1 < len(j.tokens) {
		return j.tokens[i+1]
	}
	return token{}
}

// arguments returns the strings behind a step, by their key; "" is the first that has
// none. They end with the parentheses, or with the line.
func (j *jenkinsfile) arguments(i int) map[string][]token {
	args := map[string][]token{}
	depth, key := 0, ""
	for k := i + 1; k < min(len(j.tokens), i+maxArguments); k++ {
		switch t := j.tokens[k]; {
		case t.is("{"), t.is("}"):
			return args
		case t.is("(") || t.is("["):
			depth++
		case t.is(")") || t.is("]"):
			if depth--; depth <= 0 && t.is(")") {
				return args
			}
		case t.kind == newline:
			if last := j.tokens[k-1]; depth <= 0 && !last.is(",") {
				return args
			}
		case t.is(","):
			if depth <= 1 {
				key = ""
			}
		case t.kind == word && j.next(k).is(":"):
			key = t.text
		case t.kind == quoted:
			args[key] = append(args[key], t)
		}
	}
	return args
}

// What a Jenkinsfile may hold before reading it costs more than its length: tokens in
// the arguments of one step, blocks around one, bytes of a line that are counted.
const (
	maxArguments = 2000
	maxBlocks    = 200
	maxColumn    = 10_000
	maxFaults    = 8 // of those that are told: what follows the first is mostly its consequence
)

// place returns the line and column of an offset of the file.
func (j *jenkinsfile) place(at int) place {
	line, found := slices.BinarySearch(j.lines, at)
	if !found {
		line--
	}
	begin := j.lines[line]
	if at-begin > maxColumn {
		return place{1 + line, 1 + at - begin} // in bytes: no person counts that far
	}
	return place{1 + line, 1 + utf8.RuneCountInString(j.text[begin:min(at, len(j.text))])}
}

// states takes note of what variables hold: the axes of a matrix, choices, the environment.
func (j *jenkinsfile) states(i int) {
	t := j.tokens[i]
	switch {
	case t.is("values") && j.inner("axis"):
		name := ""
		for k := i - 1; k >= max(0, i-maxArguments) && !j.tokens[k].is("{"); k-- {
			if j.tokens[k].is("name") && j.next(k).kind == quoted {
				name = j.next(k).text
			}
		}
		if name == "" {
			return
		}
		for _, v := range j.arguments(i)[""] {
			j.values.also(name, v.text)
			j.values.also("env."+name, v.text)
		}
	case t.is("choice") && j.within("parameters"):
		args := j.arguments(i)
		for _, name := range args["name"] {
			for _, v := range args["choices"] {
				j.values.also("params."+name.text, v.text)
			}
		}
	case j.inner("environment") && j.next(i).is("=") && i+2 < len(j.tokens) && j.tokens[i+2].kind == quoted:
		j.values.also(t.text, j.tokens[i+2].text)
		j.values.also("env."+t.text, j.tokens[i+2].text)
	}
}

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
