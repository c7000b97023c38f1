package compose

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/fateline/fateline/ingest/sourcetest"
)

func TestABrokenFileOfVariablesIsPartialWhereAProjectUsesIt(t *testing.T) {
	const project = "services:\n  shop:\n    image: shop\n    env_file: [shop.env]\n"
	var cases []sourcetest.Case
	for _, name := range []string{".env", "shop.env", "other.env"} {
		unused := name == "other.env"
		for _, c := range [][3]string{
			{"whole", "# c\nA=b\nexport C='d\ne'\nF: g\nH\n", ""},
			{"ends inside a string", "A=b\nC=\"d\n", "environment-syntax 3:1"}, // the library counts on to the end
			{"a line that is no variable", "A=b\nC D=e\n", "environment-syntax 2:1"},
			{"a program", "A=b\nif [ a ]; then\n", "environment-syntax 2:1"},
			{"a template", "A=b\n{{ if x }}\n", "unrendered-template 2:1"},
			{"broken letters", "A=b\n# \xff\n", "bad-encoding 2:3"},
		} {
			want := c[2]
			if unused && !strings.HasPrefix(want, "bad-encoding") {
				want = ""
			}
			cases = append(cases, sourcetest.Case{name + " " + c[0], name, c[1], want})
		}
	}
	sourcetest.Broken(t, Source, cases, txtar.File{Name: "compose.yaml", Data: []byte(project)})
}
