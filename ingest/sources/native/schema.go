package native

import _ "embed"

//go:embed schema.json
var schema string

// Schema returns the format's JSON Schema, draft 2020-12, for editors and other
// tools. What it accepts the reader accepts, but for dates that no calendar has; the
// reader also says what is wrong in words, and where.
func Schema() string { return schema }
