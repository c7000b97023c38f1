package cloud

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// edge is a resource that another one mentions, perhaps through some that are no nodes.
type edge struct {
	to      *Resource
	attr    string // the attribute of the one that mentions
	at      Ref
	through *Resource // the secret or setting that holds the mention; nil: the resource itself
}

// relate turns what a resource refers to into needs. References lead through what
// is no node of its own.
func (e *Emitter) relate(res *Resource) {
	edges := e.edges(res)
	for i := 0; i < len(edges); i++ {
		x := edges[i]
		terms := termsOf(res, x.to, x.attr)
		owner, members := e.ID(res), []link.Target{{Name: link.ID(e.ID(x.to))}}
		confidence := 0.9
		switch {
		case terms.Via == depgraph.WatchedBy: // the watched one needs its monitor
			owner, members = e.ID(x.to), []link.Target{{Name: link.ID(owner)}}
		case res.Type == "aws_sns_topic" && strings.HasPrefix(x.attr, "subscription.") && x.to.Kind != "": // it waits for nobody who listens
			owner, members = e.ID(x.to), []link.Target{{Name: link.ID(owner)}}
			terms = termsOf(x.to, res, x.attr)
		case x.through != nil, x.attr == Dependencies:
			confidence = 0.7
		case terms.Via == depgraph.RoutesTo:
			for i+1 < len(edges) && interchangeable(x, edges[i+1]) {
				i++
				members = append(members, link.Target{Name: link.ID(e.ID(edges[i].to))})
			}
		}
		e.need(owner, res.at(x.at, confidence), terms, members)
	}
}

// Dependencies is the attribute of mentions of which nobody knows the attribute: a state
// lists what a resource was made after.
const Dependencies = "dependencies"

// need refers, unless the same was said before.
func (e *Emitter) need(owner depgraph.ID, o depgraph.Origin, t depgraph.Terms, members []link.Target) {
	key := fmt.Sprint(owner, t)
	for _, m := range members {
		if m.Name == link.ID(owner) {
			return
		}
		key += " " + m.Name.Text
	}
	if !e.said[key] {
		e.said[key] = true
		e.refer(owner, o, t, members...)
	}
}

// pools are the attributes of balancers and records whose values stand for each other.
var pools = map[string]bool{"instances": true, "group": true, "records": true, "record": true, "members": true, "default_pool_ids": true, "target_ids": true, "rrdatas": true}

// interchangeable reports whether traffic goes to either of two targets: instances of
// one resource, or entries of one pool.
func interchangeable(x, y edge) bool {
	if x.attr != y.attr {
		return false
	}
	return x.to.stack == y.to.stack && x.to.Alias != "" && x.to.Alias == y.to.Alias || pools[lastStep(x.attr)] && x.to.Kind == y.to.Kind
}

// edges returns the nodes that a resource mentions, by attribute and address.
func (e *Emitter) edges(res *Resource) []edge {
	var out []edge
	seen := map[string]bool{}
	var walk func(from *Resource, attr string, through *Resource, depth int)
	walk = func(from *Resource, attr string, through *Resource, depth int) {
		for _, x := range from.Refs {
			t := e.resolved(from.target(x))
			if t == nil || t == res || depth > 6 || depth > 0 && x.Attr == "depends_on" {
				continue
			}
			outer, at := attr, x
			if outer == "" {
				outer = x.Attr
			}
			if at.File == nil {
				at.File = from.File
			}
			if isSubnet(t) && (subnetAttribute(outer) || subnetAttribute(x.Attr)) || placing(res, t, outer) {
				continue // where it stands: place says so
			}
			key := e.qualified(t.stack, t.Address) + "\x00" + outer
			if seen[key] {
				continue
			}
			seen[key] = true
			switch {
			case t.Kind == "" || t.Data:
				walk(t, outer, through, depth+1)
			case held(t) && held(res):
			case through != nil && !answers(t.Kind):
			default:
				out = append(out, edge{t, outer, at, through})
				if held(t) && depth < 3 { // who reads a connection string needs what it leads to
					walk(t, outer, t, depth+1)
				}
			}
		}
	}
	walk(res, "", nil, 0)
	sort.SliceStable(out, func(i, j int) bool {
		if out[i].attr != out[j].attr {
			return out[i].attr < out[j].attr
		}
		return out[i].to.Address < out[j].to.Address
	})
	return out
}

// held says that a resource is a value that others read.
func held(r *Resource) bool {
	return r.Kind == depgraph.KindSecret || r.Kind == depgraph.KindConfig
}

// answers says that what a value leads to is something one talks to.
func answers(k depgraph.Kind) bool {
	return slices.Contains([]depgraph.Kind{depgraph.KindDatastore, depgraph.KindQueue, depgraph.KindService, depgraph.KindGateway, depgraph.KindFunction}, k)
}

// resolved returns what a resource stands for: for one that is only looked up by
// name, the one of that name which another stack creates.
func (e *Emitter) resolved(r *Resource) *Resource {
	if r == nil || !r.Data {
		return r
	}
	if name := r.first(ownNames...); name != "" {
		if found := e.byName[r.Type+" "+name]; len(found) == 1 {
			return found[0]
		}
	}
	return r
}

// enclosing are the networks that others are drawn in.
var enclosing = regexp.MustCompile(`^(aws_(default_)?vpc|google_compute_network|azurerm_virtual_network|openstack_networking_network_v2|flexibleengine_vpc_v1|hcloud_network|digitalocean_vpc|linode_vpc|scaleway_vpc)$`)

func lastStep(attr string) string { return attr[strings.LastIndexByte(attr, '.')+1:] }

// mentioned is how attributes are named that describe traffic or bookkeeping and no need.
var mentioned = regexp.MustCompile(`(^|_)(logs?|logging|alarms?|tags|security_groups?|security_group_ids?|dead_letter_target_arn|redrive_policy|policy|event_pattern|source_arn|triggers)(_|$)`)

// termsOf says what one resource needs another for, by their kinds and the
// attribute that names it.
func termsOf(res, to *Resource, attr string) depgraph.Terms {
	terms := func(via depgraph.Via, phases ...depgraph.Phase) depgraph.Terms {
		return depgraph.Terms{Phases: depgraph.PhasesOf(phases...), Via: via}
	}
	last := lastStep(attr)
	switch {
	case attr == "depends_on" && res.Kind == depgraph.KindNodePool && to.Kind == depgraph.KindNodePool:
		return terms(depgraph.OrderedAfter, depgraph.Start) // machines that boot from others
	case attr == "depends_on": // the order in which things are made, and no more
		return depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Deploy), IfLost: depgraph.Unaffected, Via: depgraph.OrderedAfter}
	case to.Type == "aws_eip" && res.Kind == depgraph.KindNodePool:
		return depgraph.Terms{IfLost: depgraph.Unaffected, Via: "mentions"} // the address leads to the machine
	case res.Kind == depgraph.KindMonitor:
		return terms(depgraph.WatchedBy, depgraph.Observe)
	case strings.Contains(last, "kms") || strings.Contains(last, "crypto_key") || strings.Contains(last, "encryption"):
		return terms("decrypted-by", depgraph.Run, depgraph.Start)
	case mentioned.MatchString(last) || strings.Contains(attr, "access_log") || strings.HasPrefix(attr, "tags") || held(res):
		return depgraph.Terms{IfLost: depgraph.Unaffected, Via: "mentions"}
	}
	switch to.Kind {
	case depgraph.KindNetwork:
		if res.Kind == depgraph.KindNetwork && enclosing.MatchString(to.Type) {
			return placement
		}
		t := terms("connected-to", depgraph.Run)
		if res.Kind == depgraph.KindNetwork && (strings.Contains(to.Type, "nat") || strings.Contains(to.Type, "route_table") || strings.Contains(to.Type, "peering")) {
			t.IfLost = depgraph.Degraded // what stands in it serves on; who talks to the outside says so itself
		}
		return t
	case depgraph.KindIdentity:
		return terms(depgraph.Authenticates, depgraph.Start)
	case depgraph.KindSecret, depgraph.KindConfig:
		return terms(depgraph.Reads, depgraph.Start)
	case depgraph.KindCertificate:
		return terms(depgraph.CertifiedBy, depgraph.Run)
	case depgraph.KindRegistry, depgraph.KindImage:
		return terms(depgraph.Pulls, depgraph.Start)
	case depgraph.KindDomain:
		return terms(depgraph.Resolves, depgraph.Run)
	case depgraph.KindRepo:
		return terms(depgraph.Pulls, depgraph.Deploy)
	case depgraph.KindVolume:
		return terms(depgraph.Mounts, depgraph.Run, depgraph.Start)
	case depgraph.KindCluster:
		if res.Kind == depgraph.KindNodePool {
			return terms(depgraph.ScheduledBy, depgraph.Start)
		}
		if res.Kind == depgraph.KindService || res.Kind == depgraph.KindJob {
			return terms(depgraph.PlacedIn, depgraph.Run, depgraph.Start)
		}
		return depgraph.Terms{IfLost: depgraph.Unaffected, Via: "mentions"} // a record or role named after it
	case depgraph.KindNodePool:
		if res.Kind == depgraph.KindNodePool {
			return terms(depgraph.BuiltFrom, depgraph.Run, depgraph.Start)
		}
	case depgraph.KindDatastore, depgraph.KindQueue:
		if to.Kind == res.Kind && (strings.Contains(to.Type, "cluster") || within[res.Type]) {
			return terms("part-of", depgraph.Run)
		}
		if to.Kind == res.Kind && strings.Contains(attr, "replica") || strings.Contains(last, "replicate_source") {
			return depgraph.Terms{IfLost: depgraph.Degraded, Via: "replicates"}
		}
		if res.Kind == depgraph.KindGateway || res.Kind == depgraph.KindDomain {
			return terms(depgraph.RoutesTo, depgraph.Run)
		}
		if to.Kind == depgraph.KindQueue && res.Kind == depgraph.KindQueue {
			return terms(depgraph.Consumes, depgraph.Run)
		}
		return terms(depgraph.Reads, depgraph.Run)
	}
	if res.Kind == depgraph.KindGateway || res.Kind == depgraph.KindDomain || res.Kind == depgraph.KindNetwork {
		return terms(depgraph.RoutesTo, depgraph.Run)
	}
	return terms(depgraph.Calls, depgraph.Run)
}

// within are the types that stand inside another of their kind.
var within = map[string]bool{
	"postgresql_database": true, "mysql_database": true, "google_sql_database": true, "google_spanner_database": true, "azurerm_mssql_database": true,
	"azurerm_postgresql_database": true, "azurerm_postgresql_flexible_server_database": true, "azurerm_mysql_database": true, "azurerm_mysql_flexible_database": true,
	"azurerm_cosmosdb_sql_database": true, "azurerm_cosmosdb_mongo_database": true, "azurerm_storage_container": true, "azurerm_storage_share": true,
	"azurerm_storage_queue": true, "azurerm_servicebus_queue": true, "azurerm_servicebus_topic": true, "azurerm_eventhub": true, "kafka_topic": true,
	"confluent_kafka_topic": true, "aws_timestreamwrite_table": true, "google_bigtable_table": true, "google_bigquery_table": true, "azurerm_mssql_elasticpool": true,
}
