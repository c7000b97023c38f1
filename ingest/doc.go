// Package ingest reads inputs: it walks paths, opens files within limits, hands
// them to the sources that claim them, keeps the ledger, and links what they
// read into one graph. A bad file is a row of the ledger, never an abort.
//
// [Run] is the whole way from paths to a graph, [Read] the part before linking. A
// new format is a [Source], made with [Define]: a claim that looks at a path and the
// first bytes of a file, and a function that turns the files of one unit into a
// fragment. A source reads only what its [Unit] hands it, and writes nothing: the
// core opens and inflates, recovers panics, names the source in every origin and
// gives each input its row.
//
// The package knows no format and no rule. What may go wrong is a [Problem], with an
// id that [Meanings] explains; RATIONALE.md says why reading is as it is.
//
// Known limits: a change of a file that keeps its size and modification time is not
// seen; the memory of a run is bounded for each input, not for all together.
package ingest
