package address

import (
	"strings"

	"github.com/fateline/fateline/ingest/words"
)

// nowhere says, at the cost of one look at its bytes, that a text refers to nothing,
// which is so of most: an address has a '.' or a ':', a data source name a '=', a '@' or
// brackets, and what has none of them is a known name or no reference.
func nowhere(text string, c Context) bool {
	if c.Guess {
		return false
	}
	for i := 0; i < len(text); i++ {
		if classes[text[i]] == telling {
			return false
		}
	}
	if c.Known == nil {
		return true
	}
	for begin := 0; begin < len(text); begin++ {
		if classes[text[begin]] != naming {
			continue
		}
		end := begin + 1
		for end < len(text) && classes[text[end]] == naming {
			end++
		}
		if c.Known(words.Lower(text[begin:end])) {
			return false
		}
		begin = end
	}
	return true
}

// class says what a byte tells of the text in which it stands.
type class uint8

const (
	parting class = iota // blanks, quotes, brackets: no name has one
	naming               // part of a name
	telling              // the text may be an address
)

// classes are those of all bytes. What is not ASCII may be a blank or a letter.
var classes = func() (all [256]class) {
	for i := range all {
		switch c := byte(i); {
		case strings.IndexByte(".:=@(", c) >= 0 || c >= 0x80:
			all[i] = telling
		case isAlnum(c) || c == '-' || c == '_':
			all[i] = naming
		}
	}
	return all
}()
