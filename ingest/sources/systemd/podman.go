package systemd

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// Containers on a network of Podman reach each other by name: by that of the container,
// which is "systemd-UNIT" where none is said, and by the aliases it has on the network
// (podman-systemd.unit(5): ContainerName, NetworkAlias; podman-network(1)).

// answersTo lists the names of a container, in lower case.
func (u *unit) answersTo() []string {
	base, suffix, _ := cutLast(u.name)
	if suffix != "container" {
		return nil
	}
	names := []string{strings.ToLower(u.first("Container.ContainerName"))}
	if names[0] == "" {
		names[0] = "systemd-" + strings.ToLower(base)
	}
	for _, key := range []string{"Container.HostName", "Container.NetworkAlias"} {
		for _, a := range u.values[key] {
			names = append(names, strings.ToLower(a.value))
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" || strings.ContainsAny(name, "%${} ") })
}

// names are those of a container for whoever does not say where it runs, such as a monitor.
func (u *unit) names() []link.Name {
	var out []link.Name
	for _, name := range u.answersTo() {
		out = append(out, link.Host("podman/"+u.machine, name))
	}
	return out
}

// onNetworks are the networks that a container is on. That of the machine, and one shared
// with another container, know no names.
func (u *unit) onNetworks() []string {
	var out []string
	for _, a := range u.values["Container.Network"] {
		name, _, _ := strings.Cut(a.value, ":")
		switch name {
		case "host", "none", "private", "slirp4netns", "pasta", "container", "ns", "bridge":
		default:
			out = append(out, name)
		}
	}
	return out
}

// peer returns the container that u reaches by a name, on any of its networks; nil where
// several have it. Directories that are no trees of machines hold parts of one machine, as
// people sort their containers by application; what is in the same one comes first.
func (u *unit) peer(name string) *unit {
	var near, far []*unit
	for _, network := range u.onNetworks() {
		for _, other := range u.answering[onNetwork{network, strings.ToLower(name)}] {
			switch {
			case other == u || slices.Contains(near, other) || slices.Contains(far, other):
			case other.machine == u.machine:
				if near = append(near, other); len(near) > 1 {
					return nil
				}
			case u.sorted() && other.sorted() && len(far) < 2: // a third says no more
				far = append(far, other)
			}
		}
	}
	switch {
	case len(near) == 1:
		return near[0]
	case len(near) == 0 && len(far) == 1:
		return far[0]
	}
	return nil
}

// sorted says whether u lies in a directory that is no tree of a machine.
func (u *unit) sorted() bool { return u.above == "" && !u.inEtc }

// onNetwork is a name on a network.
type onNetwork struct{ network, name string }

func (u *unit) isPeer(name string) bool { return u.peer(name) != nil }

// targets are what an address leads to: a container next to u, else a host.
func (u *unit) targets(found address.Ref) []link.Target {
	to := found.Targets("")
	if len(to) != len(found.Hosts) {
		return to
	}
	for i, h := range found.Hosts {
		if other := u.peer(h.Name); other != nil {
			to[i] = link.Target{Name: link.ID(other.id())}
		}
	}
	return to
}

// elsewhere returns the one unit of a name that lies in another directory, where neither
// is the tree of a machine.
func (u *unit) elsewhere(name string) *unit {
	if !u.sorted() {
		return nil
	}
	var found *unit
	base, suffix, _ := cutLast(name)
	for _, other := range u.called[base] {
		_, of, _ := cutLast(other.name)
		switch {
		case of != suffix && (suffix != "service" || of != "container"), !other.sorted():
		case found != nil:
			return nil // several machines have one
		default:
			found = other
		}
	}
	return found
}
