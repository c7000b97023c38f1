// Package link turns what the sources read into one graph. A source emits
// definitions (a node, with every name it answers to), bindings (names that
// stand for other names) and references (an owner, the names it used, the
// terms); after all inputs are read, [Link] resolves references to definitions
// as a link editor resolves relocations to symbols.
//
// It decides, and nobody else does, which definitions are one node, what is
// ambiguous, what dangles, what is outside, and which source speaks where
// several say something about the same need. It never guesses: a name that
// several things answer to is listed in [depgraph.Graph.Unresolved] with its
// candidates. The order of fragments, and of what is in them, never shows in
// the result, and linking the same fragment twice changes nothing.
//
// It reads no input and knows no format. RATIONALE.md says why it decides as it does.
package link
