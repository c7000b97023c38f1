// Package gate turns a graph, the results of its rules and a policy into a
// verdict: pass, violated or incomplete. The verdict starts as incomplete, and
// only [Judge] makes a pass, from a full ledger and full results: what was not
// read or not run is never taken for clean.
//
// The package decides nothing about dependencies: it reads severities, statuses
// and the ledger. It reads no clock: the instant comes with the policy.
package gate
