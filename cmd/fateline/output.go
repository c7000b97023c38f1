package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
)

// output is one -f: a format, and the file it goes to.
type output struct {
	format string
	file   string // "" is standard output
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
		outs = append(outs, output{format, file})
	}
	return outs, nil
}

// toStdout returns the format that goes to standard output, "" where none does.
func toStdout(outs []output) string {
	for _, o := range outs {
		if o.file == "" {
			return o.format
		}
	}
	return ""
}
