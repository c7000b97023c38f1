package nomad

import (
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

func stepName(step hcl.Traverser) (string, bool) {
	switch s := step.(type) {
	case hcl.TraverseRoot:
		return s.Name, true
	case hcl.TraverseAttr:
		return s.Name, true
	}
	return "", false
}

// read reads what a group and its tasks need.
func (g *group) read() {
	g.blocks("service", g.upstreams)
	for _, b := range g.body.Blocks {
		if b.Type == "volume" {
			g.volume(b)
		}
		if b.Type == "task" && len(b.Labels) == 1 {
			g.within(g.job, g.name, b.Labels[0])
			g.task(b.Body)
		}
	}
	g.blocks("vault", func(b *hclsyntax.Block) {
		at := &hclsyntax.Attribute{SrcRange: b.TypeRange}
		g.refer(at, "vault", depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Start), Via: depgraph.SecretFrom}, vault())
	})
}

// vault is the server that a task's secrets come from: by the name it has in Consul.
func vault() link.Target {
	t := consul("vault")
	t.Quiet = true
	return t
}

// upstreams are the services that a sidecar connects to.
func (g *group) upstreams(service *hclsyntax.Block) {
	var walk func(b *hclsyntax.Body, depth int)
	walk = func(body *hclsyntax.Body, depth int) {
		for _, b := range body.Blocks {
			if b.Type != "upstreams" {
				if depth < 6 {
					walk(b.Body, depth+1)
				}
				continue
			}
			if a := b.Body.Attributes["destination_name"]; a != nil && g.text(a) != "" {
				g.refer(a, "upstreams", depgraph.Terms{Via: depgraph.Calls}, consul(g.text(a)))
			}
		}
	}
	for _, b := range service.Body.Blocks {
		if b.Type == "connect" {
			walk(b.Body, 0)
		}
	}
}

func (g *group) volume(b *hclsyntax.Block) {
	a := b.Body.Attributes["source"]
	if a == nil || g.text(a) == "" || g.text(b.Body.Attributes["type"]) == "host" {
		return // a directory of the machine
	}
	g.refer(a, "volume", depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run, depgraph.Start), Via: depgraph.Mounts}, place(depgraph.KindVolume, g.text(a)))
}

func (g *group) task(body *hclsyntax.Body) {
	for _, p := range g.pairs(body, "env") {
		for _, r := range address.Find(p.text, address.Context{Key: p.key}) {
			g.found(r, p.line, p.column, "env."+p.key)
		}
	}
	for _, b := range body.Blocks {
		switch b.Type {
		case "config":
			g.config(b.Body)
		case "artifact":
			g.artifact(b.Body.Attributes["source"])
		case "template":
			g.template(b.Body.Attributes["data"])
		}
	}
}

// config is the driver's: what it runs, and with which arguments.
func (g *group) config(body *hclsyntax.Body) {
	if a := body.Attributes["image"]; a != nil {
		image := g.text(a)
		host, _, found := strings.Cut(image, "/")
		switch {
		case image == "":
		case found && strings.ContainsAny(host, ".:"):
			g.refer(a, "image", depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Start), Via: depgraph.Pulls}, place(depgraph.KindRegistry, strings.ToLower(host)))
		default:
			g.refer(a, "image", depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Start), Via: depgraph.Pulls}, place(depgraph.KindRegistry, "docker.io"))
		}
	}
	for _, name := range []string{"command", "args"} {
		a := body.Attributes[name]
		for _, r := range address.Args(g.addresses(a), nil) {
			g.found(r.Ref, a.SrcRange.Start.Line, a.SrcRange.Start.Column, "config."+name)
		}
	}
}

// artifact is something that is fetched before a task starts, by the rules of
// go-getter: "git::https://...", "github.com/owner/repository".
func (g *group) artifact(a *hclsyntax.Attribute) {
	text := g.text(a)
	if _, rest, found := strings.Cut(text, "::"); found {
		text = rest
	}
	if text == "" {
		return
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	for _, r := range address.Find(text, address.Context{}) {
		g.refer(a, "artifact", depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Start), Via: depgraph.Pulls}, r.Targets("")...)
	}
}

var (
	asked  = regexp.MustCompile(`\{\{-?[^}]*\b(service|nomadService|connect)\s+"([A-Za-z0-9._-]+)[^"]*"`)
	secret = regexp.MustCompile(`\{\{-?[^}]*\b(secret|pkiCert)\s+"`)
)

// template is a file that is made when the task starts: services that it asks
// Consul or Nomad for, and addresses in what needs no filling in.
func (g *group) template(a *hclsyntax.Attribute) {
	text := strings.Join(g.addresses(a), "")
	if text == "" {
		return
	}
	first, col, step := a.SrcRange.Start.Line, a.SrcRange.Start.Column, 0
	if a.SrcRange.End.Line > first { // a heredoc, which begins on the next line
		first, col, step = first+1, 1, 1
	}
	seen := []string{}
	for i, line := range strings.Split(text, "\n") {
		for _, m := range asked.FindAllStringSubmatch(line, -1) {
			name, _, _ := strings.Cut(m[2], "@")
			if parts := strings.Split(name, "."); len(parts) > 1 && m[1] == "service" {
				name = parts[len(parts)-1] // TAG.NAME
			}
			if !slices.Contains(seen, name) {
				seen = append(seen, name)
				o := g.file.Origin(first+i*step, col)
				o.Note = "template"
				g.fragment.References = append(g.fragment.References, link.Reference{
					Owner: link.ID(g.id), Members: []link.Target{consul(name)},
					Terms: depgraph.Terms{Via: depgraph.Calls}, Form: link.Structured, Origin: o,
				})
			}
		}
	}
	if secret.MatchString(text) {
		g.refer(a, "template", depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Start), Via: depgraph.SecretFrom}, vault())
	}
	lines := strings.Split(text, "\n")
	for i := range lines {
		if strings.Contains(lines[i], "{{") {
			lines[i] = ""
		}
	}
	for _, found := range address.Config("template.conf", strings.Join(lines, "\n"), nil) {
		g.found(found.Ref, first+(found.Line-1)*step, col, "template."+found.Key)
	}
}
