package strict

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// syntaxError gives an error of the YAML parser a place. The parser names the
// line where the surrounding list or map begins, or none; so the place is found
// by asking it again: how far it read before it gave up, and which lines of the
// document it accepts without the rest.
func (r Raw) syntaxError(err error) error {
	msg, named := splitMessage(err)
	data := r.c.data
	at := bytesRead(data)
	e := &Error{ID: YAMLSyntax, Msg: withoutNames(msg)}
	switch {
	case strings.Contains(msg, "exceeded max depth"):
		e.ID = TooDeep
	case action.Match(data):
		e.ID, e.Msg, e.Fix = Template, neverRendered+": "+e.Msg, renderFirst
	}
	if guilty := culprit(data, at, msg); guilty >= 0 {
		at = guilty
	} else {
		at = r.firstBad(at, named)
	}
	line, col := place(data, at)
	e.Line, e.Col = int(line)+r.c.line, int(col)
	return e
}

// namedAnchor matches what the parser quotes of the text: an unquoted secret may begin
// as an alias does.
var namedAnchor = regexp.MustCompile(`anchor '[^']*'`)

func withoutNames(msg string) string { return namedAnchor.ReplaceAllString(msg, "anchor") }

// splitMessage returns the parser's message without its line, and the line; 0 where it names none.
func splitMessage(err error) (msg string, line int) {
	msg = strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, found := strings.CutPrefix(msg, "line "); found {
		if num, tail, found := strings.Cut(rest, ": "); found {
			line, _ = strconv.Atoi(num)
			msg = tail
		}
	}
	return msg, line
}

// drip hands out one byte at a time, so that what was read is known.
type drip struct {
	data []byte
	at   int
}

func (d *drip) Read(p []byte) (int, error) {
	if d.at == len(d.data) {
		return 0, io.EOF
	}
	p[0] = d.data[d.at]
	d.at++
	return 1, nil
}

// bytesRead returns how much of a broken document the parser reads before it gives up.
func bytesRead(data []byte) int {
	d := &drip{data: data}
	dec := yaml.NewDecoder(d)
	for {
		var y yaml.Node
		if dec.Decode(&y) != nil {
			return d.at
		}
	}
}

// culprit finds the character that some errors are about, -1 for all others. The
// parser reads at most a few characters, or a token or two, beyond it.
func culprit(data []byte, read int, msg string) int {
	before := data[:read]
	near := max(0, read-4) // it always has four characters at hand
	switch {
	case strings.Contains(msg, "cannot start any token"):
		if i := bytes.IndexAny(before[near:], "@`%\t"); i >= 0 {
			return near + i
		}
	case strings.Contains(msg, "unknown escape character"):
		if i := bytes.LastIndexByte(before[near:], '\\'); i >= 0 {
			return near + i
		}
	case strings.HasPrefix(msg, "mapping values are not allowed"):
		return bytes.LastIndexByte(before, ':')
	case strings.HasPrefix(msg, "unknown anchor"):
		if _, rest, found := strings.Cut(msg, "'"); found {
			name, _, _ := strings.Cut(rest, "'")
			return bytes.LastIndex(before, []byte("*"+name))
		}
	}
	return -1
}

// firstBad returns where the first line begins without which the document up to
// it can be parsed; of lines further back than it is worth to look, the one that
// the parser named.
func (r Raw) firstBad(read, named int) int {
	const most, long = 32, 1 << 20
	data := r.c.data
	end := read
	for range most {
		if len(data) > long {
			break
		}
		end = bytes.LastIndexByte(bytes.TrimRight(data[:end], "\n"), '\n') + 1
		if end == 0 || parses(data[:end]) {
			return skipBlank(data, end)
		}
	}
	at := 0
	for range named - 1 {
		i := bytes.IndexByte(data[at:], '\n')
		if i < 0 {
			break
		}
		at += i + 1
	}
	return skipBlank(data, at)
}

func parses(data []byte) bool {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var y yaml.Node
		if err := dec.Decode(&y); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// skipBlank moves on to the first character that is no blank and in no comment.
func skipBlank(data []byte, at int) int {
	for at < len(data) {
		switch data[at] {
		case ' ', '\n', '\r':
			at++
		case '#':
			i := bytes.IndexByte(data[at:], '\n')
			if i < 0 {
				return at
			}
			at += i
		default:
			return at
		}
	}
	return min(at, max(0, len(data)-1))
}
