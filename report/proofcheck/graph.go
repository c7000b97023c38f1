package proofcheck

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fateline/fateline/analyzer/strict"
)

// Schema is the form of graph JSON that the checker reads.
const Schema = "fateline.graph/v1"

// Graph is as much of a graph as it takes to replay a proof.
type Graph struct {
	nodes map[string]*node
	needs map[string][]*requirement // by owner
}

type node struct {
	standby bool
	group   bool
	ways    *requirement // how a standby is activated; nil where it is not, or by itself
	named   []string     // the owners of the requirements that name it
}

type requirement struct {
	owner   string
	members []string
	need    int
	phases  []string
	ifLost  string
	via     string
	lasts   time.Duration
}

// ReadGraph reads graph JSON. Fields that no proof depends on are passed over.
func ReadGraph(data []byte) (*Graph, error) {
	doc, err := strict.JSON(data, strict.Limits{Nodes: len(data) + 1})
	if err != nil {
		return nil, err
	}
	if got := doc.Root.Get("schema").Text(); got != Schema {
		return nil, fmt.Errorf("schema %q: want %q", got, Schema)
	}
	g := &Graph{nodes: map[string]*node{}, needs: map[string][]*requirement{}}
	for v := range doc.Root.Get("nodes").Items() {
		if err := g.addNode(v); err != nil {
			return nil, fmt.Errorf("%d:%d: node %q: %w", v.Line(), v.Col(), v.Get("id").Text(), err)
		}
	}
	for v := range doc.Root.Get("requirements").Items() {
		r, err := readRequirement(v)
		if err != nil {
			return nil, fmt.Errorf("%d:%d: requirement of %q: %w", v.Line(), v.Col(), v.Get("owner").Text(), err)
		}
		g.node(r.owner)
		g.needs[r.owner] = append(g.needs[r.owner], r)
		for _, m := range r.members {
			g.node(m).named = append(g.node(m).named, r.owner)
		}
	}
	return g, nil
}

// node returns a node, which may be known by name alone.
func (g *Graph) node(id string) *node {
	n := g.nodes[id]
	if n == nil {
		n = &node{group: strings.HasPrefix(id, "group:")}
		g.nodes[id] = n
	}
	return n
}

func (g *Graph) addNode(v strict.Value) error {
	id := v.Get("id").Text()
	n := g.node(id)
	standby := v.Get("standby")
	n.standby = standby.Exists()
	if ways := texts(standby.Get("activatedBy")); len(ways) > 0 {
		need, err := readNeed(standby.Get("need"), len(ways))
		if err != nil {
			return err
		}
		n.ways = &requirement{owner: id, members: ways, need: need, phases: []string{"recover"}, ifLost: "down", via: "activated-by"}
	}
	return nil
}

func readRequirement(v strict.Value) (*requirement, error) {
	r := &requirement{
		owner: v.Get("owner").Text(), members: texts(v.Get("members")), phases: texts(v.Get("phases")),
		ifLost: v.Get("ifLost").Text(), via: v.Get("via").Text(),
	}
	if len(r.phases) == 0 {
		r.phases = []string{"run"}
	}
	if r.ifLost == "" {
		r.ifLost = "down"
	}
	var err error
	if r.need, err = readNeed(v.Get("need"), len(r.members)); err != nil {
		return nil, err
	}
	if lasts := v.Get("lasts").Text(); lasts != "" {
		if r.lasts, err = time.ParseDuration(lasts); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// readNeed returns how many of n members are needed.
func readNeed(v strict.Value, n int) (int, error) {
	switch text := v.Text(); text {
	case "":
		return 1, nil
	case "quorum":
		return n/2 + 1, nil
	case "all":
		return n, nil
	default:
		return strconv.Atoi(text)
	}
}

func texts(v strict.Value) []string {
	var out []string
	for item := range v.Items() {
		out = append(out, item.Text())
	}
	return out
}
