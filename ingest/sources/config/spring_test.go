package config

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/fateline/fateline/ingest/sourcetest"
)

func TestSettingsForTooManyApplicationsArePartial(t *testing.T) {
	var clients []txtar.File
	for i := range 300 {
		clients = append(clients, txtar.File{
			Name: fmt.Sprintf("config/app%d.yml", i),
			Data: fmt.Appendf(nil, "spring.datasource.url: jdbc:postgresql://db%d.example:5432/a\n", i),
		})
	}
	settings := func(n int) string {
		var out strings.Builder
		for i := range n {
			fmt.Fprintf(&out, "url%d: http://h%d.example:80/\n", i, i)
		}
		return out.String()
	}
	sourcetest.Broken(t, Source, []sourcetest.Case{
		{"few settings", "config/application.yml", settings(20), ""},
		{"settings that make too many needs", "config/application.yml", settings(maxShared/300 + 1), "too-many-values 1:1"},
	}, clients...)
}
