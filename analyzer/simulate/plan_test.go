package simulate

import (
	"slices"
	"testing"

	"github.com/fateline/fateline/analyzer/simulate/simtest"
)

// What a pass costs grows with the cells.
func TestNodesThatCannotButGoDownTogetherAreOneCell(t *testing.T) {
	need := func(owner, number int, members ...int) simtest.Need {
		return simtest.Need{Owner: owner, Members: members, Number: number, Phases: "r", IfLost: 'd'}
	}
	w := simtest.World{Standby: make([]bool, 11), Group: make([]bool, 11), Needs: []simtest.Need{
		need(0, 1, 1), need(1, 1, 2), need(2, 1, 0), // a ring
		need(3, 2, 2, 4), need(4, 1, 3), need(4, 1, 0), // another that needs it
		need(5, 1, 6, 7), need(6, 1, 5), need(7, 1, 5), // a third that can spare a member
		need(8, 1, 0),
		need(9, 2, 8), need(9, 1, 10), need(10, 1, 9), // down anyway
	}}
	g, at, err := w.Graph()
	if err != nil {
		t.Fatal(err)
	}
	p := newPlan(NewModel(g, 0))
	var cells [][]node
	for c := range int32(len(p.weight)) {
		var nodes []node
		for _, v := range p.nodes.of(c) {
			nodes = append(nodes, node(v))
		}
		cells = append(cells, slices.Sorted(slices.Values(nodes)))
	}
	for _, want := range [][]int{{0, 1, 2}, {3, 4}, {5}, {6}, {7}, {8}} {
		var nodes []node
		for _, v := range want {
			nodes = append(nodes, at[v])
		}
		slices.Sort(nodes)
		i := slices.IndexFunc(cells, func(c []node) bool { return slices.Equal(c, nodes) })
		if i < 0 {
			t.Errorf("no cell is %v: %v", nodes, cells)
			continue
		}
		cells = slices.Delete(cells, i, i+1)
	}
	if len(cells) > 0 {
		t.Errorf("needless cells %v", cells)
	}
}
