// Package depgraph holds the model of Fateline: who needs what, when, and what
// becomes of the one that needs when it does not get it.
//
// An arrow runs from the one that needs to the one that is needed. A [Node] is
// anything whose loss can matter; a [Requirement] says that its owner needs at
// least k of n members in certain phases of its life, and carries the origins
// (file, line, confidence) of every fact it rests on.
//
// A [Graph] is made by a [Builder], never changes, and lists everything sorted
// by id, so that the same facts in any order give the same bytes. Outside this
// package and its neighbour simulate, nodes are [ID] values; simulations use the
// dense [NodeIndex] and [ReqIndex] over flat arrays.
//
// The package is not a general graph library: there are no weights and no
// mutation. [ProjectSimple] hands the simple graph underneath to
// github.com/dominikbraun/graph for those who want its algorithms.
package depgraph
