package depgraph

import "time"

// Node is anything whose loss can matter. Only ID is required. What is absent
// is unknown: never "less critical", never "not generally available".
type Node struct {
	ID      ID
	Title   string            // for people; "" is the id's name
	Aliases []string          // other names it answers to; sorted, distinct
	Labels  map[string]string // free, for selection and display
	Owner   string            // the team; "" is unknown
	Env     string            // the environment, as written; "" is unknown

	Tier     *int     // 0 is most critical; nil is unknown
	GA       *bool    // generally available; nil is unknown
	Survives []string // kinds of place any one of whose places it must survive, or ids; nil claims nothing
	Replicas *int     // nil is unknown

	Manual  bool          // a procedure carried out by people; every human is manual
	Takes   time.Duration // cold start or repair; 0 is at once
	Standby *Standby      // idle until activated; nil is an ordinary node; never on a place

	Staged            bool    // an updates channel that never changes two failure domains at once
	Window            string  // an updates channel's window, as written; "" is unknown
	AnnualFailureRate float64 // failures a year; 0 is unknown
}

// IsManual reports whether the node is something people do.
func (n *Node) IsManual() bool { return n.Manual || n.ID.Kind == KindHuman }

// DisplayTitle returns the title, or the id's name where there is none.
func (n *Node) DisplayTitle() string {
	if n.Title != "" {
		return n.Title
	}
	return n.ID.Name
}

// Standby says how an idle node is brought into service.
type Standby struct {
	ActivatedBy []ID          // ways; at least Need of them must serve; empty: it activates by itself
	Need        Need          // zero reads as AtLeast(1)
	Takes       time.Duration // from activation to service
}
