package safeio

import "encoding/binary"

// frameWalker follows the frames and blocks of a zstd stream as it passes by,
// without decoding it: it knows whether the stream stands at the end of a
// frame, and whether some frame has no checksum, so that its content is unproven.
// It is an io.Writer that never fails.
type frameWalker struct {
	need       int    // bytes of the current piece still to come
	piece      []byte // what has come of a header
	skip       bool   // the bytes to come have no meaning here
	state      frameState
	checksum   bool // the current frame ends with one
	frames     int  // begun, skippable ones left out
	unchecked  int  // of these, without a checksum
	lost       bool // the stream is none we understand: say nothing about it
	lastBlock  bool
	skippables int
}

type frameState uint8

const (
	atMagic frameState = iota
	atSkipSize
	atDescriptor
	atRestOfHeader
	atBlockHeader
	atBlockEnd
	atChecksumEnd
	atSkipEnd
)

// atEnd reports whether the stream stands between two frames.
func (w *frameWalker) atEnd() bool { return !w.lost && w.state == atMagic && len(w.piece) == 0 }

// unproven reports whether some frame has no checksum, or the stream was not understood.
func (w *frameWalker) unproven() bool { return w.lost || w.unchecked > 0 }

// Write follows p.
func (w *frameWalker) Write(p []byte) (int, error) {
	all := len(p)
	if w.need == 0 && w.state == atMagic && len(w.piece) == 0 {
		w.expect(atMagic, 4, false)
	}
	for len(p) > 0 && !w.lost {
		n := min(w.need, len(p))
		if !w.skip {
			w.piece = append(w.piece, p[:n]...)
		}
		w.need -= n
		p = p[n:]
		for w.need == 0 && !w.lost {
			w.advance()
		}
	}
	return all, nil
}

func (w *frameWalker) expect(s frameState, need int, skip bool) {
	w.state, w.need, w.skip = s, need, skip
	w.piece = w.piece[:0]
}

// advance acts on a piece that is there in full.
func (w *frameWalker) advance() {
	switch w.state {
	case atMagic:
		switch {
		case isZstdFrame(w.piece):
			w.frames++
			w.expect(atDescriptor, 1, false)
		case isSkippable(w.piece):
			w.skippables++
			w.expect(atSkipSize, 4, false)
		default:
			w.lost = true
		}
	case atSkipSize:
		w.expect(atSkipEnd, int(binary.LittleEndian.Uint32(w.piece)), true)
	case atDescriptor:
		w.descriptor(w.piece[0])
	case atRestOfHeader:
		w.expect(atBlockHeader, 3, false)
	case atBlockHeader:
		w.block(uint32(w.piece[0]) | uint32(w.piece[1])<<8 | uint32(w.piece[2])<<16)
	case atBlockEnd:
		switch {
		case !w.lastBlock:
			w.expect(atBlockHeader, 3, false)
		case w.checksum:
			w.expect(atChecksumEnd, 4, true)
		default:
			w.expect(atMagic, 4, false)
		}
	case atChecksumEnd, atSkipEnd:
		w.expect(atMagic, 4, false)
	}
}

// descriptor reads the byte that says how long the rest of the frame's header is.
func (w *frameWalker) descriptor(d byte) {
	w.checksum = d&0x04 != 0
	if !w.checksum {
		w.unchecked++
	}
	rest := [...]int{0, 1, 2, 4}[d&3] // dictionary id
	single := d&0x20 != 0
	if !single {
		rest++ // window
	}
	switch d >> 6 { // size of the content
	case 0:
		if single {
			rest++
		}
	case 1:
		rest += 2
	case 2:
		rest += 4
	case 3:
		rest += 8
	}
	w.expect(atRestOfHeader, rest, true)
}

func (w *frameWalker) block(header uint32) {
	w.lastBlock = header&1 != 0
	size := int(header >> 3)
	switch header >> 1 & 3 {
	case 1: // one byte, repeated
		size = 1
	case 3:
		w.lost = true
		return
	}
	w.expect(atBlockEnd, size, true)
}
