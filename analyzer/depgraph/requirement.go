package depgraph

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Requirement is what a node needs: at least Need of the members, in Phases.
// A node may own any number of them, and all count.
type Requirement struct {
	Owner   ID
	Members []ID // distinct and sorted
	Terms   Terms
	Origins []Origin // where the facts were read; sorted, at least one
}

// Terms is everything about a requirement but whom it joins. It is comparable.
type Terms struct {
	Need   Need          // zero reads as AtLeast(1)
	Phases Phases        // zero reads as Run alone
	IfLost IfLost        // zero reads as Down
	Lasts  time.Duration // how long the owner goes on without it; 0: not a moment
	Via    Via           // the relation, for people and rules
}

// Normal returns t with the zero values replaced by what they read as.
func (t Terms) Normal() Terms {
	if t.Need == 0 {
		t.Need = AtLeast(1)
	}
	if t.Phases == 0 {
		t.Phases = PhasesOf(Run)
	}
	if t.IfLost == 0 {
		t.IfLost = Down
	}
	return t
}

// Need is how many members must serve: a positive number, [Quorum] or [All].
// The zero value reads as one.
type Need int32

// The needs that depend on how many members there are.
const (
	Quorum Need = -1 // floor(n/2)+1
	All    Need = -2
)

// AtLeast returns the need for k members; k is at least 1.
func AtLeast(k int) Need { return Need(k) }

// Of returns the number of members needed of n.
func (k Need) Of(n int) int {
	switch {
	case k == Quorum:
		return n/2 + 1
	case k == All:
		return n
	case k == 0:
		return 1
	}
	return int(k)
}

// String returns "2", "quorum" or "all".
func (k Need) String() string {
	switch k {
	case Quorum:
		return "quorum"
	case All:
		return "all"
	case 0:
		return "1"
	}
	return strconv.Itoa(int(k))
}

// ParseNeed inverts String.
func ParseNeed(s string) (Need, error) {
	switch s {
	case "quorum":
		return Quorum, nil
	case "all":
		return All, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 1<<30 {
		return 0, fmt.Errorf("need %q: want a positive number, quorum or all", s)
	}
	return AtLeast(n), nil
}

// Phase is a time in the owner's life at which a requirement counts.
type Phase uint8

// The phases.
const (
	Run     Phase = iota + 1 // to serve
	Start                    // to come up from cold, or to be rescheduled
	Build                    // to be built
	Deploy                   // to be changed or rolled back
	Recover                  // to be repaired once it has failed
	Observe                  // to be seen failing
)

var phaseNames = [...]string{"", "run", "start", "build", "deploy", "recover", "observe"}

// AllPhases lists the phases in their order.
func AllPhases() []Phase { return []Phase{Run, Start, Build, Deploy, Recover, Observe} }

// String returns the name of the phase, "" for the zero value.
func (p Phase) String() string {
	if int(p) < len(phaseNames) {
		return phaseNames[p]
	}
	return "phase(" + strconv.Itoa(int(p)) + ")"
}

// ParsePhase inverts String.
func ParsePhase(s string) (Phase, error) {
	for _, p := range AllPhases() {
		if phaseNames[p] == s {
			return p, nil
		}
	}
	return 0, fmt.Errorf("phase %q: want %s", s, strings.Join(phaseNames[1:], ", "))
}

// Phases is a set of phases. The zero value reads as Run alone.
type Phases uint8

// PhasesOf returns the set of ps.
func PhasesOf(ps ...Phase) Phases {
	var s Phases
	for _, p := range ps {
		s |= 1 << p
	}
	return s
}

// Has reports whether p is in the set.
func (s Phases) Has(p Phase) bool {
	if s == 0 {
		return p == Run
	}
	return s&(1<<p) != 0
}

// Intersects reports whether the two sets share a phase.
func (s Phases) Intersects(t Phases) bool {
	if s == 0 {
		s = PhasesOf(Run)
	}
	if t == 0 {
		t = PhasesOf(Run)
	}
	return s&t != 0
}

// List returns the phases of the set in their order.
func (s Phases) List() []Phase {
	var ps []Phase
	for _, p := range AllPhases() {
		if s.Has(p) {
			ps = append(ps, p)
		}
	}
	return ps
}

// String returns the names joined by ',', "run" for the zero value.
func (s Phases) String() string {
	var names []string
	for _, p := range s.List() {
		names = append(names, p.String())
	}
	return strings.Join(names, ",")
}

// IfLost is what the owner becomes while the requirement is unmet.
type IfLost uint8

// The effects. The zero value reads as Down.
const (
	Down       IfLost = iota + 1
	Degraded          // fails open, loses a feature, loses a share
	Unaffected        // recorded only
)

var ifLostNames = [...]string{"down", "down", "degraded", "unaffected"}

// String returns "down", "degraded" or "unaffected"; the zero value reads "down".
func (l IfLost) String() string {
	if int(l) < len(ifLostNames) {
		return ifLostNames[l]
	}
	return "iflost(" + strconv.Itoa(int(l)) + ")"
}

// ParseIfLost inverts String.
func ParseIfLost(s string) (IfLost, error) {
	for _, l := range []IfLost{Down, Degraded, Unaffected} {
		if ifLostNames[l] == s {
			return l, nil
		}
	}
	return 0, fmt.Errorf("ifLost %q: want down, degraded or unaffected", s)
}

// Via is the relation a requirement stands for, such as "calls". The set is
// open; simulations read only [PlacedIn].
type Via string

// The relations that simulations, rules and several sources share.
const (
	Calls         Via = "calls"
	Reads         Via = "reads"
	Publishes     Via = "publishes"
	Consumes      Via = "consumes"
	Authenticates Via = "authenticates"
	Resolves      Via = "resolves"
	Mounts        Via = "mounts"
	Pulls         Via = "pulls"
	StoresOn      Via = "stores-on"
	RoutesTo      Via = "routes-to"
	PlacedIn      Via = "placed-in"
	BuiltFrom     Via = "built-from"
	UpdatedBy     Via = "updated-by"
	AdmittedBy    Via = "admitted-by"
	DeployedBy    Via = "deployed-by"
	RepairedBy    Via = "repaired-by"
	ActivatedBy   Via = "activated-by"
	WatchedBy     Via = "watched-by"
	OrderedAfter  Via = "ordered-after"
	ScheduledBy   Via = "scheduled-by"
	SecretFrom    Via = "secret-from"
	CertifiedBy   Via = "certified-by"
	PoweredBy     Via = "powered-by"
	MayCall       Via = "may-call"
)

// Edge is one arrow of a requirement, one step of a proof: From needs To in Phase.
type Edge struct {
	From, To ID
	Phase    Phase
	IfLost   IfLost
	Via      Via
	Origins  []Origin // of that member, sorted; at least one
}

// Confidence returns that of the best origin, 1 for an edge without any.
func (e Edge) Confidence() float64 {
	best := 0.0
	for _, o := range e.Origins {
		best = max(best, o.Normal().Confidence)
	}
	if best == 0 {
		return 1
	}
	return best
}

// Basis returns the strongest basis of the origins: an edge is [Observed] or
// [Implied] only if it rests on such facts alone.
func (e Edge) Basis() Basis {
	best := Implied
	for _, o := range e.Origins {
		best = min(best, o.Normal().Basis)
	}
	if len(e.Origins) == 0 {
		return Declared
	}
	return best
}
