package cloud

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// attachments are the types that join two others: the attributes that name the
// owner, and those that name what it needs, alternatives divided by '|'.
var attachments = map[string][2]string{
	"aws_lb_listener":                                            {"load_balancer_arn", "default_action"},
	"aws_alb_listener":                                           {"load_balancer_arn", "default_action"},
	"aws_lb_listener_rule":                                       {"listener_arn", "action"},
	"aws_alb_listener_rule":                                      {"listener_arn", "action"},
	"aws_lb_listener_certificate":                                {"listener_arn", "certificate_arn"},
	"aws_elb_attachment":                                         {"elb", "instance"},
	"aws_autoscaling_attachment":                                 {"elb", "autoscaling_group_name"},
	"aws_volume_attachment":                                      {"instance_id", "volume_id"},
	"aws_eip_association":                                        {"allocation_id", "instance_id|network_interface_id"},
	"aws_route_table_association":                                {"subnet_id", "route_table_id"},
	"aws_route":                                                  {"route_table_id", "nat_gateway_id|gateway_id|transit_gateway_id|vpc_peering_connection_id"},
	"aws_lambda_event_source_mapping":                            {"function_name", "event_source_arn"},
	"aws_sns_topic_subscription":                                 {"endpoint", "topic_arn"}, // who listens waits for it, and it for nobody
	"aws_cloudwatch_event_target":                                {"rule", "arn"},
	"aws_apigatewayv2_integration":                               {"api_id", "integration_uri"},
	"aws_api_gateway_integration":                                {"rest_api_id", "uri|integration"},
	"aws_api_gateway_authorizer":                                 {"rest_api_id", "authorizer_uri|provider_arns"},
	"aws_apigatewayv2_authorizer":                                {"api_id", "authorizer_uri|jwt_configuration"},
	"aws_globalaccelerator_listener":                             {"accelerator_arn", "-"},
	"aws_globalaccelerator_endpoint_group":                       {"listener_arn", "endpoint_configuration"},
	"google_compute_attached_disk":                               {"instance", "disk"},
	"azurerm_subnet_nat_gateway_association":                     {"subnet_id", "nat_gateway_id"},
	"azurerm_subnet_route_table_association":                     {"subnet_id", "route_table_id"},
	"azurerm_virtual_machine_data_disk_attachment":               {"virtual_machine_id", "managed_disk_id"},
	"azurerm_network_interface_backend_address_pool_association": {"backend_address_pool_id", "network_interface_id"},
	"azurerm_network_interface_application_gateway_backend_address_pool_association": {"backend_address_pool_id", "network_interface_id"},
	"azurerm_lb_backend_address_pool_address":                                        {"backend_address_pool_id", "ip_address"},
	"azurerm_traffic_manager_azure_endpoint":                                         {"profile_id", "target_resource_id"},
	"azurerm_traffic_manager_endpoint":                                               {"profile_name", "target_resource_id"},
	"azurerm_cdn_frontdoor_origin":                                                   {"cdn_frontdoor_origin_group_id", "host_name"},
	"openstack_compute_volume_attach_v2":                                             {"instance_id", "volume_id"},
	"openstack_compute_floatingip_associate_v2":                                      {"floating_ip", "instance_id"},
	"openstack_networking_router_interface_v2":                                       {"subnet_id", "router_id"},
	"openstack_lb_member_v2":                                                         {"pool_id", "address"},
	"flexibleengine_compute_volume_attach_v2":                                        {"instance_id", "volume_id"},
	"flexibleengine_lb_member_v2":                                                    {"pool_id", "address"},
	"hcloud_load_balancer_target":                                                    {"load_balancer_id", "server_id"},
	"hcloud_server_network":                                                          {"server_id", "network_id|subnet_id"},
	"hcloud_volume_attachment":                                                       {"server_id", "volume_id"},
	"digitalocean_volume_attachment":                                                 {"droplet_id", "volume_id"},
}

// attach reads a resource that only joins two others. What stands behind one
// balancer by one rule are alternatives.
func (e *Emitter) attach(res *Resource) {
	e.cluster(res)
	pair, ok := attachments[res.Type]
	if !ok {
		return
	}
	members := e.members(res, pair[1], 0)
	for _, owner := range e.owners(res, pair[0], 0) {
		var behind []link.Target
		for _, member := range members {
			if owner == member {
				continue
			}
			terms := termsOf(owner, member, strings.Split(pair[1], "|")[0])
			to := link.Target{Name: link.ID(e.ID(member))}
			if terms.Via == depgraph.RoutesTo {
				behind = append(behind, to)
				continue
			}
			e.need(e.ID(owner), res.origin(res.Type, 0.9), terms, []link.Target{to})
		}
		if len(behind) > 0 {
			terms := depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), Via: depgraph.RoutesTo}
			if strings.HasSuffix(res.Type, "_rule") { // one of several that it serves
				terms.IfLost = depgraph.Degraded
			}
			e.need(e.ID(owner), res.origin(res.Type, 0.9), terms, behind)
		}
	}
}

// named calls visit for each resource that one of the attributes names.
func (e *Emitter) named(res *Resource, attrs string, visit func(*Resource)) {
	for _, attr := range strings.Split(attrs, "|") {
		for _, x := range res.Refs {
			if t := e.resolved(res.target(x)); t != nil && (x.Attr == attr || strings.HasPrefix(x.Attr, attr+".")) {
				visit(t)
			}
		}
	}
}

// owners returns the nodes that an attribute leads to, through listeners and pools
// to the balancer that they belong to.
func (e *Emitter) owners(res *Resource, attrs string, depth int) []*Resource {
	var out []*Resource
	e.named(res, attrs, func(t *Resource) {
		up, joins := attachments[t.Type]
		switch {
		case depth > 4:
		case t.Kind != "" && !t.Data:
			out = append(out, t)
		case joins:
			out = append(out, e.owners(t, up[0], depth+1)...)
		default:
			out = append(out, e.owners(t, "loadbalancer_id|load_balancer_id|listener_id|application_gateway_id|cdn_frontdoor_profile_id", depth+1)...)
			for _, user := range e.users[t] { // a pool, that a balancer names
				if user.Kind == depgraph.KindGateway {
					out = append(out, user)
				}
			}
		}
	})
	return distinct(out)
}

// members returns what an attribute leads to: nodes, what stands behind a target
// group or a network interface.
func (e *Emitter) members(res *Resource, attrs string, depth int) []*Resource {
	var out []*Resource
	e.named(res, attrs, func(t *Resource) {
		switch {
		case depth > 4:
		case t.Kind != "" && !t.Data:
			out = append(out, t)
		default:
			out = append(out, e.behind(t, depth)...)
		}
	})
	return distinct(out)
}

// behind returns what uses a target group or a network interface: instances that
// are attached to it, services and scaling groups that name it.
func (e *Emitter) behind(t *Resource, depth int) []*Resource {
	var out []*Resource
	if strings.HasSuffix(t.Type, "target_group") {
		e.named(t, "targets", func(to *Resource) {
			if to.Kind != "" {
				out = append(out, to)
			}
		})
	}
	for _, user := range e.users[t] {
		switch {
		case strings.HasSuffix(user.Type, "target_group_attachment"):
			out = append(out, e.members(user, "target_id", depth+1)...)
		case user.Type == "aws_autoscaling_attachment":
			out = append(out, e.members(user, "autoscaling_group_name", depth+1)...)
		case user.Kind == depgraph.KindService, user.Kind == depgraph.KindNodePool:
			out = append(out, user)
		}
	}
	return out
}

func distinct(rs []*Resource) []*Resource {
	var out []*Resource
	for _, r := range rs {
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// clusters are the types of instances of a database cluster: the cluster serves as
// long as one of them does.
var clusters = map[string]string{
	"aws_rds_cluster": "aws_rds_cluster_instance", "aws_neptune_cluster": "aws_neptune_cluster_instance", "aws_docdb_cluster": "aws_docdb_cluster_instance",
	"google_alloydb_cluster": "google_alloydb_instance",
}

// cluster says that a database cluster needs one of its instances.
func (e *Emitter) cluster(res *Resource) {
	instance := clusters[res.Type]
	if instance == "" || res.Data {
		return
	}
	var members []link.Target
	for _, user := range e.users[res] {
		if user.Type == instance {
			members = append(members, link.Target{Name: link.ID(e.ID(user))})
		}
	}
	if len(members) > 0 {
		e.need(e.ID(res), res.origin(instance, 0.9), depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), Via: "part-of"}, members)
	}
}

// placing says that a mention is about the cluster an instance belongs to: the
// cluster needs its instances, not they the cluster.
func placing(res, to *Resource, attr string) bool {
	return clusters[to.Type] != "" && clusters[to.Type] == res.Type && attr != "depends_on"
}
