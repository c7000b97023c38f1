package kiali

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/link"
)

// graph is one graph: its nodes by Kiali's ids, and its edges.
type graph struct {
	document
	nodes   map[string]*node
	edges   []edge
	to      map[string][]edge // by source
	called  map[string]bool   // nodes that a known party calls
	several bool              // the inputs show more than one cluster
	window  time.Duration     // 0: unknown
	last    time.Time         // zero: unknown
	defined map[depgraph.ID]bool
}

type node struct {
	at                     strict.Value
	id, kind               string
	cluster, namespace     string
	workload, app, service string
	hosts                  []string // of a ServiceEntry
	isEntry, isBox         bool
}

type edge struct {
	at       strict.Value
	from, to string // Kiali's ids
}

func newGraph(d document) *graph {
	g := &graph{document: d, nodes: map[string]*node{}, to: map[string][]edge{}, called: map[string]bool{}, defined: map[depgraph.ID]bool{}}
	if n, ok := d.root.Get("duration").Int(); ok && n > 0 {
		g.window = time.Duration(n) * time.Second
	}
	if n, ok := d.root.Get("timestamp").Int(); ok && n > 0 {
		g.last = time.Unix(int64(n), 0).UTC()
	}
	for item := range d.root.Get("elements", "nodes").Items() {
		n := nodeOf(item.Get("data"))
		g.nodes[n.id] = n
	}
	for item := range d.root.Get("elements", "edges").Items() {
		data := item.Get("data")
		e := edge{data, data.Get("source").Text(), data.Get("target").Text()}
		g.edges = append(g.edges, e)
		g.to[e.from] = append(g.to[e.from], e)
		if e.from != e.to && !g.nodes[e.from].nobody() {
			g.called[e.to] = true
		}
	}
	return g
}

func nodeOf(v strict.Value) *node {
	n := &node{
		at: v, id: v.Get("id").Text(), kind: v.Get("nodeType").Text(),
		cluster: known(v.Get("cluster").Text()), namespace: known(v.Get("namespace").Text()),
		workload: known(v.Get("workload").Text()), app: known(v.Get("app").Text()), service: known(v.Get("service").Text()),
	}
	if n.cluster == "Kubernetes" {
		n.cluster = "" // what Istio calls a cluster that nobody named
	}
	entry := v.Get("isServiceEntry")
	n.isEntry = entry.Exists() && entry.Text() != "false"
	for host := range entry.Get("hosts").Items() {
		n.hosts = append(n.hosts, host.Text())
	}
	n.isBox = n.kind == "box" || v.Get("isBox").Text() != ""
	return n
}

// known drops what Kiali says of traffic whose other end no proxy saw.
func known(s string) string {
	switch s {
	case "unknown", "PassthroughCluster", "BlackHoleCluster", "InboundPassthroughClusterIpv4", "InboundPassthroughClusterIpv6":
		return ""
	}
	return s
}

// nobody says whether a node stands for no party: a label, or an unseen end.
func (n *node) nobody() bool { return n == nil || n.isBox || n.kind == "unknown" || n.name() == "" }

// passes says whether a node only stands between others: a class of requests, or a
// Service, but in a graph of nothing but Services.
func (g *graph) passes(n *node) bool {
	return n.kind == "aggregate" || n.kind == "service" && !n.isEntry && g.root.Get("graphType").Text() != "service"
}

func (n *node) name() string {
	switch {
	case n.workload != "" && n.kind != "service":
		return n.workload
	case n.kind == "service":
		return n.service
	case n.kind == "aggregate":
		return n.at.Get("aggregateValue").Text()
	}
	return n.app
}

// emit adds what each edge between two known parties says.
func (g *graph) emit(frag *link.Fragment) {
	unseen, idle := 0, 0
	for _, e := range g.edges {
		from, to := g.nodes[e.from], g.nodes[e.to]
		switch {
		case from.nobody() || to.nobody():
			unseen++
		case !g.busy(e):
			idle++
		case g.passes(from) && g.called[e.from]:
			// What calls it needs what is behind it, and is read there.
		default:
			g.need(frag, e, from, g.ends(e.to, 0))
		}
	}
	if unseen > 0 {
		g.file.Note("%d edges begin or end outside what the mesh sees", unseen)
	}
	if idle > 0 {
		g.file.Note("%d edges had no traffic in the window", idle)
	}
}

// maxBetween is how many Services and classes of requests may stand in a row.
const maxBetween = 5

// ends returns what serves calls to a node: itself, or what is behind it.
func (g *graph) ends(id string, depth int) []*node {
	n := g.nodes[id]
	if n.nobody() {
		return nil
	}
	if g.passes(n) && depth < maxBetween {
		var out []*node
		for _, e := range g.to[id] {
			for _, end := range g.ends(e.to, depth+1) {
				if e.to != id && !slices.Contains(out, end) {
					out = append(out, end)
				}
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	if n.kind == "aggregate" {
		return nil
	}
	return []*node{n}
}

func (g *graph) need(frag *link.Fragment, e edge, from *node, to []*node) {
	ref := link.Reference{
		Owner: link.ID(g.define(frag, from)), Origin: g.origin(e),
		Terms: depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), Via: depgraph.Calls},
	}
	for _, n := range to {
		if n == from {
			return // it also calls itself: any of them does
		}
		ref.Members = append(ref.Members, g.targets(frag, n)...)
	}
	if len(ref.Members) > 0 {
		frag.References = append(frag.References, ref)
	}
}

func (g *graph) targets(frag *link.Fragment, n *node) []link.Target {
	if !n.isEntry {
		return []link.Target{{Name: link.ID(g.define(frag, n))}}
	}
	hosts := n.hosts
	if len(hosts) == 0 {
		hosts = []string{n.service}
	}
	var out []link.Target
	for _, host := range hosts {
		if !strings.Contains(host, "*") {
			out = append(out, link.Target{Name: link.Host(g.scope(n), host)})
		}
	}
	return out
}

// scope is where the node looks names up; "" where several clusters may have the name.
func (g *graph) scope(n *node) string {
	if g.several || n.namespace == "" {
		return ""
	}
	return "k8s/" + n.cluster + "/" + n.namespace
}

// define adds the node's definition once, and returns its id.
func (g *graph) define(frag *link.Fragment, n *node) depgraph.ID {
	name := n.name()
	if n.namespace != "" {
		name = n.namespace + "/" + name
	}
	if g.several && n.cluster != "" {
		name = n.cluster + "/" + name
	}
	id := depgraph.ID{Kind: depgraph.KindService, Name: name}
	if g.defined[id] {
		return id
	}
	g.defined[id] = true
	d := link.Definition{Node: depgraph.Node{ID: id}, Weak: true, Origin: g.file.Origin(n.at.Line(), n.at.Col())}
	d.Origin.Basis, d.Origin.Confidence, d.Origin.Note = depgraph.Observed, confidence, n.kind+" in Kiali's graph"
	if scope := g.scope(n); scope != "" {
		d.Names = append(d.Names, link.Name{Space: link.SpaceService, Scope: scope, Text: n.name()})
		if n.kind == "service" {
			d.Names = append(d.Names, link.Host(scope, n.service))
		}
	}
	frag.Definitions = append(frag.Definitions, d)
	return id
}

// confidence is that of what a proxy counted.
const confidence = 0.9

// rates returns what traffic an edge had: requests and failed ones a second, or
// bytes a second where the protocol has no requests.
func (e edge) rates() (requests, errors, bytes float64) {
	rates := e.at.Get("traffic", "rates")
	rate := func(name string) float64 {
		f, err := strconv.ParseFloat(rates.Get(name).Text(), 64)
		if err != nil || f < 0 {
			return 0
		}
		return f
	}
	return rate("http") + rate("grpc"), rate("http5xx") + rate("grpcErr"), rate("tcp")
}

// busy says whether an edge had traffic. One without rates, as older versions and
// graphs without them write it, was there for a reason.
func (g *graph) busy(e edge) bool {
	if e.at.Get("traffic", "rates").Len() == 0 {
		return e.at.Get("traffic").Len() == 0 || e.at.Get("traffic", "protocol").Text() != ""
	}
	requests, _, bytes := e.rates()
	return requests > 0 || bytes > 0
}

func (g *graph) origin(e edge) depgraph.Origin {
	o := g.file.Origin(e.at.Line(), e.at.Col())
	o.Basis, o.Confidence, o.Note = depgraph.Observed, confidence, e.at.Get("traffic", "protocol").Text()
	requests, errors, _ := e.rates()
	seconds := max(g.window.Seconds(), 1)
	o.Seen = depgraph.Seen{Count: int64(requests*seconds + 0.5), Errors: int64(errors*seconds + 0.5)}
	if !g.last.IsZero() {
		o.Seen.First, o.Seen.Last = g.last.Add(-g.window), g.last
	}
	return o
}
