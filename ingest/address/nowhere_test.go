package address

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/tiertest"
)

// texts draws what settings hold: names, some of them known, and what stands between.
func texts(t *rapid.T) string {
	parts := rapid.SliceOfN(rapid.SampledFrom([]string{
		"redis", "Redis", "orders", "db", "x", "80", "5432", "true", "info", "-h", "--host", "host", "nc", "-z", "user", "tcp", "unix", "oracle", "arn", "aws",
		" ", " ", "\t", "\n", ",", ";", "/", "/", "\"", "'", "`", "|", "&", "$", "%", "?", "!", "#", "[", "]", "{", "}", ")", "<", ">", "~", "^", "*", "+", "\\",
		".", ":", "=", "@", "(", "\u00a0", "\u0130", "\u212a", "ä", "_", "-",
	}), 0, 8).Draw(t, "parts")
	return strings.Join(parts, "")
}

func TestWhatRefersNowhereIsFoundNothingIn(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		text := texts(t)
		c := Context{
			Key: rapid.SampledFrom([]string{"", "HOST", "redis", "x", "service", "--host", "image"}).Draw(t, "key"), Known: knows("redis", "db", "host", "ä", "k", "\u00a0redis"),
			Guess: rapid.Bool().Draw(t, "guess"), Loose: rapid.Bool().Draw(t, "loose"),
		}
		if rapid.Bool().Draw(t, "none known") {
			c.Known = nil
		}
		if nowhere(text, c) {
			if found := search(text, c); len(found) > 0 {
				t.Fatalf("%q under %q: %v", text, c.Key, found)
			}
		}
	})
}

func TestATextThatRefersNowhereHasNoPartThatDoes(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		text := texts(t)
		c := Context{Known: knows("redis", "db", "ä", "k")}
		if !nowhere(text, c) {
			return
		}
		for _, p := range flow(nil, text, 0, "") {
			if !nowhere(unquote(p.value, &p.at), c) {
				t.Fatalf("%q does not, and %q does", text, p.value)
			}
		}
	})
}

// TestGathersLooksForItsPatternsOnlyWhereTheyCanStand holds the words of each mark to
// its pattern: the texts are of the words that the patterns are made of.
func TestGathersLooksForItsPatternsOnlyWhereTheyCanStand(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
			"\n", "\n", " ", "[", "]", "[INPUT]", "[input]", "[Output]", "receivers:", "exporters:", "connectors:", "processors:", "service:", "pipelines:", "sources", "sinks",
			"positions:", "clients:", "loki.", "write", " \"x\" {", "otlp:", "batch/x:", ":", "x", "\u0131", "\u017f",
		}), 0, 10).Draw(t, "parts"), "")
		want := slices.ContainsFunc(pipelines, func(marks []mark) bool {
			return !slices.ContainsFunc(marks, func(m mark) bool { return !m.pattern.MatchString(text) })
		})
		if diff := cmp.Diff(want, Gathers(text)); diff != "" {
			t.Fatalf("%q: %s", text, diff)
		}
	})
}

func TestWhichFilesConfigureAProgramThatMovesSignals(t *testing.T) {
	for text, want := range map[string]bool{
		"loki.write \"default\" {\n  endpoint {\n    url = \"http://logs:80\"\n  }\n}\n": true, // Alloy
		"otelcol.exporter.otlp \"out\" {\n}\n":                                           true,
		"  loki.write \"nested\" {\n}\n":                                                 false,
		"loki.url = \"http://logs:80\"\n":                                                false,
		"positions:\n  filename: a\nclients:\n- url: http://logs:80\n":                   true, // Promtail
		"clients:\n- url: http://shop:80\n":                                              false,
	} {
		if got := Gathers(text); got != want {
			t.Errorf("Gathers(%q) = %v, want %v", text, got, want)
		}
	}
}
