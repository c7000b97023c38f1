package gate

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

// Select returns the rules that the policy lets run. That none is left is an error.
func (p *Policy) Select(rules []*analyzer.Rule) ([]*analyzer.Rule, error) {
	kept := slices.DeleteFunc(slices.Clone(rules), func(r *analyzer.Rule) bool { return p.Rules[r.ID].Off })
	if len(kept) == 0 {
		return nil, fmt.Errorf("%s: it leaves no rule to run", p.file)
	}
	return kept, nil
}

// Params returns the parameters that the policy sets, by rule, as the driver of
// the rules wants them.
func (p *Policy) Params() map[string]func(into any) error {
	params := map[string]func(into any) error{}
	for _, rule := range slices.Sorted(maps.Keys(p.Rules)) {
		set := p.Rules[rule]
		if v := set.Params; v.Exists() && !set.Off {
			params[rule] = func(into any) error {
				if err := v.Decode(into); err != nil {
					return placed(p.file, err)
				}
				return nil
			}
		}
	}
	return params
}

// Apply returns the graph with the policy's claims laid on what they select, each
// with the policy's line as an origin. A claim that selects nothing, or by a name
// that the graph does not have, is an error: most often it is misspelt. The
// policy's word stands before the node's own; what nodes claim to survive, unites.
func (p *Policy) Apply(g *depgraph.Graph) (*depgraph.Graph, error) {
	if len(p.Claims) == 0 {
		return g, nil
	}
	names := namesOf(g)
	var errs []error
	matched := make([]int, len(p.Claims))
	b := depgraph.NewBuilder()
	for n := range g.Nodes() {
		changed, origins := *n, g.NodeOrigins(n.ID)
		for i := range p.Claims {
			if c := &p.Claims[i]; n.ID.Kind != depgraph.KindGroup && c.Select.matches(n) {
				matched[i]++
				changed = c.laid(changed)
				origins = append(slices.Clone(origins), depgraph.Origin{Input: p.file, Line: c.at.Line, Col: c.at.Col, Source: "policy", Note: "claims"})
			}
		}
		b.AddNode(changed, origins...)
	}
	for i := range p.Claims {
		c := &p.Claims[i]
		if err := c.Select.check(names); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", c.Place, err))
		} else if matched[i] == 0 && !c.AllowEmpty {
			errs = append(errs, fmt.Errorf("%s: the claim selects no node; if that is meant to be, set allowEmpty: true", c.Place))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for r := range g.AllRequirements() {
		b.AddRequirement(*r)
	}
	for _, in := range g.Inputs() {
		b.AddInput(in)
	}
	for _, u := range g.Unresolved() {
		b.AddUnresolved(u)
	}
	for _, d := range g.Drills() {
		b.AddDrill(d)
	}
	return b.Build()
}

// laid returns the node with the claim laid on it.
func (c *Claim) laid(n depgraph.Node) depgraph.Node {
	n.Survives = append(slices.Clone(n.Survives), c.Survives...)
	if c.Tier != nil {
		n.Tier = c.Tier
	}
	if c.GA != nil {
		n.GA = c.GA
	}
	if c.Owner != "" {
		n.Owner = c.Owner
	}
	if c.Env != "" {
		n.Env = c.Env
	}
	return n
}

func (s *Selection) empty() bool {
	return len(s.IDs) == 0 && len(s.Kinds) == 0 && len(s.Labels) == 0 && s.Owner == "" && s.Env == "" && s.GA == nil
}

// matches reports whether a node is everything that the selection states.
func (s *Selection) matches(n *depgraph.Node) bool {
	switch {
	case s.empty(),
		len(s.IDs) > 0 && !slices.Contains(s.IDs, n.ID),
		len(s.Kinds) > 0 && !slices.Contains(s.Kinds, n.ID.Kind),
		s.Owner != "" && s.Owner != n.Owner,
		s.Env != "" && s.Env != n.Env,
		s.GA != nil && (n.GA == nil || *s.GA != *n.GA):
		return false
	}
	for key, value := range s.Labels {
		if n.Labels[key] != value {
			return false
		}
	}
	return true
}

// names is what the nodes of a graph can be selected by; each list sorted.
type names struct {
	ids, kinds, owners, envs, labels []string
	values                           map[string][]string // of each label
}

func namesOf(g *depgraph.Graph) names {
	var n names
	n.values = map[string][]string{}
	for node := range g.Nodes() {
		n.ids = append(n.ids, node.ID.String())
		n.kinds = append(n.kinds, string(node.ID.Kind))
		n.owners = append(n.owners, node.Owner)
		n.envs = append(n.envs, node.Env)
		for key, value := range node.Labels {
			n.values[key] = append(n.values[key], value)
		}
	}
	for _, list := range []*[]string{&n.ids, &n.kinds, &n.owners, &n.envs} {
		*list = distinct(*list)
	}
	n.labels = slices.Sorted(maps.Keys(n.values))
	for _, key := range n.labels {
		n.values[key] = distinct(n.values[key])
	}
	return n
}

func distinct(list []string) []string {
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(s string) bool { return s == "" })
}

// check finds names that no node has.
func (s *Selection) check(n names) error {
	for _, id := range s.IDs {
		if err := unknown("id", id.String(), n.ids); err != nil {
			return err
		}
	}
	for _, kind := range s.Kinds {
		if err := unknown("kind", string(kind), n.kinds); err != nil {
			return err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s.Labels)) {
		if err := unknown("label", key, n.labels); err != nil {
			return err
		}
		if err := unknown("value of label "+key, s.Labels[key], n.values[key]); err != nil {
			return err
		}
	}
	return errors.Join(unknown("owner", s.Owner, n.owners), unknown("env", s.Env, n.envs))
}

func unknown(what, name string, names []string) error {
	if name == "" || slices.Contains(names, name) {
		return nil
	}
	return fmt.Errorf("select: no node has the %s %q%s", what, name, meant(name, names))
}
