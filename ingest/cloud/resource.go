package cloud

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
)

// Stack is what is created and changed together: a root of Terraform with the
// modules that it calls, a state or plan, a stack of CloudFormation.
type Stack struct {
	// Name is how people know it, such as the directory below what was scanned; it
	// stands before the addresses of its resources where there are several stacks.
	Name string
	// Tool is the program that applies it, "terraform" or "cloudformation".
	Tool string
	// Applies says that somebody applies it by this very input: configuration, and no
	// print of a state. Then the resources need the tool to be changed.
	Applies bool
	// Always says that addresses carry the name even where there is one stack.
	Always bool
	File   *ingest.File // the first of its inputs

	Resources []*Resource // in the order of the input
	Backend   *Backend    // where its state is kept; nil: none is configured
	Reads     []Backend   // states of other stacks

	byAddress map[string]*Resource
}

// NewStack returns a stack without resources.
func NewStack(name, tool string, f *ingest.File) *Stack {
	return &Stack{Name: name, Tool: tool, File: f, byAddress: map[string]*Resource{}}
}

// Add puts a resource into the stack. It reports false, and leaves the stack as it
// is, where the address is empty or taken.
func (s *Stack) Add(r *Resource) bool {
	if _, again := s.byAddress[r.Address]; again || r.Address == "" {
		return false
	}
	r.stack = s
	if r.Kind == "" {
		r.Kind = KindOf(r.Type)
	}
	s.byAddress[r.Address] = r
	s.Resources = append(s.Resources, r)
	return true
}

// At returns the resource of an address; nil where there is none.
func (s *Stack) At(address string) *Resource { return s.byAddress[address] }

// Backend is where a state is kept, as far as it is named.
type Backend struct {
	Kind         string // "s3", "gcs", "azurerm", ...
	Bucket, Key  string
	Table        string // the lock table
	File         *ingest.File
	Line, Column int
}

// Name identifies a state among all stacks.
func (b Backend) Name() string { return b.Kind + "/" + b.Bucket + "/" + strings.TrimSuffix(b.Key, "/") }

// Resource is one resource or data source, whoever described it.
type Resource struct {
	Type    string        // as the Terraform provider calls it
	Address string        // in its stack
	Alias   string        // the address without index, where it stands for one of several or for all; "" is none
	Kind    depgraph.Kind // "": no node of its own, references lead through it; Add fills it in by the type
	Data    bool          // looked up, and managed elsewhere
	File    *ingest.File
	Line    int
	Column  int
	Attrs   map[string][]string // the literal texts of an attribute, by its path without indexes
	Refs    []Ref
	Through []Ref    // what its provider talks to, where that is a resource too
	Files   []string // files of the inputs that it boots with
	Count   *int     // how many the code asks for; nil: it does not say
	Several bool     // it asks for a number that nobody knows
	Region  string   // of its provider; "" is unknown

	stack *Stack
}

// Ref is one mention of another resource.
type Ref struct {
	Attr         string    // path of the attribute, "depends_on" among them
	To           string    // address in the same stack, where Target is nil
	Target       *Resource // in any stack
	File         *ingest.File
	Line, Column int
}

// target returns what a mention leads to; nil where nothing is there.
func (r *Resource) target(x Ref) *Resource {
	if x.Target != nil {
		return x.Target
	}
	return r.stack.byAddress[x.To]
}

// first returns the first literal text of the first attribute that has one.
func (r *Resource) first(attrs ...string) string {
	for _, a := range attrs {
		for _, text := range r.Attrs[a] {
			if text != "" {
				return text
			}
		}
	}
	return ""
}

// all returns the distinct texts of several attributes, sorted.
func (r *Resource) all(attrs ...string) []string {
	var out []string
	for _, a := range attrs {
		for _, text := range r.Attrs[a] {
			if text != "" {
				out = append(out, text)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (r *Resource) provider() string {
	name, _, _ := strings.Cut(r.Type, "_")
	switch name {
	case "azurerm", "azuread":
		return "azure"
	case "google":
		return "google"
	}
	return name
}
