package simulate

import (
	"context"
	"math/bits"

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

// update is Update, and never simulates everything if it is to be in part.
func (b *Blast) update(ctx context.Context, next *depgraph.Graph, inPart bool) (*Blast, error) {
	m := b.m
	r, ok := newRegion(compare(m.g, next, m.traits, m.outage), m, inPart)
	if !ok {
		return NewModel(next, m.outage).Blast(ctx)
	}
	out := &Blast{g: next, m: m, base: b.base, way: unchanged, sizes: make([]Sizes, next.Len())}
	for v, o := range r.Old {
		if o >= 0 {
			out.sizes[v] = out.base[o]
		}
	}
	if countIn(r.changedA)+countIn(r.changedB) == 0 {
		return out, nil
	}
	j, way := r.joint()
	if way == whole {
		return NewModel(next, m.outage).Blast(ctx)
	}
	out.way = way
	out.simulated = countIn(r.lossesAfter)
	if err := j.lose(ctx, out.sizes); err != nil {
		return nil, err
	}
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

func countIn(set []uint64) int {
	n := 0
	for _, word := range set {
		n += bits.OnesCount64(word)
	}
	return n
}

// joint makes the joint plan, or none where it turns out that the whole takes less.
func (r *region) joint() (*joint, way) {
	p := r.partAfter()
	changed, spread := r.settleAnew(p)
	if changed {
		r.lose()
		r.descend()
	}
	if !spread {
		if j := newJoint(r, r.base.plan(), p); j != nil {
			return j, around
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
	return newJoint(r, r.base.plan(), p), reaching
}

// lose replaces the sizes of the losses, by node of the graph after, that the change
// made different: sizes hold what they were.
func (j *joint) lose(ctx context.Context, sizes []Sizes) error {
	eachIn(j.r.lossesAfter, func(v int32) {
		if isSet(j.r.reachedAfter, v) {
			sizes[v] = Sizes{}
		}
	})
	causes, same := j.causes(sizes)
	j.bundle(causes)
	return j.passes(ctx, len(causes), func(s *sweep, from, to int) {
		for lane, c := range causes[from:to] {
			s.seedCell(lane, c)
		}
		s.run()
		s.alert()
		was := s.sizesOf(j.before, j.rebuildAt, 0, j.after)
		is := s.sizesOf(j.rebuildAt, int32(len(j.weight)), j.after, int32(len(j.watchers)))
		for lane, c := range causes[from:to] {
			if c < j.before {
				for _, led := range same.of(c) {
					j.adjust(sizes, led, was.of(lane), is.of(lane))
				}
				continue
			}
			for _, i := range j.mini.nodes.of(j.from[c]) {
				z := is.of(lane)
				z.Down--
				if at := j.mini.blindAt[i]; at >= 0 && s.isUnmet(&j.watchers[j.after+at], lane) {
					z.Blind--
				}
				j.set(sizes, i, z)
			}
		}
	})
}

// causes returns the cells to be lost, and for those below which ones' losses do the
// same. It fills in the sizes of those between that matter to nobody else: they take
// their own cell along.
func (j *joint) causes(sizes []Sizes) (causes []int32, same fan) {
	var followers wires
	lead := j.leaders()
	for cell := range j.before {
		if lead[cell] != nobody {
			followers.add(lead[cell:cell+1], cell)
		}
	}
	same = followers.fan(j.before)
	for cell := range j.before {
		if len(same.of(cell)) > 0 {
			causes = append(causes, cell)
		}
	}
	for cell := j.rebuildAt; cell < j.copyAt; cell++ {
		nodes := j.mini.nodes.of(j.from[cell])
		if !isSet(j.r.lossesAfter, int32(j.part.of[nodes[0]])) {
			continue
		}
		if j.weight[cell] > 0 && j.matters(cell) {
			causes = append(causes, cell)
		}
		for _, i := range nodes {
			j.set(sizes, i, Sizes{Down: int(j.weight[cell]) - 1})
		}
	}
	return causes, same
}

// set notes the sizes of a node of the part, unless it is a group.
func (j *joint) set(sizes []Sizes, i int32, z Sizes) {
	if j.part.m.traits[i]&isGroup == 0 {
		sizes[j.part.of[i]] = z
	}
}

// adjust adds what the loss of a cell below does now and takes off what it did.
func (j *joint) adjust(sizes []Sizes, cell int32, was, is Sizes) {
	if was == is {
		return
	}
	for _, o := range j.base.nodes.of(j.from[cell]) {
		if j.r.traitsA[o]&isGroup != 0 {
			continue
		}
		z := &sizes[j.r.New[o]]
		z.Down += is.Down - was.Down
		z.Degraded += is.Degraded - was.Degraded
		z.Frozen += is.Frozen - was.Frozen
		z.Blind += is.Blind - was.Blind
	}
}
