package cloud

import (
	"strconv"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// spreading is how a type of resource says that it stands in several zones at once.
// What says nothing stands in one: that is what the provider makes of it.
type spreading struct {
	attrs []string // any of these
	wide  []string // values that mean several zones
	why   string   // of the default, for people
}

// spreads lists the types that stand in one zone unless they say otherwise, each
// by its provider's documentation of the attribute.
var spreads = map[string]spreading{
	"aws_db_instance":                    {[]string{"multi_az"}, yes, "multi_az is false by default"},
	"aws_rds_cluster_instance":           {nil, nil, "an instance stands in one zone"},
	"aws_neptune_cluster_instance":       {nil, nil, "an instance stands in one zone"},
	"aws_docdb_cluster_instance":         {nil, nil, "an instance stands in one zone"},
	"aws_elasticache_replication_group":  {[]string{"multi_az_enabled", "automatic_failover_enabled"}, yes, "automatic_failover_enabled is false by default"},
	"aws_elasticache_cluster":            {[]string{"az_mode"}, []string{"cross-az"}, "az_mode is single-az by default"},
	"aws_mq_broker":                      {[]string{"deployment_mode"}, []string{"ACTIVE_STANDBY_MULTI_AZ", "CLUSTER_MULTI_AZ"}, "deployment_mode is SINGLE_INSTANCE by default"},
	"aws_opensearch_domain":              {[]string{"cluster_config.zone_awareness_enabled", "cluster_config.multi_az_with_standby_enabled"}, yes, "zone_awareness_enabled is false by default"},
	"aws_elasticsearch_domain":           {[]string{"cluster_config.zone_awareness_enabled"}, yes, "zone_awareness_enabled is false by default"},
	"aws_redshift_cluster":               {[]string{"multi_az"}, yes, "multi_az is false by default"},
	"aws_fsx_lustre_file_system":         {nil, nil, "a Lustre file system stands in one zone"},
	"aws_nat_gateway":                    {[]string{"availability_mode"}, []string{"regional"}, "a NAT gateway stands in the zone of its subnet"},
	"google_sql_database_instance":       {[]string{"settings.availability_type"}, []string{"REGIONAL"}, "availability_type is ZONAL by default"},
	"google_redis_instance":              {[]string{"tier"}, []string{"STANDARD_HA"}, "tier is BASIC by default"},
	"azurerm_postgresql_flexible_server": {[]string{"high_availability.mode"}, []string{"ZoneRedundant"}, "there is no high_availability by default"},
	"azurerm_mysql_flexible_server":      {[]string{"high_availability.mode"}, []string{"ZoneRedundant"}, "there is no high_availability by default"},
	"azurerm_mssql_database":             {[]string{"zone_redundant"}, yes, "zone_redundant is false by default"},
	"azurerm_cosmosdb_account":           {[]string{"geo_location.zone_redundant"}, yes, "zone_redundant is false by default"},
	"digitalocean_database_cluster":      {[]string{"node_count"}, []string{"2", "3"}, "a node stands by itself"},
	"azurerm_redis_cache":                {[]string{"zones", "sku_name"}, []string{"2", "3"}, "zones are none by default"},
	"google_memcache_instance":           {[]string{"zones"}, nil, "its nodes stand in one zone by default"},
	"google_filestore_instance":          {[]string{"tier"}, []string{"ENTERPRISE", "REGIONAL"}, "the tier is zonal"},
	"azurerm_sql_database":               {[]string{"zone_redundant"}, yes, "zone_redundant is false by default"},
	"aws_memorydb_cluster":               {[]string{"num_replicas_per_shard"}, []string{"1", "2", "3", "4", "5"}, ""},
}

var yes = []string{"true"}

// extent is over how many zones a resource spreads.
type extent int

const (
	extentUnknown extent = iota
	oneZone
	severalZones
)

// extentOf says whether a resource stands in one zone, and why where it does not say so itself.
func extentOf(res *Resource) (x extent, why string) {
	if res.Several || res.Count != nil && *res.Count > 1 {
		return extentUnknown, "" // each stands in one zone, and not all in the same
	}
	s, listed := spreads[res.Type]
	stated := false
	for _, attr := range append(s.attrs, "multi_az", "multi_az_enabled", "zone_redundant") {
		texts, present := res.Attrs[attr]
		stated = stated || len(texts) > 0
		for _, text := range texts {
			for _, wide := range append(s.wide, yes...) {
				if strings.EqualFold(text, wide) {
					return severalZones, ""
				}
			}
		}
		if present && len(texts) == 0 {
			return extentUnknown, "" // an expression whose value nobody knows
		}
	}
	switch {
	case listed && stated:
		return oneZone, ""
	case listed && s.why != "":
		return oneZone, s.why
	case stated && res.first("multi_az", "multi_az_enabled", "zone_redundant") == "false":
		return oneZone, ""
	}
	return extentUnknown, ""
}

// sizes are the attributes that say how many instances a resource is.
var sizes = []string{
	"desired_capacity", "desired_size", "scaling_config.desired_size", "desired_count", "node_count", "initial_node_count", "num_cache_nodes", "num_cache_clusters", "number_cache_clusters",
	"number_of_broker_nodes", "cluster_config.instance_count", "number_of_nodes", "target_size", "instances", "replicas", "spec.replicas", "default_node_pool.node_count", "worker_count",
}

// number returns what a text says as a count; nil where it says none.
func number(s string) *int {
	if n, err := strconv.Atoi(s); err == nil && n >= 0 {
		return &n
	}
	return nil
}

// machines are the types that are one machine each.
var machines = map[string]bool{
	"aws_instance": true, "aws_spot_instance_request": true, "aws_lightsail_instance": true, "google_compute_instance": true, "azurerm_linux_virtual_machine": true, "azurerm_windows_virtual_machine": true,
	"azurerm_virtual_machine": true, "openstack_compute_instance_v2": true, "flexibleengine_compute_instance_v2": true, "hcloud_server": true, "digitalocean_droplet": true,
	"equinix_metal_device": true, "packet_device": true, "linode_instance": true, "scaleway_instance_server": true, "vsphere_virtual_machine": true,
}

// sized are the types whose copies are the nodes that an attribute counts.
var sized = map[depgraph.Kind]bool{depgraph.KindDatastore: true, depgraph.KindQueue: true}

// replicas says how many instances a resource is, as far as it says so or its
// provider does; note says where that comes from if the resource is silent.
func replicas(res *Resource) (n *int, note string) {
	if res.Count != nil || res.Several {
		return res.Count, ""
	}
	if n := number(res.first(sizes...)); n != nil {
		return n, ""
	}
	one, two := 1, 2
	x, why := extentOf(res)
	switch {
	case res.Kind == depgraph.KindNetwork: // a managed gateway is not one machine
		return nil, ""
	case machines[res.Type]:
		return &one, ""
	case x == severalZones:
		return &two, ""
	case x == oneZone && sized[res.Kind]:
		return &one, why
	}
	return nil, ""
}
