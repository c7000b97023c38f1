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
	// Resource is one or several types of resource, such as aws_db_instance: part of
	// the node's id as Terraform prints addresses, or its label [LabelResource].
	// Where there is Match too, both must fit.
	Resource Choice `json:"resource"`
	// Labels are what the node carries, each with one of the values; a node that
	// carries one of Unless is not spoken of.
	Labels map[string]Choice `json:"labels"`
	Unless map[string]Choice `json:"unless"`
	// Needs are ids, any of which suffices; {x} is filled in. {region} is where
	// Match has none the region in which the node stands: the fact is silent where
	// that is none or more than one.
	Needs      []string `json:"needs"`
	Phase      []string `json:"phase"`      // default run
	IfLost     string   `json:"ifLost"`     // default down
	Lasts      string   `json:"lasts"`      // how long the node goes on without, as 1h30m
	Via        string   `json:"via"`        // the relation, for people
	Confidence float64  `json:"confidence"` // in (0,1], default 0.8
	Note       string   `json:"note"`       // one sentence
	Source     string   `json:"source"`     // the public page where it can be checked

	match    []*pattern
	terms    depgraph.Terms
	regional bool // {region} is where the node stands
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
	case len(f.Match)+len(f.Resource) == 0, len(f.Needs) == 0, f.Note == "", f.Source == "":
		return errors.New("want match or resource, needs, note and source")
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
	}
	for _, member := range f.Needs {
		if err := f.compileNeed(member); err != nil {
			return err
		}
	}
	return f.compileTerms()
}

// compileNeed checks that a need is an id and that its placeholders are known.
func (f *Fact) compileNeed(member string) error {
	if _, err := depgraph.ParseID(member); err != nil {
		return fmt.Errorf("needs: %w", err)
	}
	for _, m := range braces.FindAllStringSubmatch(member, -1) {
		named := 0
		for _, p := range f.match {
			if slices.Contains(p.names(), m[1]) {
				named++
			}
		}
		switch {
		case m[1] == "region" && named == 0:
			f.regional = true
		case named == 0 || named < len(f.match):
			return fmt.Errorf("needs %q: %s is not in every match", member, m[0])
		}
	}
	return nil
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

// carries reports whether a node's labels are those that f asks for.
func (f *Fact) carries(labels map[string]string) bool {
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

// bind returns what the placeholders of f stand for in an id, as old and new texts
// in turn, and whether f matches the id.
func (f *Fact) bind(id depgraph.ID) ([]string, bool) {
	for _, p := range f.match {
		values, ok := p.fit(id)
		if !ok {
			continue
		}
		var filled []string
		for i, name := range p.names() {
			if i < len(values) && name != "" {
				filled = append(filled, "{"+name+"}", values[i])
			}
		}
		return filled, true
	}
	return nil, len(f.match) == 0
}
