package kubernetes

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/words"
)

// sharedText is one text that workloads read, and what it says of its readers: the
// same to each of them, so it is found out once.
type sharedText struct {
	readers []*workload
	several bool                   // they are several nodes
	proxy   bool                   // it is the whole configuration of a proxy
	names   *words.Readers         // by their names; nil until asked
	books   map[string]bool        // whether it lists its readers, by the hosts found in it
	leads   map[string]*workload   // the reader that hosts lead to
	named   map[string][]*workload // the readers that a key and its hosts name
}

// countShares finds out which workloads read the same text.
func (e *emitter) countShares() {
	for _, run := range e.w.workloads {
		for _, entry := range e.configuration(run) {
			x := e.readings[entry.reading()]
			if x == nil {
				x = &sharedText{proxy: isProxy(entry.datum)}
				e.readings[entry.reading()] = x
			}
			if n := len(x.readers); n == 0 || x.readers[n-1] != run {
				x.several = x.several || n > 0 && x.readers[0].id != run.id
				x.readers = append(x.readers, run)
			}
		}
	}
}

// leadsTo returns the reader of a text that a reference in it leads to, nil if none.
func (e *emitter) leadsTo(s address.Setting, of *sharedText) *workload {
	hosts := hostsOf(s)
	found, asked := of.leads[hosts]
	if asked {
		return found
	}
	if at := slices.IndexFunc(of.readers, func(run *workload) bool { return e.leadsToOwn(s, run) }); at >= 0 {
		found = of.readers[at]
	}
	if of.leads == nil {
		of.leads = map[string]*workload{}
	}
	of.leads[hosts] = found
	return found
}

// leadsToOwn says whether a reference leads back to a workload.
func (e *emitter) leadsToOwn(s address.Setting, run *workload) bool {
	return slices.ContainsFunc(s.Hosts, func(h address.Host) bool { return e.isOwn(run, h.Name) })
}

// hostsOf identifies the hosts of a reference.
func hostsOf(s address.Setting) string {
	names := make([]string, len(s.Hosts))
	for i, h := range s.Hosts {
		names[i] = h.Name
	}
	return strings.Join(names, " ")
}

// listed is how many of its readers a text must lead to for it to be a list of them, and
// how many peers a map must hold.
const listed = 3

// addressBook says whether a text lists where its readers are: then it says who can
// be called, and not who calls.
func (e *emitter) addressBook(found []address.Setting, of *sharedText) bool {
	all := make([]string, len(found))
	for i, s := range found {
		all[i] = hostsOf(s)
	}
	hosts := strings.Join(all, "\n")
	is, asked := of.books[hosts]
	if asked {
		return is
	}
	var to []*workload
	for _, s := range found {
		if run := e.leadsTo(s, of); run != nil && !slices.Contains(to, run) {
			to = append(to, run)
		}
	}
	is = len(ids(to)) >= listed
	if of.books == nil {
		of.books = map[string]bool{}
	}
	of.books[hosts] = is
	return is
}

// users returns those of several readers of one text whose own names stand in the
// key or the host of a reference: GeoMongoAddress belongs to geo, and
// post-storage-mongodb to post-storage-service, not to compose-post-service. A
// reader that the reference leads to is named as a target and not as a user.
func (e *emitter) users(s address.Setting, of *sharedText) []*workload {
	question := s.Path + "\n" + hostsOf(s)
	named, asked := of.named[question]
	if !asked {
		named = e.findUsers(s, of)
		if of.named == nil {
			of.named = map[string][]*workload{}
		}
		of.named[question] = named
	}
	return named
}

func (e *emitter) findUsers(s address.Setting, of *sharedText) []*workload {
	if of.names == nil {
		names := make([]string, len(of.readers))
		for i, run := range of.readers {
			names[i] = run.name
		}
		of.names = words.NewReaders(names)
	}
	hosts := make([]string, len(s.Hosts))
	for i, h := range s.Hosts {
		hosts[i] = h.Name
	}
	var named []*workload
	for _, i := range of.names.Named(s.Path, hosts, func(i int) bool { return e.leadsToOwn(s, of.readers[i]) }) {
		named = append(named, of.readers[i])
	}
	return named
}
