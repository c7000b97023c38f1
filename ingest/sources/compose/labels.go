package compose

import (
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/link"
	"github.com/fateline/fateline/ingest/words"
)

// routes reports whether the service is a Traefik.
func (s *service) routes() bool {
	return path.Base(repository(s.fill(s.value.Get("image").Text()))) == "traefik"
}

// routed reads what a Traefik routes to: the services of its project, and of others on its
// networks, whose labels describe a router or a service to its Docker provider
// (doc.traefik.io, routing, Docker). Each is a share of what it does, and with all of them
// it has nothing to do.
func (s *service) routed() {
	if !s.routes() {
		return // a file that only adds to another one says it again
	}
	var labels []label
	var to []link.Target
	seen := map[depgraph.ID]bool{s.id: true}
	add := func(other *service) {
		if l, ok := other.toldOf(); ok && !seen[other.id] {
			seen[other.id] = true
			labels, to = append(labels, l), append(to, other.called(other.name))
		}
	}
	for other := range s.each() {
		add(other)
	}
	for _, other := range s.nets.elsewhere(s) {
		add(other)
	}
	terms := depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), Via: depgraph.RoutesTo}
	for i, l := range labels {
		share := terms
		if len(to) > 1 {
			share.IfLost = depgraph.Degraded // the other routes go on
		}
		l.at.Note = "label " + l.key
		s.referAt(l.at, link.Structured, share, to[i])
	}
	if len(to) > 1 {
		at := labels[0].at
		at.Note = "any of its routes"
		s.referAt(at, link.Structured, terms, to...)
	}
}

// public reports whether a host with a domain is an alias of a Traefik, and the name by
// which others reach the service to which this one routes, or, by the setting in which it
// stands, the project.
func (s *service) public(host, setting string) bool {
	if !strings.Contains(host, ".") {
		return false
	}
	said := words.Split(setting)
	if _, ok := s.toldOf(); !ok && (len(said) == 0 || said[len(said)-1] != "domain") {
		return false
	}
	for other := range s.each() {
		if s.routers[strings.ToLower(other.name)] && slices.ContainsFunc(other.names(), func(n link.Name) bool { return n.Space == link.SpaceHost && strings.EqualFold(n.Text, host) }) {
			return true
		}
	}
	return false
}

// toldOf returns the label of the service that tells Traefik of it.
func (s *service) toldOf() (first label, ok bool) {
	for l := range s.labels() {
		enable := l.key == "traefik.enable"
		switch {
		case enable && strings.EqualFold(l.text, "false"):
			return label{}, false
		case ok:
		case enable, strings.HasPrefix(l.key, "traefik.http."), strings.HasPrefix(l.key, "traefik.tcp."), strings.HasPrefix(l.key, "traefik.udp."):
			first, ok = l, true
		}
	}
	return first, ok
}

// label is one label of a service, filled in.
type label struct {
	key, text string
	at        depgraph.Origin
}

// labels goes through the labels of the service's containers, and of its tasks in a swarm.
func (s *service) labels() iter.Seq[label] {
	return func(yield func(label) bool) {
		for _, b := range s.bodies() {
			for _, list := range []strict.Value{b.value.Get("labels"), b.value.Get("deploy", "labels")} {
				for key, v := range list.Fields() {
					if !yield(label{key.Text, s.fill(v.Text()), b.file.Origin(v.Line(), v.Col())}) {
						return
					}
				}
				for item := range list.Items() {
					key, text, _ := strings.Cut(item.Text(), "=")
					if !yield(label{key, s.fill(text), b.file.Origin(item.Line(), item.Col())}) {
						return
					}
				}
			}
		}
	}
}
