package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/fateline/fateline/report"
)

// message is one problem, for people and for machines: what and where, what it
// costs, and what to do about it.
type message struct {
	Level  string `json:"level"` // error, warning or notice
	ID     string `json:"id"`    // kebab-case and stable
	Place  string `json:"place,omitempty"`
	Text   string `json:"text"`
	Effect string `json:"effect,omitempty"`
	Fix    string `json:"fix,omitempty"`
}

// perID is how many messages of one id are shown; the report holds all.
const perID = 50

// messages writes messages to one stream and counts those it leaves out.
type messages struct {
	w      io.Writer
	asJSON bool
	quiet  bool // errors alone
	said   map[string]int
	levels map[string]string
}

func newMessages(w io.Writer) *messages {
	return &messages{w: w, said: map[string]int{}, levels: map[string]string{}}
}

// say writes a message, unless enough of its id were written before. A stream
// for messages that cannot be written to has nowhere to be complained about:
// the exit status says that something was wrong.
func (m *messages) say(msg message) {
	if m.quiet && msg.Level != "error" {
		return
	}
	m.said[msg.ID]++
	m.levels[msg.ID] = msg.Level
	if m.said[msg.ID] > perID {
		return
	}
	m.write(msg)
}

// close says how many messages were left out, by id.
func (m *messages) close() {
	ids := make([]string, 0, len(m.said))
	for _, id := range slices.Sorted(maps.Keys(m.said)) {
		if m.said[id] > perID {
			ids = append(ids, id)
		}
	}
	for _, id := range ids {
		m.write(message{Level: m.levels[id], ID: id, Text: fmt.Sprintf("and %d more", m.said[id]-perID), Fix: "see them all in the report: -f json=FILE"})
	}
}

func (m *messages) write(msg message) {
	if m.asJSON {
		if line, err := json.Marshal(msg); err == nil {
			_, _ = m.w.Write(append(report.SafeJSON(line), '\n'))
		}
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s[%s]", msg.Level, msg.ID)
	if msg.Place != "" {
		fmt.Fprintf(&b, " %s", report.Printable(msg.Place))
	}
	fmt.Fprintf(&b, ": %s\n", report.Printable(msg.Text))
	if msg.Effect != "" {
		fmt.Fprintf(&b, "  effect: %s\n", report.Printable(msg.Effect))
	}
	if msg.Fix != "" {
		fmt.Fprintf(&b, "  fix: %s\n", report.Printable(msg.Fix))
	}
	_, _ = io.WriteString(m.w, b.String())
}
