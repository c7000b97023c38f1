package kubernetes

import (
	"strings"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

// Certificates outlive their issuer until they must be renewed.
const defaultLifetime = 90 * 24 * time.Hour

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// emitCertificate adds a cert-manager Certificate: the Secret that it fills, and its
// issuer, without which it goes on until it expires.
func (e *emitter) emitCertificate(o *object) {
	e.define(o, depgraph.Node{})
	e.fillSecret(o, o.get("spec", "secretName"), o.id, depgraph.CertifiedBy)
	ref := o.get("spec", "issuerRef")
	e.issuedBy(o.id, o, ref, renewal(o.get("spec")))
}

// renewal returns how many days before its end a certificate is renewed: as long an
// issuer may be gone at the worst moment. The default is a third of the lifetime.
func renewal(spec strict.Value) int {
	lifetime := defaultLifetime
	if d, err := time.ParseDuration(spec.Get("duration").Text()); err == nil {
		lifetime = d
	}
	before := lifetime / 3
	if d, err := time.ParseDuration(spec.Get("renewBefore").Text()); err == nil && d < lifetime {
		before = d
	}
	return int(before / days(1))
}

// fillSecret adds that something fills a Secret of its namespace. The Secret stays
// when that is lost, but cannot be made again.
func (e *emitter) fillSecret(o *object, name strict.Value, by depgraph.ID, via depgraph.Via) {
	if name.Text() == "" || by.IsZero() {
		return
	}
	secret := e.secretID(o, name)
	e.need(need{owner: secret, to: to(by), phases: deploys, via: via, at: o.at(name)})
}

// secretID returns the id of a Secret that an object makes, with a definition where
// no manifest has one.
func (e *emitter) secretID(o *object, name strict.Value) depgraph.ID {
	if s := e.w.find(o, "Secret", o.ns, name.Text()); s != nil {
		return s.id
	}
	id := e.w.target(o, "Secret", o.ns, name.Text()).Else
	if n := e.nodeOf(id); !n.named {
		n.named = true
		e.mention(id, o.at(name), nil)
		c := e.controlOf(o)
		c.objects = append(c.objects, controlled{id, o.at(name)})
	}
	return id
}

// issuedBy adds the issuer of a certificate, or of an Ingress's own.
func (e *emitter) issuedBy(owner depgraph.ID, o *object, ref strict.Value, lasts int) {
	kind := ref.Get("kind").Text()
	if kind == "" {
		kind = "Issuer"
	}
	ns := o.ns
	if kind == "ClusterIssuer" {
		ns = ""
	}
	if group := ref.Get("group").Text(); group != "" && group != "cert-manager.io" || ref.Get("name").Text() == "" {
		return
	}
	e.issued(owner, o, kind, ns, ref.Get("name"), lasts)
}

func (e *emitter) issued(owner depgraph.ID, o *object, kind, ns string, name strict.Value, lasts int) {
	t := e.w.target(o, kind, ns, name.Text())
	e.need(need{owner: owner, to: []target{t}, phases: runs, lasts: lasts, via: depgraph.CertifiedBy, at: o.at(name)})
	e.need(need{owner: owner, to: []target{t}, phases: deploys, via: depgraph.CertifiedBy, at: o.at(name)})
}

// emitIssued adds the certificate that cert-manager makes for an Ingress which asks
// for one by annotation.
func (e *emitter) emitIssued(o *object, secret strict.Value) {
	for _, kind := range []string{"ClusterIssuer", "Issuer"} {
		v := o.annotation("cert-manager.io/" + strings.Replace(strings.ToLower(kind), "clusteri", "cluster-i", 1))
		if v.Text() == "" {
			continue
		}
		ns := o.ns
		if kind == "ClusterIssuer" {
			ns = ""
		}
		e.issued(e.secretID(o, secret), o, kind, ns, v, int(defaultLifetime/3/days(1)))
	}
}

// emitIssuer adds an Issuer or ClusterIssuer: the authority that it asks, the
// credentials it uses, and what solves its challenges.
func (e *emitter) emitIssuer(o *object) {
	e.define(o, depgraph.Node{})
	for _, run := range e.w.ofImage(o, "cert-manager-controller", "cert-manager") {
		e.need(need{owner: o.id, to: to(run.id), phases: runs, via: "carried-by", at: o.here(), confidence: 0.8, note: "the controller of cert-manager"})
	}
	spec := o.get("spec")
	e.emitStrings(o, spec.Get("acme", "server"), text{phases: runs})
	e.emitStrings(o, spec.Get("vault", "server"), text{phases: runs})
	e.emitStrings(o, spec.Get("venafi"), text{phases: runs})
	e.emitSecretRefs(o, spec, runs)
	for s := range spec.Get("acme", "solvers").Items() {
		e.emitSolver(o, s.Get("http01"))
	}
}

// emitSolver adds the ingress class or the Gateway through which a challenge is
// answered: the issuer needs the very way in that it certifies.
func (e *emitter) emitSolver(o *object, http strict.Value) {
	for ref := range http.Get("gatewayHTTPRoute", "parentRefs").Items() {
		if g := e.w.find(o, "Gateway."+gatewayGroup, ref.Get("namespace").Text(), ref.Get("name").Text()); g != nil {
			e.need(need{owner: o.id, to: to(g.id), phases: runs, via: "answers-through", at: o.at(ref)})
		}
	}
	class := firstValue(http.Get("ingress", "ingressClassName"), http.Get("ingress", "class"))
	if class.Text() == "" {
		return
	}
	controller := ""
	if c := e.w.find(o, "IngressClass", "", class.Text()); c != nil {
		controller = c.get("spec", "controller").Text()
	}
	e.carriedBy(o, class, class.Text(), controller)
}

// emitSecretRefs adds the Secrets that a value names in fields such as secretName,
// secretRef and ...SecretRef. Those of cluster-wide objects stand in the namespace
// that the reference states, or of the controller.
func (e *emitter) emitSecretRefs(o *object, v strict.Value, phases depgraph.Phases) {
	e.walkSecretRefs(o, v, phases, 0)
}

func (e *emitter) walkSecretRefs(o *object, v strict.Value, phases depgraph.Phases, depth int) {
	if depth > 20 {
		return
	}
	for item := range v.Items() {
		e.walkSecretRefs(o, item, phases, depth+1)
	}
	for k, item := range v.Fields() {
		key := strings.ToLower(k.Text)
		switch {
		case strings.HasSuffix(key, "secretname") && item.Type() == strict.String:
			e.usesSecret(o, o.ns, item, phases)
		case strings.HasSuffix(key, "secretref") || strings.HasSuffix(key, "secretkeyref"):
			if name := item.Get("name"); name.Text() != "" {
				e.usesSecret(o, firstOf(item.Get("namespace").Text(), o.ns), name, phases)
				continue
			}
			e.walkSecretRefs(o, item, phases, depth+1)
		default:
			e.walkSecretRefs(o, item, phases, depth+1)
		}
	}
}

func (e *emitter) usesSecret(o *object, ns string, name strict.Value, phases depgraph.Phases) {
	if ns == "" || name.Text() == "" {
		return // of a cluster-wide object: in the namespace of its controller
	}
	e.need(need{owner: o.id, to: quiet(e.w.target(o, "Secret", ns, name.Text())), phases: phases, via: depgraph.Reads, at: o.at(name)})
}
