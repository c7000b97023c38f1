package link

import (
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// UnnamedCluster is what a source calls the one Kubernetes cluster that the
// inputs show without saying its name.
const UnnamedCluster = "kubernetes"

// editionMark parts a cluster from one of several editions of its objects that
// the inputs show, such as the overlays of one base: "k8s/CLUSTER~EDITION/NAMESPACE".
const editionMark = "~"

// clusterOf returns the cluster of the part of a scope that names one.
func clusterOf(part string) string {
	cluster, _, _ := strings.Cut(part, editionMark)
	return cluster
}

// scopes is what strong definitions and bindings show of the world that names
// live in: the domains they have names under, and the clusters and namespaces.
type scopes struct {
	domains    map[string]bool
	clusters   []string                   // sorted
	namespaces map[string]map[string]bool // by cluster
}

func findScopes(defs []*Definition, bindings []*Binding) scopes {
	s := scopes{map[string]bool{}, nil, map[string]map[string]bool{}}
	for _, d := range defs {
		if d.Weak {
			continue
		}
		for _, n := range d.Names {
			s.see(n, d.Node.ID.Kind != depgraph.KindExternal)
		}
	}
	for _, b := range bindings {
		for _, n := range b.Names {
			s.see(n, true)
		}
	}
	for c := range s.namespaces {
		s.clusters = append(s.clusters, c)
	}
	slices.Sort(s.clusters)
	return s
}

// see notes the scope of a name, and its domain where it is one of our own.
func (s *scopes) see(n Name, ours bool) {
	if rest, ok := strings.CutPrefix(n.Scope, "k8s/"); ok {
		c, ns, _ := strings.Cut(rest, "/")
		c = clusterOf(c)
		if s.namespaces[c] == nil {
			s.namespaces[c] = map[string]bool{}
		}
		if ns != "" && !s.namespaces[c][ns] {
			s.namespaces[c][ns] = true
		}
	}
	if !ours || n.Space != SpaceHost {
		return
	}
	host := normalHost(n.Text)
	if !strings.Contains(host, ".") || inCluster(host) || !isHost(host) {
		return
	}
	if _, known := providerOf(host); known {
		return
	}
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		s.domains[domain] = true
	}
}

// split reads the scope of a name used in a Kubernetes cluster: CLUSTER and
// NAMESPACE of "k8s/CLUSTER/NAMESPACE", each empty where it is not known.
// "k8s/X" is a cluster where the inputs show one of that name, else a namespace.
func (s *scopes) split(scope string) (cluster, namespace string, ok bool) {
	rest, ok := strings.CutPrefix(scope, "k8s/")
	if !ok {
		return "", "", scope == "k8s"
	}
	if cluster, namespace, two := strings.Cut(rest, "/"); two {
		return clusterOf(cluster), namespace, true
	}
	if s.namespaces[clusterOf(rest)] != nil {
		return clusterOf(rest), "", true
	}
	return "", rest, true
}

// asUsed returns the scopes that a scope of use means. A name used in a cluster
// that the user does not know, such as a host in a trace, is looked up in each
// cluster that the inputs show; in one of which the inputs do not say the name,
// where they show no cluster of the name that the user says.
//
// It returns nil where the scope means just itself.
func (s *scopes) asUsed(scope string) []string {
	cluster, namespace, ok := s.split(scope)
	if !ok || s.namespaces[cluster] != nil || scope == "k8s" {
		return nil
	}
	var in []string
	switch {
	case cluster == "":
		in = s.clusters
	case s.namespaces[UnnamedCluster] != nil:
		in = []string{UnnamedCluster}
	}
	out := make([]string, len(in))
	for i, c := range in {
		out[i] = "k8s/" + c + "/" + namespace
	}
	return out
}

// hasNamespace reports whether the inputs show a namespace, in any cluster
// where the cluster is not known.
func (s *scopes) hasNamespace(cluster, namespace string) bool {
	if cluster != "" {
		return s.namespaces[cluster][namespace]
	}
	return slices.ContainsFunc(s.clusters, func(c string) bool { return s.namespaces[c][namespace] })
}

// enclosing returns the scope around s; false where s is the global one.
func enclosing(s string) (string, bool) {
	if s == "" {
		return "", false
	}
	if i := strings.LastIndexByte(s, '/'); i >= 0 {
		return s[:i], true
	}
	return "", true
}

// encloses reports whether inner is a scope strictly below outer.
func encloses(outer, inner string) bool {
	if outer == "" {
		return inner != ""
	}
	return len(inner) > len(outer) && inner[len(outer)] == '/' && strings.HasPrefix(inner, outer)
}
