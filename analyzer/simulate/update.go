package simulate

import (
	"context"
	"runtime"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Update returns what [Model.Blast] of a model of the next graph would for the same
// outage, and simulates only those losses that can do something else there: of what
// changed and of what that needs, directly or not, before or after. Nodes are matched by
// id. The next graph is compared with the last one that was simulated as a whole,
// whose graph and plan b keeps.
//
// It costs O(nodes + members) to compare, and the passes of those losses over what needs
// the change and what that stands on, BenchmarkUpdate; where that would be more
// than to simulate everything, everything is simulated. The only error is that of the
// context.
func (b *Blast) Update(ctx context.Context, next *depgraph.Graph) (*Blast, error) {
	return b.update(ctx, next, false)
}

// update is Update. If it is to be in part it never simulates everything, and uses means
// that pay for many losses alone.
func (b *Blast) update(ctx context.Context, next *depgraph.Graph, inPart bool) (*Blast, error) {
	m := b.m
	r, ok := newRegion(compare(m.g, next, m.traits, m.outage), m, inPart)
	if !ok {
		return NewModel(next, m.outage).Blast(ctx)
	}
	out := &Blast{g: next, m: m, base: b.base, way: unchanged, sizes: make([]Sizes, next.Len())}
	if r.Identical() {
		copy(out.sizes, out.base)
	} else {
		for v, o := range r.Old {
			if o >= 0 {
				out.sizes[v] = out.base[o]
			}
		}
	}
	if countIn(r.changedA)+countIn(r.changedB) == 0 {
		return out, nil
	}
	y, way := r.relay()
	if way == whole {
		return NewModel(next, m.outage).Blast(ctx)
	}
	out.way, out.narrow = way, y.relevant == nil
	out.simulated = countIn(r.lossesAfter)
	if err := y.lose(ctx, out.sizes); err != nil {
		return nil, err
	}
	out.hubs = y.hubs
	return out, nil
}

// Simulated returns how many nodes were lost to make b; the others came from the
// blast that it updates, or cannot matter to anybody.
func (b *Blast) Simulated() int { return b.simulated }

// way is how a blast was made.
type way uint8

const (
	whole     way = iota // all losses
	unchanged            // none
	around               // those of what changed, with a new plan for the cycles around it alone
	reaching             // those of what changed, with a new plan for all that is reached
)

// relay makes the relay, or none where it turns out that the whole takes less.
func (r *region) relay() (*relay, way) {
	p := r.partAfter()
	changed, spread := r.settleAnew(p)
	if changed {
		r.lose()
		r.descend()
	}
	if !spread {
		cells := r.relevant(p)
		if r.isLarge() {
			return nil, whole
		}
		if y := newRelay(r, p, cells); y != nil {
			return y, around
		}
	}
	r.widen()
	if r.isLarge() {
		return nil, whole
	}
	p = r.partAfter()
	if changed, _ = r.settleAnew(p); changed {
		r.lose()
	}
	return newRelay(r, p, r.relevant(p)), reaching
}

// lose replaces the sizes of the losses, by node of the graph after, that the change
// made different: sizes hold what they were.
func (y *relay) lose(ctx context.Context, sizes []Sizes) error {
	eachIn(y.r.lossesAfter, func(v int32) {
		if isSet(y.r.reachedAfter, v) {
			sizes[v] = Sizes{}
		}
	})
	cells := int32(len(y.base.weight))
	h := y.newHubs()
	y.hubs = len(h.cells)
	causes, same := y.causes(sizes, h)
	for i, hub := range h.cells {
		for _, led := range same.of(hub) {
			y.adjust(sizes, led, h.before.of(i), h.after.of(i))
		}
	}
	if h.cells == nil {
		y.base.bundle(causes)
	} else {
		h.bundle(causes)
	}
	processors := runtime.GOMAXPROCS(0)
	if len(causes) <= worthwhile && y.relevant != nil {
		processors = 1 // the tools of another one cost more than it takes off
	}
	return inPasses(ctx, len(causes), processors, y.newLeg, func(l *leg, from, to int) {
		was, is := l.run(causes[from:to])
		for lane, c := range causes[from:to] {
			if c < cells {
				for _, led := range same.of(c) {
					y.adjust(sizes, led, was.of(lane), is.of(lane))
				}
				continue
			}
			y.replace(sizes, c-cells, is.of(lane))
		}
		l.clear()
	})
}

// causes returns the cells to be lost, without the hubs, of base and, above these, of mini; and for those
// below which ones' losses do the same. It fills in the sizes of those between that
// matter to nobody else: they take their own cell along.
func (y *relay) causes(sizes []Sizes, h *hubs) (causes []int32, same fan) {
	var followers wires
	lead := y.leaders(h)
	for c, by := range lead {
		if by != nobody {
			followers.add(lead[c:c+1], int32(c))
		}
	}
	same = followers.fan(int32(len(lead)))
	for c := range lead {
		if len(same.of(int32(c))) > 0 && !h.is(int32(c)) {
			causes = append(causes, int32(c))
		}
	}
	needed := newSet(len(y.mini.weight)) // by something copied
	for _, w := range y.twins {
		if isSet(y.border, w.base) {
			put(needed, w.mini)
		}
	}
	eachIn(y.own, func(d int32) {
		nodes := y.mini.nodes.of(d)
		if !isSet(y.r.lossesAfter, int32(y.part.of[nodes[0]])) {
			return
		}
		if y.mini.weight[d] > 0 && (isSet(needed, d) || y.mini.matters(d)) {
			causes = append(causes, int32(len(lead))+d)
		}
		for _, i := range nodes {
			y.set(sizes, i, Sizes{Down: int(y.mini.weight[d]) - 1})
		}
	})
	return causes, same
}

// replace notes the sizes of the loss of a cell of mini.
func (y *relay) replace(sizes []Sizes, cell int32, is Sizes) {
	for _, i := range y.mini.nodes.of(cell) {
		z := is
		z.Down--
		y.set(sizes, i, z)
	}
}

// set notes the sizes of a node of the part, unless it is a group.
func (y *relay) set(sizes []Sizes, i int32, z Sizes) {
	if y.part.m.traits[i]&isGroup == 0 {
		sizes[y.part.of[i]] = z
	}
}

// adjust adds what the loss of a cell below does now and takes off what it did.
func (y *relay) adjust(sizes []Sizes, cell int32, was, is Sizes) {
	if was == is {
		return
	}
	for _, o := range y.base.nodes.of(cell) {
		if y.r.traitsA[o]&isGroup != 0 {
			continue
		}
		z := &sizes[y.r.New[o]]
		z.Down += is.Down - was.Down
		z.Degraded += is.Degraded - was.Degraded
		z.Frozen += is.Frozen - was.Frozen
		z.Blind += is.Blind - was.Blind
	}
}
