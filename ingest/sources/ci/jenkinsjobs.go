package ci

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/link"
)

// spaceJenkins holds controllers of Jenkins by the files that define their jobs.
const spaceJenkins link.Space = "jenkins"

// jobDefinition is a job that some controller of Jenkins runs.
type jobDefinition struct {
	file       file
	at         place
	name       string
	owner      string // of the repository; "" is not said
	repository string // its name, or owner and name
	script     string // path of the Jenkinsfile; "" is not said
	given      map[string]bool
	controller link.Target
}

// jobDefinitions reads what a controller's configuration says of its jobs: the values of
// a chart that defines jobs, "jobsDefinition", a tree of folders and of jobs that are
// made from a repository; and the scripts of its configuration as code.
func jobDefinitions(f file) []jobDefinition {
	var jobs []jobDefinition
	name := cmp.Or(f.root.Get("jenkinsFqdn").Text(), f.root.Get("jenkinsName").Text(), hostOf(f.root.Get("unclassified", "location", "url").Text()),
		hostOf(f.root.Get("controller", "jenkinsUrl").Text()), workflowName(f.Path()))
	controller := link.Target{
		Name: link.Name{Space: spaceJenkins, Text: f.Path()}, Else: depgraph.ID{Kind: depgraph.KindTool, Name: "jenkins/" + name}, Quiet: true,
	}
	var walk func(v strict.Value, given map[string]bool, depth int)
	walk = func(v strict.Value, given map[string]bool, depth int) {
		if depth > maxFolders {
			return
		}
		for key, job := range v.Fields() {
			if job.Type() != strict.Map {
				continue
			}
			ids := map[string]bool{}
			for id := range given {
				ids[id] = true
			}
			for id := range job.Get("credentials").Fields() {
				ids[id.Text] = true
			}
			if job.Get("children").Exists() || job.Get("kind").Text() == "folder" {
				walk(job.Get("children"), ids, depth+1)
				continue
			}
			jobs = append(jobs, jobDefinition{
				file: f, at: place{key.Line, key.Col}, name: key.Text, given: ids, controller: controller,
				owner:      cmp.Or(job.Get("repoOwner").Text(), job.Get("owner").Text()),
				repository: cmp.Or(slug(cmp.Or(job.Get("repositoryUrl").Text(), job.Get("remote").Text(), job.Get("url").Text())), job.Get("repository").Text(), key.Text),
				script:     cmp.Or(job.Get("jenkinsfilePath").Text(), job.Get("scriptPath").Text()),
			})
		}
	}
	walk(f.root.Get("jobsDefinition"), nil, 0)
	for _, script := range jobScripts(f.root) {
		jobs = append(jobs, scriptedJobs(f, script, controller)...)
	}
	return jobs
}

// jobScript is a script of the Job DSL; wrapped says that it stands in a document of
// configuration as code, which is itself one string.
type jobScript struct {
	strict.Value
	wrapped bool
}

// jobScripts returns the scripts of the Job DSL in a configuration as code: "jobs" of
// the document, or of one that the values of the chart carry under configScripts.
func jobScripts(root strict.Value) []jobScript {
	var out []jobScript
	for item := range root.Get("jobs").Items() {
		out = append(out, jobScript{item.Get("script"), false})
	}
	for _, key := range []string{"controller", "master"} {
		for _, text := range root.Get(key, "JCasC", "configScripts").Fields() {
			out = append(out, jobScript{text, true})
		}
	}
	return out
}

var jobKinds = map[string]bool{"multibranchPipelineJob": true, "pipelineJob": true, "organizationFolder": true}

// scriptedJobs reads the jobs that a script of the Job DSL makes from a repository:
// multibranchPipelineJob('x') { branchSources { github { repoOwner('o') repository('r') } } }.
func scriptedJobs(f file, script jobScript, controller link.Target) []jobDefinition {
	tokens, faults := groovy(script.Text())
	if script.wrapped {
		faults = nil // YAML around the script: its parser tells
	}
	for _, x := range faults[:min(len(faults), 1)] {
		at := placeIn(script.Value, x.at)
		f.Fail(&strict.Error{ID: "groovy-syntax", Line: at.line, Col: at.col, Msg: x.msg})
	}
	var jobs []jobDefinition
	var job *jobDefinition
	for i, t := range tokens {
		if t.kind != word || i+1 >= len(tokens) {
			continue
		}
		k := i + 1
		if tokens[k].is("(") {
			k++
		}
		if k >= len(tokens) || tokens[k].kind != quoted {
			continue
		}
		value := tokens[k].text
		if jobKinds[t.text] {
			jobs = append(jobs, jobDefinition{file: f, at: placeIn(script.Value, t.at), name: value, controller: controller})
			job = &jobs[len(jobs)-1]
			continue
		}
		if job == nil {
			continue
		}
		switch t.text {
		case "repoOwner":
			job.owner = value
		case "repository", "github":
			job.repository = value
		case "url", "remote", "projectPath":
			if job.repository == "" {
				job.repository = slug(value)
			}
		case "scriptPath":
			job.script = value
		}
	}
	return slices.DeleteFunc(jobs, func(j jobDefinition) bool { return j.repository == "" })
}

func hostOf(address string) string {
	host, _ := hostAndPath(strings.TrimSuffix(address, "/") + "/x")
	return host
}

const maxFolders = 20

// run joins the jobs of controllers with the Jenkinsfiles that they run.
func (in *inputs) run(files []*jenkinsfile, jobs []jobDefinition) {
	for _, j := range files {
		var best []jobDefinition
		most, sure := 0.0, 0.0
		for _, d := range jobs {
			if fit, confidence := d.fits(j); fit > most {
				best, most, sure = []jobDefinition{d}, fit, confidence
			} else if fit == most && fit > 0 {
				best = append(best, d)
			}
		}
		// Two jobs that fit alike may be two controllers that both run the file, or one
		// of them may run another: nobody says.
		if len(best) != 1 {
			continue
		}
		d := best[0]
		origin := d.file.Origin(d.at.line, d.at.col)
		origin.Note, origin.Confidence = "the job "+d.name+" runs "+path.Base(j.Path()), sure
		j.refer(link.Reference{
			Members: []link.Target{d.controller}, Form: link.Structured, Origin: origin,
			Terms: depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), Via: depgraph.ScheduledBy},
		})
		j.alias(d.name)
	}
}

// alias lets the pipeline answer to the name of its job.
func (n *needs) alias(job string) {
	for i := range n.fragment.Definitions {
		if d := &n.fragment.Definitions[i]; link.ID(d.Node.ID) == n.owner {
			d.Names = append(d.Names, link.Name{Space: link.SpaceTool, Text: job})
		}
	}
}

// fits says how well a job and a Jenkinsfile fit, 0 for not at all, and how sure that
// is. A job is known by its repository and the path of its script. Where the inputs do
// not say which repository the Jenkinsfile belongs to, the credentials tell: the
// file asks for ids that only this job gives.
func (d jobDefinition) fits(j *jenkinsfile) (fit, confidence float64) {
	below := strings.TrimPrefix(strings.TrimPrefix(j.Path(), j.repository.dir), "/")
	if d.script != "" && d.script != below {
		return 0, 0
	}
	owner, name := path.Split(j.repository.name)
	owner = strings.Trim(owner, "/")
	wantOwner, wantName := path.Split(d.repository)
	wantOwner = cmp.Or(strings.Trim(wantOwner, "/"), d.owner)
	given := d.gives(j.credentials)
	if name == wantName && (owner == "" || wantOwner == "" || owner == wantOwner) {
		if d.script == "" && below != "Jenkinsfile" && given == 0 {
			return 0, 0 // one of several in the repository, and nothing says which
		}
		return 2 + given, 0.9
	}
	if j.repository.host != "" {
		return 0, 0 // the git configuration names another repository
	}
	if count := given * float64(len(j.credentials)); count >= 2 && given >= 2.0/3 {
		return given, 0.7
	}
	return 0, 0
}

// gives returns the share of the credentials that the job gives.
func (d jobDefinition) gives(ids []string) float64 {
	if len(ids) == 0 {
		return 0
	}
	n := 0
	for _, id := range ids {
		if d.given[id] {
			n++
		}
	}
	return float64(n) / float64(len(ids))
}
