package dnszone

import (
	"maps"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// emitter turns zones into definitions and references.
type emitter struct {
	fragment *link.Fragment
	zones    map[string]*zone // by origin; files of one zone are one
}

func (e *emitter) add(z *zone) {
	if first := e.zones[z.origin]; first != nil {
		first.records = append(first.records, z.records...)
		return
	}
	e.zones[z.origin] = z
}

func domain(name string) depgraph.ID { return depgraph.ID{Kind: depgraph.KindDomain, Name: name} }

func (e *emitter) emit() {
	for _, origin := range slices.Sorted(maps.Keys(e.zones)) {
		e.zone(e.zones[origin])
	}
}

// apex is how a zone calls itself: the host of that name is domain:@.ZONE.
const apex = "@"

// zone emits a zone and its names. A name is a weak definition: what is deployed
// under it by another input is the same thing.
func (e *emitter) zone(z *zone) {
	id := domain(z.origin)
	e.fragment.Definitions = append(e.fragment.Definitions, link.Definition{
		Node: depgraph.Node{ID: id, Title: "zone " + z.origin}, Origin: z.file.Origin(1, 1),
	})
	if parent := e.parent(z.origin); parent != "" {
		e.refer(id, record{file: z.file, line: 1}, "delegated from", depgraph.Terms{Via: depgraph.Resolves}, link.Target{Name: link.ID(domain(parent))})
	}
	glue := map[string]bool{} // servers of the zone itself: found without it
	byName := map[string][]record{}
	for _, r := range z.records {
		if r.typ == "NS" {
			glue[r.target] = true
		}
		if strings.Contains(r.name, "*") {
			continue
		}
		name := r.name
		if name == z.origin && r.typ != "NS" && r.typ != "MX" {
			name = apex // the host that has the zone's own name, which others may define
		}
		byName[name] = append(byName[name], r)
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		records := byName[name]
		owner, host := domain(name), name
		if name == apex {
			owner, host = domain(apex+"."+z.origin), z.origin
		}
		if name != z.origin {
			if e.zones[name] == nil {
				e.fragment.Definitions = append(e.fragment.Definitions, link.Definition{
					Node: depgraph.Node{ID: owner}, Names: []link.Name{link.Host("", host)}, Weak: true, Origin: records[0].file.Origin(records[0].line, 1),
				})
			}
			if !glue[name] && e.zones[name] == nil {
				e.refer(owner, records[0], records[0].typ, depgraph.Terms{Via: depgraph.Resolves}, link.Target{Name: link.ID(id)})
			}
		}
		e.leads(owner, records)
	}
}

// leads emits what the records of a name lead to. Several of one type stand for each other.
func (e *emitter) leads(owner depgraph.ID, records []record) {
	byType := map[string][]record{}
	for _, r := range records {
		if r.target != "" && r.target != owner.Name {
			byType[r.typ] = append(byType[r.typ], r)
		}
	}
	for _, typ := range slices.Sorted(maps.Keys(byType)) {
		terms := depgraph.Terms{Via: depgraph.RoutesTo}
		switch typ {
		case "NS":
			terms.Via = depgraph.Resolves
		case "MX": // mail waits at its sender
			terms.IfLost, terms.Via = depgraph.Degraded, "mail-to"
		case "HTTPS", "SVCB":
			terms.IfLost = depgraph.Degraded // the addresses serve too
		}
		var members []link.Target
		for _, r := range byType[typ] {
			t := link.Target{Name: link.Host("", r.target)}
			if !slices.Contains(members, t) {
				members = append(members, t)
			}
		}
		e.refer(owner, byType[typ][0], typ, terms, members...)
	}
}

// parent returns the nearest zone above a zone that is among the inputs; "" where
// there is none.
func (e *emitter) parent(origin string) string {
	for rest := origin; ; {
		_, above, found := strings.Cut(rest, ".")
		if !found {
			return ""
		}
		if e.zones[above] != nil {
			return above
		}
		rest = above
	}
}

func (e *emitter) refer(owner depgraph.ID, r record, note string, t depgraph.Terms, members ...link.Target) {
	o := r.file.Origin(r.line, 1)
	o.Note = note
	e.fragment.References = append(e.fragment.References, link.Reference{Owner: link.ID(owner), Members: members, Terms: t, Form: link.Structured, Origin: o})
}
