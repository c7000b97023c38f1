// Package rules holds the rules that Fateline ships, one file each, named by its
// id. What several rules share is in the facts files or in the packages below;
// no rule reads another rule's file.
package rules

import "github.com/fateline/fateline/analyzer"

// All lists the rules by id, in a slice of the caller's own.
func All() []*analyzer.Rule {
	return []*analyzer.Rule{
		blastBudget,
		blindMonitor,
		coldStartDeadlock,
		dependencyCycle,
		environmentLeak,
		failClosedAdmission,
		frozenElsewhere,
		hollowRedundancy,
		noRecoveryPlan,
		recoveryLoop,
		simultaneousChange,
		singleFacility,
		singleInstance,
		staleDeclaration,
		tierInversion,
		undeclaredDependency,
		untestedLoss,
	}
}
