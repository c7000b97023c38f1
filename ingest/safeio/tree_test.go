package safeio

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// grow makes a tree: a name that ends in '/' is a directory, "a -> b" a link, "a |" a
// FIFO, anything else a file that holds its own name.
func grow(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		link, target, isLink := strings.Cut(name, " -> ")
		fifo, isFIFO := strings.CutSuffix(name, " |")
		full := filepath.Join(dir, name)
		if isLink {
			full = filepath.Join(dir, link)
		}
		if isFIFO {
			full = filepath.Join(dir, fifo)
		}
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		var err error
		switch {
		case isLink:
			err = os.Symlink(target, full)
		case isFIFO:
			err = syscall.Mkfifo(full, 0o600)
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(full, 0o700)
		default:
			err = os.WriteFile(full, []byte(name), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func none(string, bool) string { return "" }

// walk lists what a walk meets, and reads every file.
func walk(t *testing.T, dir string, skip func(string, bool) string) []string {
	t.Helper()
	tree, err := OpenTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	var met []string
	err = tree.Walk(t.Context(), skip, func(e Entry) {
		line := e.Path
		switch {
		case e.Err != nil:
			line += " ! " + id(e.Err)
		case e.Skip != "":
			line += " - " + e.Skip
		case e.Gone != "":
			line += " ~ " + e.Gone
		case e.Odd != "":
			line += " ? " + e.Odd
		default:
			data, _, err := e.Ref.ReadAll(t.Context(), Limits{})
			line += " = " + string(data)
			if err != nil {
				line += " ! " + id(err)
			}
			if e.Linked {
				line += " (linked)"
			}
		}
		met = append(met, line)
	})
	if err != nil {
		t.Fatal(err)
	}
	return met
}

func TestAWalkMeetsEverythingOnce(t *testing.T) {
	for _, c := range []struct {
		name string
		tree []string
		want []string
	}{
		{"nothing", nil, nil},
		{"files by path", []string{"b", "a/c", "a/b/d", "a.x"}, []string{"a.x = a.x", "b = b", "a/c = a/c", "a/b/d = a/b/d"}},
		{"an empty directory", []string{"a/"}, nil},
		{"a link to a file", []string{"f", "l -> f"}, []string{"f = f", "l = f (linked)"}},
		{"a link over two links", []string{"f", "l -> m", "m -> d/../f", "d/"}, []string{"f = f", "l = f (linked)", "m = f (linked)"}},
		{
			"mounted configuration",
			[]string{"..data -> ..1", "..1/app.yaml", "app.yaml -> ..data/app.yaml"},
			[]string{"..1/app.yaml = ..1/app.yaml", "..data - a link to a directory that is read by its own name", "app.yaml = ..1/app.yaml (linked)"},
		},
		{"a link up", []string{"a/f", "a/up -> .."}, []string{"a/f = a/f", "a/up - a link to a directory that is read by its own name"}},
		{"links in a circle", []string{"a -> b", "b -> a", "f"}, []string{"f = f", "a ! link-nowhere", "b ! link-nowhere"}},
		{"a link to itself", []string{"a -> a"}, []string{"a ! link-nowhere"}},
		{"a link to nothing", []string{"a -> absent", "d/b -> ../d/absent/x", "e -> a"}, []string{"a ~ absent", "e ~ a", "d/b ~ ../d/absent/x"}},
		{"a link out of the tree to nothing", []string{"a -> ../absent"}, []string{"a ! link-outside"}},
		{"a link below a file", []string{"f", "a -> f/x"}, []string{"f = f", "a ! not-opened"}},
		{"an absolute link", []string{"a -> /etc/hostname"}, []string{"a ! link-outside"}},
		{"a link out", []string{"a -> ../../etc/hostname", "d/b -> ../../x"}, []string{"a ! link-outside", "d/b ! link-outside"}},
		{"a link out and in again", []string{"f", "a -> ../"}, []string{"f = f", "a ! link-outside"}},
		{"a link out through a directory", []string{"d -> ..", "e -> d/x"}, []string{"d ! link-outside", "e ! link-outside"}},
		{"a FIFO", []string{"p |", "l -> p"}, []string{"p ? a FIFO", "l ? a FIFO"}},
		{"names that look like options and globs", []string{"-rf", "*", "a b", "é", "new\nline"}, []string{"* = *", "-rf = -rf", "a b = a b", "new\nline = new\nline", "é = é"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, walk(t, grow(t, c.tree...), none)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatIsSkippedIsNotOpened(t *testing.T) {
	dir := grow(t, "keep/f", "drop/f", "drop/l -> /", "f", "l -> drop", "m -> drop/f", "n -> absent", "o -> o")
	if err := os.Chmod(filepath.Join(dir, "drop"), 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(filepath.Join(dir, "drop"), 0o700)
	var asked []string
	got := walk(t, dir, func(path string, isDir bool) string {
		asked = append(asked, fmt.Sprintf("%s %t", path, isDir))
		if path == "drop" || path == "f" || path == "l" || path == "m" || path == "n" || path == "o" {
			return "not wanted"
		}
		return ""
	})
	want := []string{"f - not wanted", "drop - not wanted", "keep/f = keep/f", "l - not wanted", "m - not wanted", "n - not wanted", "o - not wanted"}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if slices.Contains(asked, "drop/f false") {
		t.Error("what lies below a skipped directory was looked at")
	}
}

func TestWhatTheFileSystemRefusesIsSaid(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may read everything: run as another user to see permissions refused")
	}
	dir := grow(t, "closed/f", "f")
	for _, name := range []string{"closed", "f"} {
		full := filepath.Join(dir, name)
		if err := os.Chmod(full, 0); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(full, 0o700)
	}
	want := []string{"f =  ! not-opened", "closed ! not-opened"}
	if diff := cmp.Diff(want, walk(t, dir, none)); diff != "" {
		t.Error(diff)
	}
}

func TestEveryErrnoBecomesAnErrorWithoutAPath(t *testing.T) {
	for _, errno := range []syscall.Errno{
		syscall.EACCES, syscall.EPERM, syscall.EIO, syscall.EMFILE, syscall.ENFILE, syscall.ENAMETOOLONG, syscall.ELOOP, syscall.ENOENT, syscall.ENOTDIR,
		syscall.EISDIR, syscall.ENXIO, syscall.ESTALE, syscall.ENOMEM, syscall.EOVERFLOW, syscall.ETIMEDOUT,
	} {
		for _, err := range []error{
			&os.PathError{Op: "open", Path: "/home/somebody/x", Err: errno}, &os.SyscallError{Syscall: "read", Err: errno},
			&os.LinkError{Op: "readlink", Old: "/home/somebody/x", New: "/home/somebody/y", Err: errno}, fmt.Errorf("wrapped /home/somebody: %w", errno),
		} {
			got := fromOS(NotOpened, -1, err)
			if got.ID != NotOpened || got.Msg == "" || strings.Contains(got.Error(), "somebody") {
				t.Errorf("%v became %+v", err, got)
			}
		}
	}
}

func TestAnErrorWithoutAnErrnoNamesNoPathEither(t *testing.T) {
	why := errors.New("some reason")
	for _, err := range []error{
		&os.PathError{Op: "open", Path: "/home/somebody/x", Err: why}, &os.SyscallError{Syscall: "read", Err: why},
		&os.LinkError{Op: "readlink", Old: "/home/somebody/x", New: "/home/somebody/y", Err: why},
	} {
		if got := fromOS(NotRead, 3, err); got.Error() != "@3: some reason" {
			t.Errorf("%v became %q", err, got.Error())
		}
	}
}

func TestAFileThatBecomesSomethingElseDuringTheWalkIsNotRead(t *testing.T) {
	for name, swap := range map[string]func(path string) error{
		"a FIFO":              func(p string) error { return syscall.Mkfifo(p, 0o600) },
		"a link out":          func(p string) error { return os.Symlink("/etc/hostname", p) },
		"a directory":         func(p string) error { return os.Mkdir(p, 0o700) },
		"a file, by a rename": func(p string) error { return os.WriteFile(p, []byte("other"), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := grow(t, "f")
			tree, err := OpenTree(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer tree.Close()
			ref := tree.File("f")
			if _, err := ref.Head(t.Context(), 10, Limits{}); err != nil {
				t.Fatal(err)
			}
			full := filepath.Join(dir, "f")
			if err := errors.Join(os.Remove(full), swap(full)); err != nil {
				t.Fatal(err)
			}
			if data, _, err := ref.ReadAll(t.Context(), Limits{}); err == nil {
				t.Errorf("read %q", data)
			}
		})
	}
}

func TestASwappedDirectoryNeverLeadsOut(t *testing.T) {
	outside := grow(t, "secret")
	dir := grow(t, "d/secret", "e/secret")
	tree, err := OpenTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		d := filepath.Join(dir, "d")
		for {
			select {
			case <-stop:
				return
			default:
			}
			_ = os.Rename(d, d+"x")
			_ = os.Symlink(outside, d)
			_ = os.Remove(d)
			_ = os.Rename(d+"x", d)
		}
	}()
	for range 300 {
		err := tree.Walk(t.Context(), none, func(e Entry) {
			if e.Ref == nil {
				return
			}
			if data, _, err := e.Ref.ReadAll(t.Context(), Limits{}); err == nil && string(data) == "secret" {
				t.Errorf("%s was read from outside the tree", e.Path)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	<-done
}

func TestANamedFIFOIsReadAndCancelled(t *testing.T) {
	dir := grow(t, "p |")
	p := filepath.Join(dir, "p")
	go func() {
		w, err := os.OpenFile(p, os.O_WRONLY, 0)
		if err != nil {
			return
		}
		_, _ = w.WriteString("through a pipe")
		_ = w.Close()
	}()
	ref := File(p)
	if head, err := ref.Head(t.Context(), 7, Limits{}); err != nil || string(head.Data) != "through" {
		t.Fatalf("Head = %q, %v", head.Data, err)
	}
	if data, _, err := ref.ReadAll(t.Context(), Limits{}); err != nil || string(data) != "through a pipe" {
		t.Fatalf("ReadAll = %q, %v", data, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := File(p).Open(ctx, Limits{}); err == nil || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a FIFO without a writer: %v, want the error of the context", err)
	}
}

func TestDevicesAreNoFiles(t *testing.T) {
	for _, name := range []string{"/dev/null", "/dev/zero"} {
		if _, err := File(name).Open(t.Context(), Limits{}); id(err) != NotAFile {
			t.Errorf("%s: %v, want %s", name, err, NotAFile)
		}
	}
	if _, err := File(t.TempDir()).Open(t.Context(), Limits{}); id(err) != NotAFile {
		t.Errorf("a directory: %v, want %s", err, NotAFile)
	}
}

func TestASocketIsNoFile(t *testing.T) {
	dir := grow(t, "f")
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Skip("no sockets here: ", err)
	}
	defer l.Close()
	if diff := cmp.Diff([]string{"f = f", "s ? a socket"}, walk(t, dir, none)); diff != "" {
		t.Error(diff)
	}
	if _, err := File(filepath.Join(dir, "s")).Open(t.Context(), Limits{}); id(err) != NotAFile {
		t.Errorf("named: %v, want %s", err, NotAFile)
	}
}

func TestASparseFileStopsAtTheLimit(t *testing.T) {
	p := write(t, "sparse", nil)
	if err := os.Truncate(p, 1<<40); err != nil {
		t.Skip("this file system has no sparse files: ", err)
	}
	got, _, err := File(p).ReadAll(t.Context(), Limits{Bytes: 1 << 16})
	if id(err) != TooLarge || len(got) > 1<<16+1 {
		t.Errorf("%d bytes, %v, want %s", len(got), err, TooLarge)
	}
}

func TestSameFileByAnyName(t *testing.T) {
	dir := grow(t, "f", "l -> f", "g")
	tree, err := OpenTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	refs := []*Ref{tree.File("f"), tree.File("l"), File(filepath.Join(dir, "f")), tree.File("g")}
	if refs[0].Same(refs[1]) {
		t.Error("files that were never opened are the same")
	}
	for _, r := range refs {
		if _, err := r.Head(t.Context(), 1, Limits{}); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []bool{true, true, true, false} {
		if got := refs[0].Same(refs[i]); got != want {
			t.Errorf("f and %d: %t, want %t", i, got, want)
		}
		a, _ := refs[0].Mark()
		if b, _ := refs[i].Mark(); want && a != b {
			t.Errorf("f and %d are the same and have different marks", i)
		}
	}
}
