package config

import (
	"path"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
)

// ocelotFile is where Ocelot, a gateway of .NET, has its routes; an environment may stand
// in the name.
var ocelotFile = regexp.MustCompile(`^ocelot(\.\w+)?\.json$`)

// gateway returns the services of a registry to which the routes of Ocelot lead; hosts
// are found without it.
func gateway(file, text string) []address.Setting {
	if !ocelotFile.MatchString(path.Base(file)) {
		return nil
	}
	docs, err := strict.Parse([]byte(text), strict.Limits{})
	if err != nil {
		return nil // told of where the file is read
	}
	var out []address.Setting
	for _, d := range docs {
		for _, list := range []string{"Routes", "ReRoutes"} { // the second until version 16
			for item := range d.Root.Get(list).Items() {
				v := item.Get("ServiceName")
				if name := v.Text(); name != "" {
					ref := address.Ref{Scheme: "lb", Hosts: []address.Host{{Name: strings.ToLower(name)}}, Form: address.Bare}
					out = append(out, address.Setting{Ref: ref, Key: "ServiceName", Path: list + ".ServiceName", Line: v.Line(), Col: v.Col()})
				}
			}
		}
	}
	return out
}
