package simulate

import (
	"context"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Way names how the blast was made: "whole", "unchanged", "around" or "reaching".
func (b *Blast) Way() string {
	return [...]string{whole: "whole", unchanged: "unchanged", around: "around", reaching: "reaching"}[b.way]
}

// Means names the means that made the blast besides.
func (b *Blast) Means() []string {
	var out []string
	for i, name := range []string{"blocks", "above", "asking", "knotted", "fading", "watching", "remaking"} {
		if b.means>>i&1 != 0 {
			out = append(out, name)
		}
	}
	return out
}

// UpdateInPart is Update where it does not pay either.
func (b *Blast) UpdateInPart(ctx context.Context, next *depgraph.Graph) (*Blast, error) {
	return b.update(ctx, next, true)
}

// ProofSteps returns how many steps [Loss.Proofs] goes over, and how many it may.
func (l *Loss) ProofSteps(s State, i depgraph.NodeIndex, most int) (steps, may int) {
	p := newProver(l, goal{i, s})
	p.search(most)
	return p.gone, proofSteps
}

// Thrift sets how many pairs are collected, with how many a loss is simulated by itself, and how
// many cells may be looked at for one of them, by the visits of the pass.
func (p *Pass) Thrift(atOnce, pairs int, looks float64) { p.thrift = thrift{atOnce, pairs, looks} }
