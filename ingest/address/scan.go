package address

import (
	"path"
	"strings"
)

// scan reads running text: URLs wherever they stand, and the words of a command
// line or script, where "--flag value", "KEY=value" and "-Dkey=value" give a value
// its key.
func scan(text string, c Context) []Ref {
	var refs []Ref
	words := splitWords(text)
	flag := ""
	for i, w := range words {
		key := flag
		flag = ""
		if key == "" && len(words) == 1 {
			key = c.Key
		}
		if strings.HasPrefix(w.text, "-") && strings.IndexByte(w.text, '=') < 0 {
			flag = strings.TrimLeft(w.text, "-")
			if flag == "h" {
				flag = "-h"
			}
			continue
		}
		value, at := w.text, w.at
		if name, rest, found := strings.Cut(w.text, "="); found && settingName(name) {
			key = strings.TrimPrefix(strings.TrimLeft(name, "-"), "D")
			at += len(name) + 1
			value = rest
		}
		found := wordRefs(value, Context{Key: key, Known: c.Known, Guess: c.Guess && key != "" && key != c.Key}, key == "" || key == c.Key)
		if len(found) == 0 && i+1 < len(words) {
			found = pairRef(words, i, c)
		}
		for _, r := range found {
			r.At += at
			refs = append(refs, r)
		}
	}
	return refs
}

// wordRefs reads one word. In running text only what has a scheme, is qualified
// for a cluster, or is the host:port of a known service counts.
func wordRefs(value string, c Context, running bool) []Ref {
	if value == "" || ownAddress(c.Key) {
		return nil
	}
	if strings.Contains(value, "://") {
		if refs, ok := list(value, c); ok {
			return refs
		}
		return urls(value)
	}
	value = strings.TrimRight(value, ".,;:!?)]}")
	if refs, ok := mysqlDSN(value, c); ok {
		return refs
	}
	refs, _ := list(value, c)
	if !running {
		return refs
	}
	var sure []Ref
	for _, r := range refs {
		if host := r.Hosts[0].Name; clusterName(host) || c.known(host) && r.Form != Bare {
			sure = append(sure, r)
		}
	}
	return sure
}

// urls finds every URL in s.
func urls(s string) []Ref {
	var refs []Ref
	for pos := 0; pos < len(s); {
		sep := strings.Index(s[pos:], "://")
		if sep < 0 {
			break
		}
		r, _, end, ok := readURL(s[pos:], sep)
		if ok {
			r.At += pos
			refs = append(refs, r)
		}
		pos += max(end, sep+len("://"))
	}
	return refs
}

// pairRef reads what tools say without a colon: "nc -z db 5432", "nslookup db".
func pairRef(words []word, i int, c Context) []Ref {
	host := strings.ToLower(strings.TrimRight(words[i].text, ";)"))
	if !c.known(host) || !validHost(host) {
		return nil
	}
	if next := strings.TrimRight(words[i+1].text, ";)&|"); allDigits(next) {
		if port, ok := readPort(next); ok && port > 0 {
			r, ok := newRef("", []Host{{Name: host, Port: port}}, HostPort, 0)
			return oneOrNone(r, ok)
		}
	}
	for j := i - 1; j >= 0 && j >= i-3; j-- {
		switch words[j].text {
		case "nslookup", "ping", "dig", "host", "hosts", "telnet", "ssh", "nc":
			r, ok := newRef("", []Host{{Name: host}}, Bare, 0)
			return oneOrNone(r, ok)
		}
	}
	return nil
}

// settingName says whether s, before '=', can be the name of a variable or flag.
func settingName(s string) bool {
	s = strings.TrimLeft(s, "-")
	if s == "" || !isLetter(s[0]) && s[0] != '_' {
		return false
	}
	for i := 0; i < len(s); i++ {
		if !isAlnum(s[i]) && strings.IndexByte("_-.[]", s[i]) < 0 {
			return false
		}
	}
	return true
}

type word struct {
	text string
	at   int
}

// splitWords splits at blanks and quotes and shell separators; an address never
// holds one of these.
func splitWords(s string) []word {
	var words []word
	begin := -1
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] > ' ' && strings.IndexByte("\"'`<>|&", s[i]) < 0 {
			if begin < 0 {
				begin = i
			}
			continue
		}
		// A quoted value after '=' belongs to its name: FOO="bar".
		if i < len(s) && begin >= 0 && (s[i] == '"' || s[i] == '\'') && s[i-1] == '=' {
			end := strings.IndexByte(s[i+1:], s[i])
			if end > 0 && !strings.ContainsAny(s[i+1:i+1+end], " \t\n") {
				words = append(words, word{s[begin:i] + s[i+1:i+1+end], begin})
				begin = -1
				i += end + 1
				continue
			}
		}
		if begin >= 0 {
			words = append(words, word{s[begin:i], begin})
			begin = -1
		}
	}
	return words
}

func isScript(name, text string) bool {
	if strings.HasPrefix(text, "#!") {
		return true
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".sh", ".bash", ".py", ".rb", ".pl", ".js", ".lua", ".groovy", ".ps1", ".ts", ".vcl":
		return true
	}
	return false
}
