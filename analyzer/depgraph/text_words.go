package depgraph

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// word is one word of a line: parts are the values between its commas, each
// perhaps with a key.
type word struct {
	parts  []part
	quoted bool // in part at least: no keyword, then
}

type part struct{ key, value string }

// plain returns the text of a word without key and comma, "" for any other.
func (w word) plain() string {
	if len(w.parts) == 1 && w.parts[0].key == "" {
		return w.parts[0].value
	}
	return ""
}

// keyword returns what a word means to the notation, "" where it is quoted.
func (w word) keyword() string {
	if w.quoted {
		return ""
	}
	return w.plain()
}

// values returns the values of a word whose first part has the key and the others none.
func (w word) values() []string {
	var out []string
	for _, p := range w.parts {
		out = append(out, p.value)
	}
	return out
}

// splitWords cuts a line into words, and each word into its parts.
func splitWords(s string) ([]word, error) {
	var words []word
	var current word
	var text, key strings.Builder
	keyed, inWord := false, false
	endPart := func() {
		p := part{value: text.String()}
		if keyed {
			p.key = key.String()
		}
		current.parts = append(current.parts, p)
		text.Reset()
		key.Reset()
		keyed = false
	}
	endWord := func() {
		if inWord {
			endPart()
			words = append(words, current)
			current, inWord = word{}, false
		}
	}
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '"':
			q, err := strconv.QuotedPrefix(s[i:])
			if err != nil {
				return nil, errors.New("a quote that does not end")
			}
			v, err := strconv.Unquote(q)
			if err != nil {
				return nil, fmt.Errorf("quoted word %s: %w", q, err)
			}
			text.WriteString(v)
			inWord, current.quoted = true, true
			i += len(q)
			continue
		case c == ' ' || c == '\t' || c == '\r':
			endWord()
		case c == '#' && !inWord:
			i = len(s)
			continue
		case c == ',' && inWord:
			endPart()
		case c == '=' && !keyed && inWord:
			key.WriteString(text.String())
			text.Reset()
			keyed = true
		default:
			text.WriteByte(c)
			inWord = true
		}
		i++
	}
	endWord()
	return words, nil
}
