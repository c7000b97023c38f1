// Package simulate computes what a loss does, what comes up from cold and what
// can be repaired, as semantics section 2 of the documentation fixes them: fixpoints over
// the requirements of a graph, linear in its size for one scenario.
package simulate
