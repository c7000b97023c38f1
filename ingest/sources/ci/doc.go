// Package ci reads pipelines as ways to deploy and to recover: which job deploys
// what, and what the job itself needs before it can: its runner, the actions and
// images it pulls, the secrets and identities it fetches, the hosts it talks to.
//
// GitHub workflows are read without github.com/rhysd/actionlint: that library
// judges workflows and fails on what real repositories hold (templated values),
// while this package needs a few fields with their places, which package strict
// gives; it would also bring a second YAML parser.
package ci
