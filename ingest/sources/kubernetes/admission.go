package kubernetes

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

// emitWebhooks adds the webhook configurations: what is behind each, and what each
// intercepts on its way into the cluster.
func (e *emitter) emitWebhooks() {
	for _, o := range e.w.objects {
		if !o.is("", "ValidatingWebhookConfiguration") && !o.is("", "MutatingWebhookConfiguration") {
			continue
		}
		e.define(o, depgraph.Node{})
		closed := slices.ContainsFunc(slices.Collect(o.get("webhooks").Items()), failsClosed)
		for hook := range o.get("webhooks").Items() {
			e.emitBackend(o, hook, closed)
			e.emitIntercepted(o, hook)
		}
		if ns, name, found := strings.Cut(o.annotation("cert-manager.io/inject-ca-from").Text(), "/"); found {
			e.need(need{
				owner: o.id, to: quiet(e.w.target(o, "Certificate", ns, name)), phases: deploys, via: depgraph.CertifiedBy,
				at: o.at(o.annotation("cert-manager.io/inject-ca-from")),
			})
		}
	}
}

// failsClosed says whether a webhook that does not answer refuses what it was asked
// about: the default of its API's first version, as of the present one is Fail.
func failsClosed(hook strict.Value) bool { return hook.Get("failurePolicy").Text() != "Ignore" }

// emitBackend adds what answers for a webhook. One that fails open beside others
// that do not takes only its own share along.
func (e *emitter) emitBackend(o *object, hook strict.Value, closed bool) {
	n := need{owner: o.id, phases: runs, via: depgraph.Calls}
	if closed && !failsClosed(hook) {
		n.ifLost = depgraph.Degraded
	}
	client := hook.Get("clientConfig")
	if s := client.Get("service"); s.Exists() {
		n.to = []target{e.w.serviceTarget(o, s.Get("namespace").Text(), s.Get("name").Text())}
		n.at = o.at(s)
		e.need(n)
		return
	}
	e.emitStrings(o, client.Get("url"), text{phases: runs, ifLost: n.ifLost})
}

// admitted is something that is created or changed through the API server.
type admitted struct {
	id       depgraph.ID
	group    string // as its apiVersion says
	resource string
	ns       string // "" for what is in no namespace
	labels   labels
	phases   depgraph.Phases
	implied  bool
}

// emitIntercepted adds the needs of what one webhook intercepts.
func (e *emitter) emitIntercepted(o *object, hook strict.Value) {
	n := need{to: to(o.id), via: depgraph.AdmittedBy, at: o.at(hook.Get("rules"))}
	if !failsClosed(hook) {
		n.ifLost = depgraph.Unaffected
	}
	if hook.Get("matchConditions").Len() > 0 {
		n.confidence, n.note = 0.6, "its matchConditions may leave this out"
	}
	phases := map[depgraph.ID]depgraph.Phases{}
	implied := map[depgraph.ID]bool{}
	var order []depgraph.ID
	for _, a := range e.admitted(o) {
		if !e.intercepts(o, hook, a) {
			continue
		}
		if phases[a.id] == 0 {
			order = append(order, a.id)
		}
		phases[a.id] |= a.phases
		implied[a.id] = a.implied
	}
	for _, id := range order {
		n.owner, n.phases, n.basis = id, phases[id], 0
		if implied[id] {
			n.basis = depgraph.Implied
			if n.confidence == 0 {
				n.confidence = impliedConfidence
				e.need(n)
				n.confidence = 0
				continue
			}
		}
		e.need(n)
	}
}

// intercepts says whether a webhook is asked about something.
func (e *emitter) intercepts(o *object, hook strict.Value, a admitted) bool {
	rule := false
	for r := range hook.Get("rules").Items() {
		rule = rule || ruleMatches(r, a)
	}
	if !rule {
		return false
	}
	if s := hook.Get("namespaceSelector"); a.ns != "" && !isEmpty(s) && !selects(s, e.w.namespace(o, a.ns)) {
		return false
	}
	s := hook.Get("objectSelector")
	return isEmpty(s) || selects(s, a.labels)
}

// ruleMatches says whether a rule is about the creation of something: its change
// alone is no matter of coming up again.
func ruleMatches(r strict.Value, a admitted) bool {
	has := func(list string, want ...string) bool {
		return slices.ContainsFunc(items(r.Get(list)), func(s string) bool { return slices.Contains(want, s) })
	}
	switch r.Get("scope").Text() {
	case "Cluster":
		if a.ns != "" {
			return false
		}
	case "Namespaced":
		if a.ns == "" {
			return false
		}
	}
	operations := []string{"*", "CREATE"}
	if !a.phases.Has(depgraph.Start) {
		operations = append(operations, "UPDATE")
	}
	return has("operations", operations...) && has("apiGroups", "*", a.group) && has("resources", "*", "*/*", a.resource, a.resource+"/*")
}

// admitted lists everything of an object's cluster that goes through admission.
func (e *emitter) admitted(from *object) []admitted {
	at := sight(from, "", "")
	all, asked := e.entering[at]
	if !asked {
		all = e.listAdmitted(from)
		e.entering[at] = all
	}
	return all
}

func (e *emitter) listAdmitted(from *object) []admitted {
	var all []admitted
	for _, o := range e.w.objects {
		if !e.w.sees(from, o) || !e.isNamed(o) || o.id.Kind == depgraph.KindWebhook {
			continue
		}
		if run := o.run; run != nil {
			if run.static {
				continue
			}
			all = append(all, admitted{id: o.id, resource: "pods", ns: o.ns, labels: run.pod.labels, phases: startToEnd})
		}
		all = append(all, admitted{id: o.id, group: rawGroup(o), resource: plural(o.kind), ns: o.ns, labels: o.labels, phases: deploys})
		if o.kind == "CronJob" {
			all = append(all, admitted{id: o.id, group: "batch", resource: "jobs", ns: o.ns, labels: labelsOf(o.get("spec", "jobTemplate", "metadata", "labels")), phases: startToEnd})
		}
	}
	c := e.controlOf(from)
	add := func(ids []depgraph.ID, labels labels) {
		for _, id := range ids {
			if !c.real[id] {
				all = append(all, admitted{id: id, resource: "pods", ns: "kube-system", labels: labels, phases: startToEnd, implied: true})
			}
		}
	}
	add(c.dns, labels{{"k8s-app", "kube-dns"}})
	add(c.cni, nil)
	return all
}

// rawGroup returns the group of an object as the API has it: "apps", "".
func rawGroup(o *object) string {
	group, _, found := strings.Cut(o.get("apiVersion").Text(), "/")
	if !found {
		return ""
	}
	return group
}

// plural returns the resource of a kind: "networkpolicies" of NetworkPolicy.
func plural(kind string) string {
	s := strings.ToLower(kind)
	switch {
	case s == "endpoints":
		return s
	case strings.HasSuffix(s, "s"), strings.HasSuffix(s, "x"), strings.HasSuffix(s, "ch"), strings.HasSuffix(s, "sh"):
		return s + "es"
	case strings.HasSuffix(s, "y") && !strings.HasSuffix(s, "ay") && !strings.HasSuffix(s, "ey"):
		return s[:len(s)-1] + "ies"
	}
	return s + "s"
}

// emitAPIService adds that the API server hands a part of its API on: without what
// serves that part, discovery, the deletion of namespaces and scaling suffer.
func (e *emitter) emitAPIService(o *object) {
	s := o.get("spec", "service")
	if !s.Exists() {
		return // the API server serves it itself
	}
	c := e.controlOf(o)
	for _, api := range c.apiIDs {
		e.need(need{
			owner: api, to: []target{e.w.serviceTarget(o, s.Get("namespace").Text(), s.Get("name").Text())},
			phases: runs, ifLost: depgraph.Degraded, via: "serves-api", at: o.at(s),
		})
	}
}

// emitConversion adds that objects of a kind are read and written through a
// conversion webhook.
func (e *emitter) emitConversion(crd *object) {
	conversion := crd.get("spec", "conversion")
	s := conversion.Get("webhook", "clientConfig", "service")
	if !s.Exists() {
		s = conversion.Get("webhookClientConfig", "service")
	}
	if conversion.Get("strategy").Text() != "Webhook" || !s.Exists() {
		return
	}
	group, kind := crd.get("spec", "group").Text(), crd.get("spec", "names", "kind").Text()
	for _, o := range e.w.objects {
		if o.kind == kind && rawGroup(o) == group && e.isNamed(o) && e.w.sees(crd, o) {
			e.need(need{
				owner: o.id, to: []target{e.w.serviceTarget(crd, s.Get("namespace").Text(), s.Get("name").Text())},
				phases: startToEnd, via: "converted-by", at: crd.at(s),
			})
		}
	}
}
