// Package proofcheck replays the proofs of findings. It shares no code with what
// made them: it reads the graph JSON (schema fateline.graph/v1), a claim and the
// edges of its proof, and accepts the claim only if the edges alone force it.
//
// An edge that is in no requirement of the graph is refused. A node counts as lost
// only if it is among the failed, or if one of its requirements has fewer than
// need members left when those members are taken away to which the proof has an
// edge and which are lost themselves, or idle standbys. What the rest of the graph
// would add is never looked at, so whoever reads the edges of an accepted proof
// has read all that it rests on.
//
// Not checked, because no set of edges can show it: that a node said to be degraded
// or frozen is not down for other reasons, and whether the words of a finding fit
// its claim.
package proofcheck
