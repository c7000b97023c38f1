package riskgroup

import (
	"context"
	"errors"
	"math/big"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

// CountOptions bounds a count. The zero value uses up to some 250 MB.
type CountOptions struct {
	Nodes int // of the decision diagram, about 60 bytes each; 0 or less is four million
}

// ErrTooLarge says that a count did not fit the nodes it was allowed.
var ErrTooLarge = errors.New("riskgroup: the sets do not fit the decision diagram")

// Count returns how many minimal sets of any size take v down. There may be far too
// many to list: they are counted as paths of a decision diagram, whose size depends
// on how much the parts of the system have in common and not on the number of sets.
// Where it outgrows o.Nodes the error is [ErrTooLarge].
func Count(ctx context.Context, m *simulate.Model, v depgraph.NodeIndex, o CountOptions) (*big.Int, error) {
	if m.DownAnyway(v) {
		return big.NewInt(1), nil // the empty set
	}
	if o.Nodes <= 0 {
		o.Nodes = 4_000_000
	}
	whole := newCone(m, v)
	fatal := whole.chain()
	singles := int64(0)
	for x, is := range fatal {
		if is {
			singles += int64(len(whole.class[x]))
		}
	}
	c := whole.without(fatal).classes()
	for _, order := range [][]cell{c.gathered(), c.deepFirst()} {
		d := newDiagram(ctx, o.Nodes)
		weight := make([]int64, len(order))
		variable := make([]int32, len(order))
		for i, x := range order {
			variable[x] = int32(i)
			weight[i] = int64(len(c.class[x]))
		}
		top := d.solve(c, variable)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !d.over {
			n := d.count(top, weight)
			return n.Add(n, big.NewInt(singles)), nil
		}
	}
	return nil, ErrTooLarge
}

// solve returns the family of the top of a cone, cell after cell; those that need
// each other in rounds until nothing changes.
func (d *diagram) solve(c *cone, variable []int32) int32 {
	of := make([]int32, len(c.nodes))
	all := func(*gate) bool { return true }
	c.components(all, func(component []cell) {
		for again := true; again && !d.over; {
			again = false
			for _, x := range component {
				f := d.family(c, x, of, variable)
				again = again || f != of[x]
				of[x] = f
			}
		}
	})
	return of[c.top]
}

// family returns the family of a cell from those of its members. Gates take the
// members by their variables, as what is near in the order combines best.
func (d *diagram) family(c *cone, x cell, of, variable []int32) int32 {
	f := noSet
	if c.fails(x) {
		f = d.single(variable[x])
	}
	for _, q := range c.gatesOf(x) {
		members := slices.Clone(q.members)
		slices.SortFunc(members, func(a, b cell) int { return int(variable[b] - variable[a]) })
		fs := make([]int32, len(members))
		for i, y := range members {
			fs[i] = of[y]
		}
		f = d.union(f, d.atLeast(fs, int(q.limit)))
	}
	return f
}
