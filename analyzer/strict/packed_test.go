package strict

import (
	"fmt"
	"strings"
	"testing"
)

func TestWhatAliasesShareIsPackedOnce(t *testing.T) {
	var b strings.Builder
	b.WriteString("base: &base !made\n")
	for i := range 100 {
		fmt.Fprintf(&b, "  key%d: {of: [text%d]}\n", i, i)
	}
	for i := range 50 {
		fmt.Fprintf(&b, "user%d: *base\n", i)
	}
	docs, err := YAML([]byte(b.String()), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	root := docs[0].Root
	if n := len(root.d.values); n > 500 {
		t.Errorf("%d values for 300 and 50 aliases", n)
	}
	for i := range 50 {
		user := root.Get(fmt.Sprintf("user%d", i))
		if user.Tag() != "!made" || user.Len() != 100 || user.Get("key99", "of").At(0).Text() != "text99" {
			t.Fatalf("user%d: tag %q, %d fields, %q", i, user.Tag(), user.Len(), user.Get("key99", "of").At(0).Text())
		}
	}
	// What is rewritten is another document, and the first stays as it is.
	upper := root.Rewrite(strings.ToUpper)
	if got := upper.Get("user49", "key99", "of").At(0).Text(); got != "TEXT99" || upper.Get("user49").Tag() != "!made" {
		t.Errorf("rewritten: %q, tag %q", got, upper.Get("user49").Tag())
	}
	if got := root.Get("user49", "key99", "of").At(0).Text(); got != "text99" {
		t.Errorf("the original says %q", got)
	}
}
