package strict

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// bomb returns a document of depth levels, each of fan aliases of the one before.
func bomb(fan, depth int, item string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "l0: &l0 %s\n", item)
	for i := range depth {
		fmt.Fprintf(&b, "l%d: &l%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*l%d, ", i), fan), ", "))
	}
	return b.String()
}

// unfolded is how many values a bomb has, keys included.
func unfolded(fan, depth int) int {
	total, level := 1, 1 // the map, a level
	for i := range depth + 1 {
		if i > 0 {
			if level = level*fan + 1; level > 1<<40 {
				return level
			}
		}
		total += level + 1
	}
	return total
}

func TestAliasBombsEndAtTheBudget(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	bombs := 0
	for _, fan := range []int{2, 3, 5, 10, 20, 50} {
		for _, depth := range []int{2, 4, 7, 10, 20, 40} {
			values := unfolded(fan, depth)
			docs, err := YAML([]byte(bomb(fan, depth, "x")), Limits{})
			switch {
			case values <= 1_000_000 && err != nil:
				t.Errorf("fan %d, depth %d has %d values and is refused: %v", fan, depth, values, err)
			case values > 1_000_000 && !strings.HasPrefix(problem(err), TooManyValues):
				t.Errorf("fan %d, depth %d has %d values: %v, want %s", fan, depth, values, err, TooManyValues)
			}
			if err == nil {
				if n := visit(docs[0].Root); n != values {
					t.Errorf("fan %d, depth %d: a walk visits %d values, want %d", fan, depth, n, values)
				}
			} else {
				bombs++
			}
		}
	}
	runtime.ReadMemStats(&after)
	if bombs < 15 {
		t.Errorf("only %d of the bombs go off", bombs)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 64<<20 {
		t.Errorf("%d bombs cost %d bytes, want at most 64 MiB together", bombs, got)
	}
}

// visit counts the values of a tree, keys included, as a reader would walk it.
func visit(v Value) int {
	n := 1
	for item := range v.Items() {
		n += visit(item)
	}
	for _, item := range v.Fields() {
		n += 1 + visit(item)
	}
	return n
}

func TestMergeBombsEndAtTheBudget(t *testing.T) {
	var b strings.Builder
	b.WriteString("m0: &m0 {")
	for i := range 100 {
		fmt.Fprintf(&b, "k%d: x, ", i)
	}
	b.WriteString("}\nlist:\n")
	for range 20_000 {
		b.WriteString("- <<: *m0\n")
	}
	if _, err := YAML([]byte(b.String()), Limits{}); !strings.HasPrefix(problem(err), TooManyValues) {
		t.Errorf("got %v, want %s", err, TooManyValues)
	}
}

func TestDepthIsCountedThroughAliases(t *testing.T) {
	nest := func(levels int, inner string) string {
		return strings.Repeat("[", levels) + inner + strings.Repeat("]", levels)
	}
	for _, c := range []struct {
		in   string
		deep bool
	}{
		{nest(199, ""), false},
		{nest(200, ""), false},
		{nest(201, ""), true},
		{nest(9_999, ""), true},
		{nest(1_000_000, ""), true},
		{"[&a " + nest(99, "") + ", " + nest(100, "*a") + "]", false},
		{"[&a " + nest(99, "") + ", " + nest(101, "*a") + "]", true},
		{"{a: &a " + nest(198, "") + ", b: {<<: {c: *a}}}", true},
		{strings.Repeat(" {a:", 200) + "}" + strings.Repeat("}", 199), false},
		{strings.Repeat(" {a:", 201) + "}" + strings.Repeat("}", 200), true},
		{strings.Repeat("- ", 200) + "x", false},
		{strings.Repeat("- ", 201) + "x", true},
		{strings.Repeat("- ", 100_000) + "x", true},
	} {
		_, err := YAML([]byte(c.in), Limits{})
		if got := strings.HasPrefix(problem(err), TooDeep); got != c.deep {
			t.Errorf("%.30q of %d bytes: %v, want too deep: %t", c.in, len(c.in), err, c.deep)
		}
	}
	for levels, deep := range map[int]bool{199: false, 200: false, 201: true, 10_000: true, 1_000_000: true, 10_000_000: true} {
		_, err := JSON([]byte(nest(levels, "")), Limits{})
		if got := strings.HasPrefix(problem(err), TooDeep); got != deep {
			t.Errorf("JSON of depth %d: %v, want too deep: %t", levels, err, deep)
		}
	}
}

func TestValuesAreCountedBeforeAWideDocumentIsBuilt(t *testing.T) {
	var before, after runtime.MemStats
	wide := []byte("[" + strings.Repeat("1,", 4<<20) + "x]")
	runtime.ReadMemStats(&before)
	_, err := YAML(wide, Limits{})
	runtime.ReadMemStats(&after)
	if !strings.HasPrefix(problem(err), TooManyValues) {
		t.Errorf("got %v, want %s", err, TooManyValues)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 64<<20 {
		t.Errorf("refusing %d bytes cost %d bytes: the document was built first", len(wide), got)
	}
	if _, err := JSON([]byte("["+strings.Repeat("1,", 2<<20)+"1]"), Limits{}); !strings.HasPrefix(problem(err), TooManyValues) {
		t.Errorf("JSON: got %v, want %s", err, TooManyValues)
	}
}

func TestLimitsCanBeSet(t *testing.T) {
	for _, decode := range []func([]byte, Limits) ([]Document, error){Parse, YAML} {
		if _, err := decode([]byte(`{"a": [1, 2]}`), Limits{Nodes: 4}); !strings.HasPrefix(problem(err), TooManyValues) {
			t.Errorf("4 values: %v", err)
		}
		if _, err := decode([]byte(`{"a": [[1]]}`), Limits{Depth: 2}); !strings.HasPrefix(problem(err), TooDeep) {
			t.Errorf("depth 2: %v", err)
		}
	}
}
