package compose

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/tiertest"
)

// alone is what the library makes of an env file as a whole.
func alone(text string) (map[string]string, error) {
	return dotenv.UnmarshalWithLookup(text, func(string) (string, bool) { return "", false })
}

func TestAnEnvFileReadByStatementsIsTheWholeFile(t *testing.T) {
	words := []string{
		"A", "B", "export ", "EXPORT_C", "=", ":", "\n", "\n", "\r\n", " ", "\t", "\u00a0", "#", " #", "'", "\"", "\\", "\\\"", "\\'", "\\n", "\\$", "$", "$$", "${A}", "$B",
		"${B:-x}", "${A:?no}", "${", "x y", "é", "=a", "A=1\n", "B='one\ntwo'\n", "C=\"${A}\nA=3\"\n", "A\n", "# note = \"\n",
	}
	tiertest.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 24).Draw(t, "words"), "")
		got, _, _, err := variables(text)
		want, wantErr := alone(text)
		if (err != nil) != (wantErr != nil) {
			t.Fatalf("%q: error %v, want %v", text, err, wantErr)
		}
		if err == nil && !maps.Equal(got, want) {
			t.Fatalf("%q: %s", text, cmp.Diff(want, got))
		}
	})
}

func TestVariablesThatNameEachOtherTwiceStaySmall(t *testing.T) {
	var b strings.Builder
	b.WriteString("A0=host\n")
	for i := range 60 {
		fmt.Fprintf(&b, "A%d=${A%d}${A%d}\n", i+1, i, i)
	}
	vars, _, _, err := variables(b.String())
	if err == nil {
		t.Error("nothing says that values are missing")
	}
	size := 0
	for _, v := range vars {
		size += len(v)
	}
	if want := "hosthosthosthost"; vars["A2"] != want || size > 64<<20 {
		t.Errorf("A2 = %q, want %q; all are of %d bytes", vars["A2"], want, size)
	}
}

func TestVariablesThatNothingSetsAreToldOnceAndNowhereElse(t *testing.T) {
	vars, free, _, err := variables("A=1\nB=${A}${C} $D\nE=${F:-6}\nG='$H'\nI=$C${K-k}\n")
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"C", "D"}; !slices.Equal(free, want) {
		t.Errorf("free: %q, want %q", free, want)
	}
	want := map[string]string{"A": "1", "B": "1 ", "E": "6", "G": "$H", "I": "k"}
	if !maps.Equal(vars, want) {
		t.Error(cmp.Diff(want, vars))
	}
}
