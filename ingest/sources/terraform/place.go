package terraform

import (
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

var placement = depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run, depgraph.Start), Via: depgraph.PlacedIn}

// Attributes that say where a resource stands, narrowest first.
var (
	zoneAttributes     = []string{"availability_zone", "availability_zones", "zone", "zones", "node_locations", "placement.availability_zone", "distribution_policy_zones"}
	facilityAttributes = []string{"facility", "facilities", "datacenter"}
	regionAttributes   = []string{"location", "region", "metro"}
)

// placeless are the kinds that stand nowhere in particular, or everywhere: a
// provider's global services, and what only describes others.
var placeless = map[depgraph.Kind]bool{
	depgraph.KindIdentity: true, depgraph.KindDomain: true, depgraph.KindMonitor: true, depgraph.KindCertificate: true,
	depgraph.KindConfig: true, depgraph.KindRepo: true, depgraph.KindImage: true, depgraph.KindSecret: true,
}

// place records where a resource stands: any of its zones, else any of its
// subnets, else its location or region, else the region of its provider.
func (e *emitter) place(r *root, res *resource) {
	owner := e.id(r, res)
	o := origin(res.file, res.line, res.column, "", 1)
	multi := res.first("multi_az", "multi_az_enabled", "zone_redundant") == "true"
	if ids := e.ids(res, depgraph.KindFacility, facilityAttributes); len(ids) > 0 {
		e.refer(owner, o, placement, targets(ids)...)
		return
	}
	if zones := e.zones(res); len(zones) > 0 && !multi {
		e.refer(owner, o, placement, targets(zones)...)
		return
	}
	if subnets := e.subnets(r, res); len(subnets) > 0 {
		e.refer(owner, o, placement, targets(subnets)...)
		return
	}
	if region := e.region(res); !region.IsZero() {
		if res.first(regionAttributes...) == "" {
			o.Note, o.Confidence = "region of the provider", 0.9
		}
		e.refer(owner, o, placement, targets([]depgraph.ID{region})...)
	}
}

func targets(ids []depgraph.ID) []link.Target {
	var out []link.Target
	for _, id := range ids {
		out = append(out, link.Target{Name: link.ID(id), Else: id, Quiet: true})
	}
	return out
}

func (e *emitter) ids(res *resource, kind depgraph.Kind, attrs []string) []depgraph.ID {
	var out []depgraph.ID
	for _, text := range res.all(attrs...) {
		if !strings.ContainsAny(text, "${ ") {
			out = append(out, depgraph.ID{Kind: kind, Name: text})
		}
	}
	return out
}

var (
	awsZone    = regexp.MustCompile(`^([a-z]{2}(-[a-z]+)+-\d)[a-z]$`)
	googleZone = regexp.MustCompile(`^([a-z]+-[a-z]+\d+)-[a-z]$`)
	azureZone  = regexp.MustCompile(`^[1-3]$`)
)

// zones returns the zones a resource may stand in, and places each in its region.
func (e *emitter) zones(res *resource) []depgraph.ID {
	var out []depgraph.ID
	for _, text := range res.all(append(zoneAttributes, "location")...) {
		region := ""
		if m := awsZone.FindStringSubmatch(text); m != nil {
			region = m[1]
		} else if m := googleZone.FindStringSubmatch(text); m != nil {
			region = m[1]
		} else if location := res.first("location"); azureZone.MatchString(text) && location != "" {
			region, text = location, location+"-"+text
		} else {
			continue
		}
		zone := depgraph.ID{Kind: depgraph.KindZone, Name: text}
		out = append(out, zone)
		e.inside(res, zone, depgraph.ID{Kind: depgraph.KindRegion, Name: region})
		e.inside(res, depgraph.ID{Kind: depgraph.KindRegion, Name: region}, depgraph.ID{Kind: depgraph.KindProvider, Name: res.provider()})
	}
	return out
}

func (e *emitter) region(res *resource) depgraph.ID {
	if placeless[res.kind] {
		return depgraph.ID{}
	}
	name := res.first(regionAttributes...)
	if name == "" {
		name = res.region
	}
	if name == "" || strings.ContainsAny(name, "${ ") || strings.EqualFold(name, "global") {
		return depgraph.ID{}
	}
	region := depgraph.ID{Kind: depgraph.KindRegion, Name: strings.ToLower(name)}
	e.inside(res, region, depgraph.ID{Kind: depgraph.KindProvider, Name: res.provider()})
	return region
}

// inside places one place in another, once.
func (e *emitter) inside(res *resource, place, around depgraph.ID) {
	if e.placed[place] || around.Name == "" {
		return
	}
	e.placed[place] = true
	e.refer(place, origin(res.file, res.line, res.column, "", 1), placement, targets([]depgraph.ID{around})...)
}

// subnets returns the subnets that a resource names, directly or through a group of them.
func (e *emitter) subnets(r *root, res *resource) []depgraph.ID {
	var out []depgraph.ID
	seen := map[string]bool{}
	var walk func(refs []ref, through bool, depth int)
	walk = func(refs []ref, through bool, depth int) {
		for _, x := range refs {
			t := r.byAddress[x.to]
			if t == nil || seen[t.address] || depth > 4 || !through && !subnetAttribute(x.attr) {
				continue
			}
			seen[t.address] = true
			switch {
			case isSubnet(t) && !t.data:
				out = append(out, e.id(r, t))
			case t.kind == "":
				walk(t.refs, true, depth+1)
			}
		}
	}
	walk(res.refs, false, 0)
	return out
}

func subnetAttribute(attr string) bool {
	return strings.Contains(attr, "subnet") || strings.HasSuffix(attr, "vpc_zone_identifier")
}

func isSubnet(r *resource) bool {
	return r.kind == depgraph.KindNetwork && strings.Contains(r.typ, "subnet")
}
