package words

import "strings"

// Lower is [strings.ToLower]. Most names are in lower case, and eight bytes at a time
// say so.
func Lower(s string) string {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(s); i += 8 {
		b := s[i : i+8]
		x := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 | uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
		// Of ASCII, the high bit is set from 'A' on by the one sum, from behind 'Z' on by the other.
		if (x|(x+(0x80-'A')*ones)&^(x+(0x80-'Z'-1)*ones))&highs != 0 {
			return strings.ToLower(s)
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c >= 0x80 || c >= 'A' && c <= 'Z' {
			return strings.ToLower(s)
		}
	}
	return s
}
