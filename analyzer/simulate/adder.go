package simulate

import "math/bits"

// adder finds the lanes in which at least so many of some rows have a bit.
type adder struct {
	digits [32]row // of a binary counter in each lane, the lowest first
}

// reached adds those lanes to a row; want is at least 1.
func (a *adder) reached(rows []*row, want int, into *row) {
	switch {
	case len(rows) < want:
	case want == 1:
		for _, r := range rows {
			into.or(r)
		}
	case len(rows) == want:
		all := *rows[0]
		for _, r := range rows[1:] {
			all.and(r)
		}
		into.or(&all)
	case want == 2:
		one := *rows[0]
		for _, r := range rows[1:] {
			for i, x := range r {
				into[i] |= one[i] & x
				one[i] |= x
			}
		}
	default:
		a.count(rows)
		a.compare(bits.Len(uint(len(rows))), want, into)
	}
}

// count adds up the rows.
func (a *adder) count(rows []*row) {
	clear(a.digits[:bits.Len(uint(len(rows)))])
	for _, r := range rows {
		for i, carry := range r {
			for d := 0; carry != 0; d++ {
				sum := a.digits[d][i]
				a.digits[d][i] = sum ^ carry
				carry &= sum
			}
		}
	}
}

// compare adds the lanes whose count is want or more.
func (a *adder) compare(digits, want int, into *row) {
	for i := range into {
		enough := ^uint64(0) // by the digits below the one at hand
		for d := range digits {
			if want>>d&1 != 0 {
				enough &= a.digits[d][i]
			} else {
				enough |= a.digits[d][i]
			}
		}
		into[i] |= enough
	}
}
