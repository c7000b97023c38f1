package safeio

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// skippable is a zstd frame that decoders pass over.
func skippable(data []byte) []byte {
	out := binary.LittleEndian.AppendUint32(nil, 0x184d2a53)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(data)))
	return append(out, data...)
}

// streamed is zstd as a writer makes it that does not know the size beforehand.
func streamed(t *testing.T, data []byte, opts ...zstd.EOption) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b, opts...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFramesOfEveryFormAreFollowedToTheirEnd(t *testing.T) {
	noise := make([]byte, 300_000)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	texts := map[string][]byte{
		"nothing": nil, "one byte": {'x'}, "under 256 bytes": noise[:200], "over 256 bytes": noise[:300], "over 64 KiB": noise[:70_000],
		"several blocks": noise, "one byte repeated": make([]byte, 500_000), "text": sample(),
	}
	for name, data := range texts {
		for form, packed := range map[string][]byte{
			"whole": zstded(t, data, true), "streamed": streamed(t, data), "unchecked": zstded(t, data, false),
			"small window": streamed(t, data, zstd.WithWindowSize(1024)), "one segment": streamed(t, data, zstd.WithSingleSegment(true)),
		} {
			if len(packed) == 0 {
				continue // the writer makes no frame of nothing, or one without a checksum
			}
			for around, whole := range map[string][]byte{
				"alone": packed, "after a skippable": append(skippable([]byte("note")), packed...), "before a skippable": append(bytes.Clone(packed), skippable(nil)...),
				"twice": append(bytes.Clone(packed), packed...),
			} {
				slow := iotest.HalfReader(bytes.NewReader(whole))
				if len(whole) < 2000 {
					slow = iotest.OneByteReader(slow)
				}
				got, proof, err := Stream(slow).ReadAll(t.Context(), Limits{})
				want := data
				if around == "twice" {
					want = append(bytes.Clone(data), data...)
				}
				if err != nil || !bytes.Equal(got, want) || proof.Unproven != (form == "unchecked" || form == "whole" && len(data) == 0) {
					t.Errorf("%s, %s, %s: %d bytes of %d, unproven %t, %v", name, form, around, len(got), len(want), proof.Unproven, err)
				}
			}
			if len(packed) > 12 {
				if _, _, err := Stream(bytes.NewReader(packed[:len(packed)-1])).ReadAll(t.Context(), Limits{}); id(err) != EarlyEnd {
					t.Errorf("%s, %s, without its last byte: %v, want %s", name, form, err, EarlyEnd)
				}
			}
		}
	}
}

func TestACutSkippableFrameIsNoEnd(t *testing.T) {
	whole := append(zstded(t, sample(), true), skippable([]byte("note"))...)
	for cut := len(whole) - 11; cut < len(whole); cut++ {
		if _, _, err := Stream(bytes.NewReader(whole[:cut])).ReadAll(t.Context(), Limits{}); err == nil {
			t.Errorf("cut at %d of %d: read without an error", cut, len(whole))
		}
	}
}

func TestWhatTheWalkerDoesNotUnderstandIsUnproven(t *testing.T) {
	for name, data := range map[string][]byte{
		"no frame":         []byte("text, not frames"),
		"a reserved block": {0x28, 0xb5, 0x2f, 0xfd, 0x24, 0x00, 0x07, 0x00, 0x00},
	} {
		var w frameWalker
		if n, err := w.Write(data); n != len(data) || err != nil {
			t.Errorf("%s: Write = %d, %v", name, n, err)
		}
		if !w.unproven() || w.atEnd() {
			t.Errorf("%s: unproven %t, at the end %t", name, w.unproven(), w.atEnd())
		}
	}
	// Every length of a frame's header, with a dictionary id and a size of the content.
	for descriptor, rest := range map[byte]int{0x00: 1, 0x20: 1, 0x03: 5, 0x40: 3, 0x80: 5, 0xc0: 9, 0xe2: 10} {
		frame := append([]byte{0x28, 0xb5, 0x2f, 0xfd, descriptor | 4}, make([]byte, rest)...)
		frame = append(frame, 0x01, 0, 0) // the last block, empty
		frame = append(frame, 1, 2, 3, 4) // the checksum
		for cut := 1; cut <= len(frame); cut++ {
			var w frameWalker
			_, _ = w.Write(frame[:cut])
			if w.atEnd() != (cut == len(frame)) || w.unproven() {
				t.Errorf("descriptor %#x cut at %d of %d: at the end %t, unproven %t", descriptor, cut, len(frame), w.atEnd(), w.unproven())
			}
		}
	}
}

// failing fails after some bytes, as a broken disk does.
func failing(data []byte, after int) io.Reader {
	return io.MultiReader(bytes.NewReader(data[:after]), iotest.ErrReader(errors.New("input/output error")))
}

func TestAReadThatFailsIsSaidWhereverItFails(t *testing.T) {
	for name, data := range map[string][]byte{"plain": sample(), "gzip": gzipped(t, sample()), "zstd": zstded(t, sample(), true)} {
		for after := 0; after <= len(data); after += 37 {
			ref := Stream(failing(data, after))
			if _, err := ref.Head(t.Context(), 1<<20, Limits{}); id(err) != NotRead {
				t.Errorf("%s, head after %d: %v, want %s", name, after, err, NotRead)
			}
			if _, _, err := Stream(failing(data, after)).ReadAll(t.Context(), Limits{}); id(err) != NotRead {
				t.Errorf("%s after %d: %v, want %s", name, after, err, NotRead)
			}
			r, err := Stream(failing(data, after)).Open(t.Context(), Limits{})
			if err != nil {
				continue
			}
			if err := r.Close(); id(err) != NotRead {
				t.Errorf("%s closed unread, failing after %d: %v, want %s", name, after, err, NotRead)
			}
			if err := r.Close(); id(err) != NotRead {
				t.Errorf("%s closed twice: %v, want the same error", name, err)
			}
		}
	}
}

func TestAReaderStaysWhereItEnded(t *testing.T) {
	r, err := Stream(strings.NewReader("x")).Open(t.Context(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(r); string(data) != "x" || err != nil {
		t.Fatalf("read %q, %v", data, err)
	}
	for range 2 {
		if n, err := r.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("Read after the end = %d, %v", n, err)
		}
	}
	broken, err := Stream(bytes.NewReader(gzipped(t, sample())[:100])).Open(t.Context(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	_, first := io.ReadAll(broken)
	if _, again := broken.Read(make([]byte, 1)); id(first) != EarlyEnd || id(again) != EarlyEnd {
		t.Errorf("errors %v and %v, want %s twice", first, again, EarlyEnd)
	}
}

func TestASecondMemberIsReadToItsEndToo(t *testing.T) {
	first, second := gzipped(t, sample()), gzipped(t, []byte("more"))
	for cut := range len(second) {
		_, _, err := Stream(bytes.NewReader(append(bytes.Clone(first), second[:cut]...))).ReadAll(t.Context(), Limits{})
		if (cut == 0) != (err == nil) {
			t.Errorf("second member cut at %d of %d: %v", cut, len(second), err)
		}
	}
}

func TestTheHeadOfBrokenCompressionIsWhatCanBeRead(t *testing.T) {
	for name, data := range map[string][]byte{"a broken header": {0x1f, 0x8b, 0xff}, "a broken block": append(gzipped(t, sample())[:40], 0xff, 0xff, 0xff, 0xff, 0xff)} {
		head, err := Stream(bytes.NewReader(data)).Head(t.Context(), 1000, Limits{})
		if err != nil || head.Packing != Gzip || head.Whole {
			t.Errorf("%s: head %+v, %v", name, head, err)
		}
	}
	head, err := Stream(bytes.NewReader(gzipped(t, []byte("all")))).Head(t.Context(), 3, Limits{})
	if err != nil || !head.Whole || string(head.Data) != "all" {
		t.Errorf("head %+v, %v, want the whole", head, err)
	}
}

func TestErrorsOfDecompressorsHaveIds(t *testing.T) {
	for err, want := range map[error]string{
		io.EOF: EarlyEnd, io.ErrUnexpectedEOF: EarlyEnd, gzip.ErrChecksum: BadChecksum, zstd.ErrCRCMismatch: BadChecksum, gzip.ErrHeader: TrailingData,
		zstd.ErrMagicMismatch: TrailingData, zstd.ErrWindowSizeExceeded: WindowTooBig, errors.New("other"): BadPacking, problem(Nested, 0, "x"): Nested,
	} {
		if got := unpackError(Zstd, 7, err, Limits{}.defaults()); got.ID != want {
			t.Errorf("%v became %s, want %s", err, got.ID, want)
		}
	}
}

func TestNamesOfPathsAndPackings(t *testing.T) {
	dir := grow(t, "d/", "f")
	for name, want := range map[string]bool{"d": true, "f": false} {
		if got, err := IsDir(dir + "/" + name); got != want || err != nil {
			t.Errorf("IsDir(%s) = %t, %v", name, got, err)
		}
	}
	if _, err := IsDir(dir + "/absent"); id(err) != NotOpened {
		t.Errorf("IsDir of nothing: %v", err)
	}
	if _, err := OpenTree(dir + "/f"); id(err) != NotOpened {
		t.Errorf("OpenTree of a file: %v", err)
	}
	if got := Plain.String() + Gzip.String() + Zstd.String(); got != "gzipzstd" {
		t.Errorf("packings are called %q", got)
	}
	if got := problem(EarlyEnd, 12, "cut").Error(); got != "@12: cut" {
		t.Errorf("error %q", got)
	}
	if _, known := Stream(strings.NewReader("")).Mark(); known {
		t.Error("a stream has a mark")
	}
}

func TestAWalkEndsWithItsContext(t *testing.T) {
	tree, err := OpenTree(grow(t, "a/f", "b/f"))
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	ctx, cancel := context.WithCancel(t.Context())
	met := 0
	err = tree.Walk(ctx, none, func(Entry) { met++; cancel() })
	if !errors.Is(err, context.Canceled) || met != 1 {
		t.Errorf("met %d, %v", met, err)
	}
}
