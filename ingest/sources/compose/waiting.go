package compose

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/ingest/address"
)

// maxWaiting is how many services are looked at that wait for one.
const maxWaiting = 1000

// servesBefore reports whether one of the hosts is a service that waits, alone or behind
// others, until this one serves: as a project comes up every day, this one serves without
// it, whatever address stands in its settings.
func (s *service) servesBefore(hosts []address.Host) bool {
	if s.waiting == nil {
		s.findWaiting()
	}
	seen := map[string]bool{}
	next := s.waiting[strings.ToLower(s.name)]
	for len(next) > 0 && len(seen) < maxWaiting {
		var further []string
		for _, name := range next {
			if seen[name] {
				continue
			}
			seen[name] = true
			if slices.ContainsFunc(hosts, func(h address.Host) bool { return h.Name == name }) {
				return true
			}
			further = append(further, s.waiting[name]...)
		}
		next = further
	}
	return false
}

// findWaiting finds out who waits for whom, until it serves or is done with what it does.
func (p *project) findWaiting() {
	p.waiting = map[string][]string{}
	for s := range p.each() {
		for _, b := range s.bodies() {
			for other, d := range b.value.Get("depends_on").Fields() {
				if c := d.Get("condition").Text(); c == "service_healthy" || c == "service_completed_successfully" {
					name := strings.ToLower(s.fill(other.Text))
					p.waiting[name] = append(p.waiting[name], strings.ToLower(s.name))
				}
			}
		}
	}
}
