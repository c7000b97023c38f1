package address

import (
	"strings"
)

// mysqlDSN reads the form of Go's MySQL driver: "user:pw@tcp(host:3306)/db".
func mysqlDSN(text string, _ Context) ([]Ref, bool) {
	open := strings.LastIndexByte(text, '(')
	if open < 0 || strings.Contains(text, "://") || strings.ContainsAny(text[open:], " \t\n") {
		return nil, false
	}
	end := strings.IndexByte(text[open:], ')')
	if end < 0 || !strings.HasPrefix(text[open+end+1:], "/") {
		return nil, false
	}
	network := text[strings.LastIndexByte(text[:open], '@')+1 : open]
	switch network {
	case "unix":
		return nil, true
	case "tcp", "tcp4", "tcp6":
	default:
		return nil, false
	}
	hosts, sure := splitHosts(text[open+1 : open+end])
	if !sure {
		return nil, true
	}
	r, ok := newRef("mysql", hosts, URL, open+1)
	if !ok {
		return nil, true
	}
	r.Database = databaseOf(text[open+end+1:])
	return []Ref{r}, true
}

// keywordDSN reads the form of libpq: "host=a,b port=5432 dbname=shop".
func keywordDSN(text string, _ Context) ([]Ref, bool) {
	if strings.Contains(text, "://") || strings.Count(text, "=") < 2 || strings.IndexByte(text, ';') >= 0 {
		return nil, false
	}
	fields := map[string]string{}
	at := -1
	for pos := 0; pos < len(text); {
		rest := strings.TrimLeft(text[pos:], " \t\n\r")
		pos = len(text) - len(rest)
		eq := strings.IndexByte(rest, '=')
		if eq <= 0 {
			break
		}
		key := strings.ToLower(strings.TrimSpace(rest[:eq]))
		if strings.ContainsAny(key, " \t\n/:") {
			return nil, false
		}
		value, length := keywordValue(rest[eq+1:])
		if key == "host" || key == "hostaddr" && at < 0 {
			at = pos + eq + 1
		}
		fields[key] = value
		pos += eq + 1 + length
	}
	if at < 0 || fields["port"]+fields["dbname"]+fields["user"]+fields["password"]+fields["sslmode"] == "" {
		return nil, false
	}
	hosts, sure := splitHosts(firstOf(fields["host"], fields["hostaddr"]))
	if !sure || strings.HasPrefix(fields["host"], "/") {
		return nil, true
	}
	ports := strings.Split(fields["port"], ",")
	for i := range hosts {
		p := ports[0]
		if i < len(ports) {
			p = ports[i]
		}
		hosts[i].Port, _ = readPort(strings.TrimSpace(p))
	}
	r, ok := newRef("postgresql", hosts, URL, at)
	if !ok {
		return nil, true
	}
	r.Database = cleanName(fields["dbname"])
	return []Ref{r}, true
}

// keywordValue reads one value, which may be quoted, and how many bytes it took.
func keywordValue(s string) (value string, length int) {
	if strings.HasPrefix(s, "'") {
		if end := strings.IndexByte(s[1:], '\''); end >= 0 {
			return s[1 : 1+end], end + 2
		}
	}
	end := strings.IndexAny(s, " \t\n\r")
	if end < 0 {
		end = len(s)
	}
	return s[:end], end
}

// semicolonDSN reads ADO.NET and ODBC strings: "Server=tcp:host,1433;Database=shop".
func semicolonDSN(text string, c Context) ([]Ref, bool) {
	if strings.IndexByte(text, ';') < 0 || strings.IndexByte(text, '=') < 0 || strings.HasPrefix(text, "jdbc:") {
		return nil, false
	}
	var value, port, database string
	at, pos, others := -1, 0, 0
	for item := range strings.SplitSeq(text, ";") {
		key, v, found := strings.Cut(item, "=")
		begin := pos + len(key) + 1
		pos += len(item) + 1
		if !found {
			continue
		}
		switch normal := strings.ToLower(strings.TrimSpace(key)); {
		case serverKey(normal):
			value, at = v, begin
		case normal == "port":
			port = v
		case databaseKey(normal):
			database = v
		case dsnKey(normal):
		default:
			continue
		}
		others++
	}
	if at < 0 || others < 2 {
		return nil, false
	}
	if i := strings.Index(value, "://"); i >= 0 {
		return scan(text, c), true
	}
	hosts, sure := serverHosts(strings.TrimSpace(value), strings.TrimSpace(port))
	if !sure {
		return nil, true
	}
	r, ok := newRef("", hosts, URL, at)
	if !ok {
		return nil, true
	}
	r.Database = cleanName(strings.TrimSpace(database))
	return []Ref{r}, true
}

// serverHosts reads "tcp:host\instance,1433" and "host1,host2". A number after a
// comma is a port.
func serverHosts(value, port string) (hosts []Host, sure bool) {
	value = strings.TrimPrefix(strings.ToLower(value), "tcp:")
	if host, p, found := strings.Cut(value, ","); found && allDigits(strings.TrimSpace(p)) {
		value, port = host, strings.TrimSpace(p)
	}
	value, _, _ = strings.Cut(value, "\\")
	hosts, sure = splitHosts(value)
	for i := range hosts {
		if hosts[i].Port == 0 {
			hosts[i].Port, _ = readPort(port)
		}
	}
	return hosts, sure
}

func serverKey(key string) bool {
	switch key {
	case "server", "data source", "datasource", "host", "hostname", "addr", "address", "network address", "endpoint", "dbq":
		return true
	}
	return false
}

func databaseKey(key string) bool {
	switch strings.ToLower(strings.TrimSpace(key)) {
	case "database", "initial catalog", "databasename", "database name", "dbname", "db":
		return true
	}
	return false
}

func dsnKey(key string) bool {
	switch key {
	case "user id", "uid", "user", "username", "password", "pwd", "driver", "trusted_connection", "integrated security", "encrypt",
		"trustservercertificate", "sslmode", "ssl mode", "pooling", "sharedaccesskeyname", "multipleactiveresultsets", "timeout":
		return true
	}
	return false
}

// descriptorDSN reads Oracle's net descriptors: "(DESCRIPTION=(ADDRESS=(HOST=db)(PORT=1521))...",
// with or without "jdbc:oracle:thin:@", and the short "jdbc:oracle:thin:@db:1521:sid".
func descriptorDSN(text string, _ Context) ([]Ref, bool) {
	if strings.IndexByte(text, '(') < 0 && !saysThin(text) {
		return nil, false
	}
	lower := strings.ToLower(text)
	short := strings.Index(lower, "oracle:thin:")
	if strings.Contains(lower, "(description") {
		var hosts []Host
		at := -1
		for pos := 0; ; {
			i := strings.Index(lower[pos:], "(host=")
			if i < 0 {
				break
			}
			pos += i + len("(host=")
			end := strings.IndexByte(lower[pos:], ')')
			if end < 0 {
				break
			}
			if at < 0 {
				at = pos
			}
			hosts = append(hosts, Host{Name: strings.TrimSpace(lower[pos : pos+end]), Port: descriptorPort(lower[pos+end:])})
		}
		return oneRef("oracle", hosts, at), true
	}
	if short < 0 {
		return nil, false
	}
	i := strings.LastIndexByte(text, '@')
	if i < 0 {
		return nil, true
	}
	target := strings.TrimLeft(text[i+1:], "/")
	parts := strings.FieldsFunc(target, func(r rune) bool { return r == ':' || r == '/' })
	if len(parts) == 0 {
		return nil, true
	}
	h := Host{Name: parts[0]}
	if len(parts) > 1 {
		h.Port, _ = readPort(parts[1])
	}
	return oneRef("oracle", []Host{h}, len(text)-len(target)), true
}

// saysThin says whether a text names Oracle's thin driver, in whatever case.
func saysThin(text string) bool {
	const driver = "oracle:thin"
	for from := 0; ; {
		colon := strings.IndexByte(text[from:], ':')
		if colon < 0 {
			return false
		}
		if at := from + colon; at >= len(driver) && strings.EqualFold(text[at-len(driver):at], driver) {
			return true
		}
		from += colon + 1
	}
}

func descriptorPort(s string) int {
	i := strings.Index(s, "(port=")
	if i < 0 {
		return 0
	}
	s = s[i+len("(port="):]
	end := strings.IndexByte(s, ')')
	if end < 0 {
		return 0
	}
	port, _ := readPort(s[:end])
	return port
}

func oneRef(scheme string, hosts []Host, at int) []Ref {
	if r, ok := newRef(scheme, hosts, URL, at); ok {
		return []Ref{r}
	}
	return nil
}

func firstOf(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}
