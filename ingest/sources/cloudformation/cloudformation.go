package cloudformation

import (
	"context"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/cloud"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads CloudFormation.
var Source = ingest.Define(ingest.Spec{
	Name: "cloudformation",
	Doc: ingest.Doc{
		Title: "CloudFormation and the Serverless Application Model",
		Text: "Resources as nodes, what they refer to as needs, also through parameters, nested stacks, exports and imports; where they stand (zones, subnets), " +
			"how many there are and what AWS does where nobody says; addresses in environments.",
		Reads: []string{
			"*.yaml, *.yml, *.json, *.template with AWSTemplateFormatVersion or Resources of AWS types",
			"Ref, Fn::GetAtt, Fn::Sub, Fn::Join, Fn::Select, Fn::Split, Fn::FindInMap, Fn::If, Fn::ImportValue, Fn::GetAZs, Fn::Base64; conditions, mappings, defaults of parameters",
			"AWS::Serverless::*: Globals, Events, Connectors; AWS::CloudFormation::Stack with a local template",
		},
		Limits: "Ids: KIND:STACK/LOGICALID, STACK the template's path without suffix (of a nested one: that of its parent and its logical id). The region is not in a template: " +
			"zones are those that it lists, by number. Parameter files, macros and modules are not evaluated. CDK programs are read as what cdk synth writes.",
		Since: "0.2",
	},
}, ingest.NoParams, claim, read)

var (
	fileName = regexp.MustCompile(`\.(ya?ml|json|template|cfn)$`)
	version  = ingest.MustSignature(`(?m)^["']?AWSTemplateFormatVersion["']?\s*:|^\s*\{?\s*"AWSTemplateFormatVersion"\s*:`)
	section  = ingest.MustSignature(`(?m)^Resources:|^\s*"Resources"\s*:|^\{"Resources":`)
	typed    = ingest.MustSignature(`"?Type"?\s*:\s*["']?(AWS|Custom|Alexa)::[A-Za-z0-9]+`)
)

// claim puts all templates of a run into one unit: they import each other's exports.
func claim(name string, head []byte) (string, bool) {
	if !fileName.MatchString(name) && name != "-" {
		return "", false
	}
	return "cloudformation", version.Match(head) || section.Match(head) && typed.Match(head)
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	s := &set{templates: map[string]*template{}}
	for _, f := range u.Files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if t := parse(f); t != nil {
			s.templates[t.path] = t
		}
	}
	stacks := s.stacks()
	e := cloud.NewEmitter(stacks)
	for _, stack := range stacks {
		e.Stack(stack)
	}
	return e.Fragment, nil
}

// template is one file.
type template struct {
	path   string
	file   *ingest.File
	root   strict.Value
	nested bool // a stack among the inputs creates it
}

func parse(f *ingest.File) *template {
	data, err := f.Bytes()
	if err != nil {
		return nil // recorded by Bytes
	}
	docs, err := strict.Parse(data, strict.Limits{})
	if err != nil {
		f.Fail(err)
	}
	f.Counted(len(docs))
	if strings.HasSuffix(f.Path(), ".json") && err == nil {
		f.Proven()
	}
	for _, d := range docs {
		if d.Root.Get("Resources").Type() == strict.Map {
			return &template{path: f.Path(), file: f, root: d.Root}
		}
	}
	return nil
}

// set is all templates of a run and the stacks that they make.
type set struct {
	templates map[string]*template
	made      []*stack
	exports   []export
}

// stacks makes a stack of every template, those that others nest below these.
func (s *set) stacks() []*cloud.Stack {
	paths := make([]string, 0, len(s.templates))
	for p := range s.templates {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	for _, p := range paths {
		for _, res := range s.templates[p].root.Get("Resources").Fields() {
			if child := s.child(s.templates[p], res); child != nil {
				child.nested = true
			}
		}
	}
	for _, p := range paths {
		if t := s.templates[p]; !t.nested {
			s.make(t, stackName(t), nil, 0)
		}
	}
	for _, st := range s.made {
		st.findExports()
	}
	var out []*cloud.Stack
	for _, st := range s.made {
		st.read()
		out = append(out, st.stack)
	}
	return out
}

// child returns the template that a nested stack is made from; nil where it does not
// stand in the inputs.
func (s *set) child(parent *template, res strict.Value) *template {
	location := res.Get("Properties", "TemplateURL")
	switch res.Get("Type").Text() {
	case "AWS::CloudFormation::Stack":
	case "AWS::Serverless::Application":
		location = res.Get("Properties", "Location")
	default:
		return nil
	}
	name := location.Text()
	if sub := location.Get("Fn::Sub"); name == "" {
		name = sub.Text()
	}
	dir := path.Dir(parent.path)
	for _, candidate := range []string{name, path.Base(name), path.Join(path.Base(path.Dir(name)), path.Base(name))} {
		if t := s.templates[path.Join(dir, candidate)]; name != "" && t != nil && t != parent {
			return t
		}
	}
	return nil
}

// stackName is the path of a template below what was scanned, without suffix, and
// without a last step that says nothing.
func stackName(t *template) string {
	name := t.path
	if root := t.file.Root(); root != "" {
		if i := strings.LastIndex("/"+name, "/"+root+"/"); i >= 0 {
			name = ("/" + name)[i+len(root)+2:]
		}
	}
	name = strings.TrimSuffix(name, path.Ext(name))
	if base := path.Base(name); (base == "template" || base == "stack" || base == "cloudformation") && path.Dir(name) != "." {
		name = path.Dir(name)
	}
	return strings.Trim(name, "/")
}
