package kubernetes

import (
	"fmt"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// emitContainer adds what one container needs: its image and registry, what its
// variables come from, and the addresses in its strings.
func (e *emitter) emitContainer(run *workload, c *container) {
	phases := runs
	if c.init && !c.sidecar {
		phases = starts
	}
	e.emitImage(run, c)
	e.emitEnvironment(run, c)
	vars := e.variables(run, c)
	for _, x := range c.env {
		if v := x.get("value"); v.exists() {
			e.emitText(run, v, vars.expand(v.text()), text{key: x.get("name").text(), phases: phases})
		}
	}
	e.emitCommand(run, c, vars, phases)
	for _, probe := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		e.emitHandler(run, c.get(probe), vars, probe, phases, depgraph.Down)
	}
	e.emitHandler(run, c.get("lifecycle", "postStart"), vars, "postStart", starts, depgraph.Down)
	e.emitHandler(run, c.get("lifecycle", "preStop"), vars, "preStop", runs, depgraph.Unaffected)
	if at := c.parts[0]; vars.given.Over() && at.f != nil {
		at.f.Fail(heldBack(at.v))
	}
}

// emitImage adds the image and the registry that it is pulled from.
func (e *emitter) emitImage(run *workload, c *container) {
	built := startRun
	if c.init && !c.sidecar {
		built = starts
	}
	x := run.overlay.image(c.get("image"))
	img := imageOf(x.text)
	if img.isZero() {
		return
	}
	path := img.path()
	e.images(img, x.at)
	e.need(need{
		owner: run.id, to: e.alone(target{Name: link.Name{Space: link.SpaceImage, Text: path}, Else: depgraph.ID{Kind: depgraph.KindImage, Name: path}, Quiet: true}),
		phases: built, via: depgraph.BuiltFrom, at: x.at, note: tagNote(img),
	})
	policy := c.get("imagePullPolicy").text()
	if policy == "Never" || run.static {
		return
	}
	note := ""
	if policy == "Always" || policy == "" && img.floating() {
		note = "every start pulls it again"
	}
	registry := e.registries[img.host]
	if registry == nil {
		registry = to(img.registry())
		e.registries[img.host] = registry
	}
	e.need(need{owner: run.id, to: registry, phases: starts, via: depgraph.Pulls, at: x.at, note: note})
}

func tagNote(img image) string {
	if img.tag == "" {
		return ""
	}
	return "tag " + img.tag
}

// images adds an image, with its tag as a label, and its registry, which is served
// by whatever answers to its host.
func (e *emitter) images(img image, at depgraph.Origin) {
	e.tags.add(img, at)
}

// emitEnvironment adds the ConfigMaps and Secrets that variables come from.
func (e *emitter) emitEnvironment(run *workload, c *container) {
	for _, x := range c.env {
		from := x.get("valueFrom")
		for _, ref := range []string{"configMapKeyRef", "secretKeyRef"} {
			if r := from.get(ref); r.exists() {
				e.reads(run, r, ref, starts, depgraph.Reads)
				if ref == "configMapKeyRef" {
					e.emitKey(run, c, x, r)
				}
			}
		}
	}
	for _, x := range c.envFrom {
		for _, ref := range []string{"configMapRef", "secretRef"} {
			if r := x.get(ref); r.exists() {
				e.reads(run, r, ref, starts, depgraph.Reads)
			}
		}
	}
}

// reads adds the need for a ConfigMap or Secret that a reference names.
func (e *emitter) reads(run *workload, ref field, name string, phases depgraph.Phases, via depgraph.Via) {
	kind := "ConfigMap"
	if strings.HasPrefix(name, "secret") {
		kind = "Secret"
	}
	called := ref.get("name")
	if !called.exists() {
		called = ref.get("secretName")
	}
	if called.text() == "" {
		return
	}
	ifLost := depgraph.Down
	if optional, _ := ref.get("optional").v.Bool(); optional {
		ifLost = depgraph.Unaffected
	}
	e.need(need{owner: run.id, to: e.material(run.object, kind, called.text()), phases: phases, ifLost: ifLost, via: via, at: called.at()})
	if kind == "Secret" && len(e.credentials) > 0 {
		e.usesCredential(run, called.text(), called.at())
	}
}

// material refers to a ConfigMap or Secret of the object's namespace, for a need that is
// added at once. A Secret that
// no manifest shows is normal, and so are the ConfigMaps that clusters make.
func (e *emitter) material(o *object, kind, name string) []target {
	name = o.overlay.renamed(kind, name)
	t := e.w.target(o, kind, o.ns, name)
	t.Quiet = kind == "Secret" || name == "kube-root-ca.crt" || name == "openshift-service-ca.crt" || name == "istio-ca-root-cert"
	return e.alone(t)
}

// emitCommand adds the addresses in command and arguments.
func (e *emitter) emitCommand(run *workload, c *container, vars *variables, phases depgraph.Phases) {
	e.words, e.at = e.words[:0], e.at[:0]
	e.addWords(c.get("command"), vars)
	e.addWords(c.get("args"), vars)
	e.emitWords(run, e.words, e.at, phases, depgraph.Down, "")
}

// addWords adds the items of a list to the words of a command.
func (e *emitter) addWords(x field, vars *variables) {
	for i := range x.v.Len() {
		item := x.v.At(i)
		e.words = append(e.words, vars.expandAll(item.Text()))
		e.at = append(e.at, field{item, x.f, x.shift})
	}
}

// emitWords adds the addresses in the words of a command.
func (e *emitter) emitWords(run *workload, words []string, at []field, phases depgraph.Phases, ifLost depgraph.IfLost, note string) {
	if len(words) == 0 {
		return
	}
	for _, a := range address.Args(words, e.known(run)) {
		x := at[a.Index]
		o := x.at()
		if x.text() == words[a.Index] {
			o = x.within(a.At)
		}
		e.emitRef(run, a.Ref, o, text{phases: phases, ifLost: ifLost, note: note})
	}
}

// emitHandler adds what a probe or a hook calls beside its own container.
func (e *emitter) emitHandler(run *workload, x field, vars *variables, name string, phases depgraph.Phases, ifLost depgraph.IfLost) {
	if !x.exists() {
		return
	}
	for _, kind := range []string{"httpGet", "tcpSocket"} {
		if host := x.get(kind, "host"); host.exists() {
			e.emitText(run, host, vars.expand(host.text()), text{key: "host", phases: phases, ifLost: ifLost, note: name})
		}
	}
	e.words, e.at = e.words[:0], e.at[:0]
	e.addWords(x.get("exec", "command"), vars)
	e.emitWords(run, e.words, e.at, phases, ifLost, name)
}

// variables are the values that "$(NAME)" stands for in a container.
type variables struct {
	e    *emitter
	run  *workload
	c    *container
	seen map[string]string // nil until one is looked up
	// hidden are those that have a value which the inputs do not show.
	hidden map[string]bool
	given  *address.Lookup // by look; nil until one is looked up
}

func (e *emitter) variables(run *workload, c *container) *variables {
	return &variables{e: e, run: run, c: c}
}

// collect collects those whose values the inputs show. A variable sees those
// before it.
func (v *variables) collect() {
	e, run, c := v.e, v.run, v.c
	v.seen, v.hidden = map[string]string{}, map[string]bool{}
	for _, x := range c.env {
		v.hidden[x.get("name").text()] = true
	}
	for _, x := range c.envFrom {
		o := e.w.find(run.object, "ConfigMap", run.ns, run.overlay.renamed("ConfigMap", x.get("configMapRef", "name").text()))
		if o == nil {
			continue
		}
		prefix := x.get("prefix").text()
		for _, d := range o.data() {
			v.seen[prefix+d.key] = d.text
		}
	}
	for _, x := range c.env {
		name := x.get("name").text()
		switch ref := x.get("valueFrom", "configMapKeyRef"); {
		case x.get("value").exists():
			v.seen[name] = v.expand(x.get("value").text())
		case ref.exists():
			if o := e.w.find(run.object, "ConfigMap", run.ns, run.overlay.renamed("ConfigMap", ref.get("name").text())); o != nil {
				for _, d := range o.data() {
					if d.key == ref.get("key").text() {
						v.seen[name] = d.text
					}
				}
			}
		default:
			delete(v.seen, name)
		}
	}
}

func (v *variables) look(name string) (string, bool) {
	if v.seen == nil {
		v.collect()
	}
	if value, ok := v.seen[name]; ok {
		return value, true
	}
	if v.hidden[name] {
		return "", false
	}
	return v.e.serviceVariable(v.run, name)
}

// expand replaces "$(NAME)"; expandAll also what a shell would replace.
func (v *variables) expand(s string) string {
	if strings.IndexByte(s, '$') < 0 {
		return s
	}
	if v.given == nil {
		v.given = address.NewLookup(address.MostGiven, v.look)
	}
	return address.Expand(s, v.given.Look)
}

// heldBack is the error where values were held back of what stands at a place.
func heldBack(at strict.Value) error {
	return &strict.Error{ID: strict.TooManyValues, Line: at.Line(), Col: at.Col(), Msg: address.HeldBack}
}

func (v *variables) expandAll(s string) string {
	s = v.expand(s)
	if !strings.Contains(s, "$") {
		return s
	}
	return address.ExpandShell(s, v.given.Look)
}

// serviceVariable returns the variables that Kubernetes sets for the Services of a
// namespace: REDIS_MASTER_SERVICE_HOST, REDIS_MASTER_SERVICE_PORT, REDIS_MASTER_PORT.
func (e *emitter) serviceVariable(run *workload, name string) (string, bool) {
	var rest string
	switch {
	case strings.HasSuffix(name, "_SERVICE_HOST"), strings.HasSuffix(name, "_SERVICE_PORT"):
		rest = name[:len(name)-len("_SERVICE_HOST")]
	case strings.HasSuffix(name, "_PORT"):
		rest = name[:len(name)-len("_PORT")]
	default:
		return "", false
	}
	called := strings.ToLower(strings.ReplaceAll(rest, "_", "-"))
	if called == "kubernetes" {
		if strings.HasSuffix(name, "_HOST") {
			return "kubernetes.default.svc", true
		}
		return "443", true
	}
	s := e.w.service(run.object, run.ns, called)
	if s == nil {
		return "", false
	}
	port := ""
	for item := range s.get("spec", "ports").Items() {
		port = item.Get("port").Text()
		break
	}
	switch {
	case strings.HasSuffix(name, "_SERVICE_HOST"):
		return s.name, true
	case strings.HasSuffix(name, "_SERVICE_PORT"):
		return port, port != ""
	}
	return fmt.Sprintf("tcp://%s:%s", s.name, port), port != ""
}
