// Package terraform reads Terraform and OpenTofu: configuration (.tf), and the
// state and plan that the tool prints.
//
// Configuration is parsed by github.com/hashicorp/hcl/v2 (MPL-2.0), the language's
// own library; what an expression refers to it says exactly, and what an
// expression is worth as far as variables, locals and module arguments tell. No
// provider is asked, nothing is fetched. State and plan are plain JSON, read
// through package strict, so that every fact keeps its line.
package terraform
