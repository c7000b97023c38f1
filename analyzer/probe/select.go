package probe

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Selector matches nodes by id and by what they carry.
//
//	service:prod/checkout            one node, by its id
//	service:prod/*                   '*' stands for any text, '/' included, '?' for one character
//	*:prod/*                         of any kind
//	service:*[team=pay]              with that label; the value may hold '*' and '?'
//	service:*[team=pay,env!=dev]     all of them must hold
//	datastore:*[owner]               that states it at all
//
// Besides labels, a condition may name owner, env, tier, ga, title and alias. A
// selector without a kind is an error. Groups are never matched.
type Selector struct {
	text       string
	kind, name *regexp.Regexp
	conditions []condition
}

// condition is one part of what stands between brackets.
type condition struct {
	key   string
	value *regexp.Regexp // nil: any
	want  string         // as written
	not   bool
}

var (
	bracketed  = regexp.MustCompile(`^(.*?)\[([^\[\]]*)\]$`)
	conditionP = regexp.MustCompile(`^\s*([A-Za-z][\w./-]*)\s*(?:(!?=)\s*(.*?))?\s*$`)
)

// ParseSelector reads a selector.
func ParseSelector(text string) (*Selector, error) {
	s := &Selector{text: text}
	pattern := text
	if m := bracketed.FindStringSubmatch(text); m != nil {
		conditions, err := parseConditions(m[2])
		if err == nil {
			pattern, s.conditions = m[1], conditions
		} else if strings.Contains(m[2], "=") {
			return nil, fmt.Errorf("%q: %w", text, err)
		}
	}
	kind, name, found := strings.Cut(pattern, ":")
	if !found || kind == "" || name == "" {
		return nil, fmt.Errorf("%q: want kind:name, such as service:prod/checkout, service:prod/* or service:*[team=pay]", text)
	}
	s.kind, s.name = glob(kind), glob(name)
	return s, nil
}

func parseConditions(text string) ([]condition, error) {
	var out []condition
	for part := range strings.SplitSeq(text, ",") {
		m := conditionP.FindStringSubmatch(part)
		if m == nil {
			return nil, fmt.Errorf("condition %q: want label=value, label!=value or label", part)
		}
		c := condition{key: m[1], want: m[3], not: m[2] == "!="}
		if m[2] != "" {
			c.value = glob(m[3])
		}
		out = append(out, c)
	}
	return out, nil
}

// glob returns what matches a text in which '*' and '?' stand for others.
func glob(text string) *regexp.Regexp {
	quoted := regexp.QuoteMeta(text)
	quoted = strings.ReplaceAll(quoted, `\*`, `.*`)
	quoted = strings.ReplaceAll(quoted, `\?`, `.`)
	return regexp.MustCompile(`(?s)^` + quoted + `$`)
}

// IsSelector reports whether a text that is no node's id is meant to select: it
// holds '*' or '?', or ends with conditions.
func IsSelector(text string) bool {
	if strings.ContainsAny(text, "*?") {
		return true
	}
	m := bracketed.FindStringSubmatch(text)
	return m != nil && strings.Contains(m[2], "=")
}

// String returns the selector as it was written.
func (s *Selector) String() string { return s.text }

// Nodes lists the nodes that the selector matches, ascending. It costs O(nodes).
func (s *Selector) Nodes(g *depgraph.Graph) []depgraph.NodeIndex {
	var out []depgraph.NodeIndex
	for i := range g.Len() {
		if n := g.At(depgraph.NodeIndex(i)); s.named(n) && s.holds(n) {
			out = append(out, depgraph.NodeIndex(i))
		}
	}
	return out
}

// named reports whether the selector matches the id of a node.
func (s *Selector) named(n *depgraph.Node) bool {
	return n.ID.Kind != depgraph.KindGroup && s.kind.MatchString(string(n.ID.Kind)) && s.name.MatchString(n.ID.Name)
}

func (s *Selector) holds(n *depgraph.Node) bool {
	for _, c := range s.conditions {
		if slices.ContainsFunc(stated(n, c.key), c.matches) == c.not {
			return false
		}
	}
	return true
}

func (c condition) matches(value string) bool { return c.value == nil || c.value.MatchString(value) }

// fields are what conditions may name besides labels.
var fields = []string{"alias", "env", "ga", "owner", "tier", "title"}

// stated lists the values that a node states for a label or field.
func stated(n *depgraph.Node, key string) []string {
	var out []string
	add := func(v string) {
		if v != "" {
			out = append(out, v)
		}
	}
	if v, ok := n.Labels[key]; ok {
		out = append(out, v)
	}
	switch key {
	case "owner":
		add(n.Owner)
	case "env":
		add(n.Env)
	case "title":
		add(n.Title)
	case "alias":
		out = append(out, n.Aliases...)
	case "tier":
		if n.Tier != nil {
			add(strconv.Itoa(*n.Tier))
		}
	case "ga":
		if n.GA != nil {
			add(strconv.FormatBool(*n.GA))
		}
	}
	return out
}

// Empty says why the selector matches nothing in g, and what there is instead, at
// most so many of it: kinds, ids, labels or values.
func (s *Selector) Empty(g *depgraph.Graph, most int) (why string, there []string) {
	kinds, ids, matched := map[string]bool{}, map[string]bool{}, []*depgraph.Node{}
	for n := range g.Nodes() {
		if n.ID.Kind == depgraph.KindGroup {
			continue
		}
		kinds[string(n.ID.Kind)] = true
		if s.kind.MatchString(string(n.ID.Kind)) {
			ids[n.ID.String()] = true
		}
		if s.named(n) {
			matched = append(matched, n)
		}
	}
	switch {
	case len(ids) == 0:
		return "no node of the inputs is of this kind; there are", some(kinds, most)
	case len(matched) == 0:
		return "no node of this kind has such a name; there are", some(ids, most)
	}
	for _, c := range s.conditions {
		values, keys := map[string]bool{}, map[string]bool{}
		fits := false
		for _, n := range matched {
			for _, v := range stated(n, c.key) {
				values[v] = true
				fits = fits || c.matches(v)
			}
			for key := range n.Labels {
				keys[key] = true
			}
			for _, key := range fields {
				if len(stated(n, key)) > 0 {
					keys[key] = true
				}
			}
		}
		switch {
		case c.not || fits:
		case len(values) == 0:
			return fmt.Sprintf("none of the %d nodes of such a name states %s; they state", len(matched), c.key), some(keys, most)
		default:
			return fmt.Sprintf("none of the %d nodes of such a name has %s=%s; the values are", len(matched), c.key, c.want), some(values, most)
		}
	}
	return fmt.Sprintf("none of the %d nodes of such a name meets all conditions", len(matched)), nil
}

func some(set map[string]bool, most int) []string {
	list := slices.Sorted(maps.Keys(set))
	return list[:min(most, len(list))]
}
