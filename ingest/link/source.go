package link

import "github.com/fateline/fateline/analyzer/depgraph"

// SetSource fills in the name of the source wherever an origin has none.
func (f *Fragment) SetSource(name string) {
	set := func(o *depgraph.Origin) {
		if o.Source == "" {
			o.Source = name
		}
	}
	for i := range f.Definitions {
		set(&f.Definitions[i].Origin)
	}
	for i := range f.Bindings {
		set(&f.Bindings[i].Origin)
	}
	for i := range f.References {
		set(&f.References[i].Origin)
		for j := range f.References[i].Also {
			set(&f.References[i].Also[j])
		}
	}
	if f.Packed != nil {
		f.Packed.setSource(name)
	}
	for i := range f.Linked {
		for j := range f.Linked[i].Origins {
			set(&f.Linked[i].Origins[j])
		}
	}
	for i := range f.Drills {
		set(&f.Drills[i].Origin)
	}
	for i := range f.Unresolved {
		set(&f.Unresolved[i].Origin)
	}
}
