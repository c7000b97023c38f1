package kubernetes

import (
	"strings"

	"github.com/fateline/fateline/ingest/link"
)

// clusterScope and scope are where names are looked up. They are made once: every name
// has one.
func (w *world) clusterScope(o *object) string {
	if o.edition == "" && o.home != nil {
		return o.home.around.scope
	}
	at := objectRef{cluster: o.cluster, edition: o.edition}
	s, made := w.scopes[at]
	if !made {
		s = scopeOf(o.cluster, o.edition)
		w.scopes[at] = s
	}
	return s
}

func scopeOf(cluster, edition string) string {
	name := cluster
	if name == "" {
		name = unnamed
	}
	if edition != "" {
		name += "~" + strings.ReplaceAll(edition, "/", "-")
	}
	return "k8s/" + name
}

func (w *world) scope(o *object, ns string) string {
	if ns == "" {
		return w.clusterScope(o)
	}
	if o.edition == "" {
		if s := w.in(o, ns); s != nowhere {
			return s.scope
		}
	}
	at := objectRef{cluster: o.cluster, edition: o.edition, ns: ns}
	s, made := w.scopes[at]
	if !made {
		s = w.clusterScope(o) + "/" + ns
		w.scopes[at] = s
	}
	return s
}

// shared returns o as one of no edition, for the names that everybody sees.
func shared(o *object) *object {
	if o.edition == "" {
		return o
	}
	c := *o
	c.edition = ""
	return &c
}

// offered returns o as others see it who look up a name: as one of no edition,
// unless it is optional.
func offered(o *object) *object {
	if o.isOptional() {
		return o
	}
	return shared(o)
}

// objectName is the name of an object for references by kind and name.
func objectName(scope, kind, name string) link.Name {
	return link.Name{Space: link.SpaceObject, Scope: scope, Text: lowered(kind) + "/" + name}
}

// lowered returns a kind in lower case, the commonest without making it.
func lowered(kind string) string {
	switch kind {
	case "ConfigMap":
		return "configmap"
	case "DaemonSet":
		return "daemonset"
	case "Deployment":
		return "deployment"
	case "HelmRelease":
		return "helmrelease"
	case "Ingress":
		return "ingress"
	case "Job":
		return "job"
	case "Kustomization":
		return "kustomization"
	case "PersistentVolumeClaim":
		return "persistentvolumeclaim"
	case "Secret":
		return "secret"
	case "Service":
		return "service"
	case "StatefulSet":
		return "statefulset"
	}
	return strings.ToLower(kind)
}

// target refers to an object by kind and name: to its node where the inputs show it,
// else to the node that it would be.
func (w *world) target(from *object, kind, ns, name string) target {
	if o := w.find(from, kind, ns, name); o != nil && !o.id.IsZero() {
		return target{Name: o.ref()}
	}
	t := target{Name: objectName(w.scope(shared(from), ns), kind, name)}
	ghost := &object{kind: kind, ns: ns, name: name}
	if plain, group, found := strings.Cut(kind, "."); found {
		ghost.group, ghost.kind = group, plain
	} else {
		ghost.group = groups[kind]
	}
	if ghost.group != "" {
		ghost.foreign = ghost.group + "/" + ghost.kind
	}
	t.Else = idOf(ghost)
	if !t.Else.IsZero() {
		t.Else.Name = w.clusterPrefix(from.cluster) + t.Else.Name
	}
	return t
}

// groups are those of kinds that are known by their name alone.
var groups = map[string]string{
	"Certificate": "cert-manager.io", "Issuer": "cert-manager.io", "ClusterIssuer": "cert-manager.io",
	"SecretStore": externalSecrets, "ClusterSecretStore": externalSecrets, "Application": "argoproj.io",
	"Kustomization": kustomizeGroup, "HelmRelease": helmGroup,
}
