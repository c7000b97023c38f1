package svg

import "math"

// labels puts each label on its curve: in the middle where there is room, else as
// near to it as the nodes and the labels before it allow.
func (p *Picture) labels(curves [][]point) {
	taken := make([]area, 0, len(p.Nodes)+len(p.Edges))
	for _, s := range p.Nodes {
		taken = append(taken, area{s.X, s.Y, s.W, s.H})
	}
	for i := range p.Edges {
		l := &p.Edges[i]
		if l.Label == "" || len(curves[i]) < 4 {
			l.Label = ""
			continue
		}
		var best area
		least := math.Inf(1)
		for _, t := range []float64{0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78} {
			at := along(curves[i], t)
			here := area{at.x, at.y, l.Plate, 14}
			covered := 0.0
			for _, other := range taken {
				covered += here.overlap(other)
			}
			if covered < least {
				best, least = here, covered
			}
		}
		l.X, l.Y = round(best.x), round(best.y)
		taken = append(taken, best)
	}
}

// area is a rectangle by its centre and size.
type area struct{ x, y, w, h float64 }

func (a area) overlap(b area) float64 {
	w := min(a.x+a.w/2, b.x+b.w/2) - max(a.x-a.w/2, b.x-b.w/2)
	h := min(a.y+a.h/2, b.y+b.h/2) - max(a.y-a.h/2, b.y-b.h/2)
	return max(0, w) * max(0, h)
}

// along returns the point at a share of a chain of cubic curves.
func along(points []point, share float64) point {
	curves := (len(points) - 1) / 3
	at := share * float64(curves)
	k := min(int(at), curves-1)
	t := at - float64(k)
	a, b, c, d := points[3*k], points[3*k+1], points[3*k+2], points[3*k+3]
	mix := func(a, b, c, d float64) float64 {
		u := 1 - t
		return u*u*u*a + 3*u*u*t*b + 3*u*t*t*c + t*t*t*d
	}
	return point{mix(a.x, b.x, c.x, d.x), mix(a.y, b.y, c.y, d.y)}
}
