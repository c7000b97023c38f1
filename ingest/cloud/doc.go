// Package cloud turns resources of cloud providers, as infrastructure code
// describes them, into definitions and references: what sort of node a type of
// resource is, where it stands, how many there are, what it needs. Sources read a
// language (Terraform, CloudFormation) and hand over resources; what a resource
// means is the same in all of them.
//
// Types and attributes have the names of the Terraform providers, the widest
// vocabulary there is (registry.terraform.io/browse/providers); [FromCloudFormation]
// translates those of AWS.
package cloud
