// Package probe answers questions of the form "what if": it selects the nodes of a
// graph that an expression names, and it makes the graph that would be if a need
// had an alternative, or were not there.
package probe
