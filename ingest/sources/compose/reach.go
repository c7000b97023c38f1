package compose

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// Docker answers for a name only to containers that share a network with the one whose
// name it is: that of a service and of its container on each of its networks, an alias on
// its own network alone (Compose specification, 05-services: "networks", "aliases"). Within
// a project most names mean one service for all others, and are looked up in the
// scope of the project; what differs for a service stands in a scope of its own.

// answer is a service that answers to a name.
type answer struct {
	id   depgraph.ID
	dir  string   // of its project
	nets []string // on these networks, sorted; nil: wherever, as nothing says which
}

// view is what a service sees else than its project does.
type view struct {
	names  map[string][]depgraph.ID // who answers to a name, sorted
	hidden map[string]bool          // names of the project that lead nowhere here, as far as they were asked for
}

// maxViews bounds how many names are asked about that may differ by who uses them, and
// maxAnswers how many services that answer to one name are told apart.
const (
	maxViews   = 200_000
	maxAnswers = 100
)

// on returns the networks that a service is on by all files of the project that speak of
// it; nil where it has none of its own.
func (p *project) on(name string) []string {
	if p.netsOf == nil {
		p.netsOf = map[string][]string{}
		said := map[string][]*service{}
		for s := range p.each() {
			said[s.name] = append(said[s.name], s)
		}
		for one := range said {
			p.netsOf[one] = p.findNetworks(said, one, 0)
		}
	}
	return p.netsOf[name]
}

func (p *project) findNetworks(said map[string][]*service, name string, depth int) []string {
	if len(said[name]) == 0 {
		return nil
	}
	var out []string
	for _, s := range said[name] {
		for _, b := range s.bodies() {
			mode := s.fill(b.value.Get("network_mode").Text())
			if mode == "" {
				continue
			}
			if other, shares := strings.CutPrefix(mode, "service:"); shares && depth < maxExtends {
				return p.findNetworks(said, other, depth+1)
			}
			return nil
		}
		out = append(out, s.ownNetworks()...)
	}
	if len(out) == 0 {
		out = []string{p.networkName("default")}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// findAnswers notes who answers to which name, and where.
func (p *project) findAnswers() {
	p.answers = map[string][]answer{}
	for s := range p.each() {
		nets := p.on(s.name)
		for _, h := range s.hosts() {
			where := nets
			switch {
			case h.fixed:
				where = nil // an address may be routed to
			case h.network != "" && nets != nil:
				where = []string{s.networkName(h.network)}
			}
			p.answers[h.name] = joined(p.answers[h.name], answer{s.id, s.dir, where})
		}
	}
}

// joined adds an answer to those of a name: one service answers once.
func joined(all []answer, a answer) []answer {
	for i, have := range all {
		if have.id == a.id {
			if have.nets != nil && a.nets != nil {
				a.nets = slices.Compact(slices.Sorted(slices.Values(slices.Concat(have.nets, a.nets))))
			} else {
				a.nets = nil
			}
			all[i] = a
			return all
		}
	}
	if len(all) == maxAnswers {
		return all
	}
	return append(all, a)
}

// visible returns those who answer on one of the networks.
func visible(all []answer, nets []string) []depgraph.ID {
	var out []depgraph.ID
	for _, a := range all {
		if a.nets == nil || nets == nil || slices.ContainsFunc(a.nets, func(n string) bool { return slices.Contains(nets, n) }) {
			out = append(out, a.id)
		}
	}
	slices.SortFunc(out, depgraph.ID.Compare)
	return out
}

// findViews finds out for the services of all projects who answers to a name only on its
// networks: one of several of the project, or a service of another project. It returns
// the names under which each service is seen so.
func findViews(projects []*project) map[depgraph.ID][]link.Name {
	outside := map[string]map[string][]answer{} // by network and name
	of := map[string]map[*project]bool{}
	for _, p := range projects {
		for name, all := range p.answers {
			for _, a := range all {
				for _, net := range a.nets {
					if outside[net] == nil {
						outside[net], of[net] = map[string][]answer{}, map[*project]bool{}
					}
					outside[net][name] = joined(outside[net][name], a)
					of[net][p] = true
				}
			}
		}
	}
	seenAs := map[depgraph.ID][]link.Name{}
	left := maxViews
	for _, p := range projects {
		var contested []string
		asked := 0
		for name, all := range p.answers {
			if len(all) > 1 && len(all) < maxAnswers {
				contested = append(contested, name)
				asked += len(all)
			}
		}
		p.views = map[string]*view{}
		for s := range p.each() {
			if p.views[s.ownScope()] != nil {
				continue
			}
			v := &view{names: map[string][]depgraph.ID{}, hidden: map[string]bool{}}
			p.views[s.ownScope()] = v
			nets := p.on(s.name)
			cost := asked
			for _, net := range nets {
				if len(of[net]) > 1 {
					cost += len(outside[net])
				}
			}
			if left -= cost; left < 0 {
				p.docs[0].file.Note("so many services share so many networks that names are looked up in the project alone")
				continue
			}
			for _, name := range contested {
				if seen := visible(p.answers[name], nets); len(seen) > 0 && len(seen) < len(p.answers[name]) {
					v.names[name] = seen
				}
			}
			for _, net := range nets {
				if len(of[net]) < 2 {
					continue
				}
				for name := range outside[net] {
					if v.names[name] == nil && len(visible(p.answers[name], nets)) == 0 {
						v.names[name] = p.nearest(outside, name, nets)
					}
				}
			}
			for name, ids := range v.names { // in any order: names are sorted below
				for _, id := range ids {
					seenAs[id] = append(seenAs[id], link.Host(s.ownScope(), name))
				}
			}
		}
	}
	for _, names := range seenAs {
		slices.SortFunc(names, func(a, b link.Name) int {
			return cmp.Or(strings.Compare(a.Scope, b.Scope), strings.Compare(a.Text, b.Text))
		})
	}
	return seenAs
}

// nearest returns the services of other projects that answer to a name on the networks:
// those that stand nearest in the tree of directories, which says what runs on one machine.
func (p *project) nearest(outside map[string]map[string][]answer, name string, nets []string) []depgraph.ID {
	var out []depgraph.ID
	most := -1
	for _, net := range nets {
		for _, a := range outside[net][name] {
			switch near := shared(p.dir, a.dir); {
			case near > most:
				out, most = []depgraph.ID{a.id}, near
			case near == most && !slices.Contains(out, a.id):
				out = append(out, a.id)
			}
		}
	}
	return out
}

// ownScope is the scope of the names that the service sees else than its project, with all
// that are on the same networks.
func (s *service) ownScope() string { return s.scope() + "/" + strings.Join(s.on(s.name), "+") }

// view returns what the service sees else than its project.
func (s *service) view() *view {
	if v := s.views[s.ownScope()]; v != nil {
		return v
	}
	return &view{}
}

// lookScope is where what nobody else says of a name is looked up.
func (s *service) lookScope() string {
	if len(s.view().names) > 0 {
		return s.ownScope()
	}
	return s.scope()
}

// known reports whether containers of the project, or of another one on the same network,
// answer to a name.
func (s *service) known(name string) bool {
	name = strings.ToLower(name)
	return s.services[name] || s.view().names[name] != nil
}

// seen returns the scope in which the service looks up a name. One that services answer to
// only on other networks leads nowhere, unless it is one of the domain name system's too.
func (s *service) seen(host string) string {
	name, v := strings.ToLower(host), s.view()
	if v.names[name] != nil {
		return s.ownScope()
	}
	if all := s.answers[name]; len(all) == 0 || len(visible(all, s.on(s.name))) > 0 || v.hidden == nil || strings.Contains(name, ".") {
		return s.scope()
	}
	if !v.hidden[name] {
		v.hidden[name] = true
		s.fragment.Bindings = append(s.fragment.Bindings, link.Binding{
			Names:  []link.Name{link.Host(s.ownScope(), name)},
			Origin: originOf(s.file, s.value, "shares no network with "+name, 1),
		})
	}
	return s.ownScope()
}

// targets returns the hosts of an address as the service sees them.
func (s *service) targets(ref address.Ref) []link.Target {
	out := ref.Targets(s.scope())
	for i, t := range out {
		if t.Name.Space == link.SpaceHost && t.Name.Scope == s.scope() {
			out[i].Name.Scope = s.seen(t.Name.Text)
		}
	}
	return out
}

// called returns a service of the project by its name in the files, whatever else
// answers to that.
func (p *project) called(name string) link.Target {
	if all := p.answers[strings.ToLower(name)]; len(all) > 1 {
		for _, a := range all {
			if a.id == p.id(name) {
				return link.Target{Name: link.ID(a.id)}
			}
		}
	}
	return link.Target{Name: link.Host(p.scope(), name)}
}
