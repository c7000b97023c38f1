package kubernetes

import (
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// identities are the annotations by which a ServiceAccount is somebody in a cloud,
// with the host that its pods exchange their tokens at.
var identities = []struct{ key, host string }{
	{"eks.amazonaws.com/role-arn", "sts.amazonaws.com"},
	{"iam.gke.io/gcp-service-account", "sts.googleapis.com"},
	{"azure.workload.identity/client-id", "login.microsoftonline.com"},
}

// emitIdentity adds what a workload inherits through its ServiceAccount: the pull
// secrets and the identity in a cloud, without which it neither starts nor goes on.
func (e *emitter) emitIdentity(run *workload) {
	pull := run.pod.spec("imagePullSecrets")
	for item := range pull.v.Items() {
		e.pullSecret(run, field{item.Get("name"), pull.f, pull.shift})
	}
	x := run.pod.spec("serviceAccountName")
	if !x.exists() {
		x = run.pod.spec("serviceAccount")
	}
	name := firstOf(x.text(), "default")
	account := e.w.find(run.object, "ServiceAccount", run.ns, name)
	if account == nil {
		return
	}
	if pull.v.Len() == 0 {
		for item := range account.get("imagePullSecrets").Items() {
			e.pullSecret(run, field{v: item.Get("name"), f: account.file})
		}
	}
	for _, id := range identities {
		v := account.annotation(id.key)
		if v.Text() == "" {
			continue
		}
		role := depgraph.ID{Kind: depgraph.KindIdentity, Name: v.Text()}
		e.mention(role, account.at(v), nil)
		e.need(need{owner: run.id, to: to(role), phases: startRun, via: depgraph.Authenticates, at: account.at(v), note: "through ServiceAccount " + account.name})
		e.need(need{owner: role, to: hostOf(e, account, id.host), phases: runs, via: depgraph.Authenticates, at: account.at(v)})
	}
}

func (e *emitter) pullSecret(run *workload, name field) {
	if name.text() != "" {
		e.need(need{owner: run.id, to: e.material(run.object, "Secret", name.text()), phases: starts, via: depgraph.Reads, at: name.at()})
	}
}

// meshes are the sidecar injectors: how a namespace or pod asks for them, and what
// answers.
var meshes = []struct {
	label, ns, service string
	on                 func(value string) bool
}{
	{"istio-injection", "istio-system", "istiod", func(s string) bool { return s == "enabled" }},
	{"istio.io/rev", "istio-system", "istiod", func(s string) bool { return s != "" }},
	{"linkerd.io/inject", "linkerd", "linkerd-proxy-injector", func(s string) bool { return s == "enabled" || s == "ingress" }},
}

// emitMesh adds the injector of a service mesh, without which no pod of a namespace
// that asks for it is created, and the control plane that its proxies follow.
func (e *emitter) emitMesh(run *workload) {
	space := e.w.find(run.object, "Namespace", "", run.ns)
	if run.pod.labels.get("sidecar.istio.io/inject") == "false" || run.pod.annotation("sidecar.istio.io/inject").text() == "false" ||
		run.pod.annotation("linkerd.io/inject").text() == "disabled" {
		return
	}
	for _, m := range meshes {
		n := need{owner: run.id, phases: starts, via: "injected-by", confidence: 0.8}
		switch pod := run.pod.annotation(m.label); {
		case m.on(pod.text()):
			n.at = pod.at()
		case m.on(run.pod.labels.get(m.label)):
			n.at = run.here()
		case space != nil && m.on(space.labels.get(m.label)):
			n.at = space.at(space.get("metadata", "labels", m.label))
		case space != nil && m.on(space.annotation(m.label).Text()):
			n.at = space.at(space.annotation(m.label))
		default:
			continue
		}
		if run.ns == m.ns {
			continue
		}
		n.to = quiet(e.w.serviceTarget(run.object, m.ns, m.service))
		e.need(n)
		return
	}
}

// environment returns what a workload says about the environment it is of, and its
// owner, in the labels that people use for these.
func (e *emitter) environment(run *workload) (env, owner string) {
	space := e.w.find(run.object, "Namespace", "", run.ns)
	for _, key := range []string{"env", "environment", "app.kubernetes.io/environment", "tags.datadoghq.com/env"} {
		env = firstOf(env, run.labels.get(key), run.pod.labels.get(key))
	}
	for _, key := range []string{"owner", "team", "app.kubernetes.io/owner"} {
		owner = firstOf(owner, run.labels.get(key), run.pod.labels.get(key))
	}
	if space != nil {
		for _, key := range []string{"env", "environment"} {
			env = firstOf(env, space.labels.get(key))
		}
		for _, key := range []string{"owner", "team"} {
			owner = firstOf(owner, space.labels.get(key))
		}
	}
	for _, c := range run.pod.containers {
		for _, x := range c.env {
			if x.get("name").text() == "OTEL_RESOURCE_ATTRIBUTES" {
				attributes := resourceAttributes(x.get("value").text())
				env = firstOf(env, attributes["deployment.environment.name"], attributes["deployment.environment"])
			}
		}
	}
	return env, owner
}

// resourceAttributes reads "service.name=cart,deployment.environment=prod".
func resourceAttributes(s string) map[string]string {
	m := map[string]string{}
	for item := range strings.SplitSeq(s, ",") {
		if k, v, found := strings.Cut(item, "="); found && !strings.Contains(v, "$") {
			m[strings.TrimSpace(k)] = strings.TrimSpace(v)
		}
	}
	return m
}
