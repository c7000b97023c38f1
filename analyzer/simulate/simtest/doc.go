// Package simtest makes systems for the tests of simulations, and says what a
// loss does to them: the reference, semantics section 2 "Loss" read aloud by a reader
// in no hurry. The reference shares nothing with package simulate, not even the
// graph, and knows neither counters nor queues: every set is computed over and
// over until nothing changes.
package simtest
