package textfile

import "bytes"

// Uncommented returns JSON without its comments and without the commas that end a list or
// a map, blanks in their place so that positions stay: what editors, TypeScript and the
// settings of .NET allow ("JSON with Comments"; Microsoft.Extensions.Configuration.Json
// skips comments and allows trailing commas). The input is unchanged. It costs time
// linear in data.
func Uncommented(data []byte) []byte {
	out := append([]byte(nil), data...)
	comma := -1 // of the last comma, nothing but blanks behind it; -1: none
	for i := 0; i < len(out); i++ {
		switch c := out[i]; {
		case c == '"':
			comma = -1
			for i++; i < len(out) && out[i] != '"'; i++ {
				if out[i] == '\\' {
					i++
				}
			}
		case c == '/' && i+1 < len(out) && (out[i+1] == '/' || out[i+1] == '*'):
			i = blank(out, i) - 1
		case c == ',':
			comma = i
		case c == '}' || c == ']':
			if comma >= 0 {
				out[comma] = ' '
			}
			comma = -1
		case c != ' ' && c != '\t' && c != '\r' && c != '\n':
			comma = -1
		}
	}
	return out
}

// blank overwrites the comment that begins at i, but for its line breaks, and returns
// where it ends. One that is never closed stays, for whoever reads the JSON to find.
func blank(out []byte, i int) int {
	end := len(out)
	if out[i+1] == '/' {
		if n := bytes.IndexByte(out[i:], '\n'); n >= 0 {
			end = i + n
		}
	} else if n := bytes.Index(out[i+2:], []byte("*/")); n >= 0 {
		end = i + 2 + n + 2
	} else {
		return end
	}
	for ; i < end; i++ {
		if out[i] != '\n' && out[i] != '\r' {
			out[i] = ' '
		}
	}
	return end
}
