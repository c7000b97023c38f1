package cloud

import (
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// gateways finds, for each subnet, the NAT gateways by which it reaches the outside:
// through its route table, or joined to it.
func (e *Emitter) gateways(s *Stack) {
	for _, res := range s.Resources {
		switch res.Type {
		case "aws_route_table_association":
			e.named(res, "route_table_id", func(table *Resource) {
				for _, nat := range e.routes(table) {
					e.named(res, "subnet_id", func(subnet *Resource) { e.egress[subnet] = append(e.egress[subnet], nat) })
				}
			})
		case "azurerm_subnet_nat_gateway_association":
			e.named(res, "nat_gateway_id", func(nat *Resource) {
				e.named(res, "subnet_id", func(subnet *Resource) { e.egress[subnet] = append(e.egress[subnet], nat) })
			})
		}
	}
}

// routes returns the NAT gateways that a route table leads to.
func (e *Emitter) routes(table *Resource) []*Resource {
	var out []*Resource
	add := func(t *Resource) {
		if strings.HasSuffix(t.Type, "nat_gateway") {
			out = append(out, t)
		}
	}
	e.named(table, "route.nat_gateway_id", add)
	for _, user := range e.users[table] {
		if user.Type == "aws_route" {
			e.named(user, "nat_gateway_id", add)
		}
	}
	return distinct(out)
}

// outside is the need of what runs code for a way out of its subnets: any of their
// NAT gateways, where each subnet has one.
func (e *Emitter) outside(res *Resource) {
	switch res.Kind {
	case depgraph.KindService, depgraph.KindFunction, depgraph.KindNodePool, depgraph.KindJob:
	default:
		return
	}
	var ways []*Resource
	for _, subnet := range e.subnets(res) {
		nats := e.egress[subnet]
		if len(nats) == 0 {
			return
		}
		ways = append(ways, nats...)
	}
	var members []link.Target
	for _, nat := range distinct(ways) {
		members = append(members, link.Target{Name: link.ID(e.ID(nat))})
	}
	if len(members) > 0 {
		terms := depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), Via: "connected-to"}
		e.need(e.ID(res), res.origin("the way out of its subnets", 0.7), terms, members)
	}
}
