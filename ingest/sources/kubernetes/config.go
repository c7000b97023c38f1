package kubernetes

import (
	"path"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
	"github.com/fateline/fateline/ingest/proxyfile"
)

// sharedTrust is how sure an address is to be used by one of several workloads that
// read the same text.
const sharedTrust = 0.4

// entry is one text of a ConfigMap as one workload gets it.
type entry struct {
	datum
	from   *object // the ConfigMap
	phases depgraph.Phases
}

// files returns the files that a kustomization makes entries of a ConfigMap from, by the
// keys that are wanted: other sources read them, and say it of who lists them.
func (o *object) files(want func(key string) bool) []link.Name {
	var out []link.Name
	add := func(key, file string) {
		if file != "" && (want == nil || want(key)) {
			out = append(out, link.Name{Space: link.SpacePath, Text: path.Join(path.Dir(o.file.Path()), file)})
		}
	}
	for item := range o.get("files").Items() {
		key, file, keyed := strings.Cut(item.Text(), "=")
		if !keyed {
			key, file = path.Base(item.Text()), item.Text()
		}
		add(key, file)
	}
	for item := range o.get("envs").Items() {
		add("", item.Text())
	}
	return out
}

// configuration returns the texts of ConfigMaps that a workload reads as files or as
// variables. A single variable that picks one key is not among them: that it is
// picked says whose it is.
func (e *emitter) configuration(run *workload) []entry {
	if run.read {
		return run.entries
	}
	run.entries, run.read = e.readConfiguration(run), true
	return run.entries
}

func (e *emitter) readConfiguration(run *workload) []entry {
	var out []entry
	add := func(o *object, want func(key string) bool, phases depgraph.Phases) {
		if o == nil {
			return
		}
		for _, d := range o.data() {
			if want == nil || want(d.key) {
				out = append(out, entry{d, o, phases})
			}
		}
		for _, file := range o.files(want) {
			if !slices.Contains(run.files, file) {
				run.files = append(run.files, file)
			}
		}
	}
	if run.group == releaseGroup {
		e.releaseConfigMaps(run, func(o *object, want func(key string) bool) { add(o, want, runs) })
	}
	used := map[string]depgraph.Phases{}
	for _, c := range run.pod.containers {
		phases := runs
		if c.init && !c.sidecar {
			phases = starts
		}
		for _, name := range c.volumes {
			used[name] |= phases
		}
		for _, x := range c.envFrom {
			add(e.configMap(run, x.get("configMapRef", "name")), nil, phases)
		}
	}
	for _, v := range run.pod.volumes {
		phases := used[v.get("name").text()]
		if phases == 0 {
			continue
		}
		if phases.Has(depgraph.Run) {
			phases = runs // what is read again by an init container is still one need
		}
		if c := v.get("configMap"); c.exists() {
			add(e.configMap(run, c.get("name")), picks(c), phases)
		}
		for source := range v.v.Get("projected", "sources").Items() {
			c := field{source.Get("configMap"), v.f, v.shift}
			if c.exists() {
				add(e.configMap(run, c.get("name")), picks(c), phases)
			}
		}
	}
	return out
}

func (e *emitter) configMap(run *workload, name field) *object {
	return e.w.find(run.object, "ConfigMap", run.ns, run.overlay.renamed("ConfigMap", name.text()))
}

// picks says which keys of a ConfigMap a volume holds; nil: all of them.
func picks(volume field) func(key string) bool {
	only := volume.v.Get("items")
	if only.Len() == 0 {
		return nil
	}
	var keys []string
	for item := range only.Items() {
		keys = append(keys, item.Get("key").Text())
	}
	return func(key string) bool { return slices.Contains(keys, key) }
}

// reading is a text under its key, as workloads read it: equal ones are one.
type reading struct{ key, text string }

func (x entry) reading() reading { return reading{x.key, x.text} }

// isProxy says whether a text is the whole configuration of a proxy.
func isProxy(d datum) bool {
	if !proxyfile.Possible(d.key, d.text) {
		return false
	}
	format := proxyfile.Format(d.key, []byte(d.text))
	return format != "" && !proxyfile.Templated(format, d.text)
}

// checkProxies makes the files partial in which a ConfigMap holds a configuration of a
// proxy that is broken, whoever reads it: what it would have said is lost.
func (e *emitter) checkProxies() {
	for _, o := range e.w.objects {
		if o.kind != "ConfigMap" {
			continue
		}
		for _, d := range o.data() {
			if x := e.readings[reading{d.key, d.text}]; x != nil && !x.proxy || x == nil && !isProxy(d) {
				continue
			}
			_, _, err := proxyfile.Needs(d.key, d.text, strict.Limits{})
			if err == nil {
				continue
			}
			d.value.f.Fail(proxyfile.Inside(err, o.String()+": "+d.key, func(line, col int) (int, int) {
				at := d.at(address.Offset(d.text, line, col))
				return at.Line, at.Col
			}))
		}
	}
}

// emitConfiguration adds the addresses in the ConfigMaps that a workload reads.
func (e *emitter) emitConfiguration(run *workload) {
	entries := e.configuration(run)
	run.entries = nil // nobody asks again
	if len(entries) == 0 {
		return
	}
	settings := make([][]address.Setting, len(entries))
	for i, x := range entries {
		if !e.emitProxy(run, x) {
			settings[i] = e.settings(run, x.key, x.text)
		}
	}
	peers := e.directories(run, entries, settings)
	for i, x := range entries {
		found := settings[i]
		if len(found) == 0 {
			continue
		}
		of := e.readings[x.reading()]
		book := of.several && e.addressBook(found, of)
		for _, s := range found {
			at := x.at(s.At)
			t := text{key: s.Key, phases: x.phases, note: "through " + x.key}
			if of.several {
				t.trust, t.note = sharedTrust, "through "+x.key+", which several workloads read"
				named := e.users(s, of)
				switch {
				case slices.Contains(named, run) && s.KeepsData():
					t.trust, t.note = 0, "through "+x.key
				case book && e.leadsTo(s, of) != nil:
					t.ifLost, t.note = depgraph.Unaffected, "through "+x.key+", which lists the addresses of its readers"
				case slices.Contains(named, run):
					t.trust, t.note = 0, "through "+x.key
				case len(named) > 0:
					t.ifLost, t.note = depgraph.Unaffected, "through "+x.key+", where its key names "+named[0].name
				case peers[x.from] && !s.KeepsData():
					t.ifLost, t.note = depgraph.Unaffected, "through "+x.key+", in a list of peers that has its own address among them"
				}
			}
			e.emitSetting(run, s, at, t)
		}
	}
}

// emitProxy adds what a proxy needs that reads a text, and reports whether it is the
// configuration of one. One that is broken is read as any other text.
func (e *emitter) emitProxy(run *workload, x entry) bool {
	if !e.readings[x.reading()].proxy {
		return false
	}
	needs, _, err := proxyfile.Needs(x.key, x.text, strict.Limits{})
	if err != nil {
		return false
	}
	for _, n := range needs {
		at := x.at(address.Offset(x.text, n.Servers[0].Line, n.Servers[0].Col))
		t := need{
			owner: run.id, phases: n.Terms.Phases, ifLost: n.Terms.IfLost, via: n.Terms.Via, form: link.Text,
			confidence: proxyfile.Confidence, at: at, note: "through " + x.key + ": " + n.Note,
		}
		if x.phases == starts {
			t.phases = starts
		}
		if e.readings[x.reading()].several {
			t.confidence, t.note = sharedTrust, "through "+x.key+", which several workloads read"
		}
		for _, ref := range n.Refs() {
			t.to = append(t.to, e.hostTargets(run, ref, at)...)
		}
		if len(t.to) > 0 {
			e.need(t)
		}
	}
	return true
}

// directories returns the ConfigMaps that several workloads read, that list the
// addresses of peers, and that have run's own among them: to run such a map says who
// can be called, and not whom it calls. Stores are no peers; whoever reads of one uses it.
func (e *emitter) directories(run *workload, entries []entry, settings [][]address.Setting) map[*object]bool {
	own, peers := map[*object]bool{}, map[*object]int{}
	for i, x := range entries {
		if len(settings[i]) == 0 || !e.readings[x.reading()].several {
			continue
		}
		for _, s := range settings[i] {
			if s.Telemetry || s.KeepsData() {
				continue
			}
			peers[x.from]++
			own[x.from] = own[x.from] || slices.ContainsFunc(s.Hosts, func(h address.Host) bool { return e.isOwn(run, h.Name) })
		}
	}
	for from := range own {
		own[from] = own[from] && peers[from] >= listed
	}
	return own
}

// settings returns the references in one text of a ConfigMap.
func (e *emitter) settings(run *workload, key, s string) []address.Setting {
	known := e.known(run)
	if strings.Contains(strings.TrimSpace(s), "\n") || strings.HasPrefix(strings.TrimSpace(s), "{") {
		out := address.Config(key, s, known)
		if len(out) > 0 && address.Gathers(s) {
			for i := range out {
				out[i].Telemetry = true
			}
		}
		return out
	}
	var out []address.Setting
	for _, r := range address.Find(s, address.Context{Key: key, Known: known}) {
		out = append(out, address.Setting{Ref: r, Key: key, Path: key, Line: 1, Col: 1 + r.At})
	}
	return out
}

// emitSetting adds one reference of a configuration. What Prometheus scrapes is
// watched by it, and needs nothing of it to run.
func (e *emitter) emitSetting(run *workload, s address.Setting, at depgraph.Origin, t text) {
	switch {
	case s.Context == "scrape_configs" && strings.HasSuffix(s.Path, "targets"):
		for _, target := range e.hostTargets(run, s.Ref, at) {
			if e.w.known(run.object, target.Name.Text) {
				o := at
				o.Confidence, o.Note = s.Form.Confidence(), t.note
				e.refer(link.Reference{
					Owner: target.Name, Members: to(run.id), Form: link.Text, Origin: o,
					Terms: depgraph.Terms{Phases: observes, Via: depgraph.WatchedBy},
				})
			}
		}
		return
	case s.Context == "remote_write":
		s.Telemetry = true
	case s.Context == "alerting" && strings.HasSuffix(s.Path, "targets"):
		t.ifLost = max(t.ifLost, depgraph.Degraded)
	}
	e.emitRef(run, s.Ref, at, t)
}

// emitKey adds the addresses in the one text that a variable picks from a ConfigMap.
func (e *emitter) emitKey(run *workload, c *container, variable, ref field) {
	o := e.configMap(run, ref.get("name"))
	if o == nil {
		return
	}
	phases := runs
	if c.init && !c.sidecar {
		phases = starts
	}
	name := variable.get("name").text()
	for _, d := range o.data() {
		if d.key != ref.get("key").text() {
			continue
		}
		for _, s := range e.settings(run, name, d.text) {
			e.emitSetting(run, s, d.at(s.At), text{key: s.Key, phases: phases, note: "through " + name})
		}
	}
}
