package simulate

// reach says of every node whom it can take along, and how. Most requirements have
// no member to spare, and for those nothing has to be counted: who loses a member
// goes down. Leaving their counters alone makes a large loss several times as
// fast. Members that cannot serve the owner, and requirements whose loss does
// nothing, are left out.
type reach struct {
	at []int32 // three for each node: where its hard, placed and counted begin; one more at the end
	to []int32
}

// The ways to be taken along.
const (
	reachHard    = iota // owners that go down with it, and are degraded with it
	reachPlaced         // owners that go down with it, as placements pass no degradation
	reachCounted        // requirements, by number
	reachWays
)

// newReach costs O(members).
func newReach(m *Model, reqs []reqState) reach {
	c := reach{at: make([]int32, reachWays*m.g.Len()+1)}
	each := func(visit func(slot, to int32)) {
		for i := range reqs {
			q := &reqs[i]
			way := q.way()
			to := int32(q.owner)
			if way == reachCounted {
				to = int32(i)
			}
			if q.role&^redundant == 0 {
				continue
			}
			for _, member := range m.g.Members(req(i)) {
				if m.counts(member, q.owner) {
					visit(reachWays*int32(member)+way, to)
				}
			}
		}
	}
	each(func(slot, _ int32) { c.at[slot+1]++ })
	for i := 1; i < len(c.at); i++ {
		c.at[i] += c.at[i-1]
	}
	c.to = make([]int32, c.at[len(c.at)-1])
	next := append([]int32(nil), c.at...)
	each(func(slot, to int32) {
		c.to[next[slot]] = to
		next[slot]++
	})
	return c
}

// way returns how a requirement takes its owner along.
func (q *reqState) way() int32 {
	switch {
	case q.left != 0 || q.role&takesDown == 0 || q.role&blinds != 0:
		return reachCounted // one that blinds is judged although its owner is down
	case q.role&weakens != 0:
		return reachHard
	}
	return reachPlaced
}

// of returns whom v takes along in one of the ways.
func (c *reach) of(v node, way int32) []int32 {
	at := reachWays*int32(v) + way
	return c.to[c.at[at]:c.at[at+1]]
}
