package svg

import (
	"cmp"
	"math"
	"slices"

	"github.com/fateline/fateline/report"
)

// point is a place on the page.
type point struct{ x, y float64 }

// draw gives every layer its place on the page, and every node and edge a path.
func (l *layering) draw(p *Picture, v *report.View) {
	start, thick, long := l.measure(p)
	least, most := math.Inf(1), math.Inf(-1)
	for i := range l.at {
		least, most = min(least, l.at[i]-l.room[i]/2), max(most, l.at[i]+l.room[i]/2)
	}
	place := func(item int) point {
		k := l.layer[item]
		along, over := start[k]+thick[k]/2, l.at[item]-least+margin
		if l.across {
			return point{along, over}
		}
		return point{over, along}
	}
	p.Width, p.Height = most-least+2*margin, long
	if l.across {
		p.Width, p.Height = p.Height, p.Width
	}
	for i := range p.Nodes {
		at := place(i)
		p.Nodes[i].place(v.Nodes[i].ID.Kind, at.x, at.y)
	}
	l.dock()
	for i := range l.edges {
		l.drawEdge(p, i, place, thick)
	}
	p.Width, p.Height = math.Ceil(p.Width), math.Ceil(p.Height)
}

// measure returns where each layer starts, how thick it is, and where the last ends.
func (l *layering) measure(p *Picture) (start, thick []float64, long float64) {
	start, thick = make([]float64, len(l.layers)), make([]float64, len(l.layers))
	for i := range p.Nodes {
		size := p.Nodes[i].H
		if l.across {
			size = p.Nodes[i].W
		}
		thick[l.layer[i]] = max(thick[l.layer[i]], size)
	}
	gaps := make([]float64, len(l.layers))
	for i, e := range l.edges {
		if len(e.chain) == 0 {
			continue
		}
		k := l.layer[e.chain[labelled(e.chain)]]
		gaps[k] = max(gaps[k], gapLayers)
		if l.across && p.Edges[i].Label != "" {
			gaps[k] = max(gaps[k], textWidth(p.Edges[i].Label, subSize)+34)
		}
	}
	long = margin
	for k := range l.layers {
		start[k] = long
		long += thick[k] + max(gaps[k], gapLayers)
	}
	last := len(l.layers) - 1
	return start, thick, start[last] + thick[last] + margin
}

// labelled is the part of a chain that carries the label: the one before its middle.
func labelled(chain []int) int { return (len(chain) - 2) / 2 }

// drawEdge draws a curve through the bends of an edge.
func (l *layering) drawEdge(p *Picture, i int, place func(int) point, thick []float64) {
	e, line := &l.edges[i], &p.Edges[i]
	if len(e.chain) == 0 {
		l.drawLoop(p, i)
		return
	}
	// Each item is entered and left at the border of its layer.
	var points []point
	for k, item := range e.chain {
		at, half := place(item), thick[l.layer[item]]/2
		if item < l.n {
			half = p.Nodes[item].H / 2
			if l.across {
				half = p.Nodes[item].W / 2
			}
		}
		if k > 0 {
			points = append(points, l.shifted(at, -half))
		}
		if k < len(e.chain)-1 {
			points = append(points, l.shifted(at, half))
		}
	}
	points[0] = l.aside(points[0], l.ports[i][0])
	points[len(points)-1] = l.aside(points[len(points)-1], l.ports[i][1])
	mid := points[2*labelled(e.chain)]
	next := points[2*labelled(e.chain)+1]
	if line.Label != "" {
		line.X, line.Y = (mid.x+next.x)/2, (mid.y+next.y)/2
	}
	if e.turned {
		for a, b := 0, len(points)-1; a < b; a, b = a+1, b-1 {
			points[a], points[b] = points[b], points[a]
		}
	}
	l.curve(line, points)
}

// dock spreads the ends of edges along the side of the node where they meet, in
// the order of where they come from, so that no two share a point.
func (l *layering) dock() {
	l.ports = make([][2]float64, len(l.edges))
	type end struct {
		edge, which int
		toward      float64
	}
	ends := make([][2][]end, l.n) // by node and side: before, after
	for i, e := range l.edges {
		if n := len(e.chain); n > 0 {
			low, high := e.chain[0], e.chain[n-1]
			ends[low][1] = append(ends[low][1], end{i, 0, l.at[e.chain[1]]})
			ends[high][0] = append(ends[high][0], end{i, 1, l.at[e.chain[n-2]]})
		}
	}
	for node := range ends {
		for _, side := range ends[node] {
			slices.SortStableFunc(side, func(a, b end) int {
				if a.toward != b.toward {
					return cmp.Compare(a.toward, b.toward)
				}
				return cmp.Compare(a.edge, b.edge)
			})
			gap := min(16, (l.room[node]-12)/float64(len(side)))
			for k, x := range side {
				l.ports[x.edge][x.which] = (float64(k) - float64(len(side)-1)/2) * gap
			}
		}
	}
}

// aside moves a point along its layer.
func (l *layering) aside(at point, by float64) point {
	if l.across {
		return point{at.x, at.y + by}
	}
	return point{at.x + by, at.y}
}

// shifted moves a point along the direction in which the layers run.
func (l *layering) shifted(at point, by float64) point {
	if l.across {
		return point{at.x + by, at.y}
	}
	return point{at.x, at.y + by}
}

// curve draws through points that are joined by curves and, within a layer, by lines.
func (l *layering) curve(line *Line, points []point) {
	const head = 7 // the curve ends where the arrow's head begins
	tip := points[len(points)-1]
	before := l.shifted(tip, -head)
	if first := points[len(points)-2]; l.across && first.x > tip.x || !l.across && first.y > tip.y {
		before = l.shifted(tip, head)
	}
	points[len(points)-1] = before
	parts := []any{"M", points[0].x, points[0].y}
	for k := 1; k < len(points); k++ {
		a, b := points[k-1], points[k]
		if k%2 == 0 {
			parts = append(parts, "L", b.x, b.y)
			continue
		}
		if l.across {
			x := (a.x + b.x) / 2
			parts = append(parts, "C", x, a.y, x, b.y, b.x, b.y)
		} else {
			y := (a.y + b.y) / 2
			parts = append(parts, "C", a.x, y, b.x, y, b.x, b.y)
		}
	}
	line.Path = path(parts...)
	line.head(before.x, before.y, tip.x, tip.y)
}

// drawLoop draws an edge from a node to itself at its right side.
func (l *layering) drawLoop(p *Picture, i int) {
	s := p.Nodes[l.edges[i].from]
	right := s.X + s.W/2
	p.Edges[i].Path = path("M", right, s.Y-8, "C", right+30, s.Y-20, right+30, s.Y+20, right+7, s.Y+9)
	p.Edges[i].head(right+20, s.Y+14, right, s.Y+8)
	p.Width = max(p.Width, right+34+margin)
}
