package depgraph

// StrongComponents finds the strongly connected components of a directed graph
// of len(at)-1 vertices, where the arrows of v lead to to[at[v]:at[v+1]]. It
// returns the component of each vertex and how many there are. Components are
// numbered so that an arrow between two of them leads from the higher number to
// the lower: ascending order meets what is needed before what needs it. The
// numbering follows from the order of vertices and arrows alone.
//
// It is Tarjan's algorithm (1972) without recursion: O(V+E) time, 16 bytes a
// vertex besides the result, BenchmarkComponents.
func StrongComponents(at, to []int32) (component []int32, count int) {
	n := len(at) - 1
	component = make([]int32, n)
	low := make([]int32, n)  // 0: not visited; else the lowest visit reached, from 1
	next := make([]int32, n) // the arrow to follow next
	var open, path []int32   // Tarjan's stack, and the walk
	visits := int32(0)
	for root := range int32(n) {
		if low[root] != 0 {
			continue
		}
		path = append(path, root)
		for len(path) > 0 {
			v := path[len(path)-1]
			if low[v] == 0 {
				visits++
				low[v] = visits
				next[v] = at[v]
				component[v] = -visits // while open: its own visit, negative
				open = append(open, v)
			}
			descended := false
			for next[v] < at[v+1] {
				w := to[next[v]]
				if low[w] == 0 {
					path = append(path, w)
					descended = true
					break
				}
				if component[w] < 0 { // still open
					low[v] = min(low[v], low[w])
				}
				next[v]++
			}
			if descended {
				continue
			}
			path = path[:len(path)-1]
			if low[v] == -component[v] {
				for {
					w := open[len(open)-1]
					open = open[:len(open)-1]
					component[w] = int32(count)
					if w == v {
						break
					}
				}
				count++
			}
		}
	}
	return component, count
}
