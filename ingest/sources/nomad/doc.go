// Package nomad reads job specifications of HashiCorp Nomad
// (developer.hashicorp.com/nomad/docs/job-specification): where groups of tasks may
// run, how many there are, which services they offer and which they call.
package nomad
