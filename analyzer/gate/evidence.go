package gate

import "github.com/fateline/fateline/analyzer/depgraph"

// Evidence lists, in sentences, why a graph is not the whole evidence; empty
// where it is. It is what [Judge] asks of the inputs, for commands that run no
// rule: whoever answers from a graph says with it how whole it is.
func Evidence(g *depgraph.Graph) []string {
	var j judge
	j.judgeLedger(g)
	j.judgeSubstance(g)
	return j.verdict.incomplete
}
