package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestMessagesOfOneIDAreCutAtFiftyAndCounted(t *testing.T) {
	var out bytes.Buffer
	m := newMessages(&out)
	for i := range 53 {
		m.say(message{Level: "error", ID: "unreadable", Place: fmt.Sprintf("%d.yaml", i), Text: "permission denied"})
	}
	m.say(message{Level: "error", ID: "usage", Text: "once"})
	m.close()
	if got := strings.Count(out.String(), "error[unreadable]"); got != 51 {
		t.Errorf("%d lines of one id, want 50 and the count", got)
	}
	for _, want := range []string{"error[unreadable]: and 3 more\n", "error[usage]: once\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "50.yaml") {
		t.Error("the 51st message is shown")
	}
}

func TestMessagesObeyNobodyButUs(t *testing.T) {
	hostile := "a\x1b[2Jb\r::error::c\n##vso[task.complete]\u202ed\xff\x00"
	for _, asJSON := range []bool{false, true} {
		var out bytes.Buffer
		m := newMessages(&out)
		m.asJSON = asJSON
		m.say(message{Level: "error", ID: "unreadable", Place: hostile, Text: hostile, Effect: hostile, Fix: hostile})
		for _, r := range out.String() {
			if r != '\n' && (r < 0x20 || r == 0x7f || r == 0x202e) {
				t.Errorf("json %t: %U reaches the terminal in %q", asJSON, r, out.String())
			}
		}
		for line := range strings.Lines(out.String()) {
			for _, command := range []string{"::", "##[", "##vso["} {
				if strings.HasPrefix(strings.TrimSpace(line), command) || strings.Contains(line, "##vso[") {
					t.Errorf("json %t: a build log obeys %q", asJSON, line)
				}
			}
		}
		if asJSON {
			var back message
			if err := json.Unmarshal(out.Bytes(), &back); err != nil || back.ID != "unreadable" {
				t.Errorf("%q is no JSON line: %v", out.String(), err)
			}
		}
	}
}

func TestQuietSaysErrorsAlone(t *testing.T) {
	var out bytes.Buffer
	m := newMessages(&out)
	m.quiet = true
	m.say(message{Level: "warning", ID: "unused-waiver", Text: "w"})
	m.say(message{Level: "notice", ID: "policy-in-tree", Text: "n"})
	m.say(message{Level: "error", ID: "usage", Text: "e"})
	if got := out.String(); got != "error[usage]: e\n" {
		t.Errorf("quiet says %q", got)
	}
}
