package compose

import (
	"path"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/link"
)

// networks holds, by the name of a network, the Traefiks on it and the services on it that
// labels tell a Traefik of: a network of one name is one network, whichever projects are on it.
type networks struct {
	routers, routed map[string][]*service
	seenAs          map[depgraph.ID][]link.Name // by who is on the same network
}

// maxRouters is how many Traefiks of one network are told apart.
const maxRouters = 100

func networksOf(projects []*project) *networks {
	n := &networks{routers: map[string][]*service{}, routed: map[string][]*service{}, seenAs: findViews(projects)}
	for _, p := range projects {
		for s := range p.each() {
			of := n.routers
			if !s.routes() {
				if _, ok := s.toldOf(); !ok {
					continue
				}
				of = n.routed
			}
			for _, name := range s.networkNames() {
				of[name] = append(of[name], s)
			}
		}
	}
	return n
}

// elsewhere returns the services of other projects to which a Traefik routes: those on one
// of its networks to which no other is nearer in the tree of directories, which says what
// runs on one machine.
func (n *networks) elsewhere(router *service) []*service {
	var out []*service
	for _, name := range router.networkNames() {
		if len(n.routers[name]) > maxRouters {
			continue
		}
		for _, s := range n.routed[name] {
			if s.project != router.project && n.nearest(s) == router.id {
				out = append(out, s)
			}
		}
	}
	return out
}

// nearest returns the Traefik that stands nearest to a service on any of its networks; none
// where several stand as near.
func (n *networks) nearest(s *service) depgraph.ID {
	var best depgraph.ID
	most := -1
	for _, name := range s.networkNames() {
		for _, r := range n.routers[name] {
			switch near := shared(s.dir, r.dir); {
			case near > most:
				best, most = r.id, near
			case near == most && r.id != best:
				best = depgraph.ID{}
			}
		}
	}
	return best
}

// shared is how many directories two paths have in common from the top; of one and the
// same, one more.
func shared(a, b string) int {
	x, y := strings.Split(path.Clean(a), "/"), strings.Split(path.Clean(b), "/")
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	if n == len(x) && n == len(y) {
		n++
	}
	return n
}

// networkNames are the names of the networks that the service is on, as Docker knows them.
func (s *service) networkNames() []string {
	out := s.ownNetworks()
	if len(out) == 0 && !s.value.Get("network_mode").Exists() {
		out = append(out, s.networkName("default"))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ownNetworks are the names of those that the service lists.
func (s *service) ownNetworks() []string {
	var out []string
	for _, b := range s.bodies() {
		of := b.value.Get("networks")
		for key := range of.Fields() {
			out = append(out, s.networkName(key.Text))
		}
		for item := range of.Items() {
			out = append(out, s.networkName(item.Text()))
		}
	}
	return out
}

// networkName is what a network of the project is called outside of it (Compose
// specification, 06-networks: "name", "external").
func (p *project) networkName(key string) string {
	for _, d := range p.docs {
		n := d.root.Get("networks", key)
		if name := p.fill(n.Get("name").Text()); name != "" {
			return name
		}
		external := n.Get("external")
		if name := p.fill(external.Get("name").Text()); name != "" {
			return name
		}
		if is, _ := external.Bool(); is || external.Type() == strict.Map {
			return key
		}
	}
	return p.name + "_" + key
}
