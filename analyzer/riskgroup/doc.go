// Package riskgroup finds the minimal sets of nodes whose loss takes a node down:
// the single points of failure, and the pairs and triples that are as bad together.
// In a fault tree they are called minimal cut sets.
//
// [Minimal] lists all of up to a few nodes, exactly, for any system of thresholds,
// cycles included; a [Finder] does so for many nodes of one graph, and a [Survey] again
// after a change, for those that it reaches; [Count] counts those of any size. It computes no probabilities: sets are merely ranked by stated
// failure rates.
//
// Three methods share the work. What takes a node down alone is found first and
// taken out of the question, and nodes that cannot be told apart become one. Then
// hitting sets: as long as a few nodes keep the one in question up, a set has to hit
// one of them. Where that takes too long, families of sets are combined from the
// bottom up, cut off at the order; and of small nodes that many others need they are
// combined once for all. A cap bounds what is listed and says that it did.
//
// Known limits: the number of sets can grow as the number of nodes to the power of
// the order, and then so do time and memory, up to the cap.
package riskgroup
