package textfile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/fateline/fateline/analyzer/strict"
)

// maxDepth bounds how deep values of TOML may nest: the parser recurses.
const maxDepth = 100

// TOML returns what keeps a text from being TOML, keys that stand twice among it; nil
// is nothing. The parser is github.com/pelletier/go-toml/v2 (MIT).
func TOML(data []byte) error {
	if line := tooDeep(data); line > 0 {
		return &strict.Error{ID: strict.TooDeep, Line: line, Col: 1, Msg: fmt.Sprintf("nested deeper than %d", maxDepth)}
	}
	var v map[string]any
	err := toml.Unmarshal(data, &v)
	if err == nil {
		return nil
	}
	out := &strict.Error{ID: "toml-syntax", Line: 1, Col: 1, Msg: strings.TrimPrefix(err.Error(), "toml: ")}
	var at *toml.DecodeError
	if errors.As(err, &at) {
		out.Line, out.Col = at.Position()
	}
	return out
}

func tooDeep(data []byte) int {
	depth, line := 0, 1
	for _, c := range data {
		switch c {
		case '\n':
			line++
		case '[', '{':
			if depth++; depth > maxDepth {
				return line
			}
		case ']', '}':
			depth = max(0, depth-1)
		}
	}
	return 0
}
