package link

// list grows by chunks of chunkSize values, so that it is not copied; the first begins
// small.
type list[T any] struct {
	chunks [][]T
}

const chunkSize = 1 << 14

func (l *list[T]) add(v T) {
	if n := len(l.chunks); n == 0 || len(l.chunks[n-1]) == chunkSize {
		room := chunkSize
		if n == 0 {
			room = 16
		}
		l.chunks = append(l.chunks, make([]T, 0, room))
	}
	last := &l.chunks[len(l.chunks)-1]
	*last = append(*last, v)
}

func (l *list[T]) at(i uint32) *T { return &l.chunks[i/chunkSize][i%chunkSize] }

func (l *list[T]) size() uint32 {
	n := len(l.chunks)
	if n == 0 {
		return 0
	}
	return uint32((n-1)*chunkSize + len(l.chunks[n-1]))
}

// table gives equal values one number, and remembers which it was asked last.
type table[T comparable] struct {
	index  map[T]uint32
	values []T
	last   [16]uint32
	turn   int
}

func (t *table[T]) intern(v T) uint32 {
	for _, i := range t.last {
		if int(i) < len(t.values) && t.values[i] == v {
			return i
		}
	}
	i := t.find(v)
	t.last[t.turn%len(t.last)] = i
	t.turn++
	return i
}

func (t *table[T]) find(v T) uint32 {
	if t.index == nil {
		t.index = make(map[T]uint32, len(t.values))
		for i, v := range t.values {
			t.index[v] = uint32(i)
		}
	}
	if i, ok := t.index[v]; ok {
		return i
	}
	i := uint32(len(t.values))
	t.index[v] = i
	t.values = append(t.values, v)
	return i
}

// lately are the rows of strings by a few of their bytes: what one asks for next is
// likely to be among what it asked for lately.
type lately [64]uint32

// row is find for a table of strings.
func (l *lately) row(t *table[string], s string) uint32 {
	at := len(s)
	if at > 0 {
		at += 7*int(s[at-1]) + 3*int(s[at/2])
	}
	i := &l[at%len(l)]
	if int(*i) >= len(t.values) || t.values[*i] != s {
		*i = t.find(s)
	}
	return *i
}

// extent is a text of texts.
type extent struct {
	block, from, size uint32
}

// texts holds many short texts in few large blocks.
type texts struct {
	blocks []string
	open   []byte // becomes the next block
}

const blockSize = 1 << 16

func (t *texts) add(s string) extent {
	if len(t.open)+len(s) > blockSize && len(t.open) > 0 {
		t.blocks = append(t.blocks, string(t.open))
		t.open = t.open[:0]
	}
	x := extent{uint32(len(t.blocks)), uint32(len(t.open)), uint32(len(s))}
	t.open = append(t.open, s...)
	return x
}

func (t *texts) is(x extent, s string) bool {
	if int(x.size) != len(s) {
		return false
	}
	if int(x.block) == len(t.blocks) {
		return string(t.open[x.from:x.from+x.size]) == s
	}
	return t.blocks[x.block][x.from:x.from+x.size] == s
}

// at returns a text, a copy where its block is open.
func (t *texts) at(x extent) string {
	if int(x.block) == len(t.blocks) {
		return string(t.open[x.from : x.from+x.size])
	}
	return t.blocks[x.block][x.from : x.from+x.size]
}

// close closes the open block.
func (t *texts) close() {
	if len(t.open) > 0 {
		t.blocks, t.open = append(t.blocks, string(t.open)), nil
	}
}
