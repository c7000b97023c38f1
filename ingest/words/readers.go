package words

import (
	"slices"
	"strings"
)

// Readers are those who read one text. Which part of it is whose, nothing may say but
// the names: GeoMongoAddress belongs to geo, and post-storage-mongodb to
// post-storage-service, not to compose-post-service.
type Readers struct {
	own [][]string // by reader: the words that tell it from the others
}

// generic are words that say of a workload only that it is one.
var generic = []string{"service", "services", "svc", "server", "app", "api", "microservice", "ms", "backend", "deployment"}

// NewReaders takes the names of all readers, without what they stand in. Words that all
// of them have, and those that say only what a workload is, tell nobody.
func NewReaders(names []string) *Readers {
	r := &Readers{own: make([][]string, len(names))}
	having := map[string]int{} // how many have a word
	for i, name := range names {
		r.own[i] = Split(name)
		for j, w := range r.own[i] {
			if !slices.Contains(r.own[i][:j], w) {
				having[w]++
			}
		}
	}
	for i := range r.own {
		r.own[i] = slices.DeleteFunc(r.own[i], func(w string) bool {
			return slices.Contains(generic, w) || having[w] == len(names)
		})
	}
	return r
}

// Named returns the readers whose words all stand in the path of a setting or in the
// first labels of the hosts that it names, those with the most words alone; ascending.
// It returns none where that tells nobody apart. A reader that a host is called after is
// named as a target and not as a user; skip says who else is, such as whoever the hosts
// lead to.
func (r *Readers) Named(path string, hosts []string, skip func(reader int) bool) []int {
	have := Split(path)
	targets := make([][]string, len(hosts))
	for i, h := range hosts {
		first, _, _ := strings.Cut(h, ".")
		all := Split(first)
		have = append(have, all...)
		targets[i] = slices.DeleteFunc(all, func(w string) bool { return slices.Contains(generic, w) })
	}
	var named []int
	most := 1
	for i, own := range r.own {
		if len(own) < most || slices.ContainsFunc(own, func(w string) bool {
			return !slices.ContainsFunc(have, func(h string) bool { return sameStem(w, h) })
		}) || slices.ContainsFunc(targets, func(t []string) bool { return slices.Equal(t, own) }) || skip(i) {
			continue
		}
		if len(own) > most {
			most, named = len(own), nil
		}
		named = append(named, i)
	}
	if len(named) == len(r.own) {
		return nil
	}
	return named
}

// Rest returns the words of a setting's path that do not name a reader, sorted.
func (r *Readers) Rest(path string, reader int) []string {
	out := slices.DeleteFunc(Split(path), func(w string) bool {
		return slices.ContainsFunc(r.own[reader], func(own string) bool { return sameStem(own, w) })
	})
	slices.Sort(out)
	return out
}

// sameStem says whether two words have one stem: "reserve" and "reservation", but not
// "ledger" and "ledgerwriter".
func sameStem(a, b string) bool {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	shorter := min(len(a), len(b))
	return a == b || n >= 4 && n*5 >= shorter*4 && slices.Contains(endings, a[n:]) && slices.Contains(endings, b[n:])
}

// endings are what English puts behind a stem.
var endings = []string{
	"", "s", "e", "es", "ed", "er", "ers", "or", "ors", "ing", "ings", "ion", "ions", "ation", "ations", "ment", "ments", "y", "ies", "al", "ity",
}
