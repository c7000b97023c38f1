package link

import (
	"net/netip"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// outside returns the node that a name stands for where nothing answers to it,
// by the rules of its space, the region that the name says it is in, and whether
// that is normal. A zero id: no node.
func (l *linker) outside(n Name) (id depgraph.ID, region string, normal bool) {
	if n.Space == SpaceHost {
		return l.outsideHost(n)
	}
	id, normal = outsideName(n)
	return id, "", normal
}

func outsideName(n Name) (id depgraph.ID, normal bool) {
	switch n.Space {
	case SpaceID:
		id, err := depgraph.ParseID(n.Text)
		if err != nil {
			return depgraph.ID{}, false
		}
		return id, id.Kind == depgraph.KindHuman || id.Kind.Family() == depgraph.FamilyPlace || id.Kind.Family() == depgraph.FamilyMaterial
	case SpaceImage:
		return named(depgraph.KindImage, n.Text), true
	case SpaceRepo:
		return named(depgraph.KindRepo, n.Text), true
	case SpaceService, SpaceTool:
		return named(depgraph.KindExternal, n.Text), false
	}
	return depgraph.ID{}, false
}

// named returns an id, zero where the text cannot be the name of one.
func named(kind depgraph.Kind, text string) depgraph.ID {
	id, err := depgraph.ParseID(string(kind) + ":" + text)
	if err != nil {
		return depgraph.ID{}
	}
	return id
}

func external(name string) depgraph.ID {
	return depgraph.ID{Kind: depgraph.KindExternal, Name: name}
}

// outsideHost says who owns a host that no input defines: a service in the
// cluster it was used in, a missing name under one of our own domains, a
// provider, or the owner of the registrable domain.
func (l *linker) outsideHost(n Name) (id depgraph.ID, region string, normal bool) {
	host := n.Text
	if ip, err := netip.ParseAddr(host); err == nil {
		return external(ip.Unmap().String()), "", !ip.Unmap().IsPrivate()
	}
	if !isHost(host) {
		return depgraph.ID{}, "", false
	}
	if name, ok := l.clusterName(n); ok {
		return external(name), "", false
	}
	if p, ok := providerOf(host); ok {
		return external(p.name()), p.region, true
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	switch {
	case err != nil: // a single label, or a public suffix itself
		return external(host), "", strings.Contains(host, ".")
	case l.scopes.domains[domain]:
		return external(host), "", false
	}
	if suffix, icann := publicsuffix.PublicSuffix(host); !icann && !strings.Contains(suffix, ".") {
		return external(host), "", false // not a domain of the public internet: nobody else's
	}
	return external(domain), "", true
}

// regional is that an external node stands in a region, as its host says.
type regional struct {
	region string
	origin depgraph.Origin // the smallest of those that use the host
}

// standIn returns the node for a name that nothing answers to, and remembers the
// region that the name says.
func (l *linker) standIn(id depgraph.ID, region string, origin depgraph.Origin) *shape {
	node := l.node(id)
	if old, known := l.regions[node]; region != "" && (!known || origin.Compare(old.origin) < 0) {
		l.regions[node] = regional{region, origin}
	}
	return l.shapes.leaf(node)
}

// placeRegional places external nodes in the regions that their hosts say. That
// a host tells the truth is common knowledge, so the fact is implied.
func (l *linker) placeRegional() {
	for node, r := range l.regions { // the order of facts never shows
		o := r.origin
		o.Basis, o.Confidence, o.Seen, o.Member = depgraph.Implied, regionalConfidence, depgraph.Seen{}, depgraph.ID{}
		o.Note = "the host name says the region"
		phases := depgraph.PhasesOf(depgraph.Run, depgraph.Start)
		ref := &Reference{Terms: depgraph.Terms{Via: depgraph.PlacedIn, Phases: phases}, Origin: o}
		region := l.shapes.leaf(l.node(depgraph.ID{Kind: depgraph.KindRegion, Name: r.region}))
		l.addFacts(ref, reading{ref: ref}, node, []*shape{region}, "", 1)
	}
}

const regionalConfidence = 0.8

func inCluster(host string) bool {
	return strings.HasSuffix(host, ".svc") || strings.HasSuffix(host, ".cluster.local") || strings.Contains(host, ".svc.")
}

// clusterName returns "NAME.NAMESPACE.svc" for a host that can only be a
// Service of a cluster: one with ".svc", or one used inside a cluster as a
// single label, or with a namespace that the inputs show behind it. Where the
// inputs show several clusters, the cluster stands in front.
func (l *linker) clusterName(n Name) (string, bool) {
	c, ns, scoped := l.scopes.split(n.Scope)
	host := n.Text
	name := ""
	if head, rest, found := strings.Cut(host, ".svc"); found && (rest == "" || rest[0] == '.') && strings.Contains(head, ".") {
		name = head
	} else if scoped && ns != "" && !strings.Contains(host, ".") {
		name = host + "." + ns
	} else if head, last, found := lastLabel(host); found && scoped && !strings.Contains(head, ".") && l.scopes.hasNamespace(c, last) {
		name = host
	}
	if name == "" {
		return "", false
	}
	if c != "" && len(l.scopes.clusters) > 1 {
		name = c + "/" + name
	}
	return name + ".svc", true
}

func lastLabel(host string) (head, last string, found bool) {
	i := strings.LastIndexByte(host, '.')
	if i < 0 {
		return "", "", false
	}
	return host[:i], host[i+1:], true
}
