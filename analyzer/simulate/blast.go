package simulate

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Sizes says how many nodes a loss puts into each state that are not in it when
// nothing is lost. Groups are not counted, and what failed is not among the down; it
// is among the blind where its own loss takes its watch along.
type Sizes struct{ Down, Degraded, Frozen, Blind int }

// Blast holds the blast radius of every node: what its loss alone does.
type Blast struct {
	g         *depgraph.Graph
	sizes     []Sizes // by node
	simulated int
	way       way

	m    *Model  // of the last graph that was simulated as a whole
	base []Sizes // of that graph, by node

	effort int   // to simulate that as a whole, in nanoseconds as estimated
	means  means // of an update
}

// Blast simulates the loss of every single node, 512 at a time on each processor.
// It is exact, and costs O(cells x members / 512) at worst, BenchmarkBlast, where
// nodes that cannot but go down together are one cell. A worker takes 128 bytes a
// cell. The only error is that of the context.
func (m *Model) Blast(ctx context.Context) (*Blast, error) {
	b := &Blast{g: m.g, m: m, sizes: make([]Sizes, m.g.Len()), simulated: m.g.Len()}
	b.base = b.sizes
	if err := b.loseAll(ctx); err != nil {
		return nil, err
	}
	return b, nil
}

// loseAll fills in the sizes.
func (b *Blast) loseAll(ctx context.Context) error {
	m := b.m
	p := m.plan()
	causes := p.queue()
	for i, c := range p.cellOf {
		if c >= 0 { // what does not matter to others takes its own cell along
			b.sizes[i].Down = int(p.weight[c]) - 1
		}
	}
	var visits atomic.Int64
	err := p.passes(ctx, len(causes), func(s *sweep, from, to int) {
		for lane, c := range causes[from:to] {
			s.seedCell(lane, c)
		}
		s.run()
		visits.Add(int64(s.visits))
		s.visits = 0
		all := s.sizes()
		for lane, c := range causes[from:to] {
			for _, i := range p.nodes.of(c) {
				b.sizes[i] = all.of(lane)
				b.sizes[i].Down--
			}
		}
	})
	for i := range b.sizes {
		if m.traits[i]&isGroup != 0 {
			b.sizes[i] = Sizes{}
		}
	}
	b.effort = toPlan*m.g.Len() + perPass*int(visits.Load())
	return err
}

// Of returns the blast radius of node i; zero for a group, which cannot fail.
func (b *Blast) Of(i depgraph.NodeIndex) Sizes { return b.sizes[i] }

// Ranking lists all nodes but groups: most nodes down first, ties by most
// degraded, then by id.
func (b *Blast) Ranking() []depgraph.NodeIndex {
	out := make([]node, 0, len(b.sizes))
	for i := range b.sizes {
		if b.g.ID(node(i)).Kind != depgraph.KindGroup {
			out = append(out, node(i))
		}
	}
	slices.SortFunc(out, func(x, y node) int {
		return cmp.Or(cmp.Compare(b.sizes[y].Down, b.sizes[x].Down), cmp.Compare(b.sizes[y].Degraded, b.sizes[x].Degraded), cmp.Compare(x, y))
	})
	return out
}

// LoseMany simulates many losses, 512 at a time on each processor, and calls visit
// with each in their order: its sizes, and which of the watched nodes are down in
// it, ascending, without those that are when nothing is lost. Groups cannot fail and
// are passed over. The slice belongs to visit. visit is called by one goroutine. The
// only error is that of the context.
func (m *Model) LoseMany(ctx context.Context, losses [][]depgraph.NodeIndex, watch []depgraph.NodeIndex, visit func(i int, sizes Sizes, down []depgraph.NodeIndex)) error {
	p := m.plan()
	watch = slices.Clone(watch)
	slices.Sort(watch)
	watch = slices.Compact(watch)
	type outcome struct {
		sizes Sizes
		down  []node
	}
	outcomes := make([]outcome, len(losses))
	err := p.passes(ctx, len(losses), func(s *sweep, from, to int) {
		for lane, failed := range losses[from:to] {
			for _, v := range failed {
				if m.traits[v]&isGroup == 0 {
					s.seed(lane, v)
				}
			}
		}
		s.run()
		all := s.sizes()
		for lane, failed := range losses[from:to] {
			o := &outcomes[from+lane]
			o.sizes = all.of(lane)
			s.discount(&o.sizes, lane, failed)
		}
		for _, v := range watch {
			c := p.cellOf[v]
			if c < 0 || !isSet(s.lit, c) {
				continue
			}
			s.down[c].each(func(lane int) {
				outcomes[from+lane].down = append(outcomes[from+lane].down, v)
			})
		}
	})
	if err != nil {
		return err
	}
	for i, o := range outcomes {
		visit(i, o.sizes, o.down)
	}
	return nil
}

// matters reports whether the loss of a cell changes anything for another one.
func (p *plan) matters(c int32) bool {
	for _, f := range [...]*fan{&p.hard, &p.placed, &p.counted, &p.dimmed, &p.watched} {
		if len(f.of(c)) > 0 {
			return true
		}
	}
	return false
}

// passes divides so many losses into passes and hands each to work on one of the
// processors, with a sweep that is clear.
func (p *plan) passes(ctx context.Context, losses int, work func(s *sweep, from, to int)) error {
	return inPasses(ctx, losses, lanes, func() *sweep { return newSweep(p) }, func(s *sweep, from, to int) {
		work(s, from, to)
		s.clear()
	})
}

// inPasses divides so many losses into passes of so many and hands each to work on one of
// the processors, each of which makes itself a tool.
func inPasses[T any](ctx context.Context, losses, per int, tool func() T, work func(tool T, from, to int)) error {
	var next atomic.Int64
	var group sync.WaitGroup
	total := (losses + per - 1) / per
	for range min(runtime.GOMAXPROCS(0), total) {
		group.Go(func() {
			own := tool()
			for {
				pass := int(next.Add(1)) - 1
				if pass >= total || ctx.Err() != nil {
					return
				}
				work(own, pass*per, min((pass+1)*per, losses))
			}
		})
	}
	group.Wait()
	return ctx.Err()
}

// laneSizes are the sizes of all losses of a pass, what failed included.
type laneSizes struct{ down, degraded, frozen, blind [lanes]int32 }

func (l *laneSizes) of(lane int) Sizes {
	return Sizes{Down: int(l.down[lane]), Degraded: int(l.degraded[lane]), Frozen: int(l.frozen[lane]), Blind: int(l.blind[lane])}
}

// sizes returns the sizes of the losses that have run.
func (s *sweep) sizes() *laneSizes {
	s.survey()
	out := new(laneSizes)
	s.fallen.counts(&out.down)
	s.faded.counts(&out.degraded)
	s.frozen.counts(&out.frozen)
	s.blind.counts(&out.blind)
	return out
}

// discount takes what failed in a lane out of its sizes.
func (s *sweep) discount(z *Sizes, lane int, failed []node) {
	failed = slices.Clone(failed)
	slices.Sort(failed)
	for _, v := range slices.Compact(failed) {
		if s.p.m.traits[v]&isGroup != 0 {
			continue
		}
		if s.p.cellOf[v] >= 0 {
			z.Down--
		}
	}
}
