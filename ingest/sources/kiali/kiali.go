package kiali

import (
	"context"
	"regexp"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads Kiali's traffic graphs.
var Source = ingest.Define(ingest.Spec{
	Name: "kiali",
	Doc: ingest.Doc{
		Title: "Kiali graph JSON",
		Text: "Who called whom in an Istio mesh within a window: an observed requirement for each edge, with the number of requests that its rate makes " +
			"in the window. Services between workloads are the workloads behind them, any one of which does.",
		Reads: []string{
			"elements.nodes[].data: cluster, namespace, workload, app, service, isServiceEntry of app, versionedApp, workload and service graphs",
			"elements.edges[].data: source, target, traffic.protocol, traffic.rates; timestamp and duration of the graph",
		},
		Limits: "Boxes are labels and no nodes. What enters or leaves the mesh unseen (unknown, PassthroughCluster, BlackHoleCluster) is counted in a note. " +
			"The graph of the mesh's own parts is not read. A call that was not made within the window is not there.",
		Since: "0.1",
	},
}, ingest.NoParams, claim, read)

var (
	elements = regexp.MustCompile(`"elements"\s*:\s*\{`)
	nodeType = regexp.MustCompile(`"nodeType"\s*:\s*"`)
)

// claim puts all graphs of a run into one unit, because only together they show
// whether the mesh spans clusters.
func claim(_ string, head []byte) (string, bool) {
	return "kiali", elements.Match(head) && nodeType.Match(head)
}

// document is one decoded graph.
type document struct {
	file *ingest.File
	root strict.Value
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	docs, err := ingest.Each(ctx, u, func(f *ingest.File, d strict.Document) document { return document{f, d.Root} })
	frag := &link.Fragment{}
	graphs := make([]*graph, 0, len(docs))
	clusters := map[string]bool{}
	for _, d := range docs {
		if !d.root.Get("graphType").Exists() {
			d.file.Note("no graph of traffic")
			continue
		}
		g := newGraph(d)
		graphs = append(graphs, g)
		for _, n := range g.nodes {
			if !n.nobody() {
				clusters[n.cluster] = true
			}
		}
	}
	for _, g := range graphs {
		g.several = len(clusters) > 1
		g.emit(frag)
	}
	return frag, err
}
