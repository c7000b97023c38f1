package depgraph

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ParseText reads a graph in the text notation. Errors begin with the line.
func ParseText(text string) (*Graph, error) {
	b := NewBuilder()
	for i, s := range strings.Split(text, "\n") {
		if err := parseLine(b, s, i+1); err != nil {
			return nil, fmt.Errorf("graph:%d: %w", i+1, err)
		}
	}
	return b.Build()
}

func parseLine(b *Builder, s string, number int) error {
	words, err := splitWords(s)
	if err != nil || len(words) == 0 {
		return err
	}
	own := Origin{Input: "graph", Line: number}
	switch words[0].keyword() {
	case "drill":
		return parseDrill(b, words[1:], own)
	case "unresolved":
		return parseUnresolved(b, words[1:], own)
	}
	id, err := ParseID(words[0].plain())
	if err != nil {
		return err
	}
	if len(words) > 1 && words[1].keyword() == "->" {
		return parseRequirement(b, id, words[2:], own)
	}
	return parseNode(b, id, words[1:], own)
}

func parseNode(b *Builder, id ID, words []word, own Origin) error {
	n := Node{ID: id}
	var origins []Origin
	nowhere := false
	for _, w := range words {
		known, err := setNode(&n, w)
		if err != nil {
			return err
		}
		if known {
			continue
		}
		if w.keyword() == "-" {
			nowhere = true
			continue
		}
		o, err := parseOrigin(w)
		if err != nil {
			return err
		}
		origins = append(origins, o)
	}
	if len(origins) == 0 && !nowhere {
		origins = []Origin{own}
	}
	b.AddNode(n, origins...)
	return nil
}

// setNode sets the field of n that the word names; known is false for an origin.
func setNode(n *Node, w word) (known bool, err error) {
	value := w.parts[0].value
	yes, no := true, false
	switch key := w.parts[0].key; {
	case key == "":
		return setFlag(n, w), nil
	case key == "title":
		n.Title = value
	case key == "alias":
		n.Aliases = w.values()
	case strings.HasPrefix(key, "label."):
		if n.Labels == nil {
			n.Labels = map[string]string{}
		}
		n.Labels[strings.TrimPrefix(key, "label.")] = value
	case key == "owner":
		n.Owner = value
	case key == "env":
		n.Env = value
	case key == "tier":
		n.Tier, err = parseInt(value)
	case key == "ga" && value == "false":
		n.GA = &no
	case key == "ga" && value == "true":
		n.GA = &yes
	case key == "survives":
		n.Survives = w.values()
	case key == "replicas":
		n.Replicas, err = parseInt(value)
	case key == "takes":
		n.Takes, err = time.ParseDuration(value)
	case key == "window":
		n.Window = value
	case key == "annualFailureRate":
		n.AnnualFailureRate, err = strconv.ParseFloat(value, 64)
	case n.Standby != nil && key == "activatedBy":
		n.Standby.ActivatedBy, err = parseIDs(w.values())
	case n.Standby != nil && key == "activationNeed":
		n.Standby.Need, err = ParseNeed(value)
	case n.Standby != nil && key == "activationTakes":
		n.Standby.Takes, err = time.ParseDuration(value)
	default:
		return false, fmt.Errorf("a node has no field %q", key)
	}
	return true, err
}

func setFlag(n *Node, w word) bool {
	yes := true
	switch w.keyword() {
	case "ga":
		n.GA = &yes
	case "manual":
		n.Manual = true
	case "staged":
		n.Staged = true
	case "standby":
		n.Standby = &Standby{}
	default:
		return false
	}
	return true
}

func parseRequirement(b *Builder, owner ID, words []word, own Origin) error {
	r := Requirement{Owner: owner}
	for len(words) > 0 {
		id, err := ParseID(words[0].plain())
		if err != nil {
			return err
		}
		r.Members = append(r.Members, id)
		words = words[1:]
		if len(words) == 0 || words[0].keyword() != "|" {
			break
		}
		words = words[1:]
	}
	if len(r.Members) == 0 {
		return errors.New("an arrow to nothing")
	}
	for _, w := range words {
		known, err := setTerms(&r.Terms, w)
		if err != nil {
			return err
		}
		if known {
			continue
		}
		o, err := parseOrigin(w)
		if err != nil {
			return err
		}
		r.Origins = append(r.Origins, o)
	}
	if len(r.Origins) == 0 {
		r.Origins = []Origin{own}
	}
	b.AddRequirement(r)
	return nil
}

func setTerms(t *Terms, w word) (known bool, err error) {
	value := w.parts[0].value
	switch w.parts[0].key {
	case "":
		if w.quoted {
			return false, nil
		}
		var phases []Phase
		for _, v := range w.values() {
			p, err := ParsePhase(v)
			if err != nil {
				return false, nil // an origin
			}
			phases = append(phases, p)
		}
		t.Phases = PhasesOf(phases...)
	case "need":
		t.Need, err = ParseNeed(value)
	case "ifLost":
		t.IfLost, err = ParseIfLost(value)
	case "lasts":
		t.Lasts, err = time.ParseDuration(value)
	case "via":
		t.Via = Via(value)
	default:
		return false, fmt.Errorf("a requirement has no field %q", w.parts[0].key)
	}
	return true, err
}

// parseOrigin reads INPUT[:LINE[:COL]][,key=value]...
func parseOrigin(w word) (Origin, error) {
	var o Origin
	o.Input = w.parts[0].value
	o.Input, o.Line, o.Col = cutPlace(o.Input)
	for _, p := range w.parts[1:] {
		var err error
		switch p.key {
		case "line":
			o.Input, o.Col = w.parts[0].value, 0
			o.Line, err = strconv.Atoi(p.value)
		case "col":
			o.Col, err = strconv.Atoi(p.value)
		case "member":
			o.Member, err = ParseID(p.value)
		case "source":
			o.Source = p.value
		case "basis":
			o.Basis, err = ParseBasis(p.value)
		case "confidence":
			o.Confidence, err = strconv.ParseFloat(p.value, 64)
		case "note":
			o.Note = p.value
		case "count":
			o.Seen.Count, err = strconv.ParseInt(p.value, 10, 64)
		case "errors":
			o.Seen.Errors, err = strconv.ParseInt(p.value, 10, 64)
		case "first":
			o.Seen.First, err = time.Parse(time.RFC3339Nano, p.value)
		case "last":
			o.Seen.Last, err = time.Parse(time.RFC3339Nano, p.value)
		case "example":
			o.Seen.Example = p.value
		default:
			err = fmt.Errorf("an origin has no field %q", p.key)
		}
		if err != nil {
			return Origin{}, err
		}
	}
	return o, nil
}

// cutPlace splits "input:line:col"; a part that is no positive number belongs to the input.
func cutPlace(s string) (input string, line, col int) {
	var numbers []int
	for len(numbers) < 2 {
		at := strings.LastIndexByte(s, ':')
		if at < 0 {
			break
		}
		n, err := strconv.Atoi(s[at+1:])
		if err != nil || n < 1 {
			break
		}
		numbers = append(numbers, n)
		s = s[:at]
	}
	slices.Reverse(numbers)
	numbers = append(numbers, 0, 0)
	return s, numbers[0], numbers[1]
}

func parseDrill(b *Builder, words []word, own Origin) error {
	if len(words) < 2 {
		return errors.New("want: drill DATE FAILS [part] [covers=IDS]")
	}
	d := Drill{Origin: own}
	var err error
	if d.Date, err = time.Parse(time.DateOnly, words[0].plain()); err != nil {
		return err
	}
	if words[1].keyword() != "-" {
		if d.Fails, err = parseIDs(words[1].values()); err != nil {
			return err
		}
	}
	for _, w := range words[2:] {
		switch {
		case w.keyword() == "part":
			d.Partly = true
		case w.parts[0].key == "covers":
			d.Covers, err = parseIDs(w.values())
		default:
			d.Origin, err = parseOrigin(w)
		}
		if err != nil {
			return err
		}
	}
	b.AddDrill(d)
	return nil
}

func parseUnresolved(b *Builder, words []word, own Origin) error {
	if len(words) < 2 {
		return errors.New("want: unresolved OWNER WHY [name=NAME] [scope=SCOPE] [candidates=LIST]")
	}
	u := Unresolved{Origin: own}
	var err error
	if words[0].keyword() != "-" {
		if u.Owner, err = ParseID(words[0].plain()); err != nil {
			return err
		}
	}
	if u.Why, err = ParseWhy(words[1].plain()); err != nil {
		return err
	}
	for _, w := range words[2:] {
		switch w.parts[0].key {
		case "name":
			u.Name = w.parts[0].value
		case "scope":
			u.Scope = w.parts[0].value
		case "candidates":
			u.Candidates = w.values()
		default:
			if u.Origin, err = parseOrigin(w); err != nil {
				return err
			}
		}
	}
	b.AddUnresolved(u)
	return nil
}

func parseInt(s string) (*int, error) {
	n, err := strconv.Atoi(s)
	if err != nil {
		return nil, fmt.Errorf("%q is no number", s)
	}
	return &n, nil
}

func parseIDs(texts []string) ([]ID, error) {
	var ids []ID
	for _, s := range texts {
		id, err := ParseID(s)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}
