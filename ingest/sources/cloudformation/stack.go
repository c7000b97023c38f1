package cloudformation

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/cloud"
)

// stack is a template with its parameters: by itself, or nested in another.
type stack struct {
	*template
	set       *set
	name      string
	stack     *cloud.Stack
	resources map[string]*cloud.Resource
	children  map[string]*stack
	called    map[string]*cloud.Resource // by the parameter that holds its name; nil where several have it
	given     map[string]worth           // parameters that the parent sets
	busy      map[string]bool            // conditions, outputs and exports that are being evaluated
	memo      map[string]worth           // of outputs and exports
}

// maxNested is how deep stacks may nest, and maxStacks how many there may be before no
// more are nested: where each nests the next several times, some files would make any number.
const (
	maxNested = 8
	maxStacks = 10_000
)

func (s *set) make(t *template, name string, given map[string]worth, depth int) *stack {
	st := &stack{
		template: t, set: s, name: name, given: given, stack: cloud.NewStack(name, "cloudformation", t.file),
		resources: map[string]*cloud.Resource{}, called: map[string]*cloud.Resource{}, children: map[string]*stack{}, busy: map[string]bool{}, memo: map[string]worth{},
	}
	st.stack.Always = true
	s.made = append(s.made, st)
	for id, res := range t.root.Get("Resources").Fields() {
		if st.absent(res) {
			continue
		}
		if t.isServerless(res) {
			st.implicitAPI(res)
		}
		typ := cloud.FromCloudFormation(res.Get("Type").Text())
		if (typ == "aws_db_instance") && res.Get("Properties", "DBClusterIdentifier").Type() > strict.Null {
			typ = "aws_rds_cluster_instance"
		}
		r := &cloud.Resource{Type: typ, Address: id.Text, File: t.file, Line: id.Line, Column: id.Col, Attrs: map[string][]string{}}
		if typ == "" {
			r.Type = strings.ToLower(strings.ReplaceAll(res.Get("Type").Text(), "::", "_"))
		}
		if st.stack.Add(r) {
			st.resources[id.Text] = r
			st.call(res, r)
		}
	}
	for id, res := range t.root.Get("Resources").Fields() {
		child := s.child(t, res)
		if child == nil || st.resources[id.Text] == nil || depth >= maxNested {
			continue
		}
		if len(s.made) >= maxStacks {
			t.file.Fail(&strict.Error{ID: strict.TooManyValues, Line: id.Line, Col: id.Col, Msg: fmt.Sprintf("the templates nest each other so often that they make over %d stacks", maxStacks)})
			break
		}
		params := map[string]worth{}
		for k, v := range res.Get("Properties", "Parameters").Fields() {
			params[k.Text] = st.eval(v, 0)
		}
		st.children[id.Text] = s.make(child, name+"/"+id.Text, params, depth+1)
	}
	return st
}

// call notes the parameter that a resource takes its name from: whoever is given the same
// parameter is told of that resource.
func (st *stack) call(res strict.Value, r *cloud.Resource) {
	typ := res.Get("Type").Text()
	last := typ[strings.LastIndexByte(typ, ':')+1:]
	last = strings.TrimPrefix(last, "Simple") // AWS::Serverless::SimpleTable has a TableName
	for _, property := range []string{last + "Name", last + "Identifier", "Name"} {
		v := res.Get("Properties", property)
		name := v.Get("Ref").Text()
		if v.Tag() == "!Ref" {
			name = v.Text()
		}
		if !st.root.Get("Parameters", name).Exists() {
			continue
		}
		if other, taken := st.called[name]; taken && other != r {
			r = nil
		}
		st.called[name] = r
		return
	}
}

// absent reports whether a resource's condition is known not to hold.
func (st *stack) absent(res strict.Value) bool {
	name := res.Get("Condition").Text()
	if name == "" {
		return false
	}
	holds, known := st.condition(name)
	return known && !holds
}

// read fills in what the resources say.
func (st *stack) read() {
	for id, res := range st.root.Get("Resources").Fields() {
		r := st.resources[id.Text]
		if r == nil || r.Line != id.Line {
			continue
		}
		if st.isServerless(res) {
			st.serverless(r, res)
		}
		if res.Get("Type").Text() == "AWS::Serverless::Connector" {
			st.connector(res)
			continue
		}
		for name, v := range res.Get("Properties").Fields() {
			if !(st.isServerless(res) && (name.Text == "Events" || name.Text == "Connectors")) {
				st.property(r, cloud.Snake(name.Text), v, 0)
			}
		}
		depends := res.Get("DependsOn")
		for item := range listed(depends) {
			if to := st.resources[item.Text()]; to != nil && to != r {
				r.Refs = append(r.Refs, cloud.Ref{Attr: "depends_on", Target: to, Line: item.Line(), Column: item.Col()})
			}
		}
		st.attachSecret(res)
	}
}

// attachSecret reads AWS::SecretsManager::SecretTargetAttachment: the secret holds
// how to reach a database.
func (st *stack) attachSecret(res strict.Value) {
	if res.Get("Type").Text() != "AWS::SecretsManager::SecretTargetAttachment" {
		return
	}
	target := res.Get("Properties", "TargetId")
	for _, secret := range st.eval(res.Get("Properties", "SecretId"), 0).resources() {
		for _, to := range st.eval(target, 0).resources() {
			secret.Refs = append(secret.Refs, cloud.Ref{Attr: "value", Target: to, File: st.file, Line: target.Line(), Column: target.Col()})
		}
	}
}

// maxDepth is how deep properties are read.
const maxDepth = 24

// namedMaps are the properties below which keys are names of the user's choice.
var namedMaps = regexp.MustCompile(`(^|\.)(variables|environment_variables|tags|labels|definition_substitutions|parameters|log_configuration\.options)$`)

// property records a property and what is below it, by its path in Terraform's spelling.
func (st *stack) property(r *cloud.Resource, attr string, v strict.Value, depth int) {
	if depth > maxDepth {
		return
	}
	if _, seen := r.Attrs[attr]; !seen {
		r.Attrs[attr] = nil
	}
	if _, _, is := function(v); is {
		st.record(r, attr, v, st.eval(v, 0))
		return
	}
	switch v.Type() {
	case strict.Map:
		key, value := v.Get("Name"), v.Get("Value")
		if !key.Exists() {
			key = v.Get("Key")
		}
		if key.Text() != "" && value.Exists() {
			st.property(r, attr+"."+key.Text(), value, depth+1)
			return
		}
		for k, item := range v.Fields() {
			step := k.Text
			if !namedMaps.MatchString(attr) {
				step = cloud.Snake(step)
			}
			st.property(r, attr+"."+step, item, depth+1)
		}
	case strict.List:
		for item := range v.Items() {
			st.property(r, attr, item, depth+1)
		}
	default:
		st.record(r, attr, v, st.eval(v, 0))
	}
}

func (st *stack) record(r *cloud.Resource, attr string, v strict.Value, w worth) {
	for _, p := range w {
		if p.known && p.text != "" {
			r.Attrs[attr] = append(r.Attrs[attr], p.text)
		}
		for _, to := range p.from {
			if to != r {
				r.Refs = append(r.Refs, cloud.Ref{Attr: attr, Target: to, File: st.file, Line: v.Line(), Column: v.Col()})
			}
		}
	}
}

// listed returns the items of a list, or a single value as a list of one.
func listed(v strict.Value) func(yield func(strict.Value) bool) {
	if v.Type() == strict.List {
		return v.Items()
	}
	return func(yield func(strict.Value) bool) {
		if v.Exists() {
			yield(v)
		}
	}
}
