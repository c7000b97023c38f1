package nomad

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/sourcetest"
)

// facts are what a file says, without the places.
func facts(t *testing.T, name string, data []byte) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := ingest.Read(t.Context(), []string{file}, []*ingest.Source{Source}, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(regexp.MustCompile(` @ .*`).ReplaceAllString(sourcetest.FragmentText(r.Fragments...), ""), "\n")
	slices.Sort(lines)
	return lines
}

func TestAJobSaysTheSameInBothForms(t *testing.T) {
	text := func(archive, file string) []byte {
		a, err := txtar.ParseFile(filepath.Join("testdata", archive+".txtar"))
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == file })
		return a.Files[i].Data
	}
	want := facts(t, "shop.nomad.hcl", text("a job says where it runs and what it calls", "shop.nomad.hcl"))
	json := text("a job in JSON says the same", "shop.json")
	if diff := cmp.Diff(want, facts(t, "shop.json", json)); diff != "" || len(want) < 10 {
		t.Errorf("the facts in HCL (-) are not those in JSON (+):\n%s", diff)
	}
	if diff := cmp.Diff(want, facts(t, "shop.nomad", json)); diff != "" {
		t.Errorf("the facts change with the name of the file:\n%s", diff)
	}
}

func TestABrokenJobInJSONIsPartial(t *testing.T) {
	const whole = `{"Job": {"ID": "a", "TaskGroups": [{"Name": "b", "Tasks": []}]}}`
	sourcetest.Broken(t, Source, []sourcetest.Case{
		{"whole", "a.json", whole, ""},
		{"null in place of blocks", "a.json", `{"ID": "a", "Periodic": null, "TaskGroups": [{"Name": "b", "Services": null, "Count": null}]}`, ""},
		{"ends inside a list", "a.json", whole[:len(whole)-4], "early-end 1:61"},
		{"a key twice", "a.json", `{"ID": "a", "ID": "b", "TaskGroups": []}`, "duplicate-key 1:13"},
		{"a job without a name", "a.json", `{"TaskGroups": [{"Name": "b"}]}`, "bad-value 1:1"},
		{"a group without a name", "a.json", `{"ID": "a", "TaskGroups": [{"Count": 2}]}`, "bad-value 1:28"},
		{"a group that is a text", "a.json", `{"ID": "a", "TaskGroups": ["b"]}`, "wrong-type 1:28"},
		{"services that are texts", "a.json", `{"ID": "a", "TaskGroups": [{"Name": "b", "Services": ["c"]}]}`, "wrong-type 1:55"},
		{"volumes that are a list", "a.json", `{"ID": "a", "TaskGroups": [{"Name": "b", "Volumes": ["c"]}]}`, "wrong-type 1:54"},
		{"nests too deep", "a.json", `{"ID": "a", "X": ` + strings.Repeat("[", 300) + strings.Repeat("]", 300) + `, "TaskGroups": []}`, "too-deep 1:217"},
		{"not closed under the name of the language", "a.nomad", whole[:len(whole)-1], "early-end 1:64"},
	})
}

func TestABrokenSpecificationIsPartial(t *testing.T) {
	const whole = "job \"a\" {\n  datacenters = [\"b\"]\n  group \"c\" {}\n}\n"
	sourcetest.Broken(t, Source, []sourcetest.Case{
		{"whole", "a.nomad", whole, ""},
		{"ends inside a block", "a.nomad", whole[:len(whole)-2], "hcl-syntax 1:9"},
		{"broken letters", "a.nomad", "# \xff\n" + whole, "bad-encoding 1:3"},
		{"a control character", "a.nomad", "# \x00\n" + whole, "bad-encoding 1:3"},
	})
}

// What a name may hold that is escaped is not what an id may hold.
func TestEmptyAndOddNamesNameNothing(t *testing.T) {
	for _, c := range [][2]string{
		{"a.nomad", `job "a" {
  datacenters = ["", "b\u0000c"]
  multiregion {
    region "" {}
  }
  group "d" {}
}
`},
		{"a.json", `{"ID": "a", "Datacenters": ["", "b\u0000c"], "TaskGroups": [{"Name": "d"}]}`},
	} {
		file := filepath.Join(t.TempDir(), c[0])
		if err := os.WriteFile(file, []byte(c[1]), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := ingest.Read(t.Context(), []string{file}, []*ingest.Source{Source}, ingest.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if fault := sourcetest.Sound(r); fault != "" || sourcetest.FragmentText(r.Fragments...) == "" {
			t.Errorf("%s: %s\n%s", c[0], fault, sourcetest.Text(r))
		}
	}
}
