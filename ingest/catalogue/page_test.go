package catalogue

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
)

var update = flag.Bool("update", false, "rewrite FACTS.md and print that it changed")

// FACTS.md is the catalogue for people; TestThePageListsTheFacts keeps it in step.
const page = "FACTS.md"

func TestThePageListsTheFacts(t *testing.T) {
	want := printed(t)
	got, err := os.ReadFile(page)
	if err != nil && !*update {
		t.Fatal(err)
	}
	if string(got) == want {
		return
	}
	if !*update {
		t.Fatalf("%s is out of date: go test ./ingest/catalogue -update", page)
	}
	if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("rewrote %s", page)
}

func printed(t *testing.T) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# What Fateline knows without being told

%d facts of %s, made from facts/*.yaml by go test ./ingest/catalogue -update. Each becomes an implied need of every node that
it names, unless an input says what that node needs of the same member in the same phase. --no-implied leaves all of them
out, --no-fact ID one; --facts FILE adds others in the same form. A control plane is needed to change things (deploy) or to start
them, never to go on; what is only recorded is *unaffected* and no simulation counts it.

`, len(Builtin().Facts), Builtin().Version)
	files, err := fs.Glob(builtin, "facts/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := builtin.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		part, err := Parse(file, text)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "## %s\n\n%s\n\n| fact | of | needs | to | if lost | sure | because |\n| --- | --- | --- | --- | --- | --- | --- |\n",
			strings.TrimSuffix(path.Base(file), ".yaml"), introduction(string(text)))
		for i := range part.Facts {
			fmt.Fprintln(&b, row(&part.Facts[i]))
		}
		fmt.Fprintln(&b)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// introduction is the comment at the head of a file.
func introduction(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		comment, ok := strings.CutPrefix(line, "# ")
		if !ok {
			break
		}
		lines = append(lines, strings.TrimSpace(comment))
	}
	return strings.Join(lines, "\n")
}

// row prints a fact as a row of a table.
func row(f *Fact) string {
	of := append(slices.Clone(f.Match), f.Resource...)
	if len(of) > 4 {
		of = append(of[:3:3], fmt.Sprintf("%d more", len(of)-3))
	}
	cell := strings.Join(of, ", ")
	for _, set := range []struct {
		word   string
		labels map[string]Choice
	}{{"with", f.Labels}, {"without", f.Unless}} {
		for _, k := range slices.Sorted(maps.Keys(set.labels)) {
			cell += fmt.Sprintf(" %s %s %s", set.word, k, set.labels[k])
		}
	}
	terms := f.terms.Normal()
	lost := terms.IfLost.String()
	if terms.Lasts > 0 && terms.IfLost != depgraph.Unaffected {
		lost += " after " + f.Lasts
	}
	cells := []string{"`" + f.ID + "`", cell, strings.Join(f.Needs, " or ") + " (" + f.Via + ")", terms.Phases.String(), lost, fmt.Sprint(f.Confidence), f.Note + "; " + f.Source}
	for i := range cells {
		cells[i] = strings.NewReplacer("|", `\|`, "*", `\*`).Replace(cells[i])
	}
	return "| " + strings.Join(cells, " | ") + " |"
}
