package config

import (
	"strings"
	"testing"

	"github.com/fateline/fateline/ingest/sourcetest"
)

func TestABrokenConfigurationIsPartial(t *testing.T) {
	sourcetest.Broken(t, Source, []sourcetest.Case{
		{"TOML whole", "a.toml", "[db]\nhost = \"db.example:1\" # c\nt = \"{{ host }}\"\n", ""},
		{"TOML ends inside a header", "a.toml", "[db]\na = 1\n[x", "toml-syntax 3:3"},
		{"TOML ends inside a list", "a.toml", "a = [1,\n", "toml-syntax 2:1"},
		{"TOML ends inside a string", "a.toml", "a = \"\"\"b\n", "toml-syntax 2:1"},
		{"TOML without a value", "a.toml", "a =\n", "toml-syntax 1:4"},
		{"TOML closes nothing", "a.toml", "a = 1\n]\n", "toml-syntax 2:1"},
		{"TOML nests too deep", "a.toml", "a = " + strings.Repeat("[", 300), "too-deep 1:1"},
		{"a template of TOML", "a.toml", "a = 1\n{{ if x }}\n", "unrendered-template 2:1"},
		{"a template of JSON", "a.json", "{\n  \"a\": ${names}\n}\n", "unrendered-template 2:8"},
		{"a string of JSON that is filled in later", "a.json", "{\"a\": \"${name}\"}", ""},
		{"INI ends inside a header", "a.ini", "[db]\nhost = a.example\n[cac", "ini-syntax 3:1"},
		{"INI with a list", "a.cfg", "[db]\nhosts =\n[\"a.example\",\n\"b.example\"]\nskip-name\n", ""},
		{"properties in Latin-1", "a.properties", "# caf\xe9\nurl=http://a.example\n", ""},
		{"properties with an escape that is cut", "a.properties", "# \\u\na=\\u00e9\nb=\\\\user\nc=\\u00\n", "properties-syntax 4:3"},
		{"broken letters", "a.conf", "a b.example:1\n# \xff\n", "bad-encoding 2:3"},
		{"YAML ends inside a list", "a.yaml", "a: [b", "yaml-syntax 1:1"},
		{"JSON ends inside a map", "a.json", "{\"a\": 1", "early-end 1:8"},
		{"JSON with comments ends inside a map", "a.json", "{\"a\": 1, // b\n\"c\": [1", "early-end 2:8"},
	})
}
