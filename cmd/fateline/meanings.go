package main

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/ingest"
)

// meanings explains the id of every message, by id: those of reading, of single
// sources, and of the command line itself.
func meanings() []ingest.Meaning {
	all := append(ingest.Meanings(), []ingest.Meaning{
		{ID: "baseline", What: "The baseline is no report that can be read in full.", Why: "A part of a baseline would make old findings new."},
		{ID: "duplicate-node", What: "A native file defines a node twice.", Why: "Two definitions that differ leave open which one is meant."},
		{ID: "facts", What: "A file of facts cannot be used.", Why: "A fact that is not wholly understood would be missing in silence."},
		{ID: "apache-syntax", What: "The text is no configuration of Apache's httpd, or ends inside a section.", Why: "httpd refuses it; a server that is lost is an alternative that is lost."},
		{ID: "apt-syntax", What: "The text is no configuration of APT.", Why: "What stands after the error may switch what stands before it."},
		{ID: "caddy-syntax", What: "The text is no Caddyfile, or ends inside a block.", Why: "Caddy refuses it; an upstream that is lost is an alternative that is lost."},
		{ID: "dockerfile-syntax", What: "The text is no Dockerfile, or ends inside an instruction.", Why: "The builder refuses it; what it would have built from is not known."},
		{ID: "environment-syntax", What: "The text is no file of environment variables, or ends inside a value.", Why: "A variable that is lost may be the address of what is needed."},
		{ID: "git-config-syntax", What: "The text is no configuration of git.", Why: "Git refuses it; which repository it is may stand after the error."},
		{ID: "groovy-syntax", What: "The text is no Groovy: a string or bracket is open, or closes nothing.", Why: "Jenkins refuses it; what stands after the error cannot be told apart."},
		{ID: "haproxy-syntax", What: "The text is no configuration of HAProxy, or ends inside a line.", Why: "HAProxy refuses it; a server that is lost is an alternative that is lost."},
		{ID: "ini-syntax", What: "A section or a line of an INI file is none.", Why: "Settings after it belong to a section that nobody knows."},
		{ID: "inventory-syntax", What: "A line of an Ansible inventory is none.", Why: "Ansible refuses it; machines and groups that are lost are needs that are lost."},
		{ID: "nginx-syntax", What: "The text is no configuration of nginx, or ends inside a block.", Why: "nginx refuses it; a server that is lost is an alternative that is lost."},
		{ID: "properties-syntax", What: "An escape in a properties file is none.", Why: "Java refuses the file."},
		{ID: "unit-syntax", What: "A section or a line of a unit of systemd is none.", Why: "systemd passes over it in silence, and so over what the unit was meant to require."},
		{ID: "zone-syntax", What: "The text is no zone of the domain name system.", Why: "What stands after the error cannot be told apart."},
		{ID: "hcl-syntax", What: "The text is no Terraform configuration.", Why: "Nothing of the file can be trusted."},
		{ID: "internal", What: "Fateline failed in a way it should not.", Why: "A bug: please report it."},
		{ID: "memory-budget", What: "The run needed more memory than its budget.", Why: "It stops before the system stops it; --memory raises the budget."},
		{ID: "not-run", What: "What was asked for cannot be done.", Why: "The message says why; nothing was judged."},
		{ID: "not-stored", What: "An output could not be written, synced or put in its place.", Why: "A verdict that nobody can read stands for nothing: none of the outputs is put in place."},
		{ID: "policy", What: "The policy cannot be used.", Why: "A policy that is not wholly understood judges nothing."},
		{ID: "several-policies", What: "A policy file holds more than one document.", Why: "It is open which one is meant."},
		{ID: "usage", What: "The command line says nothing that can be run.", Why: "The message says what to type instead."},
	}...)
	slices.SortFunc(all, func(a, b ingest.Meaning) int { return strings.Compare(a.ID, b.ID) })
	return all
}
