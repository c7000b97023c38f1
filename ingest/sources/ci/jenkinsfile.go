package ci

import (
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
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
