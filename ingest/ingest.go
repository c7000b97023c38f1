package ingest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/catalogue"
	"github.com/fateline/fateline/ingest/link"
	"github.com/fateline/fateline/ingest/safeio"
)

// Options say how inputs are read. The zero value works.
type Options struct {
	Exclude []Exclude
	Limits  Limits

	DeclaredOnly bool // leave out what was only observed or is implied
	NoImplied    bool // leave out what is implied

	// Catalogue is what every practitioner knows; nil is [catalogue.Builtin].
	Catalogue *catalogue.Catalogue
	// Render renders charts and overlays; nil leaves them as they are.
	Render Renderer
	// Own are the files of the run itself: a walk leaves them out.
	Own []Own

	Stdin io.Reader // read where a path is "-"; nil: there is none

	// Problem is told everything that went wrong, in the order of paths and
	// places, before Run returns; nil tells nobody. The ledger has it all the same.
	Problem func(Problem)
	// Progress is told how many of all claimed files were read. It may be called
	// from several goroutines, one at a time; nil tells nobody.
	Progress func(done, total int)
	Log      *slog.Logger // nil logs nothing
}

// Limits bound what one input may cost. The zero value means the defaults.
type Limits struct {
	Bytes  int64         // of a file that is read whole, inflated; default 64 MiB
	Window uint64        // memory that a zstd stream may ask for; default 128 MiB
	Strict strict.Limits // of one document
}

func (l Limits) bytes() safeio.Limits { return safeio.Limits{Bytes: l.Bytes, Window: l.Window} }

// headSize is how much of a file a claim sees.
const headSize = 64 << 10

// Run reads the paths, files, directories and "-", and links what the sources
// found into one graph. What could not be read is in the graph's ledger and
// told to Options.Problem: a bad input is never an error here. A graph without
// inputs, documents, nodes or requirements is returned as it is, for the verdict to refuse.
// The error is that of the context or a bug.
func Run(ctx context.Context, paths []string, sources []*Source, opt Options) (*depgraph.Graph, error) {
	read, err := Read(ctx, paths, sources, opt)
	if err != nil {
		return nil, err
	}
	fragments := read.Fragments
	read.Fragments = nil // they go as soon as they are linked
	g, err := link.Link(fragments, read.Inputs, link.Options{Undefined: read.undefined})
	if err != nil {
		return nil, fmt.Errorf("ingest: %w", err)
	}
	read.Inputs = g.Inputs()
	read.explain()
	if opt.Problem != nil {
		for _, p := range read.Problems {
			opt.Problem(p)
		}
	}
	switch {
	case opt.DeclaredOnly:
		return g.Keep(func(b depgraph.Basis) bool { return b == depgraph.Declared })
	case opt.NoImplied:
		return g.Keep(func(b depgraph.Basis) bool { return b != depgraph.Implied })
	}
	if opt.Catalogue == nil {
		opt.Catalogue = catalogue.Builtin()
	}
	return opt.Catalogue.Apply(g)
}

// Reading is what the sources found, before it is linked.
type Reading struct {
	Fragments []*link.Fragment // by source and unit
	Inputs    []depgraph.Input // the ledger, by path and source
	Problems  []Problem        // by path and place
}

// undefined adds the problem of a native file that names a node which no input defines.
func (r *Reading) undefined(id depgraph.ID, at depgraph.Origin) {
	r.Problems = append(r.Problems, Problem{
		Level: LevelError, ID: UndefinedNode, Path: at.Input, Line: at.Line, Col: at.Col, Byte: -1,
		Msg: fmt.Sprintf("%s is named, but no input defines it", id),
		Fix: "define it, correct the name, or name the input that defines it as well",
	})
}

// Read is the first half of [Run]: it reads and links nothing. Problems are
// returned, and not told to Options.Problem.
func Read(ctx context.Context, paths []string, sources []*Source, opt Options) (*Reading, error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	w := newWalker(opt)
	defer w.close() // of directories that were only read
	for _, p := range slices.Sorted(slices.Values(paths)) {
		if err := w.path(ctx, p); err != nil {
			return nil, err
		}
	}
	if err := w.render(ctx); err != nil {
		return nil, err
	}
	if err := w.claim(ctx, sources); err != nil {
		return nil, err
	}
	w.distinct()
	w.unused()
	out := &Reading{Inputs: w.rows, Problems: w.probs}
	units := w.units(out)
	if err := readUnits(ctx, units, opt, out); err != nil {
		return nil, err
	}
	slices.SortFunc(out.Inputs, func(a, b depgraph.Input) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Format, b.Format), strings.Compare(a.Reason, b.Reason))
	})
	out.explain()
	return out, nil
}

func compareProblems(a, b Problem) int {
	return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col),
		cmp.Compare(a.Byte, b.Byte), strings.Compare(a.ID, b.ID), strings.Compare(a.Msg, b.Msg))
}

// claim asks the sources about every file, on all cores.
func (w *walker) claim(ctx context.Context, sources []*Source) error {
	inParallel(len(w.files), func(i int) {
		if ctx.Err() == nil {
			w.files[i].ask(ctx, sources, w.opt.Limits)
		}
	})
	return ctx.Err()
}

// inParallel calls do for 0 to n-1 on all cores.
func inParallel(n int, do func(i int)) {
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	workers.Wait()
}

// ask reads the first bytes of a file and asks the sources who claims it.
func (f *found) ask(ctx context.Context, sources []*Source, lim Limits) {
	defer func() {
		if p := recover(); p != nil {
			f.claims, f.err = nil, &Error{ID: SourcePanic, Msg: fmt.Sprintf("a bug in Fateline: %v", p), Fix: "please report it"}
		}
	}()
	head, err := f.ref.Head(ctx, headSize, lim.bytes())
	if err != nil {
		f.err = err
		return
	}
	f.empty = len(head.Data) == 0
	if f.report = isReport(head.Data); f.report {
		return
	}
	f.sealed = bytes.HasPrefix(head.Data, []byte("\x00GITCRYPT\x00"))
	name := f.path
	if head.Packing != safeio.Plain {
		name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	}
	data := readable(head.Data)
	if f.sealed {
		data = nil // its name is all that can be read
	}
	for _, fallback := range []bool{false, true} {
		for _, s := range sources {
			if s.Fallback != fallback || fallback && len(f.claims) > 0 {
				continue
			}
			if unit, ok := s.claim(name, data); ok {
				f.claims = append(f.claims, claimed{s, unit})
			}
		}
	}
	if f.sealed && len(f.claims) > 0 {
		f.claims, f.err = nil, &Error{ID: Sealed, Msg: "encrypted by git-crypt", Fix: fmt.Sprintf("unlock the repository and read it again, or --exclude '%s=REASON' (recorded in the report)", f.path)}
	}
}

// readable gives claims what sources will see: UTF-8 without a byte order mark.
func readable(head []byte) []byte {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		head = head[:len(head)&^1]
	}
	if text, err := strict.Text(head); err == nil {
		return text
	}
	return head
}

// task is the reading of one unit.
type task struct {
	source   *Source
	unit     *Unit
	fragment *link.Fragment
}

// units groups the claimed files and gives the others their rows.
func (w *walker) units(out *Reading) []*task {
	type key struct{ source, unit string }
	byKey := map[key]*task{}
	var tasks []*task
	for _, f := range w.files {
		switch {
		case f.quiet && len(f.claims) == 0:
			continue
		case f.err != nil:
			p := problemOf(f.path, f.err)
			out.Problems = append(out.Problems, p)
			out.Inputs = append(out.Inputs, depgraph.Input{Path: f.path, Status: depgraph.Unreadable, Reason: p.short()})
			continue
		case f.report:
			out.Inputs = append(out.Inputs, depgraph.Input{Path: f.path, Status: depgraph.Excluded, Reason: leftOut("a report that it wrote itself")})
			continue
		case len(f.claims) == 0:
			out.Inputs = append(out.Inputs, depgraph.Input{Path: f.path, Status: depgraph.Unclaimed, Reason: f.unclaimed(), Bytes: f.ref.Size()})
			continue
		}
		for _, c := range f.claims {
			k := key{c.source.Name, c.unit}
			t := byKey[k]
			if t == nil {
				t = &task{source: c.source, unit: &Unit{Name: c.unit, Limits: w.opt.Limits.Strict}}
				byKey[k] = t
				tasks = append(tasks, t)
			}
			t.unit.Files = append(t.unit.Files, &File{path: f.path, root: f.root, ref: f.ref, lim: w.opt.Limits})
		}
	}
	slices.SortFunc(tasks, func(a, b *task) int {
		return cmp.Or(strings.Compare(a.source.Name, b.source.Name), strings.Compare(a.unit.Name, b.unit.Name))
	})
	return tasks
}

func (f *found) unclaimed() string {
	if f.empty {
		return "empty"
	}
	if f.sealed {
		return "encrypted by git-crypt: unlock the repository and read it again"
	}
	return "no source reads it"
}

// readUnits reads the units on all cores.
func readUnits(ctx context.Context, tasks []*task, opt Options, out *Reading) error {
	total, done := 0, 0
	for _, t := range tasks {
		total += len(t.unit.Files)
	}
	var mu sync.Mutex
	inParallel(len(tasks), func(i int) {
		t := tasks[i]
		for _, f := range t.unit.Files {
			f.ctx = ctx
		}
		if ctx.Err() == nil {
			t.read(ctx)
		}
		mu.Lock()
		defer mu.Unlock()
		done += len(t.unit.Files)
		if opt.Progress != nil {
			opt.Progress(done, total)
		}
	})
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, t := range tasks { // in their order, whoever read them
		opt.Log.Debug("read", "source", t.source.Name, "unit", t.unit.Name, "files", len(t.unit.Files))
		if t.fragment != nil {
			t.fragment.SetSource(t.source.Name)
			out.Fragments = append(out.Fragments, t.fragment)
		}
		for _, f := range t.unit.Files {
			in, problems := f.row(t.source.Name)
			out.Inputs = append(out.Inputs, in)
			out.Inputs = append(out.Inputs, f.carried...)
			out.Problems = append(out.Problems, problems...)
			out.Problems = append(out.Problems, f.carriedProblems()...)
		}
	}
	return nil
}

// read runs the source. Its error, unless a file has it already, is one of every file of the unit.
func (t *task) read(ctx context.Context) {
	defer func() {
		if p := recover(); p != nil {
			t.fail(&Error{ID: SourcePanic, Msg: fmt.Sprintf("a bug in Fateline: the source %s panicked: %v", t.source.Name, p), Fix: "please report it, with the file if you may"})
		}
	}()
	fragment, err := t.source.read(ctx, t.unit)
	t.fragment = fragment
	if err != nil && ctx.Err() == nil {
		t.fail(err)
	}
}

func (t *task) fail(err error) {
	for _, f := range t.unit.Files {
		f.mu.Lock()
		f.opened, f.lost = true, f.lost || f.proof == nil
		f.mu.Unlock()
		f.Fail(err)
	}
}

// explain sorts the problems and gives each its effect and, where it has none, a remedy.
func (r *Reading) explain() {
	slices.SortStableFunc(r.Problems, compareProblems)
	bad := map[string]depgraph.Status{}
	for _, in := range r.Inputs {
		if in.Status.Incomplete() {
			bad[in.Path] = max(bad[in.Path], in.Status)
		}
	}
	for i := range r.Problems {
		p := &r.Problems[i]
		if p.Level != LevelError || p.Path == "" {
			continue
		}
		what := "not analysed"
		if bad[p.Path] == depgraph.Partial {
			what = "analysed only in part"
		}
		p.Effect = fmt.Sprintf("%d of %d inputs incomplete, this one %s; verdict incomplete, exit 3", len(bad), len(r.Inputs), what)
		if p.Fix == "" {
			p.Fix = fmt.Sprintf("repair the file, or --exclude '%s=REASON' (recorded in the report)", p.Path)
		}
	}
}
