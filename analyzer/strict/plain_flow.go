package strict

// flow reads a list or map in flow style that ends on its line and holds words and
// simple strings.
func (p *plainReader) flow(at, depth int) (n slot, end int, ok bool) {
	if depth >= p.lim.Depth {
		return n, 0, false
	}
	n.line, n.col = p.place(at)
	open := p.s[at]
	n.is(List, unquoted)
	closing := byte(']')
	if open == '{' {
		n.is(Map, unquoted)
		closing = '}'
	}
	from := len(p.open)
	var many map[uint32]int
	blanks := func() {
		for at < p.end && p.s[at] == ' ' {
			at++
		}
	}
	at++
	for first := true; ; first = false {
		blanks()
		if at < p.end && p.s[at] == closing && first {
			break
		}
		var key uint32
		var keyCol int32
		if open == '{' {
			name, col, value, is := p.flowKey(at)
			if !is || !p.spend() {
				return n, 0, false
			}
			key, keyCol = keyIn(p.builder, name), col
			if _, _, twice := p.again(from, &many, key); twice {
				return n, 0, false
			}
			at = value
			blanks()
		}
		var v slot
		if v, at, ok = p.flowValue(at, depth); !ok {
			return n, 0, false
		}
		if open == '{' {
			p.field(&v, key, p.line, keyCol)
		} else {
			p.item(&v)
		}
		blanks()
		if at >= p.end || p.s[at] != ',' && p.s[at] != closing {
			return n, 0, false
		}
		if p.s[at] == closing {
			break
		}
		at++
	}
	p.close(&n, from)
	return n, at + 1, true
}

// flowKey reads a word before ": ".
func (p *plainReader) flowKey(at int) (name string, col int32, value int, ok bool) {
	_, col = p.place(at)
	i := at
	for i < p.end && flowByte(p.s[i]) {
		i++
	}
	if i == at || !keyStart(p.s[at]) || i+1 >= p.end || p.s[i] != ':' || p.s[i+1] != ' ' || i-at > maxKey {
		return "", 0, 0, false
	}
	return p.s[at:i], col, i + 1, true
}

func flowByte(c byte) bool { return keyStart(c) || c == '-' || c == '+' || c == '@' }

func (p *plainReader) flowValue(at, depth int) (n slot, end int, ok bool) {
	if at >= p.end || !p.spend() {
		return n, 0, false
	}
	n.line, n.col = p.place(at)
	switch c := p.s[at]; {
	case c == '"' || c == '\'':
		var text string
		text, end, ok = p.quoted(at)
		n.is(String, quoted)
		p.scalar(&n, text)
		return n, end, ok && ascii(text)
	case c == '[' || c == '{':
		return p.flow(at, depth+1)
	case !scalarStart(c) || c == '~':
		return n, 0, false
	}
	end = at
	for end < p.end && (flowByte(p.s[end]) || p.isColonWithin(at, end)) {
		end++
	}
	text := p.s[at:end]
	if text == "" || text == "-" {
		return n, 0, false
	}
	return n, end, p.plain(&n, text)
}

// isColonWithin reports whether a byte of a word is a colon that neither begins nor ends it.
func (p *plainReader) isColonWithin(from, at int) bool {
	return p.s[at] == ':' && at > from && at+1 < p.end && flowByte(p.s[at+1])
}
