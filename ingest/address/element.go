package address

import "strings"

// element splits an element of XML that one line holds, "<host>db</host>", into the key
// and the value of a setting, and returns where the value begins.
func element(line string) (key, value string, at int, ok bool) {
	if !strings.HasPrefix(line, "<") {
		return "", "", 0, false
	}
	open := strings.IndexByte(line, '>')
	if open < 2 || line[open-1] == '/' {
		return "", "", 0, false
	}
	key, _, _ = strings.Cut(line[1:open], " ")
	value, found := strings.CutSuffix(strings.TrimRight(line[open+1:], " \t"), "</"+key+">")
	if !found || strings.ContainsAny(value, "<>") {
		return "", "", 0, false
	}
	return key, value, open + 1, true
}

// property returns the key of an element. Hadoop and its like write a setting as two,
// "<name>fs.defaultFS</name>" and "<value>hdfs://names:8020</value>".
func (o *outline) property(key, value string) string {
	switch key {
	case "name":
		o.named = value
	case "value":
		if o.named != "" {
			return o.named
		}
	}
	return key
}
