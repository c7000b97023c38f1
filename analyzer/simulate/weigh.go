package simulate

import (
	"context"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Stake is something that is lost when any of its nodes is down: a node with what it
// counts, or a call with who makes it and who answers.
type Stake struct {
	Nodes  []depgraph.NodeIndex
	Weight int32 // not negative
}

// Weigh returns for each class of stakes and each node how much its loss alone takes
// along: the weights of the stakes of the class that are lost in it and are not with
// nothing lost, what the failed node itself has at stake included; zero for a group.
// The weights of a class must add up to no more than 2^31-1. It costs what
// [Model.Blast] does, and O(nodes of the stakes) for each pass. The only error is that
// of the context. Of no classes it costs nothing.
func (m *Model) Weigh(ctx context.Context, classes [][]Stake) ([][]int, error) {
	if len(classes) == 0 {
		return nil, nil
	}
	p := m.plan()
	staked := make([][]stakedCells, len(classes))
	byCell := make([][]int, len(classes)) // what goes with the cell itself
	for k, class := range classes {
		byCell[k] = make([]int, len(p.weight))
		for _, s := range class {
			cells := p.staked(s)
			if s.Weight == 0 || len(cells) == 0 {
				continue
			}
			staked[k] = append(staked[k], stakedCells{cells, s.Weight})
			for _, c := range cells {
				byCell[k][c] += int(s.Weight)
			}
		}
	}
	causes := p.queue()
	err := p.passes(ctx, len(causes), func(s *sweep, from, to int) {
		for lane := range to - from {
			s.seed(lane, node(p.nodes.of(causes[from+lane])[0]))
		}
		s.walk(s.fall)
		for k := range staked {
			lost := s.weigh(staked[k])
			for lane := range to - from {
				byCell[k][causes[from+lane]] = int(lost[lane])
			}
		}
	})
	out := make([][]int, len(classes))
	for k := range classes {
		out[k] = make([]int, m.g.Len())
		for v, c := range p.cellOf {
			if c >= 0 && m.traits[v]&isGroup == 0 {
				out[k][v] = byCell[k][c]
			}
		}
	}
	return out, err
}

// stakedCells is a stake in a plan.
type stakedCells struct {
	cells  []int32 // distinct
	weight int32
}

// staked returns the cells with which a stake is lost; none where it is lost anyway.
func (p *plan) staked(s Stake) []int32 {
	var cells []int32
	for _, v := range s.Nodes {
		c := p.cellOf[v]
		if c < 0 {
			return nil
		}
		cells = append(cells, c)
	}
	slices.Sort(cells)
	return slices.Compact(cells)
}

// weigh adds up the stakes that are lost in each lane.
func (s *sweep) weigh(stakes []stakedCells) *[lanes]int32 {
	var sum census
	for _, x := range stakes {
		var lost row
		for _, c := range x.cells {
			if isSet(s.lit, c) {
				lost.or(&s.down[c])
			}
		}
		if !lost.isZero() {
			sum.add(&lost, x.weight)
		}
	}
	out := new([lanes]int32)
	sum.counts(out)
	return out
}
