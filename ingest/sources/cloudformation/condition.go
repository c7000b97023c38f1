package cloudformation

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
)

// either is Fn::If: a branch where the condition is known, else both.
func (st *stack) either(arg strict.Value, depth int) worth {
	holds, known := st.condition(arg.At(0).Text())
	switch {
	case known && holds:
		return st.argument(arg.At(1), depth)
	case known:
		return st.argument(arg.At(2), depth)
	}
	return append(slices.Clone(st.argument(arg.At(1), depth)), st.argument(arg.At(2), depth)...)
}

// condition evaluates a condition by name.
func (st *stack) condition(name string) (holds, known bool) {
	key := "condition " + name
	if st.busy[key] || name == "" {
		return false, false
	}
	st.busy[key] = true
	defer delete(st.busy, key)
	return st.truth(st.root.Get("Conditions", name), 0)
}

func (st *stack) truth(v strict.Value, depth int) (holds, known bool) {
	name, arg, is := function(v)
	if !is || depth > maxDepth {
		return false, false
	}
	switch name {
	case "Condition":
		return st.condition(arg.Text())
	case "Fn::Equals":
		a, knownA := st.argument(arg.At(0), depth).text()
		b, knownB := st.argument(arg.At(1), depth).text()
		return a == b, knownA && knownB && !strings.Contains(a+b, stackMark)
	case "Fn::Not":
		holds, known = st.truth(arg.At(0), depth+1)
		return !holds, known
	case "Fn::And", "Fn::Or":
		decided := name == "Fn::Or" // one such item decides
		all := true
		for item := range arg.Items() {
			holds, known := st.truth(item, depth+1)
			if known && holds == decided {
				return decided, true
			}
			all = all && known
		}
		return !decided, all
	}
	return false, false
}
