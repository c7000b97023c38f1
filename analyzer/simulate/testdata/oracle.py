"""Says of graphs, one a line, what networkx or igraph makes of them.

In:  {"n": nodes, "edges": [[from, to], ...]}, from needing to.
Out: {"component": [a member of each node's strong component], "needing": [[who needs
     each node, directly or not], ...], "dominated": [[whom each node is on every way
     of to the nodes that need nothing], ...]}; the last only of graphs without cycles.
"""
import json
import sys

library = sys.argv[1]
if library == "networkx":
    import networkx as nx
else:
    import igraph


def with_networkx(n, edges):
    g = nx.DiGraph()
    g.add_nodes_from(range(n))
    g.add_edges_from(edges)
    component = [0] * n
    for c in nx.strongly_connected_components(g):
        for v in c:
            component[v] = min(c)
    needing = [sorted(nx.ancestors(g, v)) for v in range(n)]
    up = g.reverse()
    up.add_edges_from((n, v) for v in range(n) if g.out_degree(v) == 0)
    idom = nx.immediate_dominators(up, n) if nx.is_directed_acyclic_graph(g) else None
    return component, needing, idom


def with_igraph(n, edges):
    g = igraph.Graph(n=n, edges=edges, directed=True)
    component = [0] * n
    for c in g.connected_components(mode="strong") if hasattr(g, "connected_components") else g.clusters(mode="strong"):
        for v in c:
            component[v] = min(c)
    needing = [sorted(set(g.subcomponent(v, mode="in")) - {v}) for v in range(n)]
    idom = None
    if g.is_dag():
        up = igraph.Graph(n=n + 1, edges=[(b, a) for a, b in edges] + [(n, v) for v in range(n) if g.degree(v, mode="out") == 0], directed=True)
        idom = dict(enumerate(up.dominator(n)))
        idom[n] = n
    return component, needing, idom


for line in sys.stdin:
    graph = json.loads(line)
    n, edges = graph["n"], [tuple(e) for e in graph["edges"]]
    component, needing, idom = (with_networkx if library == "networkx" else with_igraph)(n, edges)
    dominated = None
    if idom is not None:
        dominated = [[] for _ in range(n)]
        for v in range(n):
            at = idom[v]
            while at != n:
                dominated[at].append(v)
                at = idom[at]
    print(json.dumps({"component": component, "needing": needing, "dominated": dominated}))
