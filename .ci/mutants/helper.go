package main

// helperText is what mutated code calls: each function does what the operator does
// unless the mutant, or the one after it, is awake. Of a mutant that sleeps it costs a
// subtraction and a comparison, which the compiler inlines, so that tests take little longer
// than without. %d is how many mutants there are.
const helperText = `

import (
	"cmp"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
)

// Mutants from mutantFrom on, so many, are looked at closer: the one that is awake and the one
// before it, which may stand at the same place; all where those that are reached are noted.
var (
	mutantAwake, mutantFrom, mutantSpan = func() (awake int, from, span uint) {
		if mutantLog != "" {
			return 0, 0, ^uint(0)
		}
		n, _ := strconv.Atoi(os.Getenv("MUTANT"))
		return n, uint(n) - 1, 2
	}()
	mutantLog  = os.Getenv("MUTANTS_REACHED")
	mutantSeen [%d + 2]atomic.Bool
	mutantFile = sync.OnceValue(func() *os.File {
		f, err := os.Create(mutantLog)
		if err != nil {
			panic(err)
		}
		return f
	})
)

func mutantMark(id int) {
	if mutantSeen[id].Load() || mutantSeen[id].Swap(true) {
		return
	}
	if _, err := mutantFile().WriteString(strconv.Itoa(id) + "\n"); err != nil {
		panic(err)
	}
}

type mutantInteger interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

type mutantNumber interface {
	mutantInteger | ~float32 | ~float64
}

// mutantPick is the first if neither of two mutants is awake, else what that one makes of it.
func mutantPick(id int, asleep, one, two bool) bool {
	if mutantLog != "" {
		mutantMark(id)
		mutantMark(id + 1)
	}
	switch mutantAwake - id {
	case 0:
		return one
	case 1:
		return two
	}
	return asleep
}

func mutantIs(id int) bool {
	return uint(id)-mutantFrom < mutantSpan && mutantReally(id)
}

func mutantReally(id int) bool {
	if mutantLog != "" {
		mutantMark(id)
	}
	return mutantAwake == id
}

func mutantLess[T cmp.Ordered](id int, a, b T) bool {
	if uint(id)-mutantFrom < mutantSpan {
		return mutantPick(id, a < b, a <= b, a >= b)
	}
	return a < b
}

func mutantAtMost[T cmp.Ordered](id int, a, b T) bool {
	if uint(id)-mutantFrom < mutantSpan {
		return mutantPick(id, a <= b, a < b, a > b)
	}
	return a <= b
}

func mutantMore[T cmp.Ordered](id int, a, b T) bool {
	if uint(id)-mutantFrom < mutantSpan {
		return mutantPick(id, a > b, a >= b, a <= b)
	}
	return a > b
}

func mutantAtLeast[T cmp.Ordered](id int, a, b T) bool {
	if uint(id)-mutantFrom < mutantSpan {
		return mutantPick(id, a >= b, a > b, a < b)
	}
	return a >= b
}

func mutantSame[T comparable](id int, a, b T) bool {
	return (a == b) != mutantIs(id)
}

func mutantOther[T comparable](id int, a, b T) bool {
	return (a != b) != mutantIs(id)
}

func mutantDenied(id int, is bool) bool {
	return is != mutantIs(id)
}

func mutantPlus[T mutantNumber](id int, a, b T) T {
	if mutantIs(id) {
		return a - b
	}
	return a + b
}

func mutantTake[T mutantNumber](id int, a, b T) T {
	if mutantIs(id) {
		return a + b
	}
	return a - b
}

func mutantTimes[T mutantNumber](id int, a, b T) T {
	if mutantIs(id) {
		return a / b
	}
	return a * b
}

func mutantBy[T mutantNumber](id int, a, b T) T {
	if mutantIs(id) {
		return a * b
	}
	return a / b
}

func mutantRest[T mutantInteger](id int, a, b T) T {
	if mutantIs(id) {
		return a * b
	}
	return a %% b
}

func mutantMinus[T mutantNumber](id int, a T) T {
	if mutantIs(id) {
		return a
	}
	return -a
}

func mutantOne[T mutantNumber](id int) T {
	var zero T
	if mutantIs(id) {
		return zero - 1
	}
	return zero + 1
}
`
