package ansible

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/catalogue"
	"github.com/fateline/fateline/ingest/link"
)

func (p *playbook) id() depgraph.ID {
	name := strings.TrimSuffix(strings.TrimPrefix(p.path, p.file.Root()+"/"), path.Ext(p.path))
	return depgraph.ID{Kind: depgraph.KindTool, Name: "ansible/" + name}
}

// emitPlaybook emits a playbook as a tool, what it needs, and the hosts that it configures.
func (w *world) emitPlaybook(p *playbook) {
	id := p.id()
	w.fragment.Definitions = append(w.fragment.Definitions, link.Definition{
		Node: depgraph.Node{ID: id, Title: "ansible-playbook " + path.Base(p.path)}, Origin: p.file.Origin(1, 1),
	})
	binding := link.Binding{Names: []link.Name{{Space: spacePlaybook, Text: p.path}}, Origin: p.file.Origin(1, 1)}
	for _, pl := range p.plays {
		for _, host := range w.targets(pl) {
			o := pl.at.Origin(pl.hosts.Line(), pl.hosts.Col())
			o.Note = "hosts: " + pl.pattern
			if host.Kind == depgraph.KindNodePool {
				title := strings.TrimPrefix(host.Name, "ansible/")
				w.fragment.Definitions = append(w.fragment.Definitions, link.Definition{Node: depgraph.Node{ID: host, Title: title}, Origin: o})
			}
			w.refer(host, link.Target{Name: link.ID(id)}, depgraph.Terms{Phases: deploys, Via: depgraph.DeployedBy}, o)
			w.labels(host, pl.tasks)
		}
		w.needs(id, pl)
	}
	for _, name := range p.imports {
		if q := w.playbooks[name]; q != nil && q != p {
			o := p.file.Origin(1, 1)
			o.Note = "import_playbook"
			w.refer(id, link.Target{Name: link.ID(q.id())}, depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), Via: depgraph.Calls}, o)
		}
	}
	for _, pl := range w.imported(p, map[string]bool{}) {
		for _, host := range w.targets(pl) {
			if to := link.ID(host); !slices.Contains(binding.To, to) {
				binding.To = append(binding.To, to)
			}
		}
	}
	w.galaxy(id, p)
	w.fragment.Bindings = append(w.fragment.Bindings, binding)
}

// targets returns the hosts of a play in every inventory; a group that none of them
// lists is one node.
func (w *world) targets(pl play) []depgraph.ID {
	if strings.Contains(pl.pattern, "{{") || pl.pattern == "localhost" || pl.pattern == "127.0.0.1" {
		return nil
	}
	var out []depgraph.ID
	missing := map[string]int{}
	for _, inv := range w.inventories {
		hosts, unknown := inv.pattern(pl.pattern)
		for _, m := range hosts {
			out = append(out, m.id)
		}
		for _, name := range unknown {
			missing[name]++
		}
	}
	if len(w.inventories) == 0 {
		_, unknown := (&inventory{}).pattern(pl.pattern)
		for _, name := range unknown {
			missing[name]++
		}
	}
	for _, name := range sorted(missing) {
		if missing[name] < len(w.inventories) || name == "all" || name == "localhost" {
			continue
		}
		id := depgraph.ID{Kind: depgraph.KindNodePool, Name: "ansible/" + name}
		out = append(out, id)
	}
	return out
}

// labels says of a host what tasks make of its updates, and which system it has.
func (w *world) labels(host depgraph.ID, tasks []found) {
	labels, at := map[string]string{}, found{}
	for _, t := range tasks { // what comes later wins
		if t.updates != "" {
			labels[catalogue.LabelUpdates], at = t.updates, t
		}
		if t.os != "" && labels[catalogue.LabelOS] == "" {
			labels[catalogue.LabelOS] = t.os
			if at.file.File == nil {
				at = t
			}
			id := depgraph.ID{Kind: depgraph.KindImage, Name: t.os}
			w.refer(host, link.Target{Name: link.ID(id), Else: id, Quiet: true}, depgraph.Terms{Via: depgraph.BuiltFrom}, t.origin())
		}
	}
	if len(labels) > 0 {
		w.fragment.Definitions = append(w.fragment.Definitions, link.Definition{Node: depgraph.Node{ID: host, Labels: labels}, Origin: at.origin()})
	}
}

func (t found) origin() depgraph.Origin {
	line, col := t.at.Place(t.offset)
	return t.file.Origin(line, col)
}

// needs emits what the playbook must reach for its tasks to run.
func (w *world) needs(tool depgraph.ID, pl play) {
	run := depgraph.PhasesOf(depgraph.Run)
	for _, t := range pl.tasks {
		o := t.origin()
		switch {
		case t.address != nil:
			o.Confidence = t.address.Form.Confidence() * taskTrust
			w.fragment.References = append(w.fragment.References, link.Reference{
				Owner: link.ID(tool), Members: t.address.Targets(""), Terms: t.address.Terms(), Form: link.Text, Origin: o,
			})
		case t.host != "" && t.host != "localhost" && t.host != "127.0.0.1":
			o.Note = "delegate_to"
			w.refer(tool, link.Target{Name: link.Host("", t.host)}, depgraph.Terms{Phases: run, Via: depgraph.Calls}, o)
		case lookups[t.via[strings.LastIndexByte(t.via, '.')+1:]] != "":
			id := depgraph.ID{Kind: depgraph.KindExternal, Name: lookups[t.via[strings.LastIndexByte(t.via, '.')+1:]]}
			o.Note, o.Confidence = "lookup "+t.via, 0.9
			w.refer(tool, link.Target{Name: link.ID(id), Else: id, Quiet: true}, depgraph.Terms{Phases: run, Via: depgraph.Reads}, o)
		}
	}
}

// lookups are plugins that ask a service elsewhere.
var lookups = map[string]string{
	"aws_ssm": "amazonaws.com", "ssm_parameter": "amazonaws.com", "aws_secret": "amazonaws.com", "secretsmanager_secret": "amazonaws.com",
	"onepassword": "1password.com", "gcp_secret_manager": "googleapis.com", "azure_keyvault_secret": "azure.net", "bitwarden": "bitwarden.com",
}

// galaxy emits where the roles and collections of a playbook come from: the nearest
// requirements around it.
func (w *world) galaxy(tool depgraph.ID, p *playbook) {
	for _, f := range w.required {
		dir := path.Dir(f.Path())
		for path.Base(dir) == "roles" || path.Base(dir) == "collections" {
			dir = path.Dir(dir)
		}
		if dir != "." && !strings.HasPrefix(p.path, dir+"/") {
			continue
		}
		lists := []strict.Value{f.root, f.root.Get("roles"), f.root.Get("collections")}
		for _, list := range lists {
			for item := range list.Items() {
				source, v := "galaxy.ansible.com", item
				for _, key := range []string{"src", "source", "name"} {
					u, err := url.Parse(strings.TrimPrefix(item.Get(key).Text(), "git+"))
					if err == nil && u.Hostname() != "" {
						v, source = item.Get(key), u.Hostname()
					}
				}
				o := f.Origin(v.Line(), v.Col())
				o.Note = "installs roles and collections"
				w.refer(tool, link.Target{Name: link.Host("", source)}, depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Build), Via: depgraph.Pulls}, o)
			}
		}
	}
}
