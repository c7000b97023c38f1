package traces

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
)

// readFile reads one file into c: JSON lines where the first line is a whole
// value and not the only one, else one JSON value. A line that cannot be read is
// recorded, and the lines after it are read all the same.
func readFile(c *calls, f *ingest.File) error {
	number := c.addFile(f.Path())
	counted := 0
	collect := func(root strict.Value) {
		decode(root, func(s span, at strict.Value) {
			s.file, s.line = number, int32(at.Line())
			counted++
			c.add(s)
		})
	}
	lines, err := isLines(f)
	if err != nil {
		return err
	}
	if lines {
		err = readLines(f, collect)
	} else {
		err = readWhole(f, collect)
	}
	if counted == 0 && err == nil {
		f.Note("no spans in it")
	}
	return err
}

// isLines reports whether the first line of the file is a JSON value by itself.
func isLines(f *ingest.File) (bool, error) {
	r, err := f.Open()
	if err != nil {
		return false, err
	}
	defer r.Close()
	for line, err := range strict.Lines(r, strict.Limits{}) {
		var problem *strict.Error
		if err != nil {
			return false, ignoreTooLong(err, &problem)
		}
		if text := bytes.TrimSpace(line.Text); len(text) > 0 && text[0] != '{' {
			return false, nil // a list is one value, whatever its lines
		}
		_, err := line.JSON(strict.Limits{})
		return err == nil, nil
	}
	return false, nil
}

// ignoreTooLong swallows the one error that says no more than "this is one long value".
func ignoreTooLong(err error, problem **strict.Error) error {
	if errors.As(err, problem) && (*problem).ID == strict.TooLong {
		return nil
	}
	return err
}

func readLines(f *ingest.File, collect func(strict.Value)) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	others := 0
	for line, err := range strict.Lines(r, strict.Limits{}) {
		if err != nil {
			var problem *strict.Error
			if errors.As(err, &problem) {
				f.Fail(err)
				continue
			}
			return err
		}
		doc, err := line.JSON(strict.Limits{})
		if err != nil {
			f.Fail(err)
			continue
		}
		f.Counted(1)
		if !hasSpans(doc.Root) {
			others++
			continue
		}
		collect(doc.Root)
	}
	if others > 0 {
		f.Note("%d lines hold no spans", others)
	}
	return nil
}

func readWhole(f *ingest.File, collect func(strict.Value)) error {
	data, err := f.Bytes()
	if err != nil {
		return err
	}
	doc, err := strict.JSON(data, strict.Limits{})
	if err != nil {
		return err
	}
	if !hasSpans(doc.Root) {
		return fmt.Errorf("traces: neither resourceSpans nor data nor a list of spans at the top")
	}
	f.Counted(1)
	f.Proven()
	collect(doc.Root)
	return nil
}

// hasSpans reports whether v has the outer shape of one of the formats.
func hasSpans(v strict.Value) bool {
	if v.Type() == strict.List {
		return true
	}
	for _, path := range [][]string{{"resourceSpans"}, {"batches"}, {"data"}, {"trace"}, {"result"}} {
		if v.Get(path...).Exists() {
			return true
		}
	}
	return false
}
