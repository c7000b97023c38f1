// Package analyzer runs rules over a linked graph. A [Rule] is a value with its
// documentation; it reports [Finding] values, each with the proof that forces it.
// The driver, [Run], sets what no rule may forget: ids, hiddenness, confidence,
// order; it merges findings of one root and refuses one without a proof.
package analyzer
