package address

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
	"github.com/fateline/fateline/ingest/words"
)

// Ref is what one address in a string refers to.
type Ref struct {
	Scheme    string // lower case, without a prefix such as "jdbc:"; "" where the string says none
	Hosts     []Host // alternatives, in the order of the text; at least one
	Database  string // the database, bucket or queue that a data source name ends in; "" where there is none
	Repo      string // HOST/PATH of the source repository that a URL names; "" where it names none
	Form      Form
	Telemetry bool // where signals are sent: losing it leaves the owner unaffected
	Gossip    bool // members of the owner's own cluster: it goes on without them
	At        int  // byte offset in the text that was searched
}

// Host is one machine or service that an address names.
type Host struct {
	Name string // lower case, without brackets or a trailing dot
	Port int    // 0 where the string says none
}

// Form is how an address is written, which says how sure it is that it is one.
type Form uint8

// The forms, surest first. The zero value is no form.
const (
	URL       Form = iota + 1 // with a scheme, or a data source name
	Qualified                 // a name with its domain or namespace
	HostPort                  // host:port
	Bare                      // the bare name of a known service, under a key that says host
)

// Confidence returns how sure an address of this form is to be a reference.
func (f Form) Confidence() float64 {
	switch f {
	case URL, Qualified:
		return 0.9
	case HostPort:
		return 0.8
	case Bare:
		return 0.6
	}
	return 0
}

// Context is what is known about the string that is searched. The zero value
// knows nothing.
type Context struct {
	// Key is the variable, flag or setting whose value the string is; "" is unknown.
	Key string
	// Known says whether a name is one of a service in scope: the bare "redis", or
	// one qualified by a namespace, "redis.shop". nil knows none.
	Known func(name string) bool
	// Guess takes a bare name under a key that says host for a known one: the caller
	// finds out later whether it is.
	Guess bool
	// Loose says that the string is running text, such as a script, and not the
	// value of one setting: only what cannot be anything else counts.
	Loose bool
}

func (c Context) known(name string) bool { return c.Known != nil && c.Known(name) }

// Find returns the references in a string, in the order in which they stand. It
// costs time linear in the string.
func Find(text string, c Context) []Ref {
	if nowhere(text, c) || ownAddress(c.Key) {
		return nil
	}
	refs := search(text, c)
	signals, gossips := telemetryKey(c.Key), gossip(c.Key)
	end := len(text) // where the next reference begins
	for i := len(refs) - 1; i >= 0; i-- {
		refs[i].Telemetry = signals || telemetry(refs[i], text[min(refs[i].At, end):end])
		refs[i].Gossip = gossips
		if i > 0 && refs[i-1].At < refs[i].At {
			end = refs[i].At
		}
	}
	return refs
}

func search(text string, c Context) []Ref {
	if len(text) > maxText || text == "" {
		return nil
	}
	if !c.Loose {
		if refs, ok := whole(text, c); ok {
			return refs
		}
	}
	return scan(text, c)
}

// maxText bounds what is searched: a longer value is data, not a setting.
const maxText = 1 << 20

// whole reads the string as one data source name or one list of addresses. ok
// says that it is one of these, also where nothing in it is a reference.
func whole(text string, c Context) (refs []Ref, ok bool) {
	trimmed := strings.TrimSpace(text)
	at := strings.Index(text, trimmed)
	if refs, ok = mysqlDSN(trimmed, c); !ok {
		if refs, ok = keywordDSN(trimmed, c); !ok {
			if refs, ok = semicolonDSN(trimmed, c); !ok {
				if refs, ok = descriptorDSN(trimmed, c); !ok {
					refs, ok = list(trimmed, c)
				}
			}
		}
	}
	if !ok {
		return nil, false
	}
	for i := range refs {
		refs[i].At += at
	}
	return refs, true
}

// newRef returns a reference to hosts, without those that are no hosts; ok is
// false where none is left.
func newRef(scheme string, hosts []Host, form Form, at int) (Ref, bool) {
	r := Ref{Scheme: scheme, Form: form, At: at}
	for _, h := range hosts {
		h.Name = strings.TrimSuffix(words.Lower(h.Name), ".")
		if validHost(h.Name) && !loopback(h.Name) && !slices.Contains(r.Hosts, h) {
			r.Hosts = append(r.Hosts, h)
		}
	}
	return r, len(r.Hosts) > 0
}

// logical are the schemes whose host is a name in a registry of services and not
// in the domain name system.
var logical = []string{"lb", "stork", "consul", "nacos", "eureka"}

// Logical reports whether the hosts are names in a registry of services, such as
// "lb://orders", and not host names.
func (r Ref) Logical() bool { return slices.Contains(logical, r.Scheme) }

// Targets returns the hosts as names seen from scope.
func (r Ref) Targets(scope string) []link.Target {
	if r.Repo != "" {
		name := link.Name{Space: link.SpaceRepo, Text: r.Repo}
		return []link.Target{{Name: name, Else: depgraph.ID{Kind: depgraph.KindRepo, Name: r.Repo}, Quiet: true}}
	}
	targets := make([]link.Target, 0, len(r.Hosts))
	for _, h := range r.Hosts {
		name := link.Host(scope, h.Name)
		if r.Logical() {
			name.Space = link.SpaceService
		}
		targets = append(targets, link.Target{Name: name})
	}
	return targets
}

// Terms returns the terms of the requirement that the reference states: to run,
// down without it, degraded among members that gossip, or unaffected where it is telemetry.
func (r Ref) Terms() depgraph.Terms {
	t := depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), IfLost: depgraph.Down, Via: r.via()}
	switch {
	case r.Telemetry:
		t.IfLost = depgraph.Unaffected
	case r.Gossip:
		t.IfLost = depgraph.Degraded
	}
	return t
}

func (r Ref) via() depgraph.Via {
	if r.Repo != "" {
		return depgraph.Pulls
	}
	if s, ok := schemes[r.Scheme]; ok {
		return s.via
	}
	return depgraph.Calls
}
