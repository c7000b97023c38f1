package ingest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/safeio"
)

// found is a file that a walk met, and the sources that claim it.
type found struct {
	path   string // as people know it
	root   string
	dir    string // that it stands in, as the system knows it; "" for a stream
	linked bool   // reached through a link alone
	quiet  bool   // no row where nobody claims it
	ref    *safeio.Ref
	empty  bool
	report bool // of Fateline's own
	sealed bool // by git-crypt
	err    error
	claims []claimed
}

type claimed struct {
	source *Source
	unit   string
}

// left is the reason by which the core itself leaves out a directory; "" where it does not.
func left(name string) string {
	switch path.Base(name) {
	case ".git", ".hg", ".svn", ".jj", ".bzr":
		return "left out by Fateline: version control data"
	case "node_modules", ".venv", "__pycache__":
		return "left out by Fateline: installed packages"
	case ".terraform":
		return "left out by Fateline: Terraform's working data"
	}
	return ""
}

// walker lists what paths name.
type walker struct {
	opt   Options
	files []*found
	rows  []depgraph.Input
	trees []*safeio.Tree
	roots map[string]string // absolute path -> the name it is shown by
	shown map[string]bool
	used  []bool // by index of opt.Exclude
	probs []Problem
}

func newWalker(opt Options) *walker {
	return &walker{opt: opt, roots: map[string]string{}, shown: map[string]bool{}, used: make([]bool, len(opt.Exclude))}
}

// close lets go of the directories.
func (w *walker) close() error {
	var errs []error
	for _, t := range w.trees {
		errs = append(errs, t.Close())
	}
	return errors.Join(errs...)
}

// path lists what one path names. The error is that of the context.
func (w *walker) path(ctx context.Context, named string) error {
	if named == "-" {
		if w.shown["-"] {
			return nil
		}
		w.shown["-"] = true
		if w.opt.Stdin == nil {
			w.unreadable("-", &safeio.Error{ID: safeio.NotOpened, At: -1, Msg: "there is no standard input"})
			return nil
		}
		w.files = append(w.files, &found{path: "-", ref: safeio.Stream(w.opt.Stdin)})
		return nil
	}
	shown, fresh := w.name(named)
	if !fresh {
		return nil
	}
	dir, err := safeio.IsDir(named)
	switch {
	case err != nil:
		w.unreadable(shown, err)
		return nil
	case dir:
		return w.dir(ctx, named, shown)
	}
	if why := w.excluded(shown, path.Base(shown)); why != "" {
		w.row(shown, depgraph.Excluded, why)
		return nil
	}
	w.files = append(w.files, &found{path: shown, root: dirName(filepath.Dir(named)), dir: filepath.Dir(named), ref: safeio.File(named)})
	return nil
}

// name returns how a path is shown: as it was named where that is relative;
// an absolute one as it lies below the working directory, or by its last
// element: where a machine keeps its files is nobody's business.
func (w *walker) name(named string) (shown string, fresh bool) {
	abs, err := filepath.Abs(named)
	if err != nil {
		abs = filepath.Clean(named)
	}
	shown = filepath.ToSlash(filepath.Clean(named))
	if filepath.IsAbs(named) {
		shown = filepath.Base(abs)
		if cwd, err := os.Getwd(); err == nil {
			if rel, err := filepath.Rel(cwd, abs); err == nil && filepath.IsLocal(rel) {
				shown = filepath.ToSlash(rel)
			}
		}
	}
	if _, again := w.roots[abs]; again {
		return "", false
	}
	base := shown
	for n := 2; w.shown[shown]; n++ {
		shown = fmt.Sprintf("%s~%d", base, n)
	}
	w.roots[abs], w.shown[shown] = shown, true
	return shown, true
}

func dirName(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	return filepath.Base(abs)
}

func (w *walker) dir(ctx context.Context, named, shown string) error {
	tree, err := safeio.OpenTree(named)
	if err != nil {
		w.unreadable(shown, err)
		return nil
	}
	w.trees = append(w.trees, tree)
	root := dirName(named)
	before := len(w.files) + len(w.rows)
	mine := ownBelow(named, w.opt.Own)
	skip := func(below string, dir bool) string {
		if why := w.excluded(join(shown, below), below); why != "" {
			return why
		}
		if dir {
			return left(below)
		}
		return mine.is(below)
	}
	err = tree.Walk(ctx, skip, func(e safeio.Entry) {
		full := join(shown, e.Path)
		switch {
		case e.Err != nil:
			w.unreadable(full, e.Err)
		case e.Skip != "":
			w.row(full, depgraph.Excluded, e.Skip)
			if e.Dir && path.Base(e.Path) == ".git" {
				w.gitConfig(tree, e.Path, full, root)
			}
		case e.Gone != "":
			w.row(full, depgraph.Unclaimed, "a link to "+e.Gone+", which is not there")
		case e.Odd != "":
			w.row(full, depgraph.Unclaimed, e.Odd+", not a file")
		default:
			w.files = append(w.files, &found{path: full, root: root, dir: filepath.Dir(filepath.Join(named, filepath.FromSlash(e.Path))), ref: e.Ref, linked: e.Linked})
		}
	})
	if err == nil && len(w.files)+len(w.rows) == before {
		w.unreadable(shown, &safeio.Error{ID: NothingNamed, At: -1, Msg: "the directory is empty", Fix: "name a directory that holds the inputs"})
	}
	mine.missed(func(below, why string) { w.row(join(shown, below), depgraph.Excluded, why) })
	return err
}

// gitConfig offers the one file of version control data that says what a
// repository is called elsewhere.
func (w *walker) gitConfig(tree *safeio.Tree, below, full, root string) {
	w.files = append(w.files, &found{path: full + "/config", root: root, ref: tree.File(below + "/config"), quiet: true})
}

func join(shown, below string) string {
	if shown == "." {
		return below
	}
	return path.Join(shown, below)
}

// excluded returns the reason of the first exclusion that matches; "" where none does.
func (w *walker) excluded(shown, below string) string {
	why := ""
	for i, e := range w.opt.Exclude {
		if e.matches(shown, below) {
			w.used[i] = true
			if why == "" {
				why = e.Reason
			}
		}
	}
	return why
}

func (w *walker) row(shown string, s depgraph.Status, why string) {
	w.rows = append(w.rows, depgraph.Input{Path: shown, Status: s, Reason: why})
}

func (w *walker) unreadable(shown string, err error) {
	p := problemOf(shown, err)
	w.rows = append(w.rows, depgraph.Input{Path: shown, Status: depgraph.Unreadable, Reason: p.short()})
	w.probs = append(w.probs, p)
}

// unused warns of exclusions that excluded nothing: most likely they are misspelt.
func (w *walker) unused() {
	for i, used := range w.used {
		if !used {
			w.probs = append(w.probs, Problem{
				Level: LevelWarning, ID: UnusedExclude, Byte: -1,
				Msg: fmt.Sprintf("the exclusion %q matches no input", w.opt.Exclude[i].Glob),
				Fix: "correct the glob or drop it",
			})
		}
	}
}

// distinct drops files that are the same file as another by a link or a second
// name: the one reached without a link, then the first path, stays.
func (w *walker) distinct() {
	slices.SortFunc(w.files, func(a, b *found) int {
		if a.linked != b.linked {
			if b.linked {
				return -1
			}
			return 1
		}
		return strings.Compare(a.path, b.path)
	})
	first := map[safeio.Mark][]*found{}
	kept := w.files[:0]
	for _, f := range w.files {
		mark, known := f.ref.Mark()
		if known {
			if i := slices.IndexFunc(first[mark], func(g *found) bool { return g.ref.Same(f.ref) }); i >= 0 {
				if same := first[mark][i].path; same != f.path {
					w.row(f.path, depgraph.Excluded, "the same file as "+same)
				}
				continue
			}
			first[mark] = append(first[mark], f)
		}
		kept = append(kept, f)
	}
	w.files = kept
	slices.SortFunc(w.files, func(a, b *found) int { return strings.Compare(a.path, b.path) })
}
