// Package ansible reads inventories, playbooks and roles of Ansible: which machines there
// are, where they stand, how they are reached, which playbook configures them, what that
// playbook needs to run, and whether it makes them install updates by themselves. The
// formats are those of https://docs.ansible.com/ansible/latest/inventory_guide/ and
// https://docs.ansible.com/ansible/latest/playbook_guide/.
//
// A machine is host:NAME, or host:INVENTORY/NAME where two inventories have one of that
// name. A group whose hosts no inventory lists is nodepool:ansible/GROUP. A playbook is
// tool:ansible/PATH; its hosts are deployed by it, and by the CI job that runs it.
// Templates of Jinja are not evaluated: a value with {{ }} is unknown.
package ansible
