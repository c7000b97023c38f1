package kubernetes

// namespace is what the inputs show of one namespace of a cluster, of all editions:
// where one object looks for another, it nearly always looks there, so that what is
// asked one after the other lies together.
type namespace struct {
	cluster, name string
	around        *namespace // what of the cluster belongs to no namespace; itself for that
	scope         string     // where names are looked up as somebody of no edition sees them

	objects   map[member]*object
	services  []*service
	workloads []*workload
	byName    map[string][]*workload
	byLabel   map[label][]*workload // by a label of their pods
	bearers   map[label][]*workload // by the labels that name their system; nil until asked
	made      map[string]*workload  // by a name that an operator makes
}

// member is an object within a namespace.
type member struct{ edition, kind, name string }

type namespaceRef struct{ cluster, name string }

// nowhere is a namespace that the inputs do not show.
var nowhere = &namespace{}

// namespaceOf returns the namespace of a cluster, a new one where there is none yet.
// It has room for its objects, if it is told how many there are.
func (w *world) namespaceOf(cluster, name string, room int) *namespace {
	at := namespaceRef{cluster, name}
	if s := w.spaces[at]; s != nil {
		return s
	}
	s := &namespace{
		cluster: cluster, name: name, objects: make(map[member]*object, room), byName: map[string][]*workload{},
		byLabel: map[label][]*workload{}, made: map[string]*workload{},
	}
	w.spaces[at] = s
	if s.scope = scopeOf(cluster, ""); name == "" {
		s.around = s
	} else {
		s.scope += "/" + name
		s.around = w.namespaceOf(cluster, "", 0)
	}
	return s
}

// settle gives every object its namespace.
func (w *world) settle() {
	sizes := map[namespaceRef]*int{}
	var last namespaceRef
	var size *int
	for _, o := range w.objects {
		if at := (namespaceRef{o.cluster, o.ns}); size == nil || at != last {
			if last, size = at, sizes[at]; size == nil {
				size = new(int)
				sizes[at] = size
			}
		}
		*size++
	}
	home := nowhere
	for _, o := range w.objects {
		if home == nowhere || home.name != o.ns || home.cluster != o.cluster {
			home = w.namespaceOf(o.cluster, o.ns, *sizes[namespaceRef{o.cluster, o.ns}])
		}
		o.home = home
	}
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
