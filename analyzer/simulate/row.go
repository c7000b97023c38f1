package simulate

// lanes is how many losses one pass simulates: a row of them fills a cache line.
// Rows of 64 cost 50 times as much for the same answers, and of 2,048 leave the
// cache.
const lanes = 512

// row is one bit for each loss of a pass.
type row [lanes / 64]uint64

func (r *row) has(lane int) bool { return r[lane>>6]>>(lane&63)&1 != 0 }

func (r *row) set(lane int) { r[lane>>6] |= 1 << (lane & 63) }

// or adds the bits of s.
func (r *row) or(s *row) {
	r[0] |= s[0]
	r[1] |= s[1]
	r[2] |= s[2]
	r[3] |= s[3]
	r[4] |= s[4]
	r[5] |= s[5]
	r[6] |= s[6]
	r[7] |= s[7]
}

// and keeps the bits that s has too.
func (r *row) and(s *row) {
	r[0] &= s[0]
	r[1] &= s[1]
	r[2] &= s[2]
	r[3] &= s[3]
	r[4] &= s[4]
	r[5] &= s[5]
	r[6] &= s[6]
	r[7] &= s[7]
}

// gain adds the bits of s and reports whether one of them is new.
func (r *row) gain(s *row) bool {
	var gained uint64
	for i := range r {
		gained |= s[i] &^ r[i]
		r[i] |= s[i]
	}
	return gained != 0
}

// gainBut is gain without the bits of but.
func (r *row) gainBut(s, but *row) bool {
	var gained uint64
	for i := range r {
		more := s[i] &^ but[i] &^ r[i]
		gained |= more
		r[i] |= more
	}
	return gained != 0
}

// without takes the bits of s away and reports whether any are left.
func (r *row) without(s *row) bool {
	var left uint64
	for i := range r {
		r[i] &^= s[i]
		left |= r[i]
	}
	return left != 0
}

func (r *row) isZero() bool {
	return r[0]|r[1]|r[2]|r[3]|r[4]|r[5]|r[6]|r[7] == 0
}

// each calls do with every lane that has a bit.
func (r *row) each(do func(lane int)) {
	for i, word := range r {
		for ; word != 0; word &= word - 1 {
			do(i<<6 | trailing(word))
		}
	}
}

// census counts in how many rows each bit is set: a bit-sliced counter, fed by
// carry-save adders eight rows at a time (Harley and Seal), so that a row costs
// about six operations a word, however many bits it has.
type census struct {
	planes [32]row // binary digits, the lowest first; the first three are Harley-Seal's accumulators
	batch  [8]row
	filled int
}

// add counts a row weight times; weight is at least 1.
func (c *census) add(r *row, weight int32) {
	if weight == 1 {
		c.batch[c.filled] = *r
		if c.filled++; c.filled == len(c.batch) {
			c.flush()
		}
		return
	}
	for digit := 0; weight != 0; digit++ {
		if weight&1 != 0 {
			for i, carry := range r {
				c.ripple(i, digit, carry)
			}
		}
		weight >>= 1
	}
}

// ripple adds a word at a digit.
func (c *census) ripple(word, digit int, carry uint64) {
	for ; carry != 0; digit++ {
		sum := c.planes[digit][word]
		c.planes[digit][word] = sum ^ carry
		carry &= sum
	}
}

// flush counts the rows of the batch.
func (c *census) flush() {
	b := &c.batch
	for i := range lanes / 64 {
		ones, twos, fours := c.planes[0][i], c.planes[1][i], c.planes[2][i]
		var t0, t1, f0, f1, eights uint64
		ones, t0 = addBits(ones, b[0][i], b[1][i])
		ones, t1 = addBits(ones, b[2][i], b[3][i])
		twos, f0 = addBits(twos, t0, t1)
		ones, t0 = addBits(ones, b[4][i], b[5][i])
		ones, t1 = addBits(ones, b[6][i], b[7][i])
		twos, f1 = addBits(twos, t0, t1)
		fours, eights = addBits(fours, f0, f1)
		c.planes[0][i], c.planes[1][i], c.planes[2][i] = ones, twos, fours
		c.ripple(i, 3, eights)
	}
	c.filled = 0
}

// addBits adds three bits at each position.
func addBits(a, b, c uint64) (sum, carry uint64) {
	u := a ^ b
	return u ^ c, a&b | u&c
}

// counts empties the census into a count for each lane.
func (c *census) counts(into *[lanes]int32) {
	if c.filled > 0 {
		clear(c.batch[c.filled:])
		c.flush()
	}
	clear(into[:])
	for digit := range c.planes {
		for i, bits := range c.planes[digit] {
			for ; bits != 0; bits &= bits - 1 {
				into[i<<6|trailing(bits)] |= 1 << digit
			}
		}
	}
	c.planes = [32]row{}
}
