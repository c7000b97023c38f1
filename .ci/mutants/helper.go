package main

// helperText is what mutated code calls: each function does what the operator does
// unless the mutant, or the one after it, is awake.
const helperText = `

import (
	"cmp"
	"os"
	"strconv"
	"sync"
)

var (
	mutantAwake   = func() int { n, _ := strconv.Atoi(os.Getenv("MUTANT")); return n }()
	mutantReached = os.Getenv("MUTANTS_REACHED")
	mutantSeen    sync.Map
)

func mutantMark(id int) {
	if mutantReached == "" {
		return
	}
	if _, seen := mutantSeen.LoadOrStore(id, true); seen {
		return
	}
	f, err := os.OpenFile(mutantReached, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	if _, err := f.WriteString(strconv.Itoa(id) + "\n"); err != nil {
		panic(err)
	}
	if err := f.Close(); err != nil {
		panic(err)
	}
}

type mutantInteger interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

type mutantNumber interface {
	mutantInteger | ~float32 | ~float64
}

// mutantTwo says which of two mutants is awake: 0 none, 1, 2.
func mutantTwo(id int) int {
	if mutantReached != "" {
		mutantMark(id)
		mutantMark(id + 1)
	}
	if d := mutantAwake - id; d == 0 || d == 1 {
		return d + 1
	}
	return 0
}

func mutantIs(id int) bool {
	if mutantReached != "" {
		mutantMark(id)
	}
	return mutantAwake == id
}

func mutantLess[T cmp.Ordered](id int, a, b T) bool {
	switch mutantTwo(id) {
	case 1:
		return a <= b
	case 2:
		return a >= b
	}
	return a < b
}

func mutantAtMost[T cmp.Ordered](id int, a, b T) bool {
	switch mutantTwo(id) {
	case 1:
		return a < b
	case 2:
		return a > b
	}
	return a <= b
}

func mutantMore[T cmp.Ordered](id int, a, b T) bool {
	switch mutantTwo(id) {
	case 1:
		return a >= b
	case 2:
		return a <= b
	}
	return a > b
}

func mutantAtLeast[T cmp.Ordered](id int, a, b T) bool {
	switch mutantTwo(id) {
	case 1:
		return a > b
	case 2:
		return a < b
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
	return a % b
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
