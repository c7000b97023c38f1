package kubernetes

import (
	"hash/maphash"
	"math/bits"
	"strings"
	"sync/atomic"
)

// sort is what objects of one apiVersion and kind have in common: one text of each for
// all of them, which no document holds.
type sort struct{ apiVersion, kind, group, foreign string }

// sorts are those that were asked for lately, by their hash: objects are many, their
// sorts few.
var (
	sorts    [1 << 8]atomic.Pointer[sort]
	sortSeed = maphash.MakeSeed()
)

func sortOf(apiVersion, kind string) *sort {
	hash := maphash.String(sortSeed, kind) ^ bits.RotateLeft64(maphash.String(sortSeed, apiVersion), 32)
	slot := &sorts[hash%uint64(len(sorts))]
	if s := slot.Load(); s != nil && s.kind == kind && s.apiVersion == apiVersion {
		return s
	}
	s := &sort{apiVersion: strings.Clone(apiVersion), kind: strings.Clone(kind)}
	if s.group = groupOf(s.apiVersion); s.group != "" {
		s.foreign = s.group + "/" + s.kind
	}
	slot.Store(s)
	return s
}
