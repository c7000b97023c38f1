package cloud

import (
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

var placement = depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run, depgraph.Start), Via: depgraph.PlacedIn}

// Attributes that say where a resource stands, narrowest first.
var (
	zoneAttributes = []string{
		"availability_zone", "availability_zones", "availability_zone_id", "availability_zone_ids", "preferred_cache_cluster_azs", "preferred_availability_zones", "zone", "zones", "node_locations",
		"placement.availability_zone", "distribution_policy_zones", "default_node_pool.zones", "azs", "settings.location_preference.zone",
	}
	facilityAttributes = []string{"facility", "facilities", "datacenter"}
	regionAttributes   = []string{"location", "region", "metro"}
	// Regions that hold a copy each: any of them serves.
	copyAttributes = []string{"replica.region_name", "geo_location.location", "replication.user_managed.replicas.location"}
)

// placeless are the kinds that stand nowhere in particular, or everywhere: a
// provider's global services, and what only describes others.
var placeless = map[depgraph.Kind]bool{
	depgraph.KindIdentity: true, depgraph.KindDomain: true, depgraph.KindMonitor: true, depgraph.KindCertificate: true,
	depgraph.KindConfig: true, depgraph.KindRepo: true, depgraph.KindImage: true, depgraph.KindSecret: true,
}

var (
	// regional are types of placeless kinds that stand in a region all the same.
	regional = regexp.MustCompile(`^(aws_kms_(replica_)?key|azurerm_key_vault|google_kms_key_ring|aws_cognito_user_pool)$`)
	// global are types that a provider runs everywhere, whatever region it is asked in.
	global = regexp.MustCompile(`^(aws_cloudfront_|aws_globalaccelerator_|aws_rds_global_cluster|aws_dynamodb_global_table|aws_elasticache_global|aws_dx_gateway|aws_ecrpublic_|aws_networkmanager_` +
		`|google_compute_(global_|url_map|backend_service|network$)|google_pubsub_|google_spanner_|google_certificate_|google_dns_|google_compute_(health_check|managed_ssl)` +
		`|azurerm_(frontdoor|cdn_|traffic_manager|dns_|private_dns_|static_web_app)|cloudflare_|fastly_|github_|gitlab_|datadog_|heroku_|okta_|mongodbatlas_|confluent_)`)
)

// place records where a resource stands: any of its zones, else any of its
// subnets, else its location or region, else the region of its provider. What its
// provider puts into a single zone stands in that one, also where nobody knows which.
func (e *Emitter) place(res *Resource) {
	owner := e.ID(res)
	o := res.origin("", 1)
	if within[res.Type] && res.first(regionAttributes...) == "" {
		return // where the one that it is part of stands
	}
	if ids := e.ids(res, depgraph.KindFacility, facilityAttributes); len(ids) > 0 {
		e.refer(owner, o, placement, targets(ids)...)
		return
	}
	x, why := extentOf(res)
	zones := e.zones(res)
	if len(zones) > 0 && (x != severalZones || len(zones) > 1) {
		e.refer(owner, o, placement, targets(zones)...)
		return
	}
	subnets := e.subnets(res)
	ids := make([]depgraph.ID, 0, len(subnets))
	for _, s := range subnets {
		ids = append(ids, e.ID(s))
	}
	if x == oneZone && res.Kind != depgraph.KindNetwork {
		e.pickedZone(res, subnets, why)
		return
	}
	if len(ids) > 0 {
		e.refer(owner, o, placement, targets(ids)...)
		return
	}
	if copies := e.copies(res); len(copies) > 1 {
		e.refer(owner, o, placement, targets(copies)...)
		return
	}
	if region := e.region(res); !region.IsZero() {
		if res.first(regionAttributes...) == "" {
			o.Note, o.Confidence = "region of the provider", 0.9
		}
		e.refer(owner, o, placement, targets([]depgraph.ID{region})...)
	}
}

// pickedZone places a resource that stands in one zone which its provider picks: the
// zone of its subnets where they share one, else one of its own, which nobody else is
// known to share.
func (e *Emitter) pickedZone(res *Resource, subnets []*Resource, why string) {
	o := res.origin(why, 1)
	if why != "" {
		o.Confidence = 0.9
	}
	var all []depgraph.ID
	known := true
	region := e.region(res)
	for _, s := range subnets {
		zones := e.zones(s)
		known = known && len(zones) == 1
		all = append(all, zones...)
		if r := e.region(s); region.IsZero() {
			region = r
		}
	}
	slices.SortFunc(all, depgraph.ID.Compare)
	if all = slices.Compact(all); known && len(all) == 1 {
		e.refer(e.ID(res), o, placement, targets(all)...)
		return
	}
	zone := depgraph.ID{Kind: depgraph.KindZone, Name: strings.TrimPrefix(region.Name+"/of/"+e.ID(res).Name, "/")}
	e.Fragment.Definitions = append(e.Fragment.Definitions, link.Definition{Node: depgraph.Node{ID: zone, Title: "the one zone that " + e.ID(res).Name + " stands in"}, Origin: o})
	e.refer(e.ID(res), o, placement, targets([]depgraph.ID{zone})...)
	e.inside(res, zone, region)
}

func targets(ids []depgraph.ID) []link.Target {
	var out []link.Target
	for _, id := range ids {
		out = append(out, link.Target{Name: link.ID(id), Else: id, Quiet: true})
	}
	return out
}

func (e *Emitter) ids(res *Resource, kind depgraph.Kind, attrs []string) []depgraph.ID {
	var out []depgraph.ID
	for _, text := range res.all(attrs...) {
		if !strings.ContainsAny(text, "${ ") {
			out = append(out, depgraph.ID{Kind: kind, Name: text})
		}
	}
	return out
}

var (
	awsZone    = regexp.MustCompile(`^([a-z]{2}(-[a-z]+)+-\d)([a-z]|(-[a-z]+)+-\d[a-z])$`)
	awsZoneID  = regexp.MustCompile(`^([a-z]{2})(g?)([nsewc]{1,2})(\d)-az\d+$`)
	googleZone = regexp.MustCompile(`^([a-z]+-[a-z]+\d+)-[a-z]$`)
	azureZone  = regexp.MustCompile(`^[1-3]$`)
	stackZone  = regexp.MustCompile(`^.+/az-\d$`)
	listedZone = regexp.MustCompile(`^([a-z0-9-]+)#\d+$`)
	googleArea = regexp.MustCompile(`^[a-z]+-[a-z]+\d+$`)
)

var directions = map[string]string{"n": "north", "s": "south", "e": "east", "w": "west", "c": "central", "ne": "northeast", "se": "southeast", "nw": "northwest", "sw": "southwest"}

// ListedZone names the n-th zone (from 1) of those that a region lists at the
// provider: which it is differs between accounts.
func ListedZone(region string, n int) string { return region + "#" + string(rune('0'+n)) }

// StackZone names the n-th zone (from 1) of those that the region of a stack lists,
// where nobody knows the region.
func StackZone(stack string, n int) string { return stack + "/az-" + string(rune('0'+n)) }

// regionOfZone returns the region that the name of a zone tells; "" where it is no
// name of a zone. Zone ids such as "usw1-az1" follow the AWS RAM user guide.
func regionOfZone(text string) string {
	for _, re := range []*regexp.Regexp{awsZone, googleZone, listedZone} {
		if m := re.FindStringSubmatch(text); m != nil {
			return m[1]
		}
	}
	if m := awsZoneID.FindStringSubmatch(text); m != nil {
		region := m[1]
		if m[2] != "" {
			region += "-gov"
		}
		return region + "-" + directions[m[3]] + "-" + m[4]
	}
	return ""
}

// zones returns the zones a resource may stand in, and places each in its region.
func (e *Emitter) zones(res *Resource) []depgraph.ID {
	var out []depgraph.ID
	attrs := append(slices.Clone(zoneAttributes), "location")
	if res.Type == "google_container_cluster" { // the others are those of its nodes
		attrs = []string{"location", "zone"}
	}
	for _, text := range res.all(attrs...) {
		if stackZone.MatchString(text) {
			out = append(out, depgraph.ID{Kind: depgraph.KindZone, Name: text})
			continue
		}
		text = text[strings.LastIndexByte(text, '/')+1:] // a self link
		region := regionOfZone(text)
		if location := strings.ToLower(res.first("location", "region")); region == "" && azureZone.MatchString(text) && location != "" {
			region, text = location, location+"-"+text
		}
		if region == "" {
			continue
		}
		zone := depgraph.ID{Kind: depgraph.KindZone, Name: text}
		out = append(out, zone)
		e.inside(res, zone, depgraph.ID{Kind: depgraph.KindRegion, Name: region})
		e.inside(res, depgraph.ID{Kind: depgraph.KindRegion, Name: region}, depgraph.ID{Kind: depgraph.KindProvider, Name: res.provider()})
	}
	return out
}

var arn = regexp.MustCompile(`^arn:aws[a-z-]*:[a-z0-9-]+:([a-z]{2}(?:-[a-z]+)+-\d):`)

func (e *Emitter) region(res *Resource) depgraph.ID {
	if placeless[res.Kind] && !regional.MatchString(res.Type) || global.MatchString(res.Type) {
		return depgraph.ID{}
	}
	name := res.first(regionAttributes...)
	if name == "" {
		name = res.Region
	}
	if name == "" {
		if m := arn.FindStringSubmatch(res.first("arn", "id")); m != nil {
			name = m[1]
		}
	}
	return e.regionNamed(res, name)
}

// regionNamed returns a region by the name that a resource gives it; none for what
// is wider than a region.
func (e *Emitter) regionNamed(res *Resource, name string) depgraph.ID {
	name = strings.ToLower(name)
	if around := regionOfZone(name); around != "" {
		name = around
	}
	if res.provider() == "azure" {
		name = strings.ReplaceAll(name, " ", "")
	}
	if name == "" || strings.ContainsAny(name, "${ /") || name == "global" || res.provider() == "google" && !googleArea.MatchString(name) {
		return depgraph.ID{}
	}
	region := depgraph.ID{Kind: depgraph.KindRegion, Name: name}
	e.inside(res, region, depgraph.ID{Kind: depgraph.KindProvider, Name: res.provider()})
	return region
}

// copies returns the regions that each hold a copy, the resource's own among them.
func (e *Emitter) copies(res *Resource) []depgraph.ID {
	texts := res.all(copyAttributes...)
	if len(texts) == 0 {
		return nil
	}
	var out []depgraph.ID
	if own := e.region(res); !own.IsZero() {
		out = append(out, own)
	}
	for _, text := range texts {
		if region := e.regionNamed(res, text); !region.IsZero() && !slices.Contains(out, region) {
			out = append(out, region)
		}
	}
	return out
}

// inside places one place in another, once.
func (e *Emitter) inside(res *Resource, place, around depgraph.ID) {
	if e.placed[place] || around.Name == "" {
		return
	}
	e.placed[place] = true
	e.refer(place, res.origin("", 1), placement, targets([]depgraph.ID{around})...)
}

// subnets returns the subnets that a resource names, directly or through a group of
// them or a network interface.
func (e *Emitter) subnets(res *Resource) []*Resource {
	var out []*Resource
	seen := map[*Resource]bool{}
	var walk func(from *Resource, through bool, depth int)
	walk = func(from *Resource, through bool, depth int) {
		for _, x := range from.Refs {
			t := e.resolved(from.target(x))
			if t == nil || seen[t] || depth > 4 {
				continue
			}
			interfaces := strings.Contains(t.Type, "network_interface")
			if !through && !subnetAttribute(x.Attr) && !interfaces {
				continue
			}
			seen[t] = true
			switch {
			case isSubnet(t) && !t.Data:
				out = append(out, t)
			case interfaces:
				walk(t, false, depth+1)
			case t.Kind == "" || t.Data:
				walk(t, true, depth+1)
			}
		}
	}
	walk(res, false, 0)
	return out
}

func subnetAttribute(attr string) bool {
	return strings.Contains(attr, "subnet") || strings.HasSuffix(attr, "vpc_zone_identifier") || strings.Contains(attr, "subnetwork")
}

func isSubnet(r *Resource) bool {
	return r.Kind == depgraph.KindNetwork && strings.Contains(r.Type, "subnet")
}
