package wrangler

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// worker is a Worker, or what one is in an environment.
type worker struct {
	fragment  *link.Fragment
	file      *ingest.File
	name      string
	env       string
	root, own *value // own: the environment's settings; bindings are not inherited
}

func (w *worker) id() depgraph.ID {
	return depgraph.ID{Kind: depgraph.KindFunction, Name: w.name}
}

// binding says how one list of bindings reads.
type binding struct {
	path   string
	kind   depgraph.Kind
	prefix string
	keys   []string // what names the resource, the best first
	via    depgraph.Via
}

var bindings = []binding{
	{"kv_namespaces", depgraph.KindDatastore, "cloudflare-kv/", []string{"id", "binding"}, depgraph.Reads},
	{"d1_databases", depgraph.KindDatastore, "cloudflare-d1/", []string{"database_name", "database_id", "binding"}, depgraph.Reads},
	{"r2_buckets", depgraph.KindDatastore, "cloudflare-r2/", []string{"bucket_name", "binding"}, depgraph.Reads},
	{"hyperdrive", depgraph.KindDatastore, "cloudflare-hyperdrive/", []string{"id", "binding"}, depgraph.Reads},
	{"vectorize", depgraph.KindDatastore, "cloudflare-vectorize/", []string{"index_name"}, depgraph.Reads},
	{"queues.producers", depgraph.KindQueue, "cloudflare/", []string{"queue"}, depgraph.Publishes},
	{"queues.consumers", depgraph.KindQueue, "cloudflare/", []string{"queue"}, depgraph.Consumes},
	{"pipelines", depgraph.KindQueue, "cloudflare-pipeline/", []string{"pipeline"}, depgraph.Publishes},
	{"services", depgraph.KindFunction, "", []string{"service"}, depgraph.Calls},
	{"ai", depgraph.KindService, "cloudflare/workers-ai", nil, depgraph.Calls},
	{"browser", depgraph.KindService, "cloudflare/browser-rendering", nil, depgraph.Calls},
	{"mtls_certificates", depgraph.KindCertificate, "cloudflare/", []string{"certificate_id"}, depgraph.Authenticates},
	{"secrets_store_secrets", depgraph.KindSecret, "cloudflare/", []string{"secret_name"}, depgraph.Reads},
	{"dispatch_namespaces", depgraph.KindService, "cloudflare-dispatch/", []string{"namespace"}, depgraph.Calls},
}

func (w *worker) emit() {
	d := link.Definition{Node: depgraph.Node{ID: w.id(), Env: w.env}, Origin: w.origin(w.own, "")}
	hosts, zones := w.routes()
	for _, h := range hosts {
		d.Names = append(d.Names, link.Host("", h))
	}
	d.Names = append(d.Names, link.Name{Space: link.SpaceService, Text: w.name})
	w.fragment.Definitions = append(w.fragment.Definitions, d)
	w.inside(w.id(), w.own)
	for _, z := range zones {
		domain := depgraph.ID{Kind: depgraph.KindDomain, Name: z.text}
		w.refer(z, "zone", depgraph.Terms{IfLost: depgraph.Degraded, Via: depgraph.Resolves}, domain)
	}
	for _, b := range bindings {
		w.bind(b)
	}
	w.objects()
	for _, t := range w.own.get("tail_consumers").all() {
		if name := t.get("service"); name.text != "" {
			w.refer(name, "tail_consumers", depgraph.Terms{IfLost: depgraph.Unaffected, Via: "logs-to"}, depgraph.ID{Kind: depgraph.KindFunction, Name: name.text})
		}
	}
	for _, c := range w.own.get("containers").all() {
		if host, _, found := strings.Cut(c.get("image").text, "/"); found && strings.Contains(host, ".") && host != "." && host != ".." {
			w.refer(c.get("image"), "containers", depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Start), Via: depgraph.Pulls}, depgraph.ID{Kind: depgraph.KindRegistry, Name: strings.ToLower(host)})
		}
	}
	w.variables(w.own.get("vars"), "")
}

// bind reads one list of bindings; what a Worker is bound to stands with Cloudflare.
func (w *worker) bind(b binding) {
	at := w.own
	for _, step := range strings.Split(b.path, ".") {
		at = at.get(step)
	}
	for _, item := range at.all() {
		id, place := depgraph.ID{Kind: b.kind, Name: b.prefix}, item
		for _, key := range b.keys {
			if name := item.get(key); name.text != "" {
				id.Name, place = b.prefix+name.text, name
				break
			}
		}
		if len(b.keys) > 0 && id.Name == b.prefix {
			continue
		}
		if env := item.get("environment").text; env != "" && b.path == "services" {
			id.Name += "-" + env
		}
		w.refer(place, b.path, depgraph.Terms{Via: b.via}, id)
		if b.kind != depgraph.KindFunction {
			w.defined(id, place, item.get("binding").text)
		}
		if dead := item.get("dead_letter_queue"); dead.text != "" {
			w.refer(dead, "dead_letter_queue", depgraph.Terms{IfLost: depgraph.Unaffected, Via: depgraph.Publishes}, depgraph.ID{Kind: depgraph.KindQueue, Name: "cloudflare/" + dead.text})
		}
	}
}

// defined defines what a binding names. The name in the code is a title only.
func (w *worker) defined(id depgraph.ID, at *value, title string) {
	w.fragment.Definitions = append(w.fragment.Definitions, link.Definition{Node: depgraph.Node{ID: id, Title: title}, Origin: w.origin(at, "")})
	w.inside(id, at)
}

// objects reads durable objects and workflows: those of another script are calls of it.
func (w *worker) objects() {
	for _, item := range w.own.get("durable_objects").get("bindings").all() {
		class := item.get("class_name")
		if class.text == "" {
			continue
		}
		script := item.get("script_name").text
		if script != "" && script != w.name {
			w.refer(item.get("script_name"), "durable_objects", depgraph.Terms{Via: depgraph.Calls}, depgraph.ID{Kind: depgraph.KindFunction, Name: script})
			continue
		}
		id := depgraph.ID{Kind: depgraph.KindDatastore, Name: "cloudflare-do/" + w.name + "/" + class.text}
		w.refer(class, "durable_objects", depgraph.Terms{Via: depgraph.Reads}, id)
		w.defined(id, class, item.get("name").text)
	}
	for _, item := range w.own.get("workflows").all() {
		if script := item.get("script_name"); script.text != "" && script.text != w.name {
			w.refer(script, "workflows", depgraph.Terms{Via: depgraph.Calls}, depgraph.ID{Kind: depgraph.KindFunction, Name: script.text})
		}
	}
}

// routes returns the hosts that a Worker answers to, and the zones these are in.
// Those of the top level are not the environments': two Workers would answer to one host.
func (w *worker) routes() (hosts []string, zones []*value) {
	list := append(slices.Clone(w.own.get("routes").all()), w.own.get("route").all()...)
	for _, r := range list {
		pattern := r.text
		if pattern == "" {
			pattern = r.get("pattern").text
		}
		host, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(pattern, "https://"), "http://"), "/")
		if host != "" && strings.Contains(host, ".") && !strings.Contains(host, "*") && !slices.Contains(hosts, host) {
			hosts = append(hosts, strings.ToLower(host))
		}
		if zone := r.get("zone_name"); zone.text != "" && !slices.ContainsFunc(zones, func(z *value) bool { return z.text == zone.text }) {
			zones = append(zones, zone)
		}
	}
	return hosts, zones
}

func (w *worker) variables(v *value, prefix string) {
	for _, key := range v.keys {
		item := v.get(key)
		for _, found := range address.Find(item.text, address.Context{Key: key}) {
			o := w.origin(item, "vars."+prefix+key)
			o.Confidence = found.Form.Confidence()
			w.fragment.References = append(w.fragment.References, link.Reference{Owner: link.ID(w.id()), Members: found.Targets(""), Terms: found.Terms(), Form: link.Text, Origin: o})
		}
		if len(item.keys) > 0 && len(prefix) < 200 {
			w.variables(item, prefix+key+".")
		}
	}
}

func (w *worker) origin(at *value, note string) depgraph.Origin {
	o := w.file.Origin(max(at.line, 1), max(at.column, 1))
	o.Note = note
	return o
}

func (w *worker) refer(at *value, note string, t depgraph.Terms, to depgraph.ID) {
	w.fragment.References = append(w.fragment.References, link.Reference{
		Owner: link.ID(w.id()), Members: []link.Target{{Name: link.ID(to), Else: to, Quiet: to.Kind != depgraph.KindFunction}}, Terms: t, Form: link.Structured, Origin: w.origin(at, note),
	})
}

// inside places a node with the provider, which runs it everywhere.
func (w *worker) inside(id depgraph.ID, at *value) {
	cloudflare := depgraph.ID{Kind: depgraph.KindProvider, Name: "cloudflare"}
	w.fragment.References = append(w.fragment.References, link.Reference{
		Owner: link.ID(id), Members: []link.Target{{Name: link.ID(cloudflare), Else: cloudflare, Quiet: true}},
		Terms: depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run, depgraph.Start), Via: depgraph.PlacedIn}, Form: link.Structured, Origin: w.origin(at, ""),
	})
}
