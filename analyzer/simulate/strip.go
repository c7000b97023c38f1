package simulate

import (
	"math/bits"
	"slices"
)

// What a block of losses makes of a cell is a strip: a row of many more lanes than 512, as
// those words that are not zero. Where few losses take a cell down, which is so of
// most, a strip for all of them is shorter than one row, and one visit of a cell does for all.

// stripLanes is how many losses a strip holds at most.
const (
	stripWords = 512
	stripLanes = stripWords * 64
)

// strip lies in a roll; it is never changed, and may stand for several cells.
type strip struct{ from, to int32 }

func (s strip) isEmpty() bool { return s.from == s.to }

func (s strip) len() int { return int(s.to - s.from) }

// roll holds strips: places of words, ascending within a strip, and the words.
type roll struct {
	at    []uint16
	words []uint64
}

// grow makes room for so many words and as many again: rolls get long, and what is moved once
// more costs as much as what is put there.
func (r *roll) grow(n int) {
	n = max(2*n, 1<<16)
	at, words := make([]uint16, len(r.at), n), make([]uint64, len(r.at), n)
	copy(at, r.at)
	copy(words, r.words)
	r.at, r.words = at, words
}

// equal reports whether two strips say the same.
func (r *roll) equal(x, y strip) bool {
	return x == y || slices.Equal(r.at[x.from:x.to], r.at[y.from:y.to]) && slices.Equal(r.words[x.from:x.to], r.words[y.from:y.to])
}

// eachDifference calls do with every word in which two strips differ.
func (r *roll) eachDifference(x, y strip, do func(at uint16, was, is uint64)) {
	i, j := x.from, y.from
	for i < x.to || j < y.to {
		switch {
		case j == y.to || i < x.to && r.at[i] < r.at[j]:
			do(r.at[i], r.words[i], 0)
			i++
		case i == x.to || r.at[j] < r.at[i]:
			do(r.at[j], 0, r.words[j])
			j++
		default:
			if r.words[i] != r.words[j] {
				do(r.at[i], r.words[i], r.words[j])
			}
			i++
			j++
		}
	}
}

// pad is what a strip is put together on.
type pad struct {
	words [stripWords]uint64
	used  [stripWords / 64]uint64 // words that may not be zero
}

// or adds the lanes of a strip.
func (p *pad) or(r *roll, s strip) {
	words := r.words[s.from:s.to]
	for i, at := range r.at[s.from:s.to] {
		at %= stripWords // no bounds to check
		p.words[at] |= words[i]
		p.used[at>>6] |= 1 << (at & 63)
	}
}

// without takes the lanes of a strip away.
func (p *pad) without(r *roll, s strip) {
	words := r.words[s.from:s.to]
	for i, at := range r.at[s.from:s.to] {
		p.words[at] &^= words[i]
	}
}

// set adds a lane.
func (p *pad) set(lane int32) {
	at := uint16(lane >> 6)
	p.words[at] |= 1 << (lane & 63)
	p.used[at>>6] |= 1 << (at & 63)
}

// take makes a strip of what is on the pad, of some lanes alone where within is not nil, and
// clears the pad.
func (p *pad) take(r *roll, within *pad) strip {
	most := 0
	for _, used := range p.used {
		most += bits.OnesCount64(used)
	}
	from := len(r.at)
	if from+most > cap(r.at) {
		r.grow(from + most)
	}
	r.at, r.words = r.at[:from+most], r.words[:from+most]
	to := from
	for i, used := range p.used {
		for ; used != 0; used &= used - 1 {
			at := uint16(i<<6 | trailing(used))
			word := p.words[at]
			p.words[at] = 0
			if within != nil {
				word &= within.words[at]
			}
			if word != 0 {
				r.at[to], r.words[to] = at, word
				to++
			}
		}
		p.used[i] = 0
	}
	r.at, r.words = r.at[:to], r.words[:to]
	return strip{int32(from), int32(to)}
}

func (p *pad) isZero() bool { return p.used == [stripWords / 64]uint64{} }

// clear makes the pad empty.
func (p *pad) clear() {
	if !p.isZero() {
		*p = pad{}
	}
}

// counter finds the lanes in which at least so many of some strips have a bit.
type counter struct {
	once   pad
	digits []*pad // of a binary number in each lane, the lowest first
}

// twice is reached for two: most of what can spare a member can spare one, of two or three.
func (c *counter) twice(r *roll, strips []strip, into *pad) {
	once := &c.once
	last := len(strips) - 1
	for k, s := range strips {
		words := r.words[s.from:s.to]
		for i, at := range r.at[s.from:s.to] {
			at %= stripWords
			word := words[i]
			if again := once.words[at] & word; again != 0 {
				into.words[at] |= again
				into.used[at>>6] |= 1 << (at & 63)
			}
			if k < last {
				once.words[at] |= word
			}
		}
	}
	for _, s := range strips[:last] {
		for _, at := range r.at[s.from:s.to] {
			once.words[at] = 0
		}
	}
}

// reached adds those lanes to a pad; want is at least 1.
func (c *counter) reached(r *roll, strips []strip, want int, into *pad) {
	if len(strips) < want {
		return
	}
	if want == 1 {
		for _, s := range strips {
			into.or(r, s)
		}
		return
	}
	if want == 2 {
		c.twice(r, strips, into)
		return
	}
	n := bits.Len(uint(len(strips)))
	for len(c.digits) < n {
		c.digits = append(c.digits, new(pad))
	}
	lowest := c.digits[0]
	for _, s := range strips {
		words := r.words[s.from:s.to]
		for i, at := range r.at[s.from:s.to] {
			lowest.used[at>>6] |= 1 << (at & 63)
			carry := words[i]
			for d := 0; carry != 0; d++ {
				sum := c.digits[d].words[at]
				c.digits[d].words[at] = sum ^ carry
				carry &= sum
			}
		}
	}
	for i, used := range lowest.used {
		into.used[i] |= used
		for ; used != 0; used &= used - 1 {
			at := uint16(i<<6 | trailing(used))
			enough := ^uint64(0) // by the digits below the one at hand
			for d, digit := range c.digits[:n] {
				if want>>d&1 != 0 {
					enough &= digit.words[at]
				} else {
					enough |= digit.words[at]
				}
				digit.words[at] = 0
			}
			into.words[at] |= enough
		}
		lowest.used[i] = 0
	}
}
