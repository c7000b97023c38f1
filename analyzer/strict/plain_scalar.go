package strict

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// plain makes n of the text of a plain scalar.
func (p *plainReader) plain(n *slot, text string) bool {
	t, ok := scalarType(text)
	n.is(t, unquoted)
	if t != Null {
		p.scalar(n, text)
	}
	return ok
}

// quoted reads a string that needs no unescaping, and returns where it ends.
func (p *plainReader) quoted(at int) (text string, end int, ok bool) {
	c := p.s[at]
	i := strings.IndexByte(p.s[at+1:p.end], c)
	if i < 0 {
		return "", 0, false
	}
	text, end = p.s[at+1:at+1+i], at+2+i
	if strings.IndexByte(text, '\t') >= 0 || c == '"' && strings.IndexByte(text, '\\') >= 0 || c == '\'' && end < p.end && p.s[end] == '\'' {
		return "", 0, false
	}
	return text, end, true
}

func scalarStart(c byte) bool {
	return keyStart(c) || c == '-' || c == '+' || c == '(' || c == '~' || c == '^' || c == ';'
}

// scalarType returns the type of a plain scalar, as the core schema has it.
func scalarType(s string) (t Type, ok bool) {
	switch s {
	case "~", "null", "Null", "NULL":
		return Null, true
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return Bool, true
	}
	c := s[0]
	if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '/' || c == '_' || c == '$' || c == '(' || c == '~' || c == '^' || c == ';' {
		return String, true
	}
	switch {
	case decimal(s):
		return Number, true
	case c >= '0' && c <= '9' && (strings.Trim(s, "0123456789abcdefABCDEFxXoO_.+-:") != "" || strings.Count(s, ".") > 1):
		return String, true // quantities, versions, most dates
	}
	// Floats, octal numbers, what ends like one: the library knows.
	var y yaml.Node
	if err := yaml.Unmarshal([]byte(s), &y); err != nil || len(y.Content) != 1 || y.Content[0].Kind != yaml.ScalarNode || y.Content[0].Value != s {
		return String, false
	}
	switch y.Content[0].Tag {
	case "!!int", "!!float":
		return Number, true
	case "!!str", "!!timestamp":
		return String, true
	}
	return String, false
}

// decimal says whether s is a small decimal number.
func decimal(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || len(digits) > 17 || digits[0] == '0' && digits != "0" {
		return false
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return false
		}
	}
	return true
}

// literal reads a block after '|'.
func (p *plainReader) literal(n slot, at, indent int) (slot, bool) {
	header := strings.TrimRight(p.s[at:p.end], " ")
	if header != "|" && header != "|-" && header != "|+" {
		return n, false
	}
	n.is(String, literal)
	begin, inner := p.end+1, 0
	var lines []string // without their indentation
	last := 0          // how many of them are up to the last that is not empty
	for begin < len(p.s) {
		end := begin + strings.IndexByte(p.s[begin:], '\n')
		row := p.s[begin:end]
		content := strings.TrimLeft(row, " ")
		own := len(row) - len(content)
		switch {
		case content == "" && (inner == 0 && own > 0 || inner > 0 && own > inner):
			return n, false // blanks that may count
		case content == "":
			row = ""
		case content[0] == '\t' && own <= max(indent, inner):
			return n, false
		case inner == 0 && own <= indent:
			return n, false // an empty block
		case inner == 0:
			inner = own
		}
		if content != "" && own < inner {
			break
		}
		if content != "" {
			row = row[inner:]
			last = len(lines) + 1
		}
		lines = append(lines, row)
		begin = end + 1
	}
	if last == 0 || inner > 1<<16-1 {
		return n, false
	}
	kept, end := lines[:last], "\n"
	switch header {
	case "|-":
		end = ""
	case "|+":
		kept = lines
	}
	p.block(&n, strings.Join(kept, "\n")+end, uint16(inner))
	p.line += int32(len(lines))
	p.end = begin - 1
	if !p.next() && p.at < len(p.s) {
		return n, false
	}
	return n, p.indent <= indent
}
