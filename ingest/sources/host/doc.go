// Package host reads how machines are made and kept: cloud-init, apt's periodic
// updates, systemd timers, os-release, Packer templates. It says which operating
// system a machine or image has and whether it updates itself; what that means
// where a file is silent, package catalogue knows.
//
// What a file says it says of the machines that boot with it (a Terraform
// resource whose user data names it). Where nothing names it, the file itself stands for its machines: nodepool:PATH.
package host
