package kubernetes

import (
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// sharedTrust is how sure an address is to be used by one of several workloads that
// read the same text.
const sharedTrust = 0.4

// entry is one text of a ConfigMap as one workload gets it.
type entry struct {
	datum
	print  string
	phases depgraph.Phases
}

// configuration returns the texts of ConfigMaps that a workload reads as files or as
// variables. A single variable that picks one key is not among them: that it is
// picked says whose it is.
func (e *emitter) configuration(run *workload) []entry {
	var out []entry
	add := func(o *object, want func(key string) bool, phases depgraph.Phases) {
		if o == nil {
			return
		}
		for _, d := range o.data() {
			if !want(d.key) {
				continue
			}
			sum := sha256.Sum256([]byte(d.key + "\x00" + d.text))
			out = append(out, entry{d, string(sum[:]), phases})
		}
	}
	every := func(string) bool { return true }
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
			add(e.configMap(run, x.get("configMapRef", "name")), every, phases)
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

// picks says which keys of a ConfigMap a volume holds.
func picks(volume field) func(key string) bool {
	only := volume.v.Get("items")
	if only.Len() == 0 {
		return func(string) bool { return true }
	}
	var keys []string
	for item := range only.Items() {
		keys = append(keys, item.Get("key").Text())
	}
	return func(key string) bool { return slices.Contains(keys, key) }
}

// countShares finds out which workloads read the same text.
func (e *emitter) countShares() {
	for _, run := range e.w.workloads {
		seen := map[string]bool{}
		for _, entry := range e.configuration(run) {
			if !seen[entry.print] {
				seen[entry.print] = true
				e.shares[entry.print] = append(e.shares[entry.print], run)
			}
		}
	}
}

// emitConfiguration adds the addresses in the ConfigMaps that a workload reads.
func (e *emitter) emitConfiguration(run *workload) {
	for _, x := range e.configuration(run) {
		found := e.settings(run, x.key, x.text)
		others := e.shares[x.print]
		book := distinctIDs(others) > 1 && e.addressBook(found, others)
		for _, s := range found {
			at := x.at(s.At)
			t := text{key: s.Key, phases: x.phases, note: "through " + x.key}
			if distinctIDs(others) > 1 {
				t.trust, t.note = sharedTrust, "through "+x.key+", which several workloads read"
				named := e.users(s, others)
				switch {
				case book && e.leadsTo(s, others) != nil:
					t.ifLost, t.note = depgraph.Unaffected, "through "+x.key+", which lists the addresses of its readers"
				case slices.Contains(named, run):
					t.trust, t.note = 0, "through "+x.key
				case len(named) > 0:
					t.ifLost, t.note = depgraph.Unaffected, "through "+x.key+", where its key names "+named[0].name
				}
			}
			e.emitSetting(run, s, at, t)
		}
	}
}

func distinctIDs(runs []*workload) int { return len(ids(runs)) }

// settings returns the references in one text of a ConfigMap.
func (e *emitter) settings(run *workload, key, s string) []address.Setting {
	known := func(s string) bool { return e.w.known(run.object, s) }
	if strings.Contains(strings.TrimSpace(s), "\n") || strings.HasPrefix(strings.TrimSpace(s), "{") {
		return address.Config(key, s, known)
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

// leadsTo returns the reader of a text that a reference in it leads to, nil if none.
func (e *emitter) leadsTo(s address.Setting, readers []*workload) *workload {
	for _, run := range readers {
		if slices.ContainsFunc(s.Hosts, func(h address.Host) bool { return e.isOwn(run, h.Name) }) {
			return run
		}
	}
	return nil
}

// listed is how many of its readers a text must lead to for it to be a list of them.
const listed = 3

// addressBook says whether a text lists where its readers are: then it says who can
// be called, and not who calls.
func (e *emitter) addressBook(found []address.Setting, readers []*workload) bool {
	var to []*workload
	for _, s := range found {
		if run := e.leadsTo(s, readers); run != nil && !slices.Contains(to, run) {
			to = append(to, run)
		}
	}
	return distinctIDs(to) >= listed
}

// users returns those of several readers of one text whose own names stand in the
// key or the host of a reference: GeoMongoAddress belongs to geo, and
// post-storage-mongodb to post-storage-service, not to compose-post-service. A
// reader that the reference leads to is named as a target and not as a user.
func (e *emitter) users(s address.Setting, readers []*workload) []*workload {
	words := address.Words(s.Path)
	for _, h := range s.Hosts {
		first, _, _ := strings.Cut(h.Name, ".")
		words = append(words, address.Words(first)...)
	}
	var named []*workload
	most := 1
	for _, run := range readers {
		own := distinctive(run, readers)
		if len(own) < most || slices.ContainsFunc(own, func(w string) bool {
			return !slices.ContainsFunc(words, func(have string) bool { return sameWord(w, have) })
		}) || e.leadsTo(s, []*workload{run}) != nil {
			continue
		}
		if len(own) > most {
			most, named = len(own), nil
		}
		named = append(named, run)
	}
	if len(named) == len(readers) {
		return nil
	}
	return named
}

// generic are words that say of a workload only that it is one.
var generic = []string{"service", "services", "svc", "server", "app", "api", "microservice", "ms", "backend", "deployment"}

// distinctive returns the words of a workload's name that not all of them have, and
// that say more than that it is a workload.
func distinctive(run *workload, all []*workload) []string {
	return slices.DeleteFunc(address.Words(run.name), func(w string) bool {
		return slices.Contains(generic, w) || !slices.ContainsFunc(all, func(other *workload) bool { return !slices.Contains(address.Words(other.name), w) })
	})
}

// sameWord says whether two words have one stem: "reserve" and "reservation".
func sameWord(a, b string) bool {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	shorter := min(len(a), len(b))
	return a == b || n >= 4 && n*5 >= shorter*4
}
