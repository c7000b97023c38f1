package main

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOutputsAreOneFormatAndOneFileEach(t *testing.T) {
	known := []string{"json", "text", "html"}
	cases := []struct {
		name   string
		values []string
		want   []output
		fails  bool
	}{
		{"a format alone goes to standard output", []string{"json"}, []output{{format: "json"}}, false},
		{"a dash is standard output", []string{"json=-"}, []output{{format: "json"}}, false},
		{"several formats, several files", []string{"html=a.html", "json=b=c.json", "text"}, []output{{format: "html", file: "a.html"}, {format: "json", file: "b=c.json"}, {format: "text"}}, false},
		{"one format into two files", []string{"json=a", "json=b"}, []output{{format: "json", file: "a"}, {format: "json", file: "b"}}, false},
		{"an unknown format", []string{"yaml"}, nil, true},
		{"no format", []string{""}, nil, true},
		{"no file behind the sign", []string{"json="}, nil, true},
		{"standard output twice", []string{"json", "text"}, nil, true},
		{"one file twice", []string{"json=a", "html=a"}, nil, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := parseOutputs(c.values, known)
			if usage := (usageError{}); c.fails != errors.As(err, &usage) {
				t.Fatalf("error %v, want a usage error: %t", err, c.fails)
			}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(output{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSizesAreReadWithTheirUnit(t *testing.T) {
	for text, want := range map[string]int64{"1": 1, "512B": 512, "4KiB": 4096, "512MiB": 512 << 20, "2GiB": 2 << 30, "1TiB": 1 << 40} {
		if got, err := parseSize("--memory", text); err != nil || got != want {
			t.Errorf("parseSize(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0", "-1", "2GB", "1.5GiB", "GiB", "999999999999TiB", "2 GiB", "2gib"} {
		if got, err := parseSize("--memory", text); err == nil {
			t.Errorf("parseSize(%q) = %d, want an error", text, got)
		}
	}
}
