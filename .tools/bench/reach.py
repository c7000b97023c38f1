"""Plain reachability with networkx or igraph, for .ci/compare: like main.go."""

import sys
import time

library, path, sample = sys.argv[1], sys.argv[2], int(sys.argv[3])
edges = [tuple(map(int, line.split())) for line in open(path)]
nodes = 1 + max(max(e) for e in edges)
if library == "networkx":
    import networkx
    g = networkx.DiGraph()
    g.add_nodes_from(range(nodes))
    g.add_edges_from(edges)
    needing = lambda v: len(networkx.ancestors(g, v))
else:
    import igraph
    g = igraph.Graph(n=nodes, edges=edges, directed=True)
    needing = lambda v: len(g.subcomponent(v, mode="in")) - 1
sample = min(sample, nodes)
picked = [i * nodes // sample for i in range(sample)]  # ids are in no order
before = time.process_time()
reached = sum(needing(v) for v in picked)
took = time.process_time() - before
print("%s %.6g %.1f" % (library, took * nodes / len(picked), reached / len(picked)))
