package terraform

import (
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/catalogue"
	"github.com/fateline/fateline/ingest/link"
)

// Spaces of names that only resources have.
const (
	spaceBucket link.Space = "bucket" // object storage, by the provider's global name
	spaceState  link.Space = "state"  // Terraform states, by backend
)

// emitter turns resources into definitions and references.
type emitter struct {
	fragment *link.Fragment
	several  bool // there are several roots: ids need the root's name
	placed   map[depgraph.ID]bool
}

func newEmitter(roots []*root) *emitter {
	return &emitter{fragment: &link.Fragment{}, several: len(roots) > 1, placed: map[depgraph.ID]bool{}}
}

func (e *emitter) root(r *root) {
	tool := e.tool(r)
	for _, res := range r.order {
		e.attach(r, res)
		if res.kind == "" || res.data {
			continue
		}
		e.define(r, res)
		e.place(r, res)
		e.relate(r, res)
		e.strings(r, res)
		if tool != (depgraph.ID{}) {
			e.refer(e.id(r, res), origin(res.file, res.line, res.column, "terraform apply", 0.9), depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Deploy), Via: depgraph.DeployedBy}, link.Target{Name: link.ID(tool)})
		}
	}
}

func origin(f *ingest.File, line, column int, note string, confidence float64) depgraph.Origin {
	o := f.Origin(line, column)
	o.Note, o.Confidence = note, confidence
	return o
}

func (e *emitter) refer(owner depgraph.ID, o depgraph.Origin, t depgraph.Terms, targets ...link.Target) {
	if len(targets) == 0 {
		return
	}
	e.fragment.References = append(e.fragment.References, link.Reference{Owner: link.ID(owner), Members: targets, Terms: t, Form: link.Structured, Origin: o})
}

// id names a resource by its address; where there are several roots, below the root's name.
func (e *emitter) id(r *root, res *resource) depgraph.ID {
	name := res.address
	if e.several && r.name != "" {
		name = r.name + "/" + name
	}
	return depgraph.ID{Kind: res.kind, Name: name}
}

func (e *emitter) define(r *root, res *resource) {
	n := depgraph.Node{ID: e.id(r, res), Replicas: e.replicas(res)}
	d := link.Definition{Names: e.names(r, res), Origin: origin(res.file, res.line, res.column, "", 1)}
	if e.several {
		d.Names = append(d.Names, link.ID(depgraph.ID{Kind: res.kind, Name: res.address}))
	}
	for _, key := range []string{"Environment", "environment", "env", "Env"} {
		if env := res.first("tags."+key, "labels."+key); env != "" {
			n.Env = env
		}
	}
	n.Owner = res.first("tags.Owner", "tags.owner", "tags.team", "tags.Team", "labels.owner", "labels.team")
	if own := res.first("name", "cluster_name", "identifier", "cluster_identifier"); own != "" && !strings.Contains(own, "${") {
		n.Title = own
		if res.kind == depgraph.KindCluster {
			n.Aliases = append(n.Aliases, "cluster:"+own)
		}
	}
	if os, images := e.system(r, res); os != "" || len(images) > 0 {
		if os != "" {
			n.Labels = map[string]string{catalogue.LabelOS: os}
		}
		e.built(r, res, os, images)
	}
	for _, file := range res.files {
		d.Names = append(d.Names, link.Name{Space: link.SpacePath, Text: file})
	}
	d.Node = n
	e.fragment.Definitions = append(e.fragment.Definitions, d)
}

// hostAttributes are what a printed resource answers to on the network.
var hostAttributes = []string{"address", "endpoint", "dns_name", "fqdn", "hostname", "reader_endpoint", "configuration_endpoint", "primary_endpoint_address", "domain_name", "private_dns", "public_dns", "private_ip", "public_ip", "access_ip_v4"}

func (e *emitter) names(r *root, res *resource) []link.Name {
	names := []link.Name{{Space: link.SpaceAddress, Scope: "terraform/" + r.name, Text: res.address}}
	for _, attr := range hostAttributes {
		for _, text := range res.attrs[attr] {
			if host, ok := bareHost(text); ok && res.kind != depgraph.KindNetwork {
				names = append(names, link.Host("", host))
			}
		}
	}
	switch {
	case res.kind == depgraph.KindDomain:
		for _, text := range append(res.attrs["fqdn"], res.attrs["name"]...) {
			if host, ok := bareHost(text); ok && strings.Contains(host, ".") && strings.Contains(res.typ, "record") {
				names = append(names, link.Host("", host))
			}
		}
	case strings.HasSuffix(res.typ, "_bucket"):
		for _, text := range append(res.attrs["bucket"], res.attrs["name"]...) {
			names = append(names, link.Name{Space: spaceBucket, Text: text})
		}
	case res.kind == depgraph.KindRepo:
		if full := res.first("full_name", "name"); full != "" {
			names = append(names, link.Name{Space: link.SpaceRepo, Text: full})
		}
	}
	return names
}

var hostText = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)

func bareHost(text string) (string, bool) {
	text = strings.TrimSuffix(text, ".")
	if host, port, found := strings.Cut(text, ":"); found && strings.Trim(port, "0123456789") == "" {
		text = host
	}
	return strings.ToLower(text), hostText.MatchString(text) && strings.Contains(text, ".")
}

// replicas says how many instances a resource is, as far as it says so itself.
func (e *emitter) replicas(res *resource) *int {
	if res.count != nil {
		return res.count
	}
	if n := number(res.first(sizes...)); n != nil {
		return n
	}
	one, two := 1, 2
	switch res.first("multi_az", "multi_az_enabled", "zone_redundant") {
	case "true":
		return &two
	case "false":
		return &one
	}
	switch res.typ {
	case "aws_instance", "google_compute_instance", "azurerm_linux_virtual_machine", "azurerm_windows_virtual_machine", "openstack_compute_instance_v2", "hcloud_server", "digitalocean_droplet", "equinix_metal_device":
		return &one
	}
	return nil
}

// relate turns what a resource refers to into needs. References lead through what
// is no node of its own.
func (e *emitter) relate(r *root, res *resource) {
	type edge struct {
		to   *resource
		attr string
		at   ref
	}
	var edges []edge
	seen := map[string]bool{res.address: true}
	var walk func(refs []ref, attr string, depth int)
	walk = func(refs []ref, attr string, depth int) {
		for _, x := range refs {
			t := r.byAddress[x.to]
			if t == nil || depth > 6 {
				continue
			}
			outer := attr
			if outer == "" {
				outer = x.attr
			}
			if key := t.address + "\x00" + outer; !seen[t.address] && !seen[key] {
				seen[key] = true
				if t.kind != "" && !t.data {
					edges = append(edges, edge{t, outer, x})
				} else {
					walk(t.refs, outer, depth+1)
				}
			}
		}
	}
	walk(res.refs, "", 0)
	sort.SliceStable(edges, func(i, j int) bool { return edges[i].to.address < edges[j].to.address })
	for _, x := range edges {
		if subnetAttribute(x.attr) && isSubnet(x.to) {
			continue // where it stands: place says so
		}
		owner, member := e.id(r, res), e.id(r, x.to)
		if res.kind == depgraph.KindMonitor { // the watched one needs its monitor
			owner, member = member, owner
		}
		e.refer(owner, origin(res.file, x.at.line, x.at.column, x.attr, 0.9), termsOf(res, x.to, x.attr), link.Target{Name: link.ID(member)})
	}
}

// termsOf says what one resource needs another for, by their kinds and the
// attribute that names it.
func termsOf(res, to *resource, attr string) depgraph.Terms {
	terms := func(via depgraph.Via, phases ...depgraph.Phase) depgraph.Terms {
		return depgraph.Terms{Phases: depgraph.PhasesOf(phases...), Via: via}
	}
	last := attr[strings.LastIndexByte(attr, '.')+1:]
	switch {
	case attr == "depends_on":
		return terms(depgraph.OrderedAfter, depgraph.Start)
	case res.kind == depgraph.KindMonitor:
		return terms(depgraph.WatchedBy, depgraph.Observe)
	case strings.Contains(last, "kms") || strings.Contains(last, "crypto_key") || strings.Contains(last, "encryption"):
		return terms("decrypted-by", depgraph.Run, depgraph.Start)
	case strings.Contains(last, "log") || strings.Contains(last, "alarm") || strings.HasPrefix(last, "tags") || strings.HasSuffix(last, "security_groups") || last == "vpc_security_group_ids":
		return depgraph.Terms{IfLost: depgraph.Unaffected, Via: "mentions"}
	}
	switch to.kind {
	case depgraph.KindNetwork:
		return terms("connected-to", depgraph.Run)
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
		if res.kind == depgraph.KindNodePool {
			return terms(depgraph.ScheduledBy, depgraph.Start)
		}
		return terms(depgraph.PlacedIn, depgraph.Run, depgraph.Start)
	case depgraph.KindNodePool:
		if res.kind == depgraph.KindNodePool {
			return terms(depgraph.BuiltFrom, depgraph.Run, depgraph.Start)
		}
	case depgraph.KindDatastore, depgraph.KindQueue:
		if to.kind == res.kind && strings.Contains(to.typ, "cluster") {
			return terms("part-of", depgraph.Run)
		}
		return terms(depgraph.Reads, depgraph.Run)
	}
	if res.kind == depgraph.KindGateway || res.kind == depgraph.KindDomain {
		return terms(depgraph.RoutesTo, depgraph.Run)
	}
	return terms(depgraph.Calls, depgraph.Run)
}

// attachments are the types that join two others: the attribute that names the
// owner, and the one that names what it needs.
var attachments = map[string][2]string{
	"aws_lb_listener":                        {"load_balancer_arn", "default_action"},
	"aws_alb_listener":                       {"load_balancer_arn", "default_action"},
	"aws_lb_target_group_attachment":         {"target_group_arn", "target_id"},
	"aws_elb_attachment":                     {"elb", "instance"},
	"aws_volume_attachment":                  {"instance_id", "volume_id"},
	"aws_route_table_association":            {"subnet_id", "route_table_id"},
	"aws_route":                              {"route_table_id", "nat_gateway_id"},
	"aws_lambda_event_source_mapping":        {"function_name", "event_source_arn"},
	"aws_sns_topic_subscription":             {"topic_arn", "endpoint"},
	"google_compute_attached_disk":           {"instance", "disk"},
	"azurerm_subnet_nat_gateway_association": {"subnet_id", "nat_gateway_id"},
	"openstack_compute_volume_attach_v2":     {"instance_id", "volume_id"},
}

// attach reads a resource that only joins two others.
func (e *emitter) attach(r *root, res *resource) {
	pair, ok := attachments[res.typ]
	if !ok {
		return
	}
	for _, owner := range e.named(r, res, pair[0], 0) {
		for _, member := range e.named(r, res, pair[1], 0) {
			if owner != member {
				e.refer(e.id(r, owner), origin(res.file, res.line, res.column, res.typ, 0.9), termsOf(owner, member, pair[1]), link.Target{Name: link.ID(e.id(r, member))})
			}
		}
	}
}

// named returns the nodes that an attribute of a resource leads to. Through a
// resource that joins, such as a target group, it leads to what stands behind it.
func (e *emitter) named(r *root, res *resource, attr string, depth int) []*resource {
	var out []*resource
	for _, x := range res.refs {
		t := r.byAddress[x.to]
		if t == nil || attr != "" && x.attr != attr && !strings.HasPrefix(x.attr, attr+".") || depth > 4 {
			continue
		}
		switch {
		case t.kind != "" && !t.data:
			out = append(out, t)
		case strings.HasSuffix(t.typ, "target_group"):
			out = append(out, e.behind(r, t)...)
		default:
			out = append(out, e.named(r, t, "", depth+1)...)
		}
	}
	return slices.Compact(out)
}

// behind returns what is registered in a target group: instances that are attached
// to it, services and scaling groups that name it.
func (e *emitter) behind(r *root, group *resource) []*resource {
	var out []*resource
	for _, other := range r.order {
		for _, x := range other.refs {
			if x.to != group.address {
				continue
			}
			switch {
			case strings.HasSuffix(other.typ, "target_group_attachment"):
				out = append(out, e.named(r, other, "target_id", 0)...)
			case other.kind == depgraph.KindService, other.kind == depgraph.KindNodePool:
				out = append(out, other)
			}
		}
	}
	return out
}

// strings reads addresses in the settings that a resource hands to its program.
func (e *emitter) strings(r *root, res *resource) {
	attrs := make([]string, 0, len(res.attrs))
	for attr := range res.attrs {
		if settings.MatchString(attr) {
			attrs = append(attrs, attr)
		}
	}
	sort.Strings(attrs)
	for _, attr := range attrs {
		key := attr[strings.LastIndexByte(attr, '.')+1:]
		for _, text := range res.attrs[attr] {
			for _, found := range address.Find(text, address.Context{Key: key}) {
				e.fragment.References = append(e.fragment.References, link.Reference{
					Owner: link.ID(e.id(r, res)), Members: found.Targets(""), Terms: found.Terms(), Form: link.Text,
					Origin: origin(res.file, res.line, res.column, attr, found.Form.Confidence()),
				})
			}
		}
	}
}

var settings = regexp.MustCompile(`(^|\.)(environment|environment_variables|env|variables|app_settings|container_definitions|set|values|template)(\.|$)`)
