package safeio

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Tree is a directory that the user named, held open.
type Tree struct {
	root *os.Root
}

// OpenTree opens a directory. Close it when everything of it was read.
func OpenTree(dir string) (*Tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fromOS(NotOpened, -1, err)
	}
	return &Tree{root: root}, nil
}

// Close lets go of the directory.
func (t *Tree) Close() error { return t.root.Close() }

// File returns a reference to a file below the tree, whether it exists or not.
func (t *Tree) File(name string) *Ref { return &Ref{tree: t, name: name} }

// Entry is something that a walk met: a file to read, or the reason why what
// stands at a path is not read.
type Entry struct {
	Path string // below the tree, with slashes; "." is the tree
	Ref  *Ref   // the file; nil where there is a reason
	Dir  bool
	// Linked says that the walk reached it through a link.
	Linked bool
	Skip   string // why it is left out; "" where it is not
	Err    error  // why it cannot be read; nil where it can
	// Gone is what a link names within the tree where nothing stands there: what is made
	// later, or what only some have. "" is any other entry.
	Gone string
	// Odd says that it is neither a file, a directory nor a link, such as a FIFO.
	Odd string
}

// Walk visits every file below the tree once by its own path, then, by their
// links' paths, those that are reached through links alone; each group sorted.
// skip is asked about every directory and file before it is opened and gives
// the reason to leave it out, "" to go on. A directory that is left out is one
// entry. Only regular files are visited as files. The error is that of the context.
func (t *Tree) Walk(ctx context.Context, skip func(path string, dir bool) string, visit func(Entry)) error {
	w := walker{tree: t, ctx: ctx, skip: skip, visit: visit}
	w.todo = append(w.todo, ".")
	for len(w.todo) > 0 || len(w.links) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(w.todo) == 0 {
			link := w.links[0]
			w.links = w.links[1:]
			w.byLink = true
			w.follow(link)
			continue
		}
		next := w.todo[len(w.todo)-1]
		w.todo = w.todo[:len(w.todo)-1]
		w.dir(next)
	}
	return nil
}

// walker keeps its own stack: depth is bounded by the file system alone.
type walker struct {
	tree   *Tree
	ctx    context.Context
	skip   func(string, bool) string
	visit  func(Entry)
	todo   []string
	links  []string
	byLink bool          // the directories at hand were reached through a link
	dirs   []fs.FileInfo // visited, for links: a loop of links ends here
}

func (w *walker) dir(at string) {
	d, err := w.tree.root.OpenFile(filepath.FromSlash(at), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		w.visit(Entry{Path: at, Dir: true, Err: w.openError(err)})
		return
	}
	info, err := d.Stat()
	if err == nil {
		w.dirs = append(w.dirs, info)
	}
	entries, rerr := d.ReadDir(-1)
	if err := errors.Join(err, rerr, d.Close()); err != nil {
		w.visit(Entry{Path: at, Dir: true, Err: fromOS(NotRead, -1, err)})
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	var below []string
	for _, e := range entries {
		name := path.Join(at, e.Name())
		switch mode := e.Type(); {
		case mode.IsDir():
			if why := w.skip(name, true); why != "" {
				w.visit(Entry{Path: name, Dir: true, Skip: why})
				continue
			}
			below = append(below, name)
		case mode&fs.ModeSymlink != 0:
			w.links = append(w.links, name)
		case mode.IsRegular():
			w.file(name)
		default:
			w.visit(Entry{Path: name, Odd: describe(mode)})
		}
	}
	slices.Reverse(below) // a stack
	w.todo = append(w.todo, below...)
}

func (w *walker) file(name string) {
	if why := w.skip(name, false); why != "" {
		w.visit(Entry{Path: name, Skip: why})
		return
	}
	w.visit(Entry{Path: name, Ref: w.tree.File(name), Linked: w.byLink})
}

// follow visits what a link leads to, unless the walk was there already.
func (w *walker) follow(name string) {
	info, err := w.tree.root.Stat(filepath.FromSlash(name))
	if err != nil {
		w.broken(name, err)
		return
	}
	dir := info.IsDir()
	if why := w.skip(name, dir); why != "" {
		w.visit(Entry{Path: name, Dir: dir, Skip: why})
		return
	}
	switch {
	case dir:
		if slices.ContainsFunc(w.dirs, func(d fs.FileInfo) bool { return os.SameFile(d, info) }) {
			w.visit(Entry{Path: name, Dir: true, Skip: "a link to a directory that is read by its own name"})
			return
		}
		w.todo = append(w.todo, name)
	case info.Mode().IsRegular():
		w.visit(Entry{Path: name, Ref: w.tree.File(name), Linked: true})
	default:
		w.visit(Entry{Path: name, Odd: describe(info.Mode())})
	}
}

// broken visits a link that could not be followed. One that is still there and names
// nothing within the tree hides no input: there is none, as where a file names another.
func (w *walker) broken(name string, err error) {
	if why := w.skip(name, false); why != "" {
		w.visit(Entry{Path: name, Skip: why})
		return
	}
	if errors.Is(err, fs.ErrNotExist) {
		if target, rerr := w.tree.root.Readlink(filepath.FromSlash(name)); rerr == nil {
			w.visit(Entry{Path: name, Gone: filepath.ToSlash(target)})
			return
		}
	}
	w.visit(Entry{Path: name, Err: w.openError(err)})
}

// openError says where a link leads that could not be followed.
func (w *walker) openError(err error) error {
	switch {
	case strings.HasSuffix(err.Error(), "path escapes from parent"): // os.Root has no value for it
		return &Error{ID: LinkOutside, At: -1, Msg: "a link that leads out of the directory that was named", Fix: "name what it leads to as a path of its own, or exclude it"}
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ELOOP), strings.HasSuffix(err.Error(), "too many levels of symbolic links"):
		return &Error{ID: LinkNowhere, At: -1, Msg: "a link that leads nowhere", Fix: "remove it, or exclude it"}
	}
	return fromOS(NotOpened, -1, err)
}
