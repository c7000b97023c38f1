package address

import "testing"

func TestALookupHoldsBackWhatWouldBeTooMuch(t *testing.T) {
	values := map[string]string{"A": "1234", "B": "12345", "C": "", "D": "1"}
	l := NewLookup(9, func(name string) (string, bool) { v, ok := values[name]; return v, ok })
	for _, c := range []struct{ in, want string }{
		{"$(A)$(E)", "1234$(E)"},
		{"$(C)", ""},
		{"$(A)", "1234"},
	} {
		if got := Expand(c.in, l.Look); got != c.want {
			t.Errorf("Expand(%q) = %q, want %q", c.in, got, c.want)
		}
	}
	if l.Over() {
		t.Error("it says that something was held back, and nothing was")
	}
	if got, want := ExpandShell("${B}$C$D", l.Look), "${B}1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !l.Over() {
		t.Error("it does not say that something was held back")
	}
	if none := (*Lookup)(nil); none.Over() {
		t.Error("none holds something back")
	}
}
