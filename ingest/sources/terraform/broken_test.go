package terraform

import (
	"testing"

	"github.com/fateline/fateline/ingest/sourcetest"
)

func TestABrokenConfigurationIsPartial(t *testing.T) {
	sourcetest.Broken(t, Source, []sourcetest.Case{
		{"whole", "main.tf", "resource \"a\" \"b\" {\n}\n", ""},
		{"ends inside a block", "main.tf", "resource \"a\" \"b\" {\n", "hcl-syntax 1:18"},
		{"closes nothing", "main.tf", "resource \"a\" \"b\" {\n}\n}\n", "hcl-syntax 3:1"},
		{"no line of the language", "main.tf", "resource a b\n", "hcl-syntax 1:13"},
		{"ends inside a here-document", "main.tf", "locals {\n a = <<EOT\nb\n", "hcl-syntax 4:1"},
		{"JSON whole", "main.tf.json", "[{\"locals\": {\"a\": \"$${b}\"}}, {\"output\": {\"a\": {\"value\": 1}}}]", ""},
		{"JSON ends inside a block", "main.tf.json", "{\"locals\": {\"a\": 1}", "early-end 1:20"},
		{"JSON with something behind it", "main.tf.json", "{}}", "trailing-data 1:3"},
		{"JSON that has no blocks", "main.tf.json", "[1]", "hcl-syntax 1:2"},
		{"JSON with a block that is no map", "main.tf.json", "{\"resource\": {\"a\": {\"b\": 1}}}", "hcl-syntax 1:26"},
		{"JSON with an expression that is open", "main.tf.json", "{\"locals\": {\"a\": \"${b\"}}", "hcl-syntax 1:18"},
		{"JSON with a key twice", "main.tf.json", "{\"locals\": {\"a\": 1, \"a\": 2}}", "duplicate-key 1:21"},
		{"values in JSON that end inside a list", "a.tfvars.json", "{\"a\": [1", "early-end 1:9"},
		{"a state that ends inside a list", "terraform.tfstate", "{\"version\": 4, \"resources\": [", "early-end 1:30"},
	})
}
