package link

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/tiertest"
)

func TestFactsComeOutAsTheyWentIn(t *testing.T) {
	refs := []*Reference{{Form: Native}, {Form: Text}}
	packs := []*Packed{{}, {}}
	linked := &depgraph.Requirement{Owner: depgraph.MustID("service:a")}
	tiertest.Check(t, func(t *rapid.T) {
		var l facts
		var want []fact
		for range rapid.IntRange(1, 40).Draw(t, "facts") {
			f := fact{
				owner: rapid.Int32().Draw(t, "owner"), rank: rank(rapid.IntRange(0, 5).Draw(t, "rank")), trust: rapid.Float64().Draw(t, "trust"),
				note:    rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "note"),
				terms:   depgraph.Terms{Via: rapid.SampledFrom([]depgraph.Via{"", depgraph.Calls}).Draw(t, "via"), IfLost: depgraph.Degraded}.Normal(),
				members: make([]int32, rapid.SampledFrom([]int{1, 2, 3, memberBlock - 2, memberBlock + 1}).Draw(t, "members")),
			}
			for i := range f.members {
				f.members[i] = f.owner + int32(i)
			}
			switch rapid.IntRange(0, 2).Draw(t, "from") {
			case 0:
				f.linked = linked
			case 1:
				f.from.ref = rapid.SampledFrom(refs).Draw(t, "reference")
			default:
				f.from = reading{packed: rapid.SampledFrom(packs).Draw(t, "packed"), row: rapid.Uint32().Draw(t, "row")}
			}
			l.add(f)
			want = append(want, f)
		}
		if l.len() != len(want) {
			t.Fatalf("%d facts, want %d", l.len(), len(want))
		}
		i := rapid.IntRange(0, len(want)-1).Draw(t, "amended")
		want[i].terms.IfLost, want[i].note = depgraph.Unaffected, "z"
		l.amend(i, want[i].terms, want[i].note)
		for i, f := range want {
			if got := l.get(i); !reflect.DeepEqual(got, f) || cap(got.members) != len(got.members) {
				t.Fatalf("fact %d is %+v, want %+v", i, got, f)
			}
		}
	})
}
