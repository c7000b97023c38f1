package kubernetes

import (
	"hash/maphash"
	"math/bits"
)

// repeated returns the keys that several objects have, in the order in which the input
// has the first of each, and their objects. Most keys are those of one object, so what
// looks for them holds no key: the objects have them.
func repeated(objects []*object) (keys []key, byKey map[key][]*object) {
	byKey = map[key][]*object{}
	seed := maphash.MakeSeed()
	size := 1 << bits.Len(uint(2*len(objects)))
	firsts := make([]uint32, size) // an open hash table of places among the objects, one more; 0: free
	var again []bool               // of the first objects of a key, whether others have it; nil: none
	for i, o := range objects {
		at := hashOf(seed, o) & (size - 1)
		for firsts[at] != 0 && !sameKey(objects[firsts[at]-1], o) {
			at = (at + 1) & (size - 1)
		}
		if firsts[at] == 0 {
			firsts[at] = uint32(i) + 1
			continue
		}
		first := firsts[at] - 1
		k := keyOf(o)
		if byKey[k] == nil {
			byKey[k] = []*object{objects[first]}
			if again == nil {
				again = make([]bool, len(objects))
			}
			again[first] = true
		}
		byKey[k] = append(byKey[k], o)
	}
	for i, is := range again {
		if is {
			keys = append(keys, keyOf(objects[i]))
		}
	}
	return keys, byKey
}

// hashOf returns the hash of what tells most objects from each other.
func hashOf(seed maphash.Seed, o *object) int {
	h := maphash.String(seed, o.name) ^ bits.RotateLeft64(maphash.String(seed, o.ns), 16) ^ bits.RotateLeft64(maphash.String(seed, o.kind), 32)
	if o.cluster != "" {
		h ^= bits.RotateLeft64(maphash.String(seed, o.cluster), 48)
	}
	return int(h >> 1)
}

func sameKey(a, b *object) bool {
	return a.name == b.name && a.ns == b.ns && a.kind == b.kind && a.group == b.group && a.cluster == b.cluster
}
