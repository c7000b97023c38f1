package strict

import (
	"strings"
	"testing"
)

func TestRewriteChangesStringsAndNothingElse(t *testing.T) {
	docs, err := YAML([]byte("a: ${X}\nb: [1, '${X}', {'k${X}': c}]\nd: same\n"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	before := docs[0].Root
	after := before.Rewrite(func(s string) string { return strings.ReplaceAll(s, "${X}", "y") })
	if got := after.Get("a").Text(); got != "y" {
		t.Errorf("a = %q, want y", got)
	}
	if line, col := after.Get("a").Line(), after.Get("a").Col(); line != 1 || col != 4 {
		t.Errorf("a stands at %d:%d, want 1:4", line, col)
	}
	var items []string
	for item := range after.Get("b").Items() {
		items = append(items, item.Text()+item.Get("k${X}").Text())
	}
	if got := strings.Join(items, " "); got != "1 y c" {
		t.Errorf("b = %q, want \"1 y c\": keys and numbers stay", got)
	}
	if got := before.Get("a").Text(); got != "${X}" {
		t.Errorf("the value itself became %q", got)
	}
	if same := before.Rewrite(func(s string) string { return s }); same != before {
		t.Error("a rewriting that changes nothing made a copy")
	}
	if (Value{}).Rewrite(strings.ToUpper).Exists() {
		t.Error("nothing became something")
	}
}
