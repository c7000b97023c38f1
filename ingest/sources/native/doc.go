// Package native reads Fateline's own format, apiVersion fateline.dev/v1: what no
// other file says. Unknown fields are errors, with the nearest valid name.
package native
