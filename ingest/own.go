package ingest

import (
	"bytes"
	"path/filepath"
	"strings"
)

// Own is a file that belongs to a run itself: it writes it, or is judged by it.
// Were it read as an input, a run would depend on the one before it.
type Own struct {
	Path string // as it was named
	What string // what it is to the run, such as "an output of this run"
	// Always gives it a row of the ledger also where no file is yet: the first run
	// and the next then say the same.
	Always bool
}

// own finds the files of the run below the directory that is walked.
type own struct {
	root  string // absolute, links followed
	files []Own
	abs   []string // of each file
	met   []bool
}

// ownBelow prepares the walk of a directory. A path that cannot be followed is
// taken as it is named.
func ownBelow(dir string, files []Own) *own {
	o := &own{root: followed(dir), files: files, met: make([]bool, len(files))}
	for _, f := range files {
		o.abs = append(o.abs, filepath.Join(followed(filepath.Dir(f.Path)), filepath.Base(f.Path)))
	}
	return o
}

func followed(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return dir
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return real
	}
	return abs
}

// is returns why what stands at a path below the directory is none of its
// inputs; "" where it may be one.
func (o *own) is(below string) string {
	for i, f := range o.files {
		if o.abs[i] == filepath.Join(o.root, filepath.FromSlash(below)) {
			o.met[i] = true
			return leftOut(f.What)
		}
	}
	if strings.HasSuffix(below, ".previous") {
		return leftOut("an output that a later run set aside")
	}
	return ""
}

// missed calls add for the files that always have a row and that the walk did not meet.
func (o *own) missed(add func(below, why string)) {
	for i, f := range o.files {
		below, err := filepath.Rel(o.root, o.abs[i])
		if f.Always && !o.met[i] && err == nil && filepath.IsLocal(below) {
			add(filepath.ToSlash(below), leftOut(f.What))
		}
	}
}

func leftOut(what string) string { return "left out by Fateline: " + what }

// reportMark begins every report that Fateline writes as JSON.
var reportMark = []byte("{\n  \"schema\": \"fateline.report/")

// isReport reports whether a file begins as a report of Fateline does: what was
// concluded is no evidence.
func isReport(head []byte) bool { return bytes.HasPrefix(head, reportMark) }
