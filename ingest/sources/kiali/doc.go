// Package kiali reads the traffic graph of Kiali, the console of Istio, as its API
// (/api/namespaces/graph) and its graph page give it: who called whom within a
// window of time.
//
// The format is that of github.com/kiali/kiali, graph/config/common (Apache-2.0):
// elements.nodes[].data with nodeType app, service, workload, unknown, box or
// aggregate, and elements.edges[].data with rates a second. Nothing of it is
// imported.
package kiali
