package words

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/tiertest"
)

func TestLowerIsThatOfTheStandardLibrary(t *testing.T) {
	pieces := []string{"a", "z", "A", "Z", "@", "[", "`", "{", "0", "-", "\x00", "\x7f", "\xff", "É", "ſ", "K", "checkout-service", "Deployment"}
	tiertest.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOf(rapid.SampledFrom(pieces)).Draw(t, "pieces"), "")
		if got, want := Lower(s), strings.ToLower(s); got != want {
			t.Fatalf("Lower(%q) = %q, want %q", s, got, want)
		}
	})
}
