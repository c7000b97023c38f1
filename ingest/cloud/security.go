package cloud

import (
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// rules are the types of resource that let one security group talk to another: the
// attributes that name the group which is talked to, and the one that may talk.
var rules = map[string][2]string{
	"aws_security_group":                         {"", "ingress.security_groups|ingress.source_security_group_id|" + Dependencies},
	"aws_security_group_rule":                    {"security_group_id", "source_security_group_id"},
	"aws_security_group_ingress":                 {"group_id", "source_security_group_id"},
	"aws_vpc_security_group_ingress_rule":        {"security_group_id", "referenced_security_group_id"},
	"openstack_networking_secgroup_rule_v2":      {"security_group_id", "remote_group_id"},
	"flexibleengine_networking_secgroup_rule_v2": {"security_group_id", "remote_group_id"},
}

// maxAllowed is how many pairs one rule may allow: what lets everybody talk to
// everybody says nothing of anybody.
const maxAllowed = 100

// allowed emits who may talk to whom. What is merely allowed is recorded, and takes
// nobody down.
func (e *Emitter) allowed(res *Resource) {
	rule, ok := rules[res.Type]
	if !ok || res.Data {
		return
	}
	to, from := []*Resource{res}, []*Resource(nil)
	if rule[0] != "" {
		to = nil
		e.named(res, rule[0], func(t *Resource) { to = append(to, t) })
	}
	e.named(res, rule[1], func(t *Resource) { from = append(from, t) })
	if res.first("type") == "egress" {
		to, from = from, to
	}
	terms := depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), IfLost: depgraph.Unaffected, Via: depgraph.MayCall}
	for _, t := range to {
		for _, f := range from {
			callers, called := e.inGroup(f), e.inGroup(t)
			if t == f || len(callers)*len(called) > maxAllowed {
				continue
			}
			for _, caller := range callers {
				for _, callee := range called {
					if caller != callee {
						e.need(e.ID(caller), res.origin(res.Type, 0.9), terms, []link.Target{{Name: link.ID(e.ID(callee))}})
					}
				}
			}
		}
	}
}

// inGroup returns the nodes that stand in a security group, directly or by their
// network interface.
func (e *Emitter) inGroup(group *Resource) []*Resource {
	var out []*Resource
	for _, user := range e.users[group] {
		in := false
		for _, x := range user.Refs {
			in = in || user.target(x) == group && (strings.Contains(x.Attr, "group") || x.Attr == Dependencies) && !strings.Contains(x.Attr, "ingress") && !strings.Contains(x.Attr, "egress")
		}
		switch {
		case !in || user.Data:
		case runs(user.Kind):
			out = append(out, user)
		case strings.Contains(user.Type, "network_interface"):
			out = append(out, e.behind(user, 0)...)
		}
	}
	return distinct(out)
}

// runs says that a node is something that talks or is talked to.
func runs(k depgraph.Kind) bool {
	return k == depgraph.KindNodePool || k == depgraph.KindCluster || answers(k)
}
