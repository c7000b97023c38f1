package riskgroup

import (
	"context"
	"math/big"
)

// diagram holds families of minimal sets of variables as zero-suppressed decision
// diagrams (Minato 1993), with Rauzy's operations that keep them minimal: a word
// for a family, however many sets it has. Equal families are the same word.
type diagram struct {
	ctx    context.Context
	most   int  // nodes
	steps  int  // operations left: eight a node
	over   bool // one of them is used up, or the context is done: results mean nothing
	nodes  []split
	unique []int32 // open addressing; 0: free
	cache  []cached
}

// family words: the family of no set, and that of the empty set.
const (
	noSet    int32 = 0
	emptySet int32 = 1
)

// split is a family by one variable: the sets without it and those with it, of
// which the variable is taken out. Variables only grow on the way down.
type split struct{ v, without, with int32 }

type cached struct {
	op, a, b int32
	result   int32
}

const (
	opUnion int32 = iota + 1
	opProduct
	opMinus
)

const lastVariable = 1<<31 - 1

func newDiagram(ctx context.Context, most int) *diagram {
	return &diagram{
		ctx: ctx, most: most, steps: 8 * most, nodes: []split{{lastVariable, 0, 0}, {lastVariable, 1, 1}},
		unique: make([]int32, 1<<12), cache: make([]cached, 1<<12),
	}
}

func hash3(a, b, c int32) uint64 {
	h := uint64(uint32(a))*0x9E3779B97F4A7C15 ^ uint64(uint32(b))*0xC2B2AE3D27D4EB4F ^ uint64(uint32(c))*0x165667B19E3779F9
	return h ^ h>>29
}

// node returns the family with the given split.
func (d *diagram) node(v, without, with int32) int32 {
	if with == noSet {
		return without
	}
	if d.over {
		return noSet
	}
	s := split{v, without, with}
	mask := uint64(len(d.unique) - 1)
	i := hash3(v, without, with) & mask
	for d.unique[i] != 0 {
		if d.nodes[d.unique[i]] == s {
			return d.unique[i]
		}
		i = (i + 1) & mask
	}
	if len(d.nodes) >= d.most {
		d.over = true
		return noSet
	}
	d.nodes = append(d.nodes, s)
	at := int32(len(d.nodes) - 1)
	d.unique[i] = at
	if 2*len(d.nodes) > len(d.unique) {
		d.grow()
	}
	return at
}

// grow doubles the tables. What was cached is worked out again when it is asked for.
func (d *diagram) grow() {
	d.unique = make([]int32, 2*len(d.unique))
	mask := uint64(len(d.unique) - 1)
	for at := 2; at < len(d.nodes); at++ {
		s := d.nodes[at]
		i := hash3(s.v, s.without, s.with) & mask
		for d.unique[i] != 0 {
			i = (i + 1) & mask
		}
		d.unique[i] = int32(at)
	}
	old := d.cache
	d.cache = make([]cached, len(d.unique))
	for _, c := range old {
		if c.op != 0 {
			*d.slot(c.op, c.a, c.b) = c
		}
	}
}

func (d *diagram) slot(op, a, b int32) *cached {
	return &d.cache[hash3(op, a, b)&uint64(len(d.cache)-1)]
}

// lookUp returns what is kept of an operation. Where it is nothing, that is one step.
func (d *diagram) lookUp(op, a, b int32) (int32, bool) {
	c := d.slot(op, a, b)
	if c.op == op && c.a == a && c.b == b {
		return c.result, true
	}
	if d.steps--; d.steps < 0 || d.steps&0xffff == 0 && d.ctx.Err() != nil {
		d.over = true
	}
	return noSet, false
}

func (d *diagram) keep(op, a, b, result int32) int32 {
	*d.slot(op, a, b) = cached{op, a, b, result}
	return result
}

// single returns the family of the one set of one variable.
func (d *diagram) single(v int32) int32 { return d.node(v, noSet, emptySet) }

// union returns the minimal sets that hold a set of a or of b.
func (d *diagram) union(a, b int32) int32 {
	switch {
	case a == b || b == noSet:
		return a
	case a == noSet:
		return b
	case a == emptySet || b == emptySet:
		return emptySet
	case d.over:
		return noSet
	case a > b:
		a, b = b, a
	}
	if r, ok := d.lookUp(opUnion, a, b); ok {
		return r
	}
	x, y := d.nodes[a], d.nodes[b]
	var without, with int32
	switch {
	case x.v < y.v:
		without, with = d.union(x.without, b), x.with
	case y.v < x.v:
		x.v = y.v
		without, with = d.union(a, y.without), y.with
	default:
		without, with = d.union(x.without, y.without), d.union(x.with, y.with)
	}
	return d.keep(opUnion, a, b, d.node(x.v, without, d.minus(with, without)))
}

// product returns the minimal sets that hold a set of a and one of b.
func (d *diagram) product(a, b int32) int32 {
	switch {
	case a == noSet || b == noSet || d.over:
		return noSet
	case a == emptySet || a == b:
		return b
	case b == emptySet:
		return a
	case a > b:
		a, b = b, a
	}
	if r, ok := d.lookUp(opProduct, a, b); ok {
		return r
	}
	x, y := d.nodes[a], d.nodes[b]
	var without, with int32
	switch {
	case x.v < y.v:
		without, with = d.product(x.without, b), d.product(x.with, b)
	case y.v < x.v:
		x.v = y.v
		without, with = d.product(a, y.without), d.product(a, y.with)
	default:
		without = d.product(x.without, y.without)
		with = d.union(d.product(x.with, d.union(y.with, y.without)), d.product(x.without, y.with))
	}
	return d.keep(opProduct, a, b, d.node(x.v, without, d.minus(with, without)))
}

// minus returns the sets of a that hold no set of b.
func (d *diagram) minus(a, b int32) int32 {
	switch {
	case a == noSet || b == emptySet || a == b || d.over:
		return noSet
	case b == noSet || a == emptySet:
		return a
	}
	if r, ok := d.lookUp(opMinus, a, b); ok {
		return r
	}
	x, y := d.nodes[a], d.nodes[b]
	var r int32
	switch {
	case x.v < y.v:
		r = d.node(x.v, d.minus(x.without, b), d.minus(x.with, b))
	case y.v < x.v:
		r = d.minus(a, y.without)
	default:
		r = d.node(x.v, d.minus(x.without, y.without), d.minus(d.minus(x.with, y.with), y.without))
	}
	return d.keep(opMinus, a, b, r)
}

// atLeast returns the minimal sets that hold a set of limit of the families or more.
func (d *diagram) atLeast(fs []int32, limit int) int32 {
	have := make([]int32, limit+1)
	have[0] = emptySet
	for i, f := range fs {
		left := len(fs) - i - 1
		for n := min(limit, i+1); n >= 1 && n+left >= limit; n-- {
			have[n] = d.union(have[n], d.product(have[n-1], f))
		}
	}
	return have[limit]
}

// count returns the number of sets of a, each as often as the product of the
// weights of its variables.
func (d *diagram) count(a int32, weight []int64) *big.Int {
	memo := make([]*big.Int, len(d.nodes))
	memo[noSet], memo[emptySet] = big.NewInt(0), big.NewInt(1)
	// What a node splits into was made before it.
	needed := make([]bool, len(d.nodes))
	needed[a] = true
	for i := a; i > emptySet; i-- {
		if needed[i] {
			needed[d.nodes[i].without], needed[d.nodes[i].with] = true, true
		}
	}
	for i := emptySet + 1; i <= a; i++ {
		if s := d.nodes[i]; needed[i] {
			n := new(big.Int).Mul(memo[s.with], big.NewInt(weight[s.v]))
			memo[i] = n.Add(n, memo[s.without])
		}
	}
	return memo[a]
}
