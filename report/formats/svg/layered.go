package svg

import (
	"math"
	"slices"

	"github.com/fateline/fateline/report"
)

// Layered places a small view in layers without Graphviz: who needs before what is
// needed, left to right while that fits a page, else downwards. Cycles are
// broken where a depth-first walk from the root closes them. It costs
// O(layers * edges) a sweep and is meant for the proof of one finding.
func Layered(v *report.View) *Picture {
	p := blank(v, true)
	if len(p.Nodes) == 0 {
		return p
	}
	l := newLayering(p, v)
	l.across = l.depth() <= mostAcross
	l.addBends()
	l.order()
	l.spread(p)
	l.draw(p, v)
	return p
}

// The measures of a layered picture.
const (
	mostAcross = 5  // layers that still fit side by side
	gapNodes   = 22 // between neighbours of one layer
	gapLayers  = 46 // between layers, at least
	bend       = 14 // room for an edge that passes a layer
	margin     = 10
	sweeps     = 8
)

// layering is a view as layers. Items are its nodes and then the bends: places
// where an edge passes through a layer between its ends.
type layering struct {
	n      int      // nodes; items from n on are bends
	edges  []link   // of the view, by index
	layer  []int    // of each item
	layers [][]int  // items, in their order across the layer
	near   [][2]nbs // of each item: the neighbours in the layer before and after
	across bool     // layers run from left to right
	room   []float64
	at     []float64    // the place of each item along its layer
	ports  [][2]float64 // of each edge: how far from the middle of its lower and its higher end it starts
}

type nbs []int

// link is an edge between layers: its items from the lower layer to the higher.
type link struct {
	from, to int
	turned   bool  // it runs against the layers
	chain    []int // from the first item to the last; nil for an edge to itself
}

func newLayering(p *Picture, v *report.View) *layering {
	l := &layering{n: len(p.Nodes)}
	out := make([][]int, l.n) // edges by their start
	in := make([]int, l.n)
	for i, e := range p.Edges {
		k := link{from: e.From, to: e.To}
		l.edges = append(l.edges, k)
		if k.from != k.to {
			out[k.from] = append(out[k.from], i)
			in[k.to]++
		}
	}
	l.turn(v, out, in)
	l.rank()
	return l
}

// turn marks the edges that close a cycle, walking from nodes that nobody needs,
// then from roots, then from the rest.
func (l *layering) turn(v *report.View, out [][]int, in []int) {
	const (
		unseen = iota
		open
		closed
	)
	state := make([]int, l.n)
	var walk func(i int)
	walk = func(i int) { // as deep as the view is large, which is small
		state[i] = open
		for _, e := range out[i] {
			switch to := l.edges[e].to; state[to] {
			case open:
				l.edges[e].turned = true
			case unseen:
				walk(to)
			}
		}
		state[i] = closed
	}
	for _, first := range []func(i int) bool{
		func(i int) bool { return in[i] == 0 },
		func(i int) bool { return v.Nodes[i].Mark == report.MarkRoot },
		func(int) bool { return true },
	} {
		for i := range l.n {
			if state[i] == unseen && first(i) {
				walk(i)
			}
		}
	}
}

// rank gives each node the layer behind all that lead to it, and moves a start
// next to what it leads to.
func (l *layering) rank() {
	l.layer = make([]int, l.n)
	for changed, rounds := true, 0; changed && rounds <= l.n; rounds++ {
		changed = false
		for _, e := range l.edges {
			low, high := e.ends()
			if low != high && l.layer[high] <= l.layer[low] {
				l.layer[high] = l.layer[low] + 1
				changed = true
			}
		}
	}
	first := make([]bool, l.n)
	next := make([]int, l.n)
	for i := range first {
		first[i], next[i] = true, math.MaxInt
	}
	for _, e := range l.edges {
		if low, high := e.ends(); low != high {
			first[high] = false
			next[low] = min(next[low], l.layer[high])
		}
	}
	for i := range first {
		if first[i] && next[i] != math.MaxInt {
			l.layer[i] = next[i] - 1
		}
	}
}

// ends returns the end in the lower layer and the one in the higher.
func (e *link) ends() (low, high int) {
	if e.turned {
		return e.to, e.from
	}
	return e.from, e.to
}

func (l *layering) depth() int { return slices.Max(l.layer) + 1 }

// addBends splits edges that pass layers and collects who is near whom.
func (l *layering) addBends() {
	l.layers = make([][]int, l.depth())
	for i := range l.n {
		l.layers[l.layer[i]] = append(l.layers[l.layer[i]], i)
	}
	l.near = make([][2]nbs, l.n)
	for i := range l.edges {
		e := &l.edges[i]
		low, high := e.ends()
		if low == high {
			continue
		}
		e.chain = []int{low}
		for layer := l.layer[low] + 1; layer < l.layer[high]; layer++ {
			item := len(l.layer)
			l.layer = append(l.layer, layer)
			l.near = append(l.near, [2]nbs{})
			l.layers[layer] = append(l.layers[layer], item)
			e.chain = append(e.chain, item)
		}
		e.chain = append(e.chain, high)
		for k := 1; k < len(e.chain); k++ {
			a, b := e.chain[k-1], e.chain[k]
			l.near[a][1] = append(l.near[a][1], b)
			l.near[b][0] = append(l.near[b][0], a)
		}
	}
}

// order sorts each layer by where its items' neighbours stand, back and forth,
// and keeps the order with the fewest crossings.
func (l *layering) order() {
	best, fewest := l.copyLayers(), l.crossings()
	for sweep := range sweeps {
		side := sweep % 2
		place := make([]float64, len(l.layer))
		for k := range l.layers {
			if side == 1 {
				k = len(l.layers) - 1 - k
			}
			items := l.layers[k]
			for i, item := range items {
				place[item] = float64(i)
				if near := l.near[item][side]; len(near) > 0 {
					sum := 0.0
					for _, other := range near {
						sum += place[other]
					}
					place[item] = sum / float64(len(near))
				}
			}
			slices.SortStableFunc(items, func(a, b int) int {
				switch {
				case place[a] < place[b]:
					return -1
				case place[a] > place[b]:
					return 1
				}
				return 0
			})
			for i, item := range items {
				place[item] = float64(i)
			}
		}
		if n := l.crossings(); n < fewest {
			best, fewest = l.copyLayers(), n
		}
	}
	l.layers = best
}

func (l *layering) copyLayers() [][]int {
	out := make([][]int, len(l.layers))
	for i := range l.layers {
		out[i] = slices.Clone(l.layers[i])
	}
	return out
}

func (l *layering) crossings() int {
	place := make([]int, len(l.layer))
	for _, items := range l.layers {
		for i, item := range items {
			place[item] = i
		}
	}
	n := 0
	for _, items := range l.layers {
		var seen []int
		for _, item := range items {
			for _, to := range l.near[item][1] {
				for _, other := range seen {
					if other > place[to] {
						n++
					}
				}
			}
			for _, to := range l.near[item][1] {
				seen = append(seen, place[to])
			}
		}
	}
	return n
}

// spread places the items along their layers: each as near to its neighbours as
// the order and the gaps allow.
func (l *layering) spread(p *Picture) {
	l.room = make([]float64, len(l.layer))
	for i := range l.layer {
		l.room[i] = bend
		if i < l.n {
			l.room[i] = p.Nodes[i].W
			if l.across {
				l.room[i] = p.Nodes[i].H
			}
		}
	}
	l.at = make([]float64, len(l.layer))
	for _, items := range l.layers {
		want := make([]float64, len(items))
		l.settle(items, want)
	}
	for sweep := range 2 * sweeps {
		for k := range l.layers {
			if sweep%2 == 1 {
				k = len(l.layers) - 1 - k
			}
			items := l.layers[k]
			want := make([]float64, len(items))
			for i, item := range items {
				near := l.near[item][sweep%2]
				if len(near) == 0 {
					near = l.near[item][1-sweep%2]
				}
				want[i] = l.at[item]
				if len(near) > 0 {
					want[i] = 0
					for _, other := range near {
						want[i] += l.at[other] / float64(len(near))
					}
				}
			}
			l.settle(items, want)
		}
	}
}

// settle places the items of a layer as near to where they want to be as the gaps
// allow: the least sum of squares, by pooling neighbours that are in each
// other's way.
func (l *layering) settle(items []int, want []float64) {
	type pool struct{ sum, count float64 }
	offset := make([]float64, len(items))
	var pools []pool
	for i := range items {
		if i > 0 {
			offset[i] = offset[i-1] + (l.room[items[i-1]]+l.room[items[i]])/2 + gapNodes
		}
		pools = append(pools, pool{want[i] - offset[i], 1})
		for n := len(pools); n > 1 && pools[n-2].sum/pools[n-2].count > pools[n-1].sum/pools[n-1].count; n-- {
			pools[n-2] = pool{pools[n-2].sum + pools[n-1].sum, pools[n-2].count + pools[n-1].count}
			pools = pools[:n-1]
		}
	}
	i := 0
	for _, q := range pools {
		for range int(q.count) {
			l.at[items[i]] = q.sum/q.count + offset[i]
			i++
		}
	}
}
