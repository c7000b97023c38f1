package systemd

import (
	"fmt"
	"testing"
)

// A name that very many containers have takes no more to look up than one that a few have.
func TestANameOfManyContainersIsLookedUpAtOnce(t *testing.T) {
	for _, here := range []bool{true, false} {
		takes := func(others int) float64 {
			m := &machines{units: map[string]*unit{}}
			add := func(machine, name string, values map[string][]assignment) *unit {
				values["Container.Network"] = []assignment{{value: "shop.network"}}
				u := &unit{machines: m, machine: machine, name: name, values: values}
				m.units[machine+"/"+name] = u
				return u
			}
			asks := add("web", "web.container", map[string][]assignment{})
			for i := range others {
				machine := "web"
				if !here {
					machine = fmt.Sprint("part", i)
				}
				add(machine, fmt.Sprintf("c%d.container", i), map[string][]assignment{"Container.NetworkAlias": {{value: "cache"}}})
			}
			m.index()
			return testing.AllocsPerRun(1, func() {
				if asks.peer("cache") != nil {
					t.Error("a name of several containers leads to one")
				}
			})
		}
		if few, many := takes(3), takes(300); many > few {
			t.Errorf("in the same directory %v: %v allocations for 300 containers of a name, %v for 3", here, many, few)
		}
	}
}
