package ansible

import (
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

type fragment = *link.Fragment

// spacePlaybook holds playbooks by their paths; each stands for the hosts that it
// configures. The source of CI pipelines looks there.
const spacePlaybook link.Space = "playbook"

var deploys = depgraph.PhasesOf(depgraph.Deploy)

func (w *world) emit() {
	w.implicit()
	sort.Slice(w.inventories, func(i, j int) bool {
		return w.inventories[i].dir+w.inventories[i].env < w.inventories[j].dir+w.inventories[j].env
	})
	count := map[string]int{}
	for _, inv := range w.inventories {
		for name := range inv.hosts {
			count[name]++
		}
	}
	for _, inv := range w.inventories {
		for _, m := range inv.members("all") {
			m.id = depgraph.ID{Kind: depgraph.KindHost, Name: m.name}
			if count[m.name] > 1 && !strings.Contains(m.name, ".") {
				m.id.Name = inv.env + "/" + m.name
			}
			w.machine(inv, m)
		}
	}
	w.variables()
	for _, p := range sorted(w.playbooks) {
		w.tasksOf(w.playbooks[p])
	}
	for _, p := range sorted(w.playbooks) {
		w.emitPlaybook(w.playbooks[p])
	}
}

func sorted[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// implicit adds an inventory for each directory whose host_vars speak of hosts that no
// inventory among the inputs lists.
func (w *world) implicit() {
	for _, p := range sorted(w.vars) {
		dir, kind, name := varsOf(p)
		if kind != "host_vars" || slices.ContainsFunc(w.inventories, func(inv *inventory) bool { return applies(dir, inv.dir) && inv.hosts[name] != nil }) {
			continue
		}
		i := slices.IndexFunc(w.inventories, func(inv *inventory) bool { return inv.dir == dir })
		if i < 0 {
			w.inventories = append(w.inventories, &inventory{dir: dir, env: path.Base(dir), hosts: map[string]*machine{}, groups: map[string]*group{}})
			i = len(w.inventories) - 1
		}
		w.inventories[i].host(name, "", w.vars[p][0].Origin(1, 1))
	}
}

// varsOf splits the path of a file below group_vars or host_vars: the directory that
// holds them, which of the two, and the group or host.
func varsOf(p string) (dir, kind, name string) {
	parts := strings.Split(p, "/")
	for i := len(parts) - 2; i >= 0; i-- {
		if parts[i] == "group_vars" || parts[i] == "host_vars" {
			name = parts[i+1]
			if i == len(parts)-2 {
				for _, ext := range []string{".yml", ".yaml", ".json"} {
					name = strings.TrimSuffix(name, ext)
				}
			}
			return path.Join(parts[:i]...), parts[i], name
		}
	}
	return "", "", ""
}

// applies says whether variables in a directory are those of an inventory in another:
// beside it, or around it, where the playbooks are.
func applies(vars, inventory string) bool {
	return vars == inventory || vars == "" || vars == "." || strings.HasPrefix(inventory, vars+"/")
}

var environment = regexp.MustCompile(`(?i)^(prod(uction)?|prd|live|stag(e|ing)|dev(elopment)?|test(ing)?|qa|preview|sandbox)$`)

// value returns a variable of a machine: its own, else that of a group it is in, the
// narrowest first.
func (inv *inventory) value(m *machine, keys ...string) setting {
	for _, key := range keys {
		if s, ok := m.vars[key]; ok && !strings.Contains(s.text, "{{") {
			return s
		}
		best, size := setting{}, 0
		for _, name := range sorted(inv.groups) {
			s, ok := inv.groups[name].vars[key]
			if !ok || strings.Contains(s.text, "{{") {
				continue
			}
			if members := inv.members(name); slices.Contains(members, m) && (size == 0 || len(members) < size) {
				best, size = s, len(members)
			}
		}
		if size > 0 {
			return best
		}
	}
	return setting{}
}

// machine emits a host: what it is called, where it stands, how it is reached.
func (w *world) machine(inv *inventory, m *machine) {
	node := depgraph.Node{ID: m.id}
	if environment.MatchString(inv.env) {
		node.Env = strings.ToLower(inv.env)
	}
	names := []link.Name{link.Host("", m.name)}
	if s := inv.value(m, "ansible_host", "ansible_ssh_host"); s.text != "" && s.text != m.name {
		names = append(names, link.Host("", s.text))
	}
	w.fragment.Definitions = append(w.fragment.Definitions, link.Definition{Node: node, Names: names, Origin: m.at})
	for _, p := range []struct {
		kind depgraph.Kind
		keys []string
	}{
		{depgraph.KindRack, []string{"rack"}},
		{depgraph.KindZone, []string{"availability_zone", "ec2_placement", "placement_zone"}},
		{depgraph.KindFacility, []string{"datacenter", "datacentre", "facility"}},
		{depgraph.KindRegion, []string{"region", "ec2_region", "aws_region", "location"}},
	} {
		if s := inv.value(m, p.keys...); s.text != "" {
			id := depgraph.ID{Kind: p.kind, Name: s.text}
			s.at.Confidence = 0.8
			w.refer(m.id, link.Target{Name: link.ID(id), Else: id}, depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run, depgraph.Start), Via: depgraph.PlacedIn}, s.at)
		}
	}
	for _, key := range []string{"ansible_ssh_common_args", "ansible_ssh_extra_args"} {
		s := inv.value(m, key)
		if jump := jumpHost(s.text); jump != "" && jump != m.name {
			s.at.Note = "reached through"
			w.refer(m.id, link.Target{Name: link.Host("", jump)}, depgraph.Terms{Phases: deploys, Via: depgraph.Calls}, s.at)
		}
	}
}

var proxy = regexp.MustCompile(`ProxyJump[= ]\s*["']?([^\s"',]+)|-J\s+([^\s"',]+)|-W\s+%h:%p[^"']*?([^\s"'@]+@)?([A-Za-z0-9][A-Za-z0-9.-]*)["']?\s*$`)

// jumpHost returns the host that ssh goes through.
func jumpHost(args string) string {
	m := proxy.FindStringSubmatch(strings.TrimSpace(args))
	if m == nil || strings.Contains(args, "{{") {
		return ""
	}
	host := m[1] + m[2] + m[4]
	host = host[strings.LastIndexByte(host, '@')+1:]
	host, _, _ = strings.Cut(host, ":")
	return host
}

func (w *world) refer(owner depgraph.ID, to link.Target, terms depgraph.Terms, at depgraph.Origin) {
	w.fragment.References = append(w.fragment.References, link.Reference{
		Owner: link.ID(owner), Members: []link.Target{to}, Terms: terms, Form: link.Structured, Origin: at,
	})
}

// variables emits the addresses in group_vars and host_vars: a part of what the
// machines do needs them, which part nobody says.
func (w *world) variables() {
	for _, p := range sorted(w.vars) {
		dir, kind, name := varsOf(p)
		var hosts []*machine
		for _, inv := range w.inventories {
			if !applies(dir, inv.dir) {
				continue
			}
			if kind == "group_vars" {
				hosts = append(hosts, inv.members(name)...)
			} else if m := inv.hosts[name]; m != nil {
				hosts = append(hosts, m)
			}
		}
		for _, f := range w.vars[p] {
			w.addresses(f, "", f.root, hosts, 0)
		}
	}
}

// variableTrust is how much less an address in a variable says than one in a
// setting of a program: who reads it is not known.
const variableTrust = 0.7

func (w *world) addresses(f file, key string, v strict.Value, hosts []*machine, depth int) {
	if depth > maxDepth {
		return
	}
	if v.Tag() == "!vault" {
		return
	}
	text := v.Text()
	if strings.ContainsAny(text, " \n") && !strings.Contains(text, "{{") {
		return // prose, a script, a key: what it mentions is not what the machine needs
	}
	for _, r := range address.Find(text, address.Context{Key: key, Loose: strings.Contains(text, "{{")}) {
		if r.Form != address.URL && r.Form != address.Qualified && r.Form != address.HostPort {
			continue
		}
		terms := r.Terms()
		if terms.IfLost == depgraph.Down {
			terms.IfLost = depgraph.Degraded
		}
		line, col := v.Place(r.At)
		o := f.Origin(line, col)
		o.Note, o.Confidence = key, r.Form.Confidence()*variableTrust
		for _, m := range hosts {
			w.fragment.References = append(w.fragment.References, link.Reference{
				Owner: link.ID(m.id), Members: r.Targets(""), Terms: terms, Form: link.Text, Origin: o,
			})
		}
	}
	for item := range v.Items() {
		w.addresses(f, key, item, hosts, depth+1)
	}
	for k, item := range v.Fields() {
		w.addresses(f, k.Text, item, hosts, depth+1)
	}
}

// taskTrust is how much less an address in a task says than one in a setting: the
// task may be skipped.
const taskTrust = 0.7
