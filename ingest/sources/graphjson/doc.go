// Package graphjson reads back what `fateline graph -f json` wrote, and what any
// other program writes in that form: schema fateline.graph/v1.
//
// Nothing in a graph is a name to resolve: ids are only looked up again, so that
// other inputs may add to the same nodes. The ledger of the run that wrote the
// graph goes on with it: what could not be read then is still missing now.
package graphjson
