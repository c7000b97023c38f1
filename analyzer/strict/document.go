package strict

// Limits bound what one document may cost. The zero value means the defaults.
type Limits struct {
	Depth int // nesting; default 200
	Nodes int // values visited, aliases followed; default 1,000,000
}

// Document is one document of a stream.
type Document struct {
	Index int // from 0, in the stream
	Root  Value
	raw   []byte
}
