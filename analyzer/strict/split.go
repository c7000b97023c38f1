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
	bare   bool // it has nothing but a marker and comments
}

// split cuts a stream at its document markers, in one pass over the lines. A
// marker is one wherever it stands in the first column, inside block and quoted
// scalars too, so cutting needs no parser; and a document that is parsed by
// itself cannot use the anchors of another.
func split(data []byte) []chunk {
	data = oneLineEnd(data)
	var chunks []chunk
	cur := chunk{}
	start, line := 0, 0
	begun := false  // the current chunk has a marker or text
	closed := false // the document before was closed by "..."
	directive := false
	cut := func(at int) {
		cur.data = data[start:at]
		chunks = append(chunks, cur)
		cur = chunk{line: line}
		start, begun, directive = at, false, false
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
			cur.bare = !directive && isEmpty(row[3:])
		case isMarker(row, "..."):
			line++
			if !isEmpty(row[3:]) || directive || !begun && len(chunks) == 0 {
				begun, cur.bare = true, false // for the parser to refuse
			}
			if begun {
				cut(next)
			} else {
				start, cur.line = next, line
			}
			closed = true
			at = next
			continue
		case isEmpty(row):
		case !begun && row[0] == '%':
			directive = true // it belongs to the document it stands before
		case begun:
			cur.bare = false
		default:
			begun = true
			cur.orphan = closed
		}
		line++
		at = next
	}
	if begun || directive { // one without a document is for the parser to refuse
		cut(len(data))
	}
	return chunks
}

// oneLineEnd turns the line ends of old systems, a carriage return alone, into
// newlines: to YAML they are the same.
func oneLineEnd(data []byte) []byte {
	at := bytes.IndexByte(data, '\r')
	for at >= 0 && at+1 < len(data) && data[at+1] == '\n' {
		next := bytes.IndexByte(data[at+1:], '\r')
		if next < 0 {
			return data
		}
		at += 1 + next
	}
	if at < 0 {
		return data
	}
	out := bytes.Clone(data)
	for i, c := range out {
		if c == '\r' && (i+1 == len(out) || out[i+1] != '\n') {
			out[i] = '\n'
		}
	}
	return out
}

// isMarker reports whether a line is "---" or "...", alone or before a blank.
func isMarker(row []byte, mark string) bool {
	if !bytes.HasPrefix(row, []byte(mark)) {
		return false
	}
	return len(row) == len(mark) || bytes.IndexByte([]byte(" \t\r\n"), row[len(mark)]) >= 0
}

// isEmpty reports whether a line, or the rest of one, says nothing: it is blank or
// a comment. YAML knows more line ends than the newline; where one of them stands
// in the line, the parser must look at it.
func isEmpty(row []byte) bool {
	row = bytes.TrimSuffix(bytes.TrimSuffix(row, []byte("\n")), []byte("\r"))
	trimmed := bytes.TrimLeft(row, " ") // a tab before a comment is for the parser to judge
	return len(bytes.TrimLeft(row, " \t")) == 0 || trimmed[0] == '#' && !bytes.ContainsAny(trimmed, "\r\u0085\u2028\u2029")
}
