package strict

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
)

// Line is one line of a file of JSON lines.
type Line struct {
	Number int   // from 1
	Offset int64 // of its first byte, from 0
	Text   []byte
}

// Lines reads r line by line, blank lines left out, a byte order mark and line
// ends removed. Text is valid until the next line is asked for. A line over
// lim.Record yields an [*Error] and is skipped; an error of r yields it and
// ends. Memory is bounded by the longest line allowed.
func Lines(r io.Reader, lim Limits) iter.Seq2[Line, error] {
	most := lim.defaults(0).Record
	return func(yield func(Line, error) bool) {
		br := bufio.NewReaderSize(r, 256<<10)
		var buf []byte
		l := Line{Number: 1}
		for {
			n, long, err := readLine(br, &buf, most)
			l.Text = bytes.TrimRight(buf, "\r\n")
			if l.Number == 1 {
				l.Text = bytes.TrimPrefix(l.Text, []byte(bom8))
			}
			switch {
			case long:
				e := errorAt(TooLong, int32(l.Number), 1, "a record of over %d bytes", most)
				if !yield(Line{Number: l.Number, Offset: l.Offset}, e) {
					return
				}
			case len(bytes.TrimLeft(l.Text, " \t\r")) > 0 && (err == nil || errors.Is(err, io.EOF)):
				if !yield(l, nil) {
					return
				}
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					yield(Line{Number: l.Number, Offset: l.Offset}, err)
				}
				return
			}
			l.Number++
			l.Offset += n
		}
	}
}

// readLine reads a line with its end into *buf, and skips what is over most.
func readLine(br *bufio.Reader, buf *[]byte, most int) (n int64, long bool, err error) {
	*buf = (*buf)[:0]
	for {
		part, err := br.ReadSlice('\n')
		n += int64(len(part))
		if len(*buf)+len(part) > most+2 {
			long = true
			*buf = (*buf)[:0]
		}
		if !long {
			*buf = append(*buf, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return n, long || len(bytes.TrimRight(*buf, "\r\n")) > most, err
		}
	}
}

// JSONLines decodes every line of r as a JSON value. A line that is none yields
// an [*Error] in its place, and the next line follows; an error of r ends.
func JSONLines(r io.Reader, lim Limits) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		index := 0
		for line, err := range Lines(r, lim) {
			var doc Document
			if err == nil {
				doc, err = line.JSON(lim)
			}
			doc.Index = index
			index++
			if !yield(doc, err) {
				return
			}
		}
	}
}

// JSON decodes the line. Places count from the start of the file. What is
// returned does not refer to Text.
func (l Line) JSON(lim Limits) (Document, error) {
	if err := checkText(l.Text); err != nil {
		var e *Error
		if errors.As(err, &e) {
			e.Line += l.Number - 1
		}
		return Document{}, err
	}
	root, err := scanJSON(l.Text, lim.defaults(len(l.Text)), l.Number-1)
	return Document{Root: root}, err
}
