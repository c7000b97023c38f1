package report

import _ "embed" // the schema

//go:embed report.schema.json
var jsonSchema []byte

// JSONSchema returns the JSON Schema (draft 2020-12) of a report. A report of v1
// validates against the schema of every later v1 that knows its fields.
func JSONSchema() []byte { return append([]byte(nil), jsonSchema...) }
