package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/report"
)

// output is one -f: a format, and the file it goes to.
type output struct {
	format string
	file   string // "" is standard output
	color  bool
}

// parseOutputs reads the values of -f: FORMAT or FORMAT=FILE, each of the formats
// known, no file twice, standard output once.
func parseOutputs(values, known []string) ([]output, error) {
	var outs []output
	for _, value := range values {
		format, file, toFile := strings.Cut(value, "=")
		if !slices.Contains(known, format) {
			fix := "one of " + strings.Join(known, ", ")
			if near := strict.Nearest(format, known); near != "" {
				fix = "did you mean " + near + "?"
			}
			return nil, usageError{fmt.Sprintf("-f %s: there is no format %q here", value, format), fix}
		}
		if toFile && (file == "" || file == "-") {
			file, toFile = "", file == "-"
			if !toFile {
				return nil, usageError{fmt.Sprintf("-f %s: the file's name is empty", value), "-f " + format + " writes to standard output"}
			}
		}
		same := slices.IndexFunc(outs, func(o output) bool { return o.file == file })
		switch {
		case same >= 0 && file == "":
			return nil, usageError{fmt.Sprintf("-f %s: standard output already takes %s", value, outs[same].format), "-f " + format + "=FILE"}
		case same >= 0:
			return nil, usageError{fmt.Sprintf("-f %s: %s already takes %s", value, file, outs[same].format), "name another file"}
		}
		outs = append(outs, output{format: format, file: file})
	}
	return outs, nil
}

// outputs reads the output flags of a command. Where nothing else goes to
// standard output, the command's default format does.
func (a *app) outputs(o outputOptions) ([]output, error) {
	outs, err := parseOutputs(o.formats, o.known)
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"auto", "always", "never"}, o.color) {
		return nil, usageError{fmt.Sprintf("--color %q: want auto, always or never", o.color), ""}
	}
	if !slices.ContainsFunc(outs, func(o output) bool { return o.file == "" }) {
		outs = append(outs, output{format: o.known[0]})
	}
	for i := range outs {
		outs[i].color = report.UseColor(o.color, os.Getenv, outs[i].file == "" && isTerminal(a.stdout))
	}
	return outs, nil
}

// store writes every output, all or none.
func (a *app) store(ctx context.Context, outs []output, write func(w io.Writer, o output) error) error {
	for _, o := range outs {
		if err := write(a.stdout, o); err != nil {
			return storeError{err}
		}
	}
	return nil
}
