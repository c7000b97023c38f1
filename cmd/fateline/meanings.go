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
		{ID: "zone-syntax", What: "The text is no zone of the domain name system.", Why: "What stands after the error cannot be told apart."},
		{ID: "toml-syntax", What: "The text is no TOML.", Why: "What stands after the error is not read."},
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
