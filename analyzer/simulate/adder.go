package simulate

import "math/bits"

// adder finds the lanes in which at least want of some rows have a bit: in unary
// up to three, the usual thresholds, else in binary.
type adder struct {
	want   int32
	given  int32
	digits int     // 0: in unary
	planes [32]row // in unary: at least 1, 2, 3; in binary: digits, the lowest first
}

// reset makes it ready for a threshold of at least 1 over so many rows at most.
func (a *adder) reset(want, rows int32) {
	a.want, a.given, a.digits = want, 0, 0
	if want > 3 {
		a.digits = bits.Len32(uint32(rows))
		clear(a.planes[:a.digits])
	}
}

func (a *adder) add(r *row) {
	a.given++
	p := &a.planes
	switch {
	case a.digits > 0:
		for i, carry := range r {
			for d := 0; carry != 0; d++ {
				sum := p[d][i]
				p[d][i] = sum ^ carry
				carry &= sum
			}
		}
	case a.given == 1:
		p[0], p[1], p[2] = *r, row{}, row{}
	case a.want == 1:
		p[0].or(r)
	case a.want == 2:
		for i, x := range r {
			p[1][i] |= p[0][i] & x
			p[0][i] |= x
		}
	default:
		for i, x := range r {
			p[2][i] |= p[1][i] & x
			p[1][i] |= p[0][i] & x
			p[0][i] |= x
		}
	}
}

// reached adds the lanes that reach the threshold.
func (a *adder) reached(into *row) {
	switch {
	case a.given < a.want:
	case a.digits == 0:
		into.or(&a.planes[a.want-1])
	default:
		for i := range into {
			enough := ^uint64(0) // at least as many, by the digits seen so far
			for d := range a.digits {
				if a.want>>d&1 != 0 {
					enough &= a.planes[d][i]
				} else {
					enough |= a.planes[d][i]
				}
			}
			into[i] |= enough
		}
	}
}
