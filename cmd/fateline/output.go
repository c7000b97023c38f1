package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/store"
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

// outputs reads the output flags of a command. Standard output takes the
// command's default format where nothing else is asked for, and text also beside
// files.
func (a *app) outputs(o outputOptions) ([]output, error) {
	outs, err := parseOutputs(o.formats, o.known)
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"auto", "always", "never"}, o.color) {
		return nil, usageError{fmt.Sprintf("--color %q: want auto, always or never", o.color), ""}
	}
	taken := slices.ContainsFunc(outs, func(o output) bool { return o.file == "" })
	if len(outs) == 0 || !taken && o.known[0] == "text" {
		outs = append(outs, output{format: o.known[0]})
	}
	for i := range outs {
		outs[i].color = report.UseColor(o.color, os.Getenv, outs[i].file == "" && isTerminal(a.stdout))
	}
	return outs, nil
}

// outbox is where the outputs of one run go: what stood in their places is set
// aside already.
type outbox struct {
	outs    []output
	session *store.Session
}

// open sets aside what stands where the outputs will go, so that nobody takes
// an old report for that of a run which does not finish.
func openOutbox(outs []output) (*outbox, error) {
	var files []string
	for _, o := range outs {
		if o.file != "" {
			files = append(files, o.file)
		}
	}
	session, err := store.Begin(files...)
	if err != nil {
		return nil, err
	}
	return &outbox{outs, session}, nil
}

// send writes every output and puts all in their places at the end, the JSON
// last: whoever waits for that finds the others.
func (b *outbox) send(ctx context.Context, stdout io.Writer, write func(w io.Writer, o output) error) (store.Receipt, error) {
	files := slices.Clone(b.outs)
	slices.SortStableFunc(files, func(x, y output) int { return jsonLast(x) - jsonLast(y) })
	for _, o := range files {
		if o.file == "" {
			continue
		}
		if err := b.session.Stage(o.file, func(w io.Writer) error { return write(w, o) }); err != nil {
			return store.Receipt{}, err
		}
	}
	for _, o := range b.outs {
		if o.file != "" {
			continue
		}
		if err := store.Stream(stdout, func(w io.Writer) error { return write(w, o) }); err != nil {
			return store.Receipt{}, err
		}
	}
	if err := ctx.Err(); err != nil {
		return store.Receipt{}, err
	}
	return b.session.Commit()
}

func jsonLast(o output) int {
	if o.format == "json" {
		return 1
	}
	return 0
}

// close leaves nothing behind of a run that did not finish.
func (b *outbox) close(err error) error { return errors.Join(err, b.session.Abort()) }

// print writes what a command that reads no input has to say.
func (a *app) print(write func(w io.Writer) error) error {
	b, err := openOutbox([]output{{}})
	if err != nil {
		return err
	}
	receipt, err := b.send(context.Background(), a.stdout, func(w io.Writer, _ output) error { return write(w) })
	if err != nil {
		return err
	}
	a.outcome = outcome{complete: true, receipt: receipt}
	return nil
}

// printJSON writes a value as JSON.
func (a *app) printJSON(v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return a.print(func(w io.Writer) error {
		_, err := w.Write(append(report.SafeJSON(text), '\n'))
		return err
	})
}

// printText writes text for people.
func (a *app) printText(write func(t *report.Terminal)) error {
	return a.print(func(w io.Writer) error {
		t := report.NewTerminal(w, report.Options{})
		write(t)
		return t.Flush()
	})
}
