package strict

import "bytes"

// chunk is the text of one YAML document in its stream, its directives and the
// comments before it included.
type chunk struct {
	data []byte
	line int // lines of the stream before it
	// orphan: it has text although the document before it was closed by "..."
	// and no "---" opens another.
	orphan bool
}

// split cuts a stream at its document markers, in one pass over the lines. A
// marker is one wherever it stands in the first column, inside block and quoted
// scalars too, so cutting needs no parser; and a document that is parsed by
// itself cannot use the anchors of another.
func split(data []byte) []chunk {
	var chunks []chunk
	cur := chunk{}
	start, line := 0, 0
	begun := false  // the current chunk has a marker or text
	closed := false // the document before was closed by "..."
	cut := func(at int) {
		cur.data = data[start:at]
		chunks = append(chunks, cur)
		cur = chunk{line: line}
		start, begun = at, false
	}
	for at := 0; at < len(data); {
		next := len(data)
		if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
			next = at + i + 1
		}
		row := data[at:next]
		switch {
		case isMarker(row, "---"):
			if begun {
				cut(at)
			}
			begun, closed = true, false
		case isMarker(row, "..."):
			line++
			if begun {
				cut(next)
			}
			closed = true
			at = next
			continue
		case !begun && !isProlog(row):
			begun = true
			cur.orphan = closed
		}
		line++
		at = next
	}
	if begun {
		cut(len(data))
	}
	return chunks
}

// isMarker reports whether a line is "---" or "...", alone or before a blank.
func isMarker(row []byte, mark string) bool {
	if !bytes.HasPrefix(row, []byte(mark)) {
		return false
	}
	return len(row) == len(mark) || bytes.IndexByte([]byte(" \t\r\n"), row[len(mark)]) >= 0
}

// isProlog reports whether a line may stand before a document: blank, a comment, a directive.
func isProlog(row []byte) bool {
	trimmed := bytes.TrimLeft(row, " \t\r\n")
	return len(trimmed) == 0 || trimmed[0] == '#' || row[0] == '%'
}
