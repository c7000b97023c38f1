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

// A key knows its place however far its value is, and comes out as it went in however
// long it is.
func TestKeysKnowTheirPlace(t *testing.T) {
	long := strings.Repeat("k", 300)
	for name, c := range map[string]struct {
		text string
		want string
	}{
		"a value right behind":       {`{"a": 1}`, "a@1:2=1@1:7"},
		"a value far to the right":   {`{"a":` + strings.Repeat(" ", 40_000) + `1}`, "a@1:2=1@1:40006"},
		"a value many lines below":   {"{\"a\":" + strings.Repeat("\n", 300) + "1}", "a@1:2=1@301:1"},
		"a value 254 lines below":    {"{\"a\":" + strings.Repeat("\n", 254) + "1}", "a@1:2=1@255:1"},
		"a value 255 lines below":    {"{\"a\":" + strings.Repeat("\n", 255) + "1}", "a@1:2=1@256:1"},
		"a long key":                 {`{"` + long + `": 1}`, long + "@1:2=1@1:306"},
		"a key of 254 bytes":         {`{"` + long[:254] + `": 1}`, long[:254] + "@1:2=1@1:260"},
		"a key of 255 bytes":         {`{"` + long[:255] + `": 1}`, long[:255] + "@1:2=1@1:261"},
		"an empty key":               {`{"": 1}`, "@1:2=1@1:6"},
		"a list and what follows it": {"a:\n- 1\nb: 2\n", "a@1:1=@2:1 b@3:1=2@3:4"},
		"merged fields come last":    {"x: &x\n  b: 1\na:\n  <<: *x\n  c: 2\n", "x@1:1=@1:4 a@3:1=@4:3"},
		"a block below comments":     {"a:\n" + strings.Repeat("# \n", 300) + "  b: 1\n", "a@1:1=@302:3"},
	} {
		t.Run(name, func(t *testing.T) {
			docs, err := Parse([]byte(c.text), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for k, v := range docs[0].Root.Fields() {
				got = append(got, fmt.Sprintf("%s@%d:%d=%s@%d:%d", k.Text, k.Line, k.Col, v.Text(), v.Line(), v.Col()))
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("%s, want %s", s, c.want)
			}
		})
	}
	docs, err := Parse([]byte("x: &x\n  b: 1\na:\n  c: 2\n  <<: *x\n"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range docs[0].Root.Get("a").Fields() {
		if k.Text == "b" && (k.Line != 2 || k.Col != 3 || v.Line() != 2 || v.Col() != 6) {
			t.Errorf("b, which is merged, stands at %d:%d with its value at %d:%d", k.Line, k.Col, v.Line(), v.Col())
		}
	}
}

// So many keys that the table of a builder grows, and so many that it is not handed on.
func TestEachOfManyKeysIsFound(t *testing.T) {
	for _, n := range []int{31, 32, 33, 127, 128, 129, 5000, 30_000} {
		var b strings.Builder
		b.WriteString("{")
		for i := range n {
			fmt.Fprintf(&b, "%q:{%q:%d},", fmt.Sprint("key", i), fmt.Sprint("inner", i%300), i)
		}
		b.WriteString(`"last":{}}`)
		for range 2 { // the second with a builder that was used
			doc, err := JSON([]byte(b.String()), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range []int{0, n / 2, n - 1} {
				if got := doc.Root.Get(fmt.Sprint("key", i), fmt.Sprint("inner", i%300)).Text(); got != fmt.Sprint(i) {
					t.Fatalf("%d keys: key%d says %q", n, i, got)
				}
			}
		}
		twice := strings.Replace(b.String(), `"last"`, `"key7"`, 1)
		if _, err := JSON([]byte(twice), Limits{}); err == nil || !strings.Contains(err.Error(), `"key7" again`) {
			t.Errorf("%d keys, one of them twice: error %v", n, err)
		}
	}
}
