package traces

import (
	"time"
)

// span is what the edge rules need to know of one span, whatever wrote it.
type span struct {
	trace, id, parent string // as written, lower-case hex where the format says so; parent "" is a root
	service           serviceKey
	kind              kind
	failed            bool
	start             time.Time // zero: unknown
	peer              peer
	links             []spanLink
	file, line        int32
}

type spanLink struct{ trace, span string }

type kind uint8

const (
	internal kind = iota
	server
	client
	producer
	consumer
)

// serviceKey says who emitted a span: the service's own name and where it ran.
type serviceKey struct {
	namespace, name string // service.namespace, service.name
	cluster         string // k8s.cluster.name
	k8sNamespace    string
	workload        string // the name of the Deployment, StatefulSet, ... ; "" is unknown
	environment     string
	criticality     string
}

// peer is the far end as a client or producer span describes it.
type peer struct {
	service   string // service.peer.name and its elder
	namespace string
	host      string
	dbSystem  string
	dbName    string
	msgSystem string
	topic     string
}

func (p peer) empty() bool { return p == peer{} }
