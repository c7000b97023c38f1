package nomad

import (
	"context"
	"regexp"
	"strings"

	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/hclfile"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads Nomad jobs.
var Source = ingest.Define(ingest.Spec{
	Name: "nomad",
	Doc: ingest.Doc{
		Title: "Nomad jobs",
		Text: "Groups of tasks with the services that they offer and call, where they may run and how many there are, their images, artifacts, volumes, secrets, " +
			"and addresses in environments, templates and arguments.",
		Reads: []string{
			"*.nomad, *.nomad.hcl; *.job and *.hcl with a job; JSON with TaskGroups: what nomad job run -output, nomad job inspect and the API print",
			"job: type, region, datacenters, multiregion, constraint; group: count, service, volume; task: driver config, env, template, artifact, vault",
			"connect: sidecar_service proxy upstreams; in templates service, nomadService, secret",
			"variable defaults and locals",
		},
		Limits: "Ids: service:JOB/GROUP, job:JOB/GROUP of batch jobs; a group with the job's name, or the only one, answers to service:JOB. Dynamic blocks and functions are not evaluated; jobs in HCL's own JSON syntax are not read. " +
			"A datacenter of Nomad is taken for a facility.",
		Since: "0.2",
	},
}, ingest.NoParams, claim, read)

var (
	jobHead   = regexp.MustCompile(`(?m)^job\s+"?[^"\n]+"?\s*\{`)
	otherFile = regexp.MustCompile(`(terragrunt|\.pkr)\.hcl$`)
)

func claim(name string, head []byte) (string, bool) {
	switch {
	case strings.HasSuffix(name, ".nomad"), strings.HasSuffix(name, ".nomad.hcl"):
		return "nomad", true
	case strings.HasSuffix(name, ".job"), strings.HasSuffix(name, ".hcl") && !otherFile.MatchString(name):
		return "nomad", jobHead.Match(head)
	case name == "-", strings.HasSuffix(name, ".json"):
		return "nomad", isJSON(head) && jobJSON.Match(head)
	}
	return "", false
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	frag := &link.Fragment{}
	for _, f := range u.Files {
		if err := ctx.Err(); err != nil {
			return frag, err
		}
		text, err := f.Text()
		if err != nil {
			continue // recorded by Text
		}
		s := &specification{fragment: frag, file: f}
		if isJSON([]byte(text)) {
			for _, b := range parseJSON(f, []byte(text), u.Limits) {
				s.job(b)
			}
			continue
		}
		body := hclfile.ParseText(f, text)
		if body == nil {
			continue
		}
		s.declare(body)
		for _, b := range body.Blocks {
			if b.Type == "job" && len(b.Labels) == 1 {
				s.job(b)
			}
		}
	}
	return frag, nil
}
