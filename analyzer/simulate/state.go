package simulate

import "fmt"

// State is what a loss makes of a node. A node may be in several: what is
// frozen may be blind and degraded too. Down excludes all others but Blind.
type State uint8

// The states of a loss, as semantics section 2 fixes them.
const (
	Down     State = iota + 1 // does not serve
	Degraded                  // serves, without a feature, a share or at the full strength of what it needs
	Frozen                    // serves, and can be neither restarted nor rescheduled nor changed
	Blind                     // if it failed now, nobody would be told
	Exposed                   // serves, with nothing to spare where it had something
)

var stateNames = [...]string{"", "down", "degraded", "frozen", "blind", "exposed"}

// States lists the states in their order.
func States() []State { return []State{Down, Degraded, Frozen, Blind, Exposed} }

// String returns the name of the state, "" for the zero value.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return fmt.Sprintf("state(%d)", uint8(s))
}

// ParseState inverts String.
func ParseState(s string) (State, error) {
	for _, st := range States() {
		if stateNames[st] == s {
			return st, nil
		}
	}
	return 0, fmt.Errorf("state %q: want down, degraded, frozen, blind or exposed", s)
}

// raw is what is known of one node while a loss spreads, before "not down" is
// applied. Every bit only ever goes from 0 to 1 as more nodes are lost, which is
// what lets a loss start from the state of the model with nothing lost.
type raw uint8

const (
	rawDown     raw = 1 << iota
	rawImpaired     // down or degraded
	rawFrozen       // a start, build or deploy requirement is unmet, down or not
	rawBlind
	rawExposed // a run requirement had something to spare and has nothing left, down or not
)

// is reads a state off the bits.
func (b raw) is(s State) bool {
	switch s {
	case Down:
		return b&rawDown != 0
	case Degraded:
		return b&(rawDown|rawImpaired) == rawImpaired
	case Frozen:
		return b&(rawDown|rawFrozen) == rawFrozen
	case Blind:
		return b&rawBlind != 0
	case Exposed:
		return b&(rawDown|rawExposed) == rawExposed
	}
	return false
}
