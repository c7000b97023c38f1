package catalogue

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

// Fact says that whatever matches needs something.
type Fact struct {
	strict.Pos
	ID string `json:"id"` // kebab-case
	// Match is one or several "kind:name", any of which may fit: '*' stands for
	// anything, '{x}' for anything without '/', for use in Needs.
	Match Choice `json:"match"`
	// Labels are what the node carries, each with one of the values; a node that
	// carries one of Unless is not spoken of.
	Labels     map[string]Choice `json:"labels"`
	Unless     map[string]Choice `json:"unless"`
	Needs      []string          `json:"needs"`      // ids, any of which suffices; {x} is filled in
	Phase      []string          `json:"phase"`      // default run
	IfLost     string            `json:"ifLost"`     // default down
	Lasts      string            `json:"lasts"`      // how long the node goes on without, as 1h30m
	Via        string            `json:"via"`        // the relation, for people
	Confidence float64           `json:"confidence"` // in (0,1], default 0.8
	Note       string            `json:"note"`       // one sentence
	Source     string            `json:"source"`     // the public page where it can be checked

	match []*pattern
	terms depgraph.Terms
}

// Node is what a fact names and no input may know: its attributes.
type Node struct {
	strict.Pos
	ID     string `json:"id"`
	Title  string `json:"title"`
	Window string `json:"window"` // of an updates channel
	Staged bool   `json:"staged"` // an updates channel that never changes two failure domains at once
	Source string `json:"source"` // the public page where it can be checked
}

// Choice is one text or a list of them, any of which will do.
type Choice []string

// UnmarshalStrict reads a text or a list of texts.
func (c *Choice) UnmarshalStrict(v strict.Value) error {
	if v.Type() == strict.List {
		return v.Decode((*[]string)(c))
	}
	*c = make(Choice, 1)
	return v.Decode(&(*c)[0])
}

// String returns the texts joined by " or ".
func (c Choice) String() string { return strings.Join(c, " or ") }

func compareFacts(a, b Fact) int { return strings.Compare(a.ID, b.ID) }

var kebab = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// compile checks f and makes what Apply asks for.
func (f *Fact) compile() error {
	switch {
	case !kebab.MatchString(f.ID):
		return errors.New("want a kebab-case id")
	case len(f.Match) == 0, len(f.Needs) == 0, f.Note == "", f.Source == "":
		return errors.New("want match, needs, note and source")
	case f.Confidence < 0 || f.Confidence > 1:
		return fmt.Errorf("confidence %v: want more than 0, up to 1", f.Confidence)
	case f.Confidence == 0:
		f.Confidence = 0.8
	}
	for _, text := range f.Match {
		p, err := newPattern(text)
		if err != nil {
			return err
		}
		f.match = append(f.match, p)
		for _, member := range f.Needs {
			if _, err := depgraph.ParseID(member); err != nil {
				return fmt.Errorf("needs: %w", err)
			}
			for _, m := range braces.FindAllStringSubmatch(member, -1) {
				if !slices.Contains(p.names(), m[1]) {
					return fmt.Errorf("needs %q: %s is not in match %q", member, m[0], text)
				}
			}
		}
	}
	return f.compileTerms()
}

func (f *Fact) compileTerms() error {
	f.terms.Via = depgraph.Via(f.Via)
	for _, p := range f.Phase {
		phase, err := depgraph.ParsePhase(p)
		if err != nil {
			return err
		}
		f.terms.Phases |= depgraph.PhasesOf(phase)
	}
	var err error
	if f.IfLost != "" {
		if f.terms.IfLost, err = depgraph.ParseIfLost(f.IfLost); err != nil {
			return err
		}
	}
	if f.Lasts != "" {
		if f.terms.Lasts, err = time.ParseDuration(f.Lasts); err != nil {
			return err
		}
	}
	return nil
}

// kinds yields the kinds of what f matches, "*" for any, each once.
func (f *Fact) kinds() iter.Seq[depgraph.Kind] {
	set := map[depgraph.Kind]bool{}
	for _, p := range f.match {
		set[p.kind] = true
	}
	return maps.Keys(set)
}

// speaksOf reports whether a node with these labels is one that f speaks of, but
// for its id.
func (f *Fact) speaksOf(labels map[string]string) bool {
	for k, want := range f.Labels {
		if got, ok := labels[k]; !ok || !slices.Contains(want, got) {
			return false
		}
	}
	for k, not := range f.Unless {
		if got, ok := labels[k]; ok && slices.Contains(not, got) {
			return false
		}
	}
	return true
}

// members returns what f says that a node needs, and whether f speaks of its id.
func (f *Fact) members(id depgraph.ID) ([]depgraph.ID, bool) {
	for _, p := range f.match {
		values, ok := p.fit(id)
		if !ok {
			continue
		}
		var out []depgraph.ID
		for _, text := range f.Needs {
			member, err := depgraph.ParseID(filled(text, p.names(), values))
			if err == nil && member != id {
				out = append(out, member)
			}
		}
		return out, len(out) > 0
	}
	return nil, false
}
