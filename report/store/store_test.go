package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fateline/fateline/analyzer/tiertest"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// tree returns what a directory holds, name by name.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range entries {
		body, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(body)
	}
	return out
}

func put(t *testing.T, path, body string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestAFinishedRunPutsEverythingInPlaceAndSetsTheOldAside(t *testing.T) {
	dir := t.TempDir()
	html, json := filepath.Join(dir, "r.html"), filepath.Join(dir, "r.json")
	put(t, json, "old")
	put(t, json+Previous, "older")
	s, err := Begin(html, json)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(tree(t, dir)); got != "map[r.json.previous:old]" {
		t.Errorf("after Begin: %v", got)
	}
	for _, file := range []string{html, json} {
		if err := s.Stage(file, text("new "+filepath.Base(file))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(json); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an output is seen before Commit: %v", err)
	}
	receipt, err := s.Commit()
	if err != nil || !receipt.Stored() {
		t.Errorf("Commit = %v, %v", receipt, err)
	}
	if got := fmt.Sprint(tree(t, dir)); got != "map[r.html:new r.html r.json:new r.json r.json.previous:old]" {
		t.Errorf("after Commit: %v", got)
	}
}

func TestTheZeroReceiptSaysNo(t *testing.T) {
	if (Receipt{}).Stored() {
		t.Error("nothing was stored, and the receipt says so")
	}
}

func TestAnAbortedRunLeavesNothingButWhatWasSetAside(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "r.json")
	put(t, file, "old")
	s, err := Begin(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stage(file, text("new")); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Abort(), s.Abort()); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(tree(t, dir)); got != "map[r.json.previous:old]" {
		t.Errorf("after Abort: %v", got)
	}
	if receipt, err := s.Commit(); err == nil || receipt.Stored() {
		t.Error("Commit after Abort says that all is stored")
	}
}

func TestOutputsThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "there"), "")
	if err := os.Symlink(filepath.Join(dir, "nowhere"), filepath.Join(dir, "dangling")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "there"), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		files []string
		want  string
	}{
		{"a directory", []string{dir}, "it is a directory"},
		{"no such directory", []string{filepath.Join(dir, "none", "r.json")}, "no such file"},
		{"below a file", []string{filepath.Join(dir, "there", "r.json")}, "not a directory"},
		{"a link that leads nowhere", []string{filepath.Join(dir, "dangling")}, "leads nowhere"},
		{"the same file by a link", []string{filepath.Join(dir, "there"), filepath.Join(dir, "link")}, "is the same file"},
		{"the same file by another spelling", []string{filepath.Join(dir, "a"), dir + "/./a"}, "is the same file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Begin(c.files...)
			var stored *Error
			if !errors.As(err, &stored) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want an Error with %q", err, c.want)
			}
		})
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 3 {
		t.Errorf("a run that did not begin changed files: %v, %v", entries, err)
	}
}

func TestAFileBehindALinkIsReplacedAndTheLinkStays(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	put(t, real, "old")
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	store(t, link, "new")
	if got := fmt.Sprint(tree(t, dir)); got != "map[link:new real:new real.previous:old]" {
		t.Errorf("got %v", got)
	}
}

func store(t *testing.T, file, body string) {
	t.Helper()
	s, err := Begin(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stage(file, text(body)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(); err != nil {
		t.Fatal(err)
	}
}

func TestAReplacedFileKeepsItsMode(t *testing.T) {
	file := filepath.Join(t.TempDir(), "r.json")
	put(t, file, "old")
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	store(t, file, "new")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
}

func TestCommitWantsEveryOutput(t *testing.T) {
	dir := t.TempDir()
	s, err := Begin(filepath.Join(dir, "a"), filepath.Join(dir, "b"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stage(filepath.Join(dir, "a"), text("x")); err != nil {
		t.Fatal(err)
	}
	if receipt, err := s.Commit(); err == nil || receipt.Stored() {
		t.Error("one of two outputs is enough")
	}
	if got := tree(t, dir); len(got) > 0 {
		t.Errorf("left over: %v", got)
	}
}

func TestAFullDeviceIsAnError(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("this system has no /dev/full: nothing is known of full devices here")
	}
	s, err := Begin("/dev/full")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stage("/dev/full", text("x")); err == nil {
		t.Error("a full device took a report")
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	var stored *Error
	if err := Stream(full, text("x")); !errors.As(err, &stored) {
		t.Errorf("a full standard output gives %v", err)
	}
}

type shortWriter struct{}

func (shortWriter) Write(p []byte) (int, error) { return len(p) / 2, nil }

func TestAShortWriteIsAnError(t *testing.T) {
	if err := Stream(shortWriter{}, text("four")); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("got %v", err)
	}
}

func TestLeftoversOfKilledRunsGoAndThoseOfRunningOnesStay(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "r.json")
	put(t, filepath.Join(dir, ".r.json.0123456789abcdef.fateline-tmp"), "half")
	put(t, filepath.Join(dir, ".other.json.0123456789abcdef.fateline-tmp"), "not ours")
	running, err := Begin(file)
	if err != nil {
		t.Fatal(err)
	}
	inWrite := func(w io.Writer) error {
		if _, err := Begin(file); err != nil {
			t.Error(err)
		}
		return text("whole")(w)
	}
	if err := running.Stage(file, inWrite); err != nil {
		t.Fatal(err)
	}
	if _, err := running.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(tree(t, dir)); got != "map[.other.json.0123456789abcdef.fateline-tmp:not ours r.json:whole]" {
		t.Errorf("got %v", got)
	}
}

// faulty fails its nth call, and counts calls.
type faulty struct {
	osSystem
	calls, failAt int
}

var errFault = errors.New("fault")

func (f *faulty) next() error {
	f.calls++
	if f.calls == f.failAt {
		return errFault
	}
	return nil
}

func (f *faulty) stat(path string) (fs.FileInfo, error) {
	if err := f.next(); err != nil {
		return nil, err
	}
	return f.osSystem.stat(path)
}

func (f *faulty) rename(from, to string) error {
	if err := f.next(); err != nil {
		return err
	}
	return f.osSystem.rename(from, to)
}

func (f *faulty) syncDir(dir string) error {
	if err := f.next(); err != nil {
		return err
	}
	return f.osSystem.syncDir(dir)
}

func (f *faulty) glob(dir, prefix, suffix string) ([]string, error) {
	if err := f.next(); err != nil {
		return nil, err
	}
	return f.osSystem.glob(dir, prefix, suffix)
}

func (f *faulty) create(dir, prefix, suffix string, mode fs.FileMode) (file, string, error) {
	if err := f.next(); err != nil {
		return nil, "", err
	}
	open, path, err := f.osSystem.create(dir, prefix, suffix, mode)
	return &faultyFile{open, f}, path, err
}

type faultyFile struct {
	file
	f *faulty
}

func (x *faultyFile) Write(p []byte) (int, error) {
	if err := x.f.next(); err != nil {
		n, _ := x.file.Write(p[:len(p)/2]) // as a disk that fills up does
		return n, err
	}
	return x.file.Write(p)
}

func (x *faultyFile) Sync() error {
	if err := x.f.next(); err != nil {
		return err
	}
	return x.file.Sync()
}

func (x *faultyFile) Close() error {
	err := x.f.next()
	return errors.Join(x.file.Close(), err)
}

func TestWhateverFailsNothingIsTornStaleOrLeft(t *testing.T) {
	const steps = 40
	failed := 0
	for failAt := 1; failAt <= steps; failAt++ {
		dir := t.TempDir()
		html, json := filepath.Join(dir, "r.html"), filepath.Join(dir, "r.json")
		put(t, html, "old html")
		put(t, json, "old json")
		sys := &faulty{failAt: failAt}
		err := run(sys, html, json)
		got := tree(t, dir)
		if sys.calls < failAt { // no such step: the run went through
			if err != nil || got["r.html"] != "new html" || got["r.json"] != "new json" {
				t.Fatalf("without a fault: %v, %v", err, got)
			}
			continue
		}
		failed++
		if !errors.Is(err, errFault) {
			t.Errorf("step %d failed, and the run says %v", failAt, err)
		}
		for name, body := range got {
			if strings.HasSuffix(name, tempSuffix) {
				t.Errorf("step %d: left over: %s", failAt, name)
			}
			if strings.HasPrefix(body, "new") {
				t.Errorf("step %d: a failed run left %s: %q", failAt, name, body)
			}
		}
		if len(got) != 2 {
			t.Errorf("step %d: %v, want the two old outputs under one name or the other", failAt, got)
		}
	}
	if failed < 15 {
		t.Errorf("only %d steps could fail: the test sees too little", failed)
	}
}

func run(sys system, html, json string) error {
	s, err := begin(sys, []string{html, json})
	if err != nil {
		return err
	}
	if err := s.Stage(html, text("new html")); err != nil {
		return errors.Join(err, s.Abort())
	}
	if err := s.Stage(json, text("new json")); err != nil {
		return errors.Join(err, s.Abort())
	}
	_, err = s.Commit()
	return err
}

// TestMain is also the program that is killed.
func TestMain(m *testing.M) {
	if file := os.Getenv("FATELINE_STORE_TEST"); file != "" {
		body := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
		s, err := Begin(file)
		if err == nil {
			fmt.Println("begun")
			err = s.Stage(file, func(w io.Writer) error {
				for range 8 {
					if _, err := w.Write(body); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err == nil {
			_, err = s.Commit()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func TestAKilledRunLeavesNoHalfAndNoStaleOutput(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("kill -9 is of Unix: nothing is known of killed runs here")
	}
	kills := tiertest.Count(24, 360, 6000)
	dir := t.TempDir()
	file := filepath.Join(dir, "r.json")
	const size = 8 << 20
	whole, absent := 0, 0
	for i := range kills {
		put(t, file, "stale")
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "FATELINE_STORE_TEST="+file)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i%12) * 3 * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		switch info, err := os.Stat(file); {
		case errors.Is(err, fs.ErrNotExist):
			absent++
		case err != nil:
			t.Fatal(err)
		case info.Size() == size:
			whole++
		default:
			t.Fatalf("run %d left %d bytes", i, info.Size())
		}
	}
	t.Logf("%d kills: %d outputs whole, %d not there", kills, whole, absent)
	store(t, file, "after")
	left := tree(t, dir)
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range left {
			if !yield(name) {
				return
			}
		}
	})
	if got := strings.Join(names, " "); got != "r.json" && got != "r.json r.json.previous" {
		t.Errorf("the next run left %s", got)
	}
}
