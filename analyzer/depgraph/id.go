package depgraph

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Kind is the first half of a node's id: what sort of thing it is. The set is
// open; the constants are the core vocabulary, which rules and simulations know.
type Kind string

// The core vocabulary, by family.
const (
	KindService   Kind = "service"
	KindJob       Kind = "job"
	KindFunction  Kind = "function"
	KindDatastore Kind = "datastore"
	KindQueue     Kind = "queue"
	KindGateway   Kind = "gateway"
	KindVolume    Kind = "volume"

	KindTool       Kind = "tool"
	KindMonitor    Kind = "monitor"
	KindStatusPage Kind = "statuspage"
	KindHuman      Kind = "human"

	KindProvider Kind = "provider"
	KindRegion   Kind = "region"
	KindFacility Kind = "facility"
	KindZone     Kind = "zone"
	KindRack     Kind = "rack"
	KindHost     Kind = "host"
	KindCluster  Kind = "cluster"
	KindNodePool Kind = "nodepool"
	KindPower    Kind = "power"
	KindNetwork  Kind = "network"

	KindImage        Kind = "image"
	KindUpdates      Kind = "updates"
	KindRegistry     Kind = "registry"
	KindRepo         Kind = "repo"
	KindSecret       Kind = "secret"
	KindConfig       Kind = "config"
	KindCertificate  Kind = "certificate"
	KindIdentity     Kind = "identity"
	KindDomain       Kind = "domain"
	KindWebhook      Kind = "webhook"
	KindStorageClass Kind = "storageclass"
	KindExternal     Kind = "external"

	// KindGroup names a nested requirement. A group cannot be lost by itself
	// and stands in no list of nodes that a simulation or a rule gives.
	KindGroup Kind = "group"
)

// Family is the part of the core vocabulary that a kind belongs to.
type Family int

// The families; the zero value is the family of kinds outside the vocabulary.
const (
	FamilyOpen Family = iota
	FamilyWorkload
	FamilyOperations
	FamilyPlace
	FamilyMaterial
	FamilyGroup
)

var families = map[Kind]Family{
	KindService: FamilyWorkload, KindJob: FamilyWorkload, KindFunction: FamilyWorkload, KindDatastore: FamilyWorkload,
	KindQueue: FamilyWorkload, KindGateway: FamilyWorkload, KindVolume: FamilyWorkload,
	KindTool: FamilyOperations, KindMonitor: FamilyOperations, KindStatusPage: FamilyOperations, KindHuman: FamilyOperations,
	KindProvider: FamilyPlace, KindRegion: FamilyPlace, KindFacility: FamilyPlace, KindZone: FamilyPlace, KindRack: FamilyPlace,
	KindHost: FamilyPlace, KindCluster: FamilyPlace, KindNodePool: FamilyPlace, KindPower: FamilyPlace, KindNetwork: FamilyPlace,
	KindImage: FamilyMaterial, KindUpdates: FamilyMaterial, KindRegistry: FamilyMaterial, KindRepo: FamilyMaterial,
	KindSecret: FamilyMaterial, KindConfig: FamilyMaterial, KindCertificate: FamilyMaterial, KindIdentity: FamilyMaterial,
	KindDomain: FamilyMaterial, KindWebhook: FamilyMaterial, KindStorageClass: FamilyMaterial, KindExternal: FamilyMaterial,
	KindGroup: FamilyGroup,
}

// Family returns the family of k in the core vocabulary, [FamilyOpen] for any other kind.
func (k Kind) Family() Family { return families[k] }

// IsPlace reports whether k is a kind of place: something other nodes stand in.
func (k Kind) IsPlace() bool { return families[k] == FamilyPlace }

// ID names a node. It is comparable; the zero ID names nothing.
type ID struct {
	Kind Kind
	Name string // may hold '/' for scope, as in "prod/checkout"
}

// ParseID reads "kind:name". The kind is lower-case letters, digits and '-',
// beginning with a letter; the name is any non-empty UTF-8 without control
// characters. ParseID inverts String.
func ParseID(s string) (ID, error) {
	kind, name, found := strings.Cut(s, ":")
	switch {
	case !found:
		return ID{}, fmt.Errorf("id %q: want kind:name, as in service:prod/checkout", s)
	case !validKind(kind):
		return ID{}, fmt.Errorf("id %q: kind %q is not lower-case letters, digits and '-'", s, kind)
	case name == "":
		return ID{}, fmt.Errorf("id %q: the name after %q is empty", s, kind+":")
	case !utf8.ValidString(name):
		return ID{}, fmt.Errorf("id %q: the name is not UTF-8", s)
	case strings.ContainsFunc(name, func(r rune) bool { return r < 0x20 || r == 0x7f }):
		return ID{}, fmt.Errorf("id %q: the name has a control character", s)
	}
	return ID{Kind: Kind(kind), Name: name}, nil
}

// MustID is [ParseID] for constants in tests and tables; it panics on an error.
func MustID(s string) ID {
	id, err := ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

func validKind(s string) bool {
	for i, r := range s {
		if r >= 'a' && r <= 'z' || i > 0 && (r >= '0' && r <= '9' || r == '-') {
			continue
		}
		return false
	}
	return s != ""
}

// String returns "kind:name".
func (id ID) String() string { return string(id.Kind) + ":" + id.Name }

// MarshalText returns "kind:name", and nothing for the zero ID: ids are written
// to JSON as text.
func (id ID) MarshalText() ([]byte, error) {
	if id.IsZero() {
		return nil, nil
	}
	return []byte(id.String()), nil
}

// UnmarshalText inverts MarshalText.
func (id *ID) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*id = ID{}
		return nil
	}
	parsed, err := ParseID(string(text))
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}

// IsZero reports whether id names nothing.
func (id ID) IsZero() bool { return id == ID{} }

// Compare orders ids as their strings compare byte by byte, without building
// the strings. It is the order of everything that Fateline lists.
func (id ID) Compare(other ID) int {
	a, b := string(id.Kind), string(other.Kind)
	if a == b {
		return strings.Compare(id.Name, other.Name)
	}
	n := min(len(a), len(b))
	if c := strings.Compare(a[:n], b[:n]); c != 0 {
		return c
	}
	// One kind is a prefix of the other: its ':' meets a letter, a digit or '-'.
	if len(a) < len(b) {
		if ':' < b[n] {
			return -1
		}
		return 1
	}
	if a[n] < ':' {
		return -1
	}
	return 1
}
