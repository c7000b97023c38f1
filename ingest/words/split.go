package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Split splits the name of a variable, flag, setting or object into its words, in
// lower case: "spring.redis.hostName" is spring, redis, host, name.
func Split(name string) []string { return Append(nil, name) }

// Append appends the words of a name to others, and takes no memory where they have room.
func Append(to []string, name string) []string {
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			return appendRunes(to, []rune(name))
		}
	}
	lower := Lower(name) // as long as the name, and made once
	begin := -1
	for i := range len(name) {
		c := name[i]
		if !isLetter(c) && (c < '0' || c > '9') {
			if begin >= 0 {
				to = append(to, lower[begin:i])
			}
			begin = -1
			continue
		}
		if begin >= 0 && isUpper(c) {
			before := name[i-1]
			if !isUpper(before) || i+1 < len(name) && isLetter(name[i+1]) && !isUpper(name[i+1]) {
				to = append(to, lower[begin:i])
				begin = i
			}
		}
		if begin < 0 {
			begin = i
		}
	}
	if begin >= 0 {
		to = append(to, lower[begin:])
	}
	return to
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || isUpper(c) }

// appendRunes is Append for a name in any script.
func appendRunes(to []string, runes []rune) []string {
	begin := -1
	flush := func(end int) {
		if begin >= 0 {
			to = append(to, strings.ToLower(string(runes[begin:end])))
		}
		begin = -1
	}
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			flush(i)
			continue
		}
		if begin >= 0 && unicode.IsUpper(r) {
			lower := unicode.IsLower(runes[i-1]) || unicode.IsDigit(runes[i-1])
			acronymEnds := unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if lower || acronymEnds {
				flush(i)
			}
		}
		if begin < 0 {
			begin = i
		}
	}
	flush(len(runes))
	return to
}
