package systemd

import (
	"path"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
	"github.com/fateline/fateline/ingest/textfile"
)

// id returns what a unit is in the graph; zero for what is none: a target or a
// socket leads to what it names.
func (u *unit) id() depgraph.ID {
	base, suffix, _ := cutLast(u.name)
	name := u.machine + "/" + base
	switch suffix {
	case "service", "container":
		if u.timed[u.machine+"/"+u.name] || u.timed[u.machine+"/"+base+".service"] {
			return depgraph.ID{Kind: depgraph.KindJob, Name: name}
		}
		return depgraph.ID{Kind: depgraph.KindService, Name: name}
	case "mount":
		if where := u.first("Mount.Where"); where != "" {
			return depgraph.ID{Kind: depgraph.KindVolume, Name: u.machine + where}
		}
	}
	return depgraph.ID{}
}

func cutLast(name string) (base, suffix string, found bool) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return name, "", false
	}
	return name[:i], name[i+1:], true
}

func (u *unit) first(key string) string {
	for _, a := range u.values[key] {
		return a.value
	}
	return ""
}

func (u *unit) emit() {
	id := u.id()
	if id.IsZero() {
		return
	}
	title := u.first("Unit.Description")
	if strings.Contains(title, "%") {
		title = ""
	}
	o := u.file.Origin(1, 1)
	u.fragment.Definitions = append(u.fragment.Definitions, link.Definition{Node: depgraph.Node{ID: id, Title: title}, Names: u.names(), Origin: o})
	if u.inEtc && u.above != "" { // the machine that package host knows
		machine := depgraph.ID{Kind: depgraph.KindNodePool, Name: u.above}
		u.refer(id, o, depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run, depgraph.Start), Via: depgraph.PlacedIn}, link.Target{Name: link.ID(machine), Else: machine, Quiet: true})
	}
	u.relations(id)
	u.mounts(id)
	if id.Kind == depgraph.KindVolume {
		u.remote(id)
		return
	}
	u.environments(id)
	u.commands(id)
	for _, a := range u.values["Container.Image"] {
		u.image(id, a, a.value)
	}
}

func (u *unit) refer(owner depgraph.ID, o depgraph.Origin, t depgraph.Terms, targets ...link.Target) {
	u.fragment.References = append(u.fragment.References, link.Reference{Owner: link.ID(owner), Members: targets, Terms: t, Form: link.Structured, Origin: o})
}

func (a assignment) origin(note string, confidence float64) depgraph.Origin {
	o := a.file.Origin(a.line, 1)
	o.Note, o.Confidence = note, confidence
	return o
}

// relations are what systemd.unit(5) says of units that need each other. A unit that
// only orders itself (After) needs nothing.
var relations = []struct {
	key   string
	terms depgraph.Terms
}{
	{"Requires", depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Start), Via: "requires"}},
	{"Requisite", depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Start), Via: "requires"}},
	{"BindsTo", depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run, depgraph.Start), Via: "requires"}},
	{"Wants", depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Start), IfLost: depgraph.Unaffected, Via: "wants"}},
	{"Upholds", depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Start), IfLost: depgraph.Unaffected, Via: "wants"}},
	{"PartOf", depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), IfLost: depgraph.Unaffected, Via: "part-of"}},
	{"OnFailure", depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), IfLost: depgraph.Unaffected, Via: "on-failure"}},
}

func (u *unit) relations(id depgraph.ID) {
	for _, r := range relations {
		for _, a := range u.values["Unit."+r.key] {
			for _, name := range words(a.value) {
				for _, to := range u.named(name, 0) {
					if to != id {
						u.refer(id, a.origin(r.key, 1), r.terms, link.Target{Name: link.ID(to)})
					}
				}
			}
		}
	}
}

// named returns the nodes that a unit's name leads to on the same machine: itself, the
// template of an instance, the service of a socket or of a container, what a target requires.
func (u *unit) named(name string, depth int) []depgraph.ID {
	other := u.units[u.machine+"/"+name]
	base, suffix, _ := cutLast(name)
	if at := strings.IndexByte(base, '@'); other == nil && at >= 0 {
		other = u.units[u.machine+"/"+base[:at+1]+"."+suffix]
	}
	if other == nil && suffix == "service" {
		other = u.units[u.machine+"/"+base+".container"]
	}
	if other == nil {
		other = u.elsewhere(name)
	}
	if other == nil || depth > 8 {
		return nil // of the distribution: every machine has it
	}
	if id := other.id(); !id.IsZero() {
		return []depgraph.ID{id}
	}
	switch suffix {
	case "socket":
		if service := other.first("Socket.Service"); service != "" {
			return u.named(service, depth+1)
		}
		return u.named(base+".service", depth+1)
	case "target":
		var out []depgraph.ID
		for _, key := range []string{"Unit.Requires", "Unit.BindsTo"} {
			for _, a := range other.values[key] {
				for _, next := range words(a.value) {
					out = append(out, u.named(next, depth+1)...)
				}
			}
		}
		return out
	}
	return nil
}

// mounts are the mount units that a unit stands on: by RequiresMountsFor, and by the
// directory it works in.
func (u *unit) mounts(id depgraph.ID) {
	terms := depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run, depgraph.Start), Via: depgraph.Mounts}
	for _, a := range u.values["Unit.RequiresMountsFor"] {
		for _, dir := range words(a.value) {
			for _, m := range u.mounted[u.machine] {
				where := m.first("Mount.Where")
				if m != u && where != "" && (dir == where || strings.HasPrefix(dir, strings.TrimSuffix(where, "/")+"/")) {
					u.refer(id, a.origin("RequiresMountsFor", 1), terms, link.Target{Name: link.ID(m.id())})
				}
			}
		}
	}
}

// remote is the server that a mount of nfs, cifs or glusterfs is of: HOST:/PATH or //HOST/SHARE.
func (u *unit) remote(id depgraph.ID) {
	for _, a := range u.values["Mount.What"] {
		host, _, found := strings.Cut(a.value, ":/")
		if share, smb := strings.CutPrefix(a.value, "//"); smb {
			host, _, found = strings.Cut(share, "/")
		}
		if !found || host == "" || strings.ContainsAny(host, "/=% ") {
			continue
		}
		u.refer(id, a.origin("What", 0.9), depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run, depgraph.Start), Via: depgraph.StoresOn}, link.Target{Name: link.Host("", host)})
	}
}

func (u *unit) text(id depgraph.ID, found address.Ref, o depgraph.Origin) {
	o.Confidence = found.Form.Confidence()
	u.fragment.References = append(u.fragment.References, link.Reference{Owner: link.ID(id), Members: u.targets(found), Terms: found.Terms(), Form: link.Text, Origin: o})
}

func (u *unit) environments(id depgraph.ID) {
	for _, key := range []string{"Service.Environment", "Container.Environment"} {
		for _, a := range u.values[key] {
			for _, pair := range words(a.value) {
				name, value, _ := strings.Cut(pair, "=")
				if strings.Contains(value, "%") {
					continue
				}
				for _, found := range address.Find(value, address.Context{Key: name, Known: u.isPeer}) {
					u.text(id, found, a.origin(name, 1))
				}
			}
		}
	}
	for _, key := range []string{"Service.EnvironmentFile", "Container.EnvironmentFile"} {
		for _, a := range u.values[key] {
			name := strings.TrimPrefix(a.value, "-")
			for _, candidate := range []string{path.Join(u.above, name), path.Join(path.Dir(a.file.Path()), path.Base(name))} {
				if f := u.environment[candidate]; f != nil {
					u.environmentFile(id, f)
					break
				}
			}
		}
	}
}

func (u *unit) environmentFile(id depgraph.ID, f *ingest.File) {
	text, err := f.Text()
	if err != nil {
		return // recorded by Text
	}
	textfile.Environment(f, text, func(s textfile.Setting) {
		for _, found := range address.Find(s.Value, address.Context{Key: s.Key, Known: u.isPeer}) {
			u.text(id, found, assignment{file: f, line: s.Line}.origin(s.Key, 1))
		}
	})
}

// commands reads what a service runs.
func (u *unit) commands(id depgraph.ID) {
	for _, key := range []string{"Service.ExecStart", "Service.ExecStartPre", "Container.Exec", "Container.PodmanArgs"} {
		for _, a := range u.values[key] {
			args := words(strings.TrimLeft(a.value, "-@:+!"))
			if image, ok := started(args); ok {
				u.image(id, a, image)
			}
			for _, found := range address.Args(args, u.isPeer) {
				if !strings.Contains(args[found.Index], "%") {
					u.text(id, found.Ref, a.origin(strings.TrimPrefix(path.Ext("."+key), "."), 1))
				}
			}
		}
	}
}

// started returns the image that "docker run" or "podman run" is given, where it names
// its registry.
func started(args []string) (string, bool) {
	if len(args) < 3 {
		return "", false
	}
	if program := path.Base(args[0]); program != "docker" && program != "podman" && program != "nerdctl" || args[1] != "run" {
		return "", false
	}
	for _, arg := range args[2:] {
		host, _, found := strings.Cut(arg, "/")
		if found && host != "" && strings.Contains(host, ".") && !strings.HasPrefix(arg, "-") && !strings.ContainsAny(host, "=:%$") {
			return arg, true
		}
	}
	return "", false
}

// image is the need for the registry that an image comes from, to start anew.
func (u *unit) image(id depgraph.ID, a assignment, image string) {
	host, _, found := strings.Cut(image, "/")
	if !found || !strings.ContainsAny(host, ".:") || strings.ContainsAny(host, "%$") {
		return
	}
	registry := depgraph.ID{Kind: depgraph.KindRegistry, Name: strings.ToLower(host)}
	u.refer(id, a.origin("Image", 0.9), depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Start), Via: depgraph.Pulls}, link.Target{Name: link.ID(registry), Else: registry, Quiet: true})
}
