package ingest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/fateline/fateline/analyzer/strict"
)

// Each decodes every YAML or JSON document of the unit on all cores, maps it, and
// returns the results in the order of paths and documents. A document that cannot
// be decoded is recorded with Fail, and the others are kept; empty ones between
// two "---" are left out. visit runs concurrently and must not touch shared state;
// a panic of it is recorded as a failure of its document. The error is that of the context.
func Each[T any](ctx context.Context, u *Unit, visit func(f *File, doc strict.Document) T) ([]T, error) {
	return EachUnless(ctx, u, func(*File, []byte) error { return nil }, visit)
}

// EachUnless is [Each] for the files of which refuse, which is given each as a whole and
// one after the other, returns no error. An error of it is recorded with Fail.
func EachUnless[T any](ctx context.Context, u *Unit, refuse func(f *File, data []byte) error, visit func(f *File, doc strict.Document) T) ([]T, error) {
	results := make([][][]T, len(u.Files))
	var rooms rooms
	jobs := make(chan func())
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for job := range jobs {
				job()
			}
		})
	}
	for i, f := range u.Files {
		if ctx.Err() != nil {
			break
		}
		room := rooms.take()
		data, raws, err := split(f, room, refuse)
		if err != nil || len(raws) == 0 {
			rooms.giveBack(room)
			continue // recorded
		}
		results[i] = make([][]T, len(raws))
		left := new(atomic.Int64)
		left.Store(int64(len(raws)))
		for j, raw := range raws {
			jobs <- func() {
				results[i][j] = visitDocument(f, raw, j, u.Limits, visit)
				if left.Add(-1) == 0 {
					rooms.giveBack(data)
				}
			}
		}
	}
	close(jobs)
	workers.Wait()
	var all []T
	for _, file := range results {
		for _, doc := range file {
			all = append(all, doc...)
		}
	}
	return all, ctx.Err()
}

// rooms are what files were read into whose documents were all visited: what is decoded
// refers to none of it.
type rooms struct {
	mu   sync.Mutex
	free [][]byte
}

// mostKept is how large a room may be that waits for another file.
const mostKept = 1 << 25

func (r *rooms) take() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.free) == 0 {
		return nil
	}
	largest := 0
	for i, room := range r.free {
		if cap(room) > cap(r.free[largest]) {
			largest = i
		}
	}
	room := r.free[largest]
	r.free = slices.Delete(r.free, largest, largest+1)
	return room
}

func (r *rooms) giveBack(room []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if cap(room) > 0 && cap(room) <= mostKept {
		r.free = append(r.free, room)
	}
}

// split reads a file and cuts it into documents. A problem is recorded.
func split(f *File, room []byte, refuse func(f *File, data []byte) error) (data []byte, raws []strict.Raw, err error) {
	if data, err = f.bytesInto(room); err != nil {
		return nil, nil, err
	}
	if err := refuse(f, data); err != nil {
		f.Fail(err)
		return nil, nil, err
	}
	if raws, err = strict.Split(data); err != nil {
		f.mu.Lock()
		f.skipped++
		f.mu.Unlock()
		f.Fail(err)
		return nil, nil, err
	}
	if len(raws) == 1 && raws[0].IsJSON() {
		f.Proven()
	}
	return data, raws, nil
}

// visitDocument decodes one document and hands it to visit.
func visitDocument[T any](f *File, raw strict.Raw, index int, lim strict.Limits, visit func(f *File, doc strict.Document) T) (out []T) {
	defer func() {
		if p := recover(); p != nil {
			f.Fail(&Error{ID: SourcePanic, Msg: fmt.Sprintf("a bug in Fateline: %v", p), Fix: "please report it, with the file if you may"})
		}
	}()
	docs, err := raw.Decode(lim)
	for _, doc := range docs {
		if doc.Root.Type() == strict.Null {
			continue
		}
		doc.Index += index
		out = append(out, visit(f, doc))
		f.Counted(1)
	}
	if err != nil {
		f.mu.Lock()
		f.skipped++
		f.mu.Unlock()
		f.Fail(err)
	}
	return out
}
