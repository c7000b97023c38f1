package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/fateline/fateline/report"
)

// version says exactly which program this is.
type version struct {
	Version  string   `json:"version"` // of the module; "devel" where it was not built from a release
	Commit   string   `json:"commit,omitempty"`
	Time     string   `json:"time,omitempty"` // of the commit
	Modified bool     `json:"modified"`       // the tree had changes
	Go       string   `json:"go"`
	Platform string   `json:"platform"`
	Schemas  []string `json:"schemas"`
}

func newVersionCommand(a *app) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Say which version this is",
		Args:  noArguments,
		RunE:  func(*cobra.Command, []string) error { return runVersion(a, format) },
	}
	cmd.Flags().StringVarP(&format, "format", "f", "text", "text or json")
	return cmd
}

func runVersion(a *app, format string) error {
	v := buildVersion()
	switch format {
	case "json":
		return a.printJSON(v)
	case "text":
		return a.printText(func(t *report.Terminal) { t.Line(report.Plain, "fateline %s %s", v, v.Platform) })
	}
	return usageError{fmt.Sprintf("version has no format %q", format), "text or json"}
}

// String returns the version and commit in a few words.
func (v version) String() string {
	s := v.Version
	if v.Commit != "" {
		s += " commit " + v.Commit[:min(12, len(v.Commit))]
	}
	if v.Modified {
		s += " (modified)"
	}
	return s + " " + v.Go
}

// built returns when the commit was made; zero where that is unknown.
func (v version) built() time.Time {
	t, err := time.Parse(time.RFC3339, v.Time)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// buildVersion reads the version from what the compiler left in the binary.
func buildVersion() version {
	v := version{
		Version: "devel", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Schemas: []string{"fateline.dev/v1", "fateline.graph/v1", "fateline.report/v1"},
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.time":
			v.Time = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}
