package main

import (
	"fmt"
	"strings"

	"github.com/fateline/fateline/analyzer/rules"
)

// readmeTables makes the tables of the README and of RELIABILITY.md from what the
// program has.
func readmeTables() map[string]string {
	all := listAll()
	reads := table{{"source", "what it reads", "where"}}
	for _, s := range all.Reads {
		reads = append(reads, []string{"`" + s.Name + "`", s.Title, strings.Join(s.Reads, "; ")})
	}
	writes := table{{"format", "what it is"}}
	for _, f := range all.Writes {
		writes = append(writes, []string{"`" + f.Name + "`", f.Title})
	}
	finds := table{{"rule", "finding", "by default"}}
	for _, r := range rules.All() {
		finds = append(finds, []string{"`" + r.ID + "`", r.Doc.Title, r.Severity.String()})
	}
	says := table{{"id", "what happened", "why it matters"}}
	for _, m := range meanings() {
		says = append(says, []string{"`" + m.ID + "`", m.What, m.Why})
	}
	knows := fmt.Sprintf("%d facts of %s come with the program: [ingest/catalogue/FACTS.md](ingest/catalogue/FACTS.md) lists each with its source.\n", all.Knows.Facts, all.Knows.Version)
	return map[string]string{"sources": reads.String(), "rules": finds.String(), "formats": writes.String(), "messages": says.String(), "facts": knows}
}

// table is rows of cells, the first row the head.
type table [][]string

func (t table) String() string {
	var b strings.Builder
	for i, row := range t {
		for _, cell := range row {
			fmt.Fprintf(&b, "| %s ", strings.ReplaceAll(strings.TrimSuffix(cell, "."), "|", `\|`))
		}
		b.WriteString("|\n")
		if i == 0 {
			b.WriteString(strings.Repeat("| --- ", len(row)) + "|\n")
		}
	}
	return b.String()
}
