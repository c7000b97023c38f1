package strict

import "bytes"

// Limits bound what one document may cost. The zero value means the defaults.
type Limits struct {
	// Depth is how deep lists and maps may nest, aliases followed; default 200.
	Depth int
	// Nodes is how many values a document may have, aliases followed; default
	// 1,000,000, or one for every 6 bytes where that is more: a tree that was
	// written out in full is no bomb.
	Nodes int
	// Record is how long one line of a file of JSON lines may be, in bytes; default 16 MiB.
	Record int
}

// defaults returns l without zero values, for a document of size bytes.
func (l Limits) defaults(size int) Limits {
	if l.Depth == 0 {
		l.Depth = 200
	}
	if l.Nodes == 0 {
		l.Nodes = max(1_000_000, size/6)
	}
	if l.Record == 0 {
		l.Record = 16 << 20
	}
	return l
}

// Document is one document of a stream.
type Document struct {
	Index int   // from 0, in the stream
	Root  Value // Null for an empty document between two "---"
}

// looksLikeJSON reports whether data begins with '{' or '[', a byte order mark aside.
func looksLikeJSON(data []byte) bool {
	data = bytes.TrimLeft(bytes.TrimPrefix(data, []byte(bom8)), " \t\r\n")
	return len(data) > 0 && (data[0] == '{' || data[0] == '[')
}

// startsQuoted reports whether the first thing within the brackets is one that JSON writes.
func startsQuoted(data []byte) bool {
	data = bytes.TrimLeft(bytes.TrimPrefix(data, []byte(bom8)), " \t\r\n[{")
	return len(data) == 0 || data[0] == '"' || data[0] == '}' || data[0] == ']'
}
