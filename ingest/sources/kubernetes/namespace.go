package kubernetes

// namespace is what the inputs show of one namespace of a cluster, of all editions:
// where one object looks for another, it nearly always looks there, so that what is
// asked one after the other lies together.
type namespace struct {
	cluster, name string
	around        *namespace // what of the cluster belongs to no namespace; itself for that
	scope         string     // where names are looked up as somebody of no edition sees them

	objects   map[member]*object
	serving   map[member]*service // without kind
	services  []*service
	workloads []*workload
	byName    map[string][]*workload
	byLabel   map[label][]*workload        // by a label of their pods
	made      map[string]*workload         // by a name that an operator makes
	labels    map[string]map[string]string // the last of a name, while the world is built
}

// member is an object within a namespace.
type member struct{ edition, kind, name string }

type label struct{ key, value string }

type namespaceRef struct{ cluster, name string }

// nowhere is a namespace that the inputs do not show.
var nowhere = &namespace{}

// namespaceOf returns the namespace of a cluster, a new one where there is none yet.
func (w *world) namespaceOf(cluster, name string) *namespace {
	at := namespaceRef{cluster, name}
	if s := w.spaces[at]; s != nil {
		return s
	}
	s := &namespace{
		cluster: cluster, name: name, objects: map[member]*object{}, serving: map[member]*service{}, byName: map[string][]*workload{},
		byLabel: map[label][]*workload{}, made: map[string]*workload{}, labels: map[string]map[string]string{},
	}
	w.spaces[at] = s
	if s.scope = scopeOf(cluster, ""); name == "" {
		s.around = s
	} else {
		s.scope += "/" + name
		s.around = w.namespaceOf(cluster, "")
	}
	return s
}

// in returns a namespace as an object names it, which is most often its own.
func (w *world) in(from *object, ns string) *namespace {
	switch home := from.home; {
	case home == nil:
	case home.name == ns:
		return home
	case ns == "":
		return home.around
	}
	if s := w.spaces[namespaceRef{from.cluster, ns}]; s != nil {
		return s
	}
	return nowhere
}
