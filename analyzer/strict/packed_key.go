package strict

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"math/bits"
)

// keyText is a key as a reader has it.
type keyText interface{ string | []byte }

// A key stands in the text as its length, its tag and itself; before one whose length
// does not fit its byte, that says longKey and four bytes behind the tag say the length.
const (
	longKey   = math.MaxUint8
	shortHead = 2
	longHead  = shortHead + 4
)

// tagOf returns the tag of a key, which tells most keys apart without looking at them.
func tagOf[T keyText](name T) uint8 {
	n := len(name)
	if n == 0 {
		return 0
	}
	return uint8(n)<<4 + name[0] ^ name[n-1]<<3
}

// keyIn returns where a key stands in the text of a document, adding it where it is new.
func keyIn[T keyText](b *builder, name T) uint32 {
	hash := hashOf(name)
	mask := uint32(len(b.keys) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		k := &b.keys[i]
		if k.round != b.round {
			break
		}
		if k.hash == hash && isKey(b, k.at, name) {
			return k.at
		}
	}
	at := uint32(len(b.text))
	if len(name) < longKey {
		b.text = append(b.text, byte(len(name)), tagOf(name))
	} else {
		b.text = binary.LittleEndian.AppendUint32(append(b.text, longKey, tagOf(name)), uint32(len(name)))
	}
	b.text = append(b.text, name...)
	if b.count++; 2*b.count > len(b.keys) {
		b.grow()
	}
	b.enter(knownKey{b.round, hash, at})
	return at
}

func isKey[T keyText](b *builder, at uint32, name T) bool {
	if size := uint32(len(name)); size < longKey {
		return b.text[at] == byte(size) && equal(b.text[at+shortHead:], name)
	} else if b.text[at] != longKey || binary.LittleEndian.Uint32(b.text[at+shortHead:]) != size {
		return false
	}
	return equal(b.text[at+longHead:], name)
}

// written returns the text of a key.
func (b *builder) written(at uint32) string {
	size := uint32(b.text[at])
	at += shortHead
	if size == longKey {
		size = binary.LittleEndian.Uint32(b.text[at:])
		at += longHead - shortHead
	}
	return string(b.text[at : at+size])
}

// equal says whether text begins with name, and is long enough to.
func equal[T keyText](text []byte, name T) bool {
	for ; len(name) >= 8; text, name = text[8:], name[8:] {
		if word(text) != word(name) {
			return false
		}
	}
	for i := range len(name) {
		if text[i] != name[i] {
			return false
		}
	}
	return true
}

// begins says whether the first n bytes of two texts, which have them, are the same.
func begins(a, b []byte, n int) bool {
	if len(a) < 8 || len(b) < 8 || n > 16 {
		return string(a[:n]) == string(b[:n])
	}
	differ := word(a) ^ word(b)
	if n < 8 {
		return differ<<(64-8*uint(n)) == 0
	}
	return differ == 0 && word(a[n-8:]) == word(b[n-8:])
}

func (b *builder) enter(k knownKey) {
	mask := uint32(len(b.keys) - 1)
	i := k.hash & mask
	for b.keys[i].round == b.round {
		i = (i + 1) & mask
	}
	b.keys[i] = k
}

func (b *builder) grow() {
	old := b.keys
	b.keys = make([]knownKey, 2*len(old))
	for _, k := range old {
		if k.round == b.round {
			b.enter(k)
		}
	}
}

// factors are for the hashes of keys, which never show. Nobody who writes a document
// knows them, so nobody can write one whose keys collide.
var factors = func() [2]uint64 {
	seed := maphash.MakeSeed()
	return [2]uint64{maphash.String(seed, "0"), maphash.String(seed, "1")}
}()

// hashOf returns the hash of a key: products of 128 bits, folded, as wyhash has them
// (Wang Yi and others, 2019). It takes one for a key of up to 16 bytes, which nearly all are.
func hashOf[T keyText](name T) uint32 {
	h := uint64(len(name))
	for ; len(name) > 16; name = name[16:] {
		h = fold(word(name)^factors[0], word(name[8:])^factors[1]^h)
	}
	var a, b uint64
	switch n := len(name); {
	case n >= 8:
		a, b = word(name), word(name[n-8:])
	case n >= 4:
		a, b = half(name), half(name[n-4:])
	case n > 0:
		a = uint64(name[0])<<16 | uint64(name[n/2])<<8 | uint64(name[n-1])
	}
	h = fold(a^factors[0], b^factors[1]^h)
	return uint32(h ^ h>>32)
}

func fold(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}

// word returns the first eight bytes of s, which has them: one load.
func word[T keyText](s T) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// half returns the first four.
func half[T keyText](s T) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}
