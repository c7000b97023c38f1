package kubernetes

import "strings"

// saysWord says whether a container of a workload is started with a word as the
// value of a flag or variable: how a provisioner or controller says its name.
func saysWord(run *workload, word string) bool {
	if word == "" || !run.said().may(word) {
		return false
	}
	for _, c := range run.pod.containers {
		for _, x := range c.env {
			if x.get("value").text() == word {
				return true
			}
		}
		for _, list := range []string{"command", "args"} {
			for item := range c.get(list).v.Items() {
				if s := item.Text(); s == word || strings.HasSuffix(s, "="+word) {
					return true
				}
			}
		}
	}
	return false
}

// saidWords tells of most words that a workload says none like it, by a few of their
// bytes: each class of Ingresses asks every workload, and its strings are far apart.
type saidWords [4]uint64

func (s *saidWords) slot(word string) (at int, bit uint64) {
	h := len(word)*5 + int(word[0])*31 + int(word[len(word)-1])
	return h >> 6 & 3, 1 << (h & 63)
}

func (s *saidWords) add(word string) {
	if word != "" {
		at, bit := s.slot(word)
		s[at] |= bit
	}
}

// may says whether a word may be one of them.
func (s *saidWords) may(word string) bool {
	at, bit := s.slot(word)
	return s[at]&bit != 0
}

// said are the words that saysWord finds.
func (run *workload) said() *saidWords {
	if run.words != nil {
		return run.words
	}
	s := &saidWords{}
	for _, c := range run.pod.containers {
		for _, x := range c.env {
			s.add(x.get("value").text())
		}
		for _, list := range []string{"command", "args"} {
			for item := range c.get(list).v.Items() {
				word := item.Text()
				s.add(word)
				for found := true; found; {
					if _, word, found = strings.Cut(word, "="); found {
						s.add(word)
					}
				}
			}
		}
	}
	run.words = s
	return s
}
