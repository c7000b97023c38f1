package native

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

// The types below are the format. Fields are named by their json tags; a field
// that is not here is an error. Values keep their places, so that every error and
// every fact has a line.

// architecture is a document. Nodes are [][node], or a [strict.Value] of them: a million are
// read one by one.
type architecture[N []node | strict.Value] struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Metadata   metadata `json:"metadata"`
	Nodes      N        `json:"nodes"`
	Drills     []drill  `json:"drills"`
}

type metadata struct {
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Labels      map[string]string `json:"labels"`
}

type node struct {
	strict.Pos
	ID                name              `json:"id"`
	Title             string            `json:"title"`
	Aliases           []string          `json:"aliases"`
	Labels            map[string]string `json:"labels"`
	Owner             string            `json:"owner"`
	Env               string            `json:"env"`
	Tier              *count            `json:"tier"`
	GA                *bool             `json:"ga"`
	Survives          []claimed         `json:"survives"`
	Replicas          *count            `json:"replicas"`
	Manual            bool              `json:"manual"`
	Takes             duration          `json:"takes"`
	AnnualFailureRate rate              `json:"annualFailureRate"`
	In                ways              `json:"in"`
	Needs             []need            `json:"needs"`
	RepairedBy        ways              `json:"repairedBy"`
	DeployedBy        ways              `json:"deployedBy"`
	WatchedBy         ways              `json:"watchedBy"`
	Standby           *standby          `json:"standby"`
	Staged            bool              `json:"staged"`
	Window            string            `json:"window"`
}

type standby struct {
	strict.Pos
	ActivatedBy ways     `json:"activatedBy"`
	Takes       duration `json:"takes"`
}

type drill struct {
	strict.Pos
	Date   date   `json:"date"`
	Fails  []name `json:"fails"`
	Scope  scope  `json:"scope"`
	Covers []name `json:"covers"`
}

// name is an id and where it stands. One that is no id has a place and no id: it
// was complained about already.
type name struct {
	strict.Pos
	id depgraph.ID
}

func (n *name) UnmarshalStrict(v strict.Value) error {
	n.Pos = v.Pos()
	if v.Type() != strict.String {
		return v.Errorf(strict.WrongType, "want an id such as service:checkout, found %s", v.Type())
	}
	id, err := depgraph.ParseID(v.Text())
	if err != nil {
		return v.Errorf(strict.BadValue, "%v", err)
	}
	n.id = id
	return nil
}

// ways is one id, a list of which any one suffices, or {anyOf: [...], need: ...}.
type ways struct {
	strict.Pos
	members []name
	need    depgraph.Need // zero: one
}

func (w *ways) UnmarshalStrict(v strict.Value) error {
	w.Pos = v.Pos()
	switch v.Type() {
	case strict.List:
		return v.Decode(&w.members)
	case strict.Map:
		var long struct {
			AnyOf []name    `json:"anyOf"`
			Need  threshold `json:"need"`
		}
		if err := v.Decode(&long); err != nil {
			return err
		}
		if len(long.AnyOf) == 0 {
			return v.Errorf(strict.BadValue, "want anyOf with at least one id")
		}
		w.members, w.need = long.AnyOf, long.Need.need
		return nil
	}
	w.members = make([]name, 1)
	return w.members[0].UnmarshalStrict(v)
}

// need is one requirement: an id, or a map with node, anyOf or shards.
type need struct {
	strict.Pos
	members []name
	shards  bool
	terms   depgraph.Terms
	note    string
}

// longNeed is a need written out.
type longNeed struct {
	Node   *name     `json:"node"`
	AnyOf  []name    `json:"anyOf"`
	Shards []name    `json:"shards"`
	Need   threshold `json:"need"`
	Via    string    `json:"via"`
	Phase  phases    `json:"phase"`
	IfLost effect    `json:"ifLost"`
	Lasts  duration  `json:"lasts"`
	Note   string    `json:"note"`
}

func (n *need) UnmarshalStrict(v strict.Value) error {
	n.Pos = v.Pos()
	if v.Type() != strict.Map {
		n.members = make([]name, 1)
		return n.members[0].UnmarshalStrict(v)
	}
	var long longNeed
	if err := v.Decode(&long); err != nil {
		return err
	}
	if err := n.choose(v, long); err != nil {
		return err
	}
	n.note = long.Note
	n.terms = depgraph.Terms{
		Need: long.Need.need, Phases: long.Phase.set, IfLost: long.IfLost.is,
		Lasts: time.Duration(long.Lasts), Via: depgraph.Via(long.Via),
	}
	return nil
}

// choose takes the members from the one field that names them.
func (n *need) choose(v strict.Value, long longNeed) error {
	given := 0
	for _, field := range []string{"node", "anyOf", "shards"} {
		if v.Get(field).Exists() {
			given++
		}
	}
	switch {
	case given != 1:
		return v.Errorf(strict.BadValue, "want exactly one of node, anyOf and shards, found %d", given)
	case long.Node != nil:
		n.members = []name{*long.Node}
	case len(long.AnyOf) > 0:
		n.members = long.AnyOf
	case len(long.Shards) > 0:
		n.members, n.shards = long.Shards, true
	default:
		return v.Errorf(strict.BadValue, "want at least one id")
	}
	if long.Need.need != 0 && len(long.AnyOf) == 0 {
		return v.Get("need").Errorf(strict.BadValue, "need goes with anyOf alone")
	}
	if n.shards && long.IfLost.is != 0 {
		return v.Get("ifLost").Errorf(strict.BadValue, "ifLost does not go with shards: losing all is down, losing some degrades")
	}
	return nil
}

// threshold is a number, quorum or all.
type threshold struct{ need depgraph.Need }

func (t *threshold) UnmarshalStrict(v strict.Value) error {
	need, err := depgraph.ParseNeed(v.Text())
	if err != nil {
		return v.Errorf(strict.BadValue, "%v", err)
	}
	t.need = need
	return nil
}

// phases is one phase or a list of them.
type phases struct{ set depgraph.Phases }

func (p *phases) UnmarshalStrict(v strict.Value) error {
	texts := []strict.Value{v}
	if v.Type() == strict.List {
		texts = texts[:0]
		for item := range v.Items() {
			texts = append(texts, item)
		}
		if len(texts) == 0 {
			return v.Errorf(strict.BadValue, "want at least one phase")
		}
	}
	for _, t := range texts {
		phase, err := depgraph.ParsePhase(t.Text())
		if err != nil {
			return t.Errorf(strict.BadValue, "%v", err)
		}
		p.set |= depgraph.PhasesOf(phase)
	}
	return nil
}

type effect struct{ is depgraph.IfLost }

func (e *effect) UnmarshalText(text []byte) (err error) {
	e.is, err = depgraph.ParseIfLost(string(text))
	return err
}

// claimed is a kind of place, or an id.
type claimed string

func (c *claimed) UnmarshalText(text []byte) error {
	s := string(text)
	if strings.Contains(s, ":") {
		if _, err := depgraph.ParseID(s); err != nil {
			return err
		}
	} else if !depgraph.Kind(s).IsPlace() {
		return fmt.Errorf("%q is neither a kind of place, such as facility, zone or region, nor an id", s)
	}
	*c = claimed(s)
	return nil
}

// duration is a length of time such as 90s, 10m, 1h30m or 2d; never negative.
type duration time.Duration

func (d *duration) UnmarshalText(text []byte) error {
	s := string(text)
	var days time.Duration
	if head, rest, found := strings.Cut(s, "d"); found {
		n, err := strconv.ParseUint(head, 10, 15)
		if err != nil {
			return fmt.Errorf("duration %q: want 90s, 10m, 1h30m or 2d", s)
		}
		days, s = time.Duration(n)*24*time.Hour, rest
		if s == "" {
			s = "0"
		}
	}
	v, err := time.ParseDuration(s)
	if err != nil || v < 0 || v+days < 0 {
		return fmt.Errorf("duration %q: want 90s, 10m, 1h30m or 2d", string(text))
	}
	*d = duration(v + days)
	return nil
}

// count is a whole number from 0.
type count int

func (c *count) UnmarshalStrict(v strict.Value) error {
	n, ok := v.Int()
	if v.Type() != strict.Number || !ok || n < 0 {
		return v.Errorf(strict.WrongType, "want a whole number from 0, found %q", v.Text())
	}
	*c = count(n)
	return nil
}

// rate is a number of failures a year, from 0.
type rate float64

func (r *rate) UnmarshalStrict(v strict.Value) error {
	f, err := strconv.ParseFloat(v.Text(), 64)
	if v.Type() != strict.Number || err != nil || !(f >= 0 && f < 1e9) {
		return v.Errorf(strict.WrongType, "want failures a year, from 0, found %q", v.Text())
	}
	*r = rate(f)
	return nil
}

type date struct {
	day   time.Time
	given bool // even if it is none
}

func (d *date) UnmarshalText(text []byte) (err error) {
	d.given = true
	if d.day, err = time.Parse(time.DateOnly, string(text)); err != nil {
		return fmt.Errorf("date %q: want YYYY-MM-DD", text)
	}
	return nil
}

// scope says whether all of a drill's nodes were failed, or a part of each.
type scope struct{ partly bool }

func (s *scope) UnmarshalText(text []byte) error {
	switch string(text) {
	case "whole":
		s.partly = false
	case "part":
		s.partly = true
	default:
		return fmt.Errorf("scope %q: want whole or part", text)
	}
	return nil
}
