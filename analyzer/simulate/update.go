package simulate

import (
	"context"
	"math"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Update returns what [Model.Blast] of a model of the next graph would for the same
// outage, and simulates only those losses that can do something else there: of what
// changed and of what that needs, directly or not, before or after. Nodes are matched by
// id. The next graph is compared with the last one that was simulated as a whole,
// whose graph and plan b keeps.
//
// It costs O(nodes + members) to compare, and for each 32,768 of those losses a visit of what
// the change stands on, of what needs it as far as anything differs there, and of what that
// stands on, BenchmarkUpdate; where that turns out to be more than half of what it took to
// simulate everything, everything is simulated. The only error is that of the context.
func (b *Blast) Update(ctx context.Context, next *depgraph.Graph) (*Blast, error) {
	return b.update(ctx, next, false)
}

// update is Update. If it is to be in part it never simulates everything, and divides the losses
// into blocks however few there are.
func (b *Blast) update(ctx context.Context, next *depgraph.Graph, inPart bool) (*Blast, error) {
	m := b.m
	r := newRegion(compare(m.g, next, m.traits, m.outage), m)
	r.allowed, r.inPart = b.effort/2, inPart
	if inPart {
		r.allowed = math.MaxInt
	}
	if r.isLarge() {
		return NewModel(next, m.outage).Blast(ctx)
	}
	out := &Blast{g: next, m: m, base: b.base, effort: b.effort, way: unchanged, sizes: make([]Sizes, next.Len())}
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
	out.way = way
	out.simulated = countIn(r.lossesAfter)
	if ok, err := y.rate(ctx, out.sizes); err != nil {
		return nil, err
	} else if !ok {
		return NewModel(next, m.outage).Blast(ctx)
	}
	out.means = means(y.means.Load())
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
	reaching             // those of what changed, with a new plan for all that needs that
)

// relay makes the relay, or none where it turns out that the whole takes less.
func (r *region) relay() (*relay, way) {
	y, way := newRelay(r, r.settleAnew()), around
	if y == nil {
		if r.widen(); r.isLarge() {
			return nil, whole
		}
		y, way = newRelay(r, r.settleAnew()), reaching
	}
	y.allowed = r.allowed
	return y, way
}

// rate replaces the sizes of the losses, by node of the graph after, that the change
// made different: sizes hold what they were. It reports whether that took no more work than
// is allowed; else they are worth nothing.
func (y *relay) rate(ctx context.Context, sizes []Sizes) (ok bool, err error) {
	other := intersection(y.r.lossesAfter, y.r.betweenAfter) // than it was: in another cell, or in none now
	for _, t := range y.twins {
		for _, i := range y.mini.nodes.of(t.mini) {
			v := y.part.of[i]
			other[v>>6] &^= 1 << (v & 63)
		}
	}
	eachIn(other, func(v int32) { sizes[v] = Sizes{} })
	per := stripLanes
	if y.r.inPart {
		per = 3 + len(y.losses)/4
	}
	if len(y.losses) > per {
		y.means.Or(uint32(blocks))
	}
	err = inPasses(ctx, len(y.losses), per, y.newBlock, func(b *block, from, to int) {
		b.run(from, to, y.allowed-int(y.done.Load()))
		y.done.Add(int64(b.work))
		y.means.Or(uint32(b.means))
		for lane, t := range y.losses[from:to] {
			y.adjust(sizes, t, b.spread[lane])
		}
		b.clear()
	})
	return int(y.done.Load()) <= y.allowed, err
}

// adjust adds what a loss does more to its sizes.
func (y *relay) adjust(sizes []Sizes, t twin, more spreadDiff) {
	add := func(v node, self int32) {
		z := &sizes[v]
		z.Down += int(more[moreDown] - self)
		z.Degraded += int(more[moreDegraded])
		z.Frozen += int(more[moreFrozen])
		z.Blind += int(more[moreBlind])
	}
	if t.base >= 0 {
		for _, o := range y.base.nodes.of(t.base) {
			if y.r.traitsA[o]&isGroup == 0 {
				add(y.r.New[o], 0)
			}
		}
		return
	}
	for _, i := range y.mini.nodes.of(t.mini) {
		if y.part.m.traits[i]&isGroup == 0 {
			add(y.part.of[i], 1)
		}
	}
}
