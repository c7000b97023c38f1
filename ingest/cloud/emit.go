package cloud

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/catalogue"
	"github.com/fateline/fateline/ingest/link"
)

// Spaces of names that only resources have.
const (
	spaceBucket link.Space = "bucket" // object storage, by the provider's global name
	spaceState  link.Space = "state"  // Terraform states, by backend
)

// Emitter turns stacks into definitions and references.
type Emitter struct {
	Fragment *link.Fragment
	several  bool // there are several stacks: ids need the stack's name
	placed   map[depgraph.ID]bool
	said     map[string]bool           // needs that were emitted, by owner, terms and members
	byName   map[string][]*Resource    // by type and the name it has at the provider
	egress   map[*Resource][]*Resource // NAT gateways that a subnet reaches the outside through
	users    map[*Resource][]*Resource // who mentions a resource
}

// NewEmitter returns an emitter for stacks that are read together: they may mention
// each other's resources.
func NewEmitter(stacks []*Stack) *Emitter {
	e := &Emitter{
		Fragment: &link.Fragment{}, several: len(stacks) > 1, placed: map[depgraph.ID]bool{}, said: map[string]bool{},
		byName: map[string][]*Resource{}, egress: map[*Resource][]*Resource{}, users: map[*Resource][]*Resource{},
	}
	for _, s := range stacks {
		for _, r := range s.Resources {
			if name := r.first(ownNames...); name != "" && !r.Data {
				e.byName[r.Type+" "+name] = append(e.byName[r.Type+" "+name], r)
			}
			for _, x := range r.Refs {
				if t := r.target(x); t != nil && !slices.Contains(e.users[t], r) {
					e.users[t] = append(e.users[t], r)
				}
			}
		}
	}
	for _, s := range stacks {
		e.gateways(s)
	}
	return e
}

// ownNames are the attributes that name a resource at its provider.
var ownNames = []string{"name", "bucket", "identifier", "cluster_identifier", "cluster_name", "function_name", "replication_group_id", "cluster_id", "domain_name", "table_name"}

// Stack emits a stack.
func (e *Emitter) Stack(s *Stack) {
	tool := e.tool(s)
	bases := map[depgraph.ID][]link.Name{}
	for _, res := range s.Resources {
		e.attach(res)
		e.allowed(res)
		if res.Kind == "" || res.Data {
			continue
		}
		e.define(res)
		e.place(res)
		e.relate(res)
		e.outside(res)
		e.settings(res, res)
		e.updates(res)
		e.managed(res)
		if tool != (depgraph.ID{}) {
			e.refer(e.ID(res), res.origin("terraform apply", 0.9), depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Deploy), Via: depgraph.DeployedBy}, link.Target{Name: link.ID(tool)})
		}
		if res.Alias != "" {
			base := depgraph.ID{Kind: res.Kind, Name: e.qualified(s, res.Alias)}
			bases[base] = append(bases[base], link.ID(e.ID(res)))
		}
	}
	for _, base := range slices.SortedFunc(maps.Keys(bases), depgraph.ID.Compare) {
		if s.At(base.Name) == nil && len(bases[base]) > 1 {
			e.Fragment.Bindings = append(e.Fragment.Bindings, link.Binding{Names: []link.Name{link.ID(base)}, To: bases[base], Alternatives: true, Origin: s.File.Origin(1, 1)})
		}
	}
}

func (r *Resource) origin(note string, confidence float64) depgraph.Origin {
	return origin(r.File, r.Line, r.Column, note, confidence)
}

// at is the origin of a mention: its own place where it has one.
func (r *Resource) at(x Ref, confidence float64) depgraph.Origin {
	f := x.File
	if f == nil {
		f = r.File
	}
	return origin(f, x.Line, x.Column, x.Attr, confidence)
}

func (e *Emitter) refer(owner depgraph.ID, o depgraph.Origin, t depgraph.Terms, targets ...link.Target) {
	if len(targets) == 0 {
		return
	}
	e.Fragment.References = append(e.Fragment.References, link.Reference{Owner: link.ID(owner), Members: targets, Terms: t, Form: link.Structured, Origin: o})
}

// ID names a resource by its address; where there are several stacks, below the stack's name.
func (e *Emitter) ID(res *Resource) depgraph.ID {
	return depgraph.ID{Kind: res.Kind, Name: e.qualified(res.stack, res.Address)}
}

func (e *Emitter) qualified(s *Stack, address string) string {
	if (e.several || s.Always) && s.Name != "" {
		return s.Name + "/" + address
	}
	return address
}

func (e *Emitter) define(res *Resource) {
	s := res.stack
	n := depgraph.Node{ID: e.ID(res)}
	var note string
	n.Replicas, note = replicas(res)
	d := link.Definition{Names: e.names(res), Origin: res.origin(note, 1)}
	if e.several && !s.Always {
		d.Names = append(d.Names, link.ID(depgraph.ID{Kind: res.Kind, Name: res.Address}))
	}
	if res.Alias != "" && e.alone(res) {
		d.Names = append(d.Names, link.ID(depgraph.ID{Kind: res.Kind, Name: e.qualified(s, res.Alias)}))
	}
	for _, key := range []string{"Environment", "environment", "env", "Env"} {
		if env := res.first("tags."+key, "labels."+key); env != "" {
			n.Env = env
		}
	}
	n.Owner = res.first("tags.Owner", "tags.owner", "tags.team", "tags.Team", "labels.owner", "labels.team")
	if own := res.first("name", "cluster_name", "identifier", "cluster_identifier"); own != "" && !strings.Contains(own, "${") {
		n.Title = own
		if res.Kind == depgraph.KindCluster {
			n.Aliases = append(n.Aliases, "cluster:"+own)
		}
	}
	n.Labels = map[string]string{}
	if !strings.Contains(res.Address, res.Type) { // facts go by the type, and the id does not say it
		n.Labels[catalogue.LabelResource] = res.Type
	}
	if os, images := e.system(res); os != "" || len(images) > 0 {
		if os != "" {
			n.Labels[catalogue.LabelOS] = os
		}
		e.built(res, os, images)
	}
	for _, file := range res.Files {
		d.Names = append(d.Names, link.Name{Space: link.SpacePath, Text: file})
	}
	d.Node = n
	e.Fragment.Definitions = append(e.Fragment.Definitions, d)
}

// alone reports whether no other resource of the stack has the same alias.
func (e *Emitter) alone(res *Resource) bool {
	n := 0
	for _, other := range res.stack.Resources {
		if other.Alias == res.Alias && other.Kind == res.Kind {
			n++
		}
	}
	return n == 1
}

// hostAttributes are what a printed resource answers to on the network.
var hostAttributes = []string{"address", "endpoint", "dns_name", "fqdn", "hostname", "reader_endpoint", "configuration_endpoint", "primary_endpoint_address", "domain_name", "private_dns", "public_dns", "private_ip", "public_ip", "access_ip_v4"}

func (e *Emitter) names(res *Resource) []link.Name {
	names := []link.Name{{Space: link.SpaceAddress, Scope: res.stack.Tool + "/" + res.stack.Name, Text: res.Address}}
	for _, attr := range hostAttributes {
		for _, text := range res.Attrs[attr] {
			if host, ok := bareHost(text); ok && res.Kind != depgraph.KindNetwork {
				names = append(names, link.Host("", host))
			}
		}
	}
	switch {
	case res.Kind == depgraph.KindDomain:
		for _, text := range append(res.Attrs["fqdn"], res.Attrs["name"]...) {
			if host, ok := bareHost(text); ok && strings.Contains(host, ".") && strings.Contains(res.Type, "record") {
				names = append(names, link.Host("", host))
			}
		}
	case strings.HasSuffix(res.Type, "_bucket"):
		for _, text := range append(res.Attrs["bucket"], res.Attrs["name"]...) {
			names = append(names, link.Name{Space: spaceBucket, Text: text})
		}
	case res.Type == "aws_dynamodb_table":
		for _, text := range res.Attrs["name"] {
			names = append(names, link.ID(lockTable(text)))
		}
	case res.Kind == depgraph.KindRepo:
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
