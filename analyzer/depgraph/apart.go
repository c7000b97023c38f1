package depgraph

// PartGroups gives standbys a group of their own where they share one with nodes that are
// none, and where that makes a difference. A group is a mere name for a part of a
// requirement, and what that part comes to depends on who asks: an idle standby among its
// members serves the one owner and not the other, and no owner may change what the
// group is to another one. The new group has the name of the old one and "for standbys".
//
// To be called once all facts are added. It costs O(members), and nothing where nobody is
// a standby.
func (b *Builder) PartGroups() {
	p := parting{Builder: b, standby: map[int32]bool{}, owned: map[int32][]int{}}
	for _, n := range b.nodes {
		if n.node.Standby != nil {
			p.standby[n.at] = true
		}
	}
	if len(p.standby) == 0 {
		return
	}
	shared := p.shared()
	if len(shared) == 0 {
		return
	}
	p.twins = make(map[int32]int32, len(shared))
	for _, group := range shared {
		id := b.ids[group]
		p.twins[group] = b.intern(ID{Kind: KindGroup, Name: id.Name + " for standbys"})
	}
	p.copyNodes()
	p.copyRequirements()
}

// parting is the state of one PartGroups; nodes are numbers of the builder.
type parting struct {
	*Builder
	standby     map[int32]bool
	owned       map[int32][]int // the requirements of each group
	twins       map[int32]int32 // what standbys name instead of a group
	forStandbys map[int32]bool  // groups that standbys name, themselves or by other groups
	forOthers   map[int32]bool  // groups that others name, likewise
}

func (p *parting) isGroup(n int32) bool { return p.ids[n].Kind == KindGroup }

// shared lists the groups that standbys and others name, and that have a standby among
// their members, or among those of their groups.
func (p *parting) shared() []int32 {
	var toStandbys, toOthers []int32
	idle := map[int32]bool{} // groups that a standby is behind
	for i, r := range p.reqs {
		if p.isGroup(r.owner) {
			p.owned[r.owner] = append(p.owned[r.owner], i)
		}
		for _, m := range p.membersOf(r) {
			switch {
			case p.isGroup(m) && p.standby[r.owner]:
				toStandbys = append(toStandbys, m)
			case p.isGroup(m) && !p.isGroup(r.owner):
				toOthers = append(toOthers, m)
			case p.standby[m] && p.isGroup(r.owner):
				idle[r.owner] = true
			}
		}
	}
	p.forStandbys, p.forOthers = p.below(toStandbys), p.below(toOthers)
	var out []int32
	for group := range p.forStandbys {
		if p.forOthers[group] && p.leadsTo(group, idle) {
			out = append(out, group)
		}
	}
	return out
}

// below returns some groups and those that are parts of them.
func (p *parting) below(groups []int32) map[int32]bool {
	seen := map[int32]bool{}
	for len(groups) > 0 {
		group := groups[len(groups)-1]
		groups = groups[:len(groups)-1]
		if seen[group] {
			continue
		}
		seen[group] = true
		for _, i := range p.owned[group] {
			for _, m := range p.membersOf(p.reqs[i]) {
				if p.isGroup(m) {
					groups = append(groups, m)
				}
			}
		}
	}
	return seen
}

func (p *parting) leadsTo(group int32, idle map[int32]bool) bool {
	for part := range p.below([]int32{group}) {
		if idle[part] {
			return true
		}
	}
	return false
}

func (p *parting) copyNodes() {
	for _, n := range p.nodes {
		if twin, known := p.twins[n.at]; known {
			p.nodes = append(p.nodes, addedNode{twin, n.node})
		}
	}
	for _, o := range p.norigin {
		if twin, known := p.twins[o.at]; known {
			p.norigin = append(p.norigin, nodeOrigin{twin, o.origin})
		}
	}
}

func (p *parting) copyRequirements() {
	for i := range p.reqs {
		r := &p.reqs[i]
		twin, split := p.twins[r.owner]
		switch {
		case split:
			c := packedReq{owner: twin, terms: r.terms, memAt: int32(len(p.members)), origAt: int32(len(p.origins))}
			p.members = append(p.members, p.membersOf(*r)...)
			p.origins = append(p.origins, p.origins[r.origAt:r.origEnd]...)
			c.memEnd, c.origEnd = int32(len(p.members)), int32(len(p.origins))
			p.reqs = append(p.reqs, c)
			p.rename(c)
		case p.standby[r.owner], p.forStandbys[r.owner] && !p.forOthers[r.owner]:
			p.rename(*r)
		}
	}
}

// rename makes a requirement name the groups for standbys.
func (p *parting) rename(r packedReq) {
	for i := r.memAt; i < r.memEnd; i++ {
		if twin, known := p.twins[p.members[i]]; known {
			p.members[i] = twin
		}
	}
	for i := r.origAt; i < r.origEnd; i++ {
		if o := &p.origins[i]; o.member >= 0 {
			if twin, known := p.twins[o.member]; known {
				o.member = twin
			}
		}
	}
}
