package safeio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	full := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(full, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return full
}

func id(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.ID
	}
	return fmt.Sprint(err)
}

func gzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zstded(t *testing.T, data []byte, checksum bool) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil, zstd.WithEncoderCRC(checksum))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	return z.EncodeAll(data, nil)
}

// sample does not compress to nothing, and has several blocks' worth of text.
func sample() []byte {
	var b strings.Builder
	for i := range 400 {
		fmt.Fprintf(&b, "line %d of %x\n", i, i*i*7919)
	}
	return []byte(b.String())
}

func TestCompressedFilesAreReadToTheirProvenEnd(t *testing.T) {
	plain := sample()
	for _, c := range []struct {
		name     string
		data     []byte
		packing  Packing
		unproven bool
	}{
		{"plain.yaml", plain, Plain, false},
		{"one.gz", gzipped(t, plain), Gzip, false},
		{"one.zst", zstded(t, plain, true), Zstd, false},
		{"nocheck.zst", zstded(t, plain, false), Zstd, true},
		{"two.gz", append(gzipped(t, plain[:100]), gzipped(t, plain[100:])...), Gzip, false},
		{"two.zst", append(zstded(t, plain[:100], true), zstded(t, plain[100:], true)...), Zstd, false},
		{"second nocheck.zst", append(zstded(t, plain[:100], true), zstded(t, plain[100:], false)...), Zstd, true},
		{"empty.gz", gzipped(t, nil), Gzip, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := plain
			if strings.HasPrefix(c.name, "empty") {
				want = nil
			}
			got, proof, err := File(write(t, c.name, c.data)).ReadAll(t.Context(), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("read %d bytes that differ from the %d written", len(got), len(want))
			}
			if proof.Packing != c.packing || proof.Unproven != c.unproven || proof.Bytes != int64(len(c.data)) || len(proof.SHA256) != 64 {
				t.Errorf("proof = %+v, want packing %v, unproven %v, %d bytes", proof, c.packing, c.unproven, len(c.data))
			}
		})
	}
}

func TestNoCutOfACompressedFilePasses(t *testing.T) {
	plain := sample()[:600]
	for name, data := range map[string][]byte{"a.gz": gzipped(t, plain), "a.zst": zstded(t, plain, true), "b.zst": zstded(t, plain, false)} {
		for cut := 4; cut < len(data); cut++ {
			_, _, err := Stream(bytes.NewReader(data[:cut])).ReadAll(t.Context(), Limits{})
			if id(err) != EarlyEnd {
				t.Fatalf("%s cut at %d of %d: %v, want %s", name, cut, len(data), err, EarlyEnd)
			}
		}
	}
}

func TestBrokenCompressionIsNamed(t *testing.T) {
	plain := sample()
	flip := func(data []byte, at int) []byte {
		data = bytes.Clone(data)
		data[at] ^= 1
		return data
	}
	gz, zs := gzipped(t, plain), zstded(t, plain, true)
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"gzip checksum", flip(gz, len(gz)-8), BadChecksum},
		{"zstd checksum", flip(zs, len(zs)-1), BadChecksum},
		{"bytes after gzip", append(bytes.Clone(gz), "tail"...), TrailingData},
		{"bytes after zstd", append(bytes.Clone(zs), "tail"...), TrailingData},
		{"gzip in gzip", gzipped(t, gz), Nested},
		{"zstd in gzip", gzipped(t, zs), Nested},
		{"gzip in zstd", zstded(t, gz, true), Nested},
		{"window of 3.75 GiB", []byte{0x28, 0xb5, 0x2f, 0xfd, 0x04, 0xaf, 1, 0, 0}, WindowTooBig},
		{"gzip of nothing", []byte{0x1f, 0x8b}, EarlyEnd},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := Stream(bytes.NewReader(c.data)).ReadAll(t.Context(), Limits{}); id(err) != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestInflatingStopsAtTheLimit(t *testing.T) {
	zeros := make([]byte, 8<<20)
	for name, data := range map[string][]byte{"plain": zeros, "gzip": gzipped(t, zeros), "zstd": zstded(t, zeros, true)} {
		got, _, err := Stream(bytes.NewReader(data)).ReadAll(t.Context(), Limits{Bytes: 1 << 20})
		if id(err) != TooLarge {
			t.Errorf("%s: %v, want %s", name, err, TooLarge)
		}
		if len(got) > 1<<20+1 {
			t.Errorf("%s: %d bytes were kept, want at most the limit", name, len(got))
		}
	}
	if _, _, err := Stream(bytes.NewReader(zeros)).ReadAll(t.Context(), Limits{Bytes: 8 << 20}); err != nil {
		t.Errorf("a file of exactly the limit: %v", err)
	}
}

func TestAFileThatChangesIsNotRead(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"append": func(p string) error {
			f, err := os.OpenFile(p, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteString("more")
			return errors.Join(err, f.Close())
		},
		"cut":     func(p string) error { return os.Truncate(p, 100) },
		"replace": func(p string) error { return errors.Join(os.Remove(p), os.WriteFile(p, sample(), 0o600)) },
		"remove":  os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			p := write(t, "a", sample())
			r, err := File(p).Open(t.Context(), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(r, make([]byte, 10)); err != nil {
				t.Fatal(err)
			}
			if err := change(p); err != nil {
				t.Fatal(err)
			}
			if err := r.Close(); id(err) != Changed {
				t.Errorf("Close = %v, want %s", err, Changed)
			}
		})
		t.Run(name+" between the head and the rest", func(t *testing.T) {
			p := write(t, "a", sample())
			ref := File(p)
			if _, err := ref.Head(t.Context(), 64, Limits{}); err != nil {
				t.Fatal(err)
			}
			if err := change(p); err != nil {
				t.Fatal(err)
			}
			if _, _, err := ref.ReadAll(t.Context(), Limits{}); err == nil {
				t.Error("read without an error")
			}
		})
	}
}

func TestAStreamGivesItsHeadAgain(t *testing.T) {
	data := sample()
	ref := Stream(bytes.NewReader(data))
	for _, n := range []int{200, 50} {
		head, err := ref.Head(t.Context(), n, Limits{})
		if err != nil || !bytes.Equal(head.Data, data[:n]) {
			t.Fatalf("Head(%d) = %q, %v", n, head.Data, err)
		}
	}
	got, _, err := ref.ReadAll(t.Context(), Limits{})
	if err != nil || !bytes.Equal(got, data) {
		t.Fatalf("read %d bytes, %v, want all %d", len(got), err, len(data))
	}
	if _, err := ref.Open(t.Context(), Limits{}); id(err) != ReadTwice {
		t.Errorf("second Open = %v, want %s", err, ReadTwice)
	}
}

func TestTheHeadOfACompressedFileIsInflated(t *testing.T) {
	data := sample()
	for _, packed := range [][]byte{gzipped(t, data), zstded(t, data, true)} {
		head, err := File(write(t, "a", packed)).Head(t.Context(), 100, Limits{})
		if err != nil || !bytes.Equal(head.Data, data[:100]) || head.Packing == Plain {
			t.Errorf("Head = %+v, %v", head, err)
		}
	}
}

func TestCancellingEndsReading(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, err := Stream(bytes.NewReader(sample())).Open(ctx, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("Read = %v, want the error of the context", err)
	}
	if err := r.Close(); !errors.Is(err, context.Canceled) {
		t.Errorf("Close = %v, want the error of the context", err)
	}
}

func TestErrorsNameNoPath(t *testing.T) {
	dir := t.TempDir()
	_, err := File(filepath.Join(dir, "absent")).Open(t.Context(), Limits{})
	if err == nil || strings.Contains(err.Error(), dir) {
		t.Errorf("error = %v, want one without the path", err)
	}
}

func TestAllOfAStreamCanBeReadSeveralTimes(t *testing.T) {
	ref := Stream(strings.NewReader("once"))
	if _, err := ref.Head(t.Context(), 2, Limits{}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		data, proof, err := ref.ReadAll(t.Context(), Limits{})
		if err != nil || string(data) != "once" || proof.Bytes != 4 {
			t.Errorf("ReadAll = %q, %v, %v", data, proof, err)
		}
		data[0] = 'x' // is the reader's own
	}
}
