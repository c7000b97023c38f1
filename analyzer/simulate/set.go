package simulate

import "math/bits"

func isSet(set []uint64, i int32) bool { return set[i>>6]>>(i&63)&1 != 0 }

func put(set []uint64, i int32) { set[i>>6] |= 1 << (i & 63) }

func newSet(n int) []uint64 { return make([]uint64, (n+63)/64) }

// eachIn calls do with every number in a set, ascending. What do does to numbers that were
// called is no matter.
func eachIn(set []uint64, do func(i int32)) {
	for w, word := range set {
		for ; word != 0; word &= word - 1 {
			do(int32(w<<6 | trailing(word)))
		}
	}
}

func countIn(set []uint64) int {
	n := 0
	for _, word := range set {
		n += bits.OnesCount64(word)
	}
	return n
}

func difference(x, y []uint64) []uint64 {
	out := make([]uint64, len(x))
	for i := range out {
		out[i] = x[i] &^ y[i]
	}
	return out
}

func unite(x, with []uint64) {
	for i := range x {
		x[i] |= with[i]
	}
}

func intersection(x, y []uint64) []uint64 {
	out := make([]uint64, len(x))
	for i := range out {
		out[i] = x[i] & y[i]
	}
	return out
}

func listed(set []uint64) []node {
	var out []node
	eachIn(set, func(i int32) { out = append(out, node(i)) })
	return out
}
