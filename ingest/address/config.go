package address

import (
	"path"
	"strings"
)

// Setting is one reference in a configuration file. At counts from the start of the file.
type Setting struct {
	Ref
	Key     string // the setting, as written: the last step of Path
	Path    string // the settings around it too, joined by '.'; as far as indentation and sections tell
	Line    int    // 1-based, in the file
	Col     int    // 1-based, in bytes
	Context string // the outermost setting or section, such as "scrape_configs"; "" where there is none
}

// Offset returns the offset in a text of a line and a column, both 1-based and in bytes;
// the text's length for what lies behind its end.
func Offset(text string, line, col int) int {
	at := 0
	for ; line > 1; line-- {
		next := strings.IndexByte(text[at:], '\n')
		if next < 0 {
			return len(text)
		}
		at += next + 1
	}
	return min(at+col-1, len(text))
}

// Config returns the references in a configuration file of any common format:
// properties, INI, TOML, YAML, JSON, nginx, Envoy, HCL, environment files, shell.
// It reads lines, keys and indentation and never fails; name tells it what the
// file is by its ending. Comments count for nothing. It costs time linear in the
// text.
func Config(name, text string, known func(name string) bool) []Setting {
	return settings(name, text, Context{Known: known})
}

// Guesses is [Config] for a reader who knows no names: a bare word under a key that
// says host is a reference of form [Bare] whatever it names.
func Guesses(name, text string) []Setting { return settings(name, text, Context{Guess: true}) }

// settings reads a file; c says what is known of every string in it.
func settings(name, text string, c Context) []Setting {
	if !readable(name, text) {
		return nil
	}
	if t := strings.TrimSpace(text); strings.HasPrefix(t, "{") && strings.Contains(t, `"`) {
		return jsonSettings(text, c)
	}
	return lineSettings(name, text, c)
}

// readable says whether a file can hold settings: prose, markup, queries, keys and
// dashboards hold links at most.
func readable(name, text string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".sql", ".html", ".htm", ".css", ".md", ".svg", ".crt", ".pem", ".key", ".csr", ".csv", ".tsv", ".png", ".jpg", ".gif", ".jks",
		".p12", ".lock", ".sum", ".graphql", ".proto", ".xsd", ".tmpl.html":
		return false
	}
	if strings.HasPrefix(text, "-----BEGIN") || strings.HasPrefix(text, "ssh-") {
		return false
	}
	// A Grafana dashboard links to the world and calls nobody.
	return !strings.Contains(text, `"schemaVersion"`) || !strings.Contains(text, `"panels"`)
}

// lineSettings reads line by line. A key is known by what stands before ':', '='
// or, in nginx and its like, the first blank.
func lineSettings(name, text string, every Context) []Setting {
	var out []Setting
	var around outline
	number, begin, next := 0, 0, 0
	script := isScript(name, text)
	for line := range strings.Lines(text) {
		number++
		begin, next = next, next+len(line)
		line = strings.TrimRight(line, "\r\n")
		trimmed := strings.TrimLeft(line, " \t")
		if trimmed == "" || isComment(trimmed) {
			continue
		}
		indent := len(line) - len(trimmed)
		key, value, at := "", trimmed, 0
		if !script {
			if name, text, begins, ok := element(trimmed); ok {
				key, value, at = around.property(name, text), text, begins
			} else {
				key, value, at = splitSetting(trimmed)
			}
			around.enter(indent, trimmed, key, value)
			value = cutComment(value)
		}
		if value == "" || nowhere(value, every) {
			continue
		}
		c := every
		c.Key, c.Loose = key, script || key == ""
		if key == "" && !script {
			c.Key, c.Loose = around.key(), strings.ContainsAny(value, " \t") && !isItem(trimmed)
		}
		if ownAddress(c.Key) {
			continue
		}
		var few [4]piece
		for _, part := range flow(few[:0], value, at, c.Key) {
			c.Key = part.key
			for _, r := range Find(unquote(part.value, &part.at), c) {
				r.At += indent + part.at
				out = append(out, Setting{Ref: r, Key: c.Key, Path: around.path(), Context: around.first(), Line: number, Col: r.At + 1})
				out[len(out)-1].At += begin
			}
		}
	}
	return out
}

// outline is the settings around a line, as indentation and "[sections]" tell.
type outline struct {
	section string
	steps   []step
	named   string // the setting that an element of XML named last
}

type step struct {
	indent int
	key    string
}

func (o *outline) enter(indent int, line, key, value string) {
	if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") && !strings.ContainsAny(line, `",:`) {
		o.section = strings.Trim(line, "[] ")
		o.steps = nil
		return
	}
	if strings.HasPrefix(line, "- ") {
		// An item stands under the key above it, also where both are indented alike.
		for len(o.steps) > 0 && o.steps[len(o.steps)-1].indent > indent {
			o.steps = o.steps[:len(o.steps)-1]
		}
		indent += 2
	} else {
		for len(o.steps) > 0 && o.steps[len(o.steps)-1].indent >= indent {
			o.steps = o.steps[:len(o.steps)-1]
		}
	}
	if key != "" {
		for len(o.steps) > 0 && o.steps[len(o.steps)-1].indent >= indent {
			o.steps = o.steps[:len(o.steps)-1]
		}
		o.steps = append(o.steps, step{indent, key})
	}
}

// key returns the nearest setting, under which an item without a key stands.
func (o *outline) key() string {
	if len(o.steps) == 0 {
		return ""
	}
	return o.steps[len(o.steps)-1].key
}

func (o *outline) first() string {
	if o.section != "" || len(o.steps) == 0 {
		return o.section
	}
	return o.steps[0].key
}

func (o *outline) path() string {
	var keys []string
	if o.section != "" {
		keys = append(keys, o.section)
	}
	for _, s := range o.steps {
		keys = append(keys, s.key)
	}
	return strings.Join(keys, ".")
}

// splitSetting splits "key: value", "key = value", "key value;" and "- value" and
// returns where the value begins.
func splitSetting(line string) (key, value string, at int) {
	at = 0
	for strings.HasPrefix(line[at:], "- ") {
		at += 2
		at += len(line[at:]) - len(strings.TrimLeft(line[at:], " "))
	}
	line = line[at:]
	line, extra := trimWord(line, "export ")
	at += extra
	end := 0
	if strings.HasPrefix(line, `"`) || strings.HasPrefix(line, "'") {
		if closed := strings.IndexByte(line[1:], line[0]); closed >= 0 {
			end = closed + 2
		}
	}
	for end < len(line) && (classes[line[end]] == naming || strings.IndexByte("./[]$@*", line[end]) >= 0) {
		end++
	}
	key = strings.Trim(line[:end], `"'`)
	rest := strings.TrimLeft(line[end:], " \t")
	skip := len(line) - len(rest)
	switch {
	case key == "" || rest == "":
		if strings.HasSuffix(line, ";") || key == "" {
			return "", line, at
		}
		// A lone word is a value: an item of a list, a flag, a host.
		return "", line, at
	case rest == ":":
		return key, "", at + len(line)
	case strings.HasPrefix(rest, ": ") || strings.HasPrefix(rest, ":\t") || strings.HasPrefix(rest, "="):
		rest = rest[1:]
	case strings.HasPrefix(rest, ":=") || strings.HasPrefix(rest, "=>"):
		rest = rest[2:]
	case skip > end && strings.HasSuffix(strings.TrimSpace(rest), ";"), skip > end && strings.HasSuffix(strings.TrimSpace(rest), "{"):
		// nginx: "proxy_pass http://cart:8080;", "upstream backend {".
		value = strings.TrimRight(strings.TrimSpace(rest), ";{ ")
		if key == "server" || key == "upstream" {
			value, _, _ = strings.Cut(value, " ")
		}
		if key == "server_name" || key == "server_names" {
			value = ""
		}
		return key, value, at + skip
	case skip > end:
		// Directives of HAProxy, Redis, Apache: "server web1 10.0.0.1:80 check".
		return key, rest, at + skip
	default:
		return "", line, at
	}
	value = strings.TrimLeft(rest, " \t")
	return key, strings.TrimRight(value, " \t"), at + skip + (len(line) - skip - len(value))
}

// piece is one value of a line.
type piece struct {
	key, value string
	at         int
}

// flow appends what a list or map in flow style holds: "[a:1, b:2]", "{address: a, port: 1}".
// Any other value is one piece. Nesting does not matter to what stands inside.
func flow(out []piece, value string, at int, key string) []piece {
	if value == "" || value[0] != '[' && value[0] != '{' || strings.HasPrefix(value, "{{") {
		return append(out, piece{key, value, at})
	}
	begin := 0
	quote := byte(0)
	add := func(end int) {
		text := value[begin:end]
		trimmed := strings.TrimLeft(text, " \t")
		p := piece{key, strings.TrimRight(trimmed, " \t"), at + begin + len(text) - len(trimmed)}
		if name, rest, found := strings.Cut(p.value, ": "); found && !strings.ContainsAny(name, "/ ") {
			inner := strings.TrimLeft(rest, " ")
			p = piece{strings.Trim(name, `"'`), inner, p.at + len(p.value) - len(inner)}
		}
		if p.value != "" {
			out = append(out, p)
		}
		begin = end + 1
	}
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == ',' || c == '[' || c == ']' || c == '{' || c == '}':
			add(i)
		}
	}
	add(len(value))
	return out
}

func trimWord(s, word string) (rest string, cut int) {
	rest = strings.TrimPrefix(s, word)
	return rest, len(s) - len(rest)
}

func isItem(line string) bool { return strings.HasPrefix(line, "- ") }

func isComment(line string) bool {
	return line[0] == '#' || line[0] == ';' || strings.HasPrefix(line, "//") || strings.HasPrefix(line, "--") && !strings.HasPrefix(line, "---") && strings.HasPrefix(line, "-- ") ||
		strings.HasPrefix(line, "<!--")
}

// cutComment removes " # ..." behind a value.
func cutComment(value string) string {
	if strings.HasPrefix(value, `"`) || strings.HasPrefix(value, "'") {
		if end := strings.IndexByte(value[1:], value[0]); end >= 0 {
			if rest := strings.TrimSpace(value[end+2:]); rest == "" || rest[0] == '#' || rest[0] == ',' || rest[0] == ';' {
				return value[:end+2]
			}
		}
		return value
	}
	if i := strings.Index(value, " #"); i >= 0 {
		return strings.TrimRight(value[:i], " \t")
	}
	return value
}

// unquote strips one pair of quotes, and a trailing comma or semicolon, and moves
// at with it.
func unquote(value string, at *int) string {
	value = strings.TrimRight(value, ",; \t")
	if len(value) >= 2 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
		*at++
		return value[1 : len(value)-1]
	}
	return value
}

// jsonSettings reads JSON, also with comments and trailing commas: every string
// that follows a key, and every string of a list under it.
func jsonSettings(text string, every Context) []Setting {
	var out []Setting
	var keys []string // the key of each open object
	last, key := "", ""
	line, lineAt := 1, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '\n':
			line++
			lineAt = i + 1
		case '{':
			keys = append(keys, key)
			key = ""
		case '}':
			if len(keys) > 0 {
				key = keys[len(keys)-1]
				keys = keys[:len(keys)-1]
			}
		case ':':
			key = last
		case ',':
			last = ""
		case '/':
			if strings.HasPrefix(text[i:], "//") {
				if end := strings.IndexByte(text[i:], '\n'); end >= 0 {
					i += end - 1
				}
			}
		case '"':
			value, length := jsonString(text[i:])
			begin := i + 1
			i += length - 1
			if next := strings.TrimLeft(text[i+1:], " \t\r\n"); strings.HasPrefix(next, ":") {
				last = value
				continue
			}
			path := strings.TrimLeft(strings.Join(append(keys[:len(keys):len(keys)], key), "."), ".")
			first, _, _ := strings.Cut(path, ".")
			c := Context{Key: key, Known: every.Known, Guess: every.Guess}
			if c.Loose = strings.ContainsAny(value, " \n"); c.Loose {
				_, source := semicolonDSN(value, c) // "User ID=shop;Host=db" has blanks and is no text
				c.Loose = !source
			}
			for _, r := range Find(value, c) {
				r.At += begin
				out = append(out, Setting{Ref: r, Key: key, Path: path, Context: first, Line: line, Col: r.At - lineAt + 1})
			}
		}
	}
	return out
}

// jsonString reads the string at the start of s and returns it, with the simplest
// escapes resolved, and its length with quotes.
func jsonString(s string) (value string, length int) {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			value = s[1:i]
			if strings.IndexByte(value, '\\') >= 0 {
				value = strings.NewReplacer(`\/`, "/", `\"`, `"`, `\n`, "\n", `\t`, "\t", `\u0026`, "&").Replace(value)
			}
			return value, i + 1
		}
	}
	return "", len(s)
}
