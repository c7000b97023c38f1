package link

import (
	"iter"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Fragment is what a source read from one unit of input: what an object file is
// to a link editor.
type Fragment struct {
	Definitions []Definition
	Bindings    []Binding
	References  []Reference
	Packed      *Packed                // more definitions, bindings and references, of a source that has very many; nil: none
	Linked      []depgraph.Requirement // of a graph that was linked before: only its ids are looked up again
	Drills      []depgraph.Drill
	Unresolved  []depgraph.Unresolved // what the source itself found to lead nowhere
}

// Define adds a definition, packed where the fragment packs.
func (f *Fragment) Define(d Definition) {
	if f.Packed != nil {
		f.Packed.Define(d)
		return
	}
	f.Definitions = append(f.Definitions, d)
}

// Refer adds a reference, packed where the fragment packs.
func (f *Fragment) Refer(r Reference) {
	if f.Packed != nil {
		f.Packed.Refer(r)
		return
	}
	f.References = append(f.References, r)
}

// Take adds all that another fragment holds, which is not to be used any more.
func (f *Fragment) Take(more *Fragment) {
	f.Definitions = append(f.Definitions, more.Definitions...)
	f.Bindings = append(f.Bindings, more.Bindings...)
	f.References = append(f.References, more.References...)
	f.Linked = append(f.Linked, more.Linked...)
	f.Drills = append(f.Drills, more.Drills...)
	f.Unresolved = append(f.Unresolved, more.Unresolved...)
	switch p := more.Packed; {
	case p == nil:
	case f.Packed == nil:
		f.Packed = p
	default:
		for d := range p.Definitions() {
			f.Packed.Define(d)
		}
		for b := range p.Bindings() {
			f.Packed.Bind(b)
		}
		for r := range p.References() {
			f.Packed.Refer(r)
		}
	}
}

// Space keeps names of different sorts apart.
type Space string

// The spaces that several sources share. A source may use spaces of its own.
const (
	SpaceID      Space = "id"      // node ids, as text; has no scopes
	SpaceHost    Space = "host"    // DNS and host names, without port, lower case
	SpaceService Space = "service" // what a system calls itself: OTel service.name, catalogue names
	SpaceObject  Space = "object"  // Kubernetes "kind/name", scope "k8s/CLUSTER/NAMESPACE"
	SpaceAddress Space = "address" // Terraform addresses, scope "terraform/ROOT"
	SpaceImage   Space = "image"   // image repositories, HOST/PATH without tag
	SpaceRepo    Space = "repo"    // source repositories, HOST/PATH
	SpaceTool    Space = "tool"    // CI jobs and workflows
	SpacePath    Space = "path"    // files of the inputs that a node uses: mounts, is built from, boots with
)

// Name is a name as used or defined. A scope is a path such as "k8s/main/shop":
// a name is looked up there, then in each enclosing scope ("k8s/main", "k8s"),
// then in the global one, "". The nearest scope in which anything answers decides.
// Where the cluster is not known, it is empty ("k8s//shop") or left out ("k8s/shop"):
// then the name is looked up in each cluster that the inputs show.
type Name struct {
	Space Space
	Scope string // "" is global
	Text  string
}

// OwnerScope is the scope of a target's name that is looked up where the owner
// that a selector selected does: a file does not know who reads it, and so not where.
const OwnerScope = "."

// ID returns the name of a node by its id.
func ID(id depgraph.ID) Name { return Name{Space: SpaceID, Text: id.String()} }

// Host returns the name of a host as seen from scope.
func Host(scope, text string) Name { return Name{Space: SpaceHost, Scope: scope, Text: text} }

// Definition is a node and the names it answers to, its id aside.
type Definition struct {
	Node  depgraph.Node
	Names []Name

	// Weak marks a definition that only knows a name, such as a service seen in
	// traces: it joins the one strong definition that answers to one of its names,
	// and stands by itself where none does. Two strong definitions are one node
	// only if they have the same id, or one lists the other's id as an alias.
	Weak bool
	// Of says that the node's attributes are those of every definition that uses a
	// file, such as the machines that boot with it; Node.ID then names what stands
	// in for them where nothing uses it. "" is an ordinary definition.
	Of string
	// In, of a weak definition, is the file in which the name stands. Where the name
	// leads to several nodes, the one of them that is built around the file or uses it
	// is meant; where it leads nowhere, whoever is built around the file or uses it, if
	// that is one node and no other name stands in a file of it. "" knows no file.
	In string
	// Scope is where the node looks names up, such as "compose/shop"; "" is the
	// global one. It stands for [OwnerScope] in references that select it.
	Scope string
	// Form is [Native] for a node of a native file: its id and its attributes win
	// over those of every other source. Zero reads as Structured.
	Form   Form
	Origin depgraph.Origin
}

// Binding gives names to one or more other names: a Kubernetes Service to the
// workloads it selects, an ExternalName to a host, a DNS record to its target.
type Binding struct {
	Names []Name
	To    []Name // empty: the name exists and leads nowhere; a reference to it dangles
	// Alternatives says that any one of several targets does. Otherwise losing all
	// takes the user down and losing some degrades it (static shards).
	Alternatives bool
	Origin       depgraph.Origin
}

// Reference is a need in the words of the input.
type Reference struct {
	Owner   Name
	Owners  *Selector // instead of Owner: every definition it selects; nil: Owner
	Members []Target  // a name in [OwnerScope] is looked up where its owner looks names up
	Terms   depgraph.Terms
	Form    Form
	Origin  depgraph.Origin // Origin.Member stays zero: the linker sets it
	// Also are further places that say the very same, with the basis of Origin: one
	// reference stands for one at each of them.
	Also []depgraph.Origin
}

// Origins lists the places of a reference.
func (r *Reference) Origins() iter.Seq[depgraph.Origin] {
	return func(yield func(depgraph.Origin) bool) {
		if yield(r.Origin) {
			slices.Values(r.Also)(yield)
		}
	}
}

// Target is a name that a reference uses, and what it stands for where nothing answers.
type Target struct {
	Name Name
	Else depgraph.ID // the node it is then; zero: by the rules of its space
	// Quiet says that such a miss is normal and not worth reporting (a Secret that
	// no manifest shows, a public registry).
	Quiet bool
	// Guess says that the name may be no name at all: it counts only where something
	// answers to it, and not in a file that several use.
	Guess bool
}

// Form is how a fact was written. For one owner, member and phase the strongest
// form speaks; where forms are equal, all do.
type Form uint8

// The forms, strongest first. The zero value reads as Structured; facts whose
// basis is observed or implied are weaker than every form here.
const (
	Native     Form = iota + 1 // a requirement of a native file
	Structured                 // a field that means a reference
	Text                       // a string that looks like an address
)

// Selector selects definitions where a format selects instead of naming.
type Selector struct {
	// File selects the definitions that list it under [SpacePath]: a definition
	// that lists a directory uses every file below it. "" is any. Where several use
	// one file, what it says of each is less sure (confidence times 0.5).
	File string
	// Setting is the path of the setting in File that names the members; "" is none. Of
	// several that use the file, those whose names it holds are the ones that it is for.
	Setting string
	// Built asks, where nobody lists File, for those that list the Dockerfile in the
	// nearest directory around it: what is built there takes the file in.
	Built      bool
	PathPrefix string            // definitions read from inputs below this directory; "" is any
	Source     string            // with PathPrefix: definitions that this source read; "" is any
	Flat       bool              // of PathPrefix only what stands directly in it; with "" directly in what was scanned
	Kinds      []depgraph.Kind   // nil is any but provider, region, facility, zone, external, human, and what is only mentioned ([Definition.Weak])
	Labels     map[string]string // all must match the node's labels; nil is any
}
