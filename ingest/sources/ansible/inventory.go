package ansible

import (
	"fmt"
	"math"
	"path"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/textfile"
)

// inventory is one list of machines and groups.
type inventory struct {
	dir    string // which group_vars and host_vars stand beside it
	env    string // its name, as "prod"
	hosts  map[string]*machine
	groups map[string]*group
}

// machine is one host of an inventory.
type machine struct {
	name string
	at   depgraph.Origin
	vars map[string]setting
	id   depgraph.ID
}

type group struct {
	hosts    []string
	children []string
	vars     map[string]setting
}

// setting is a variable and where it was set.
type setting struct {
	text string
	at   depgraph.Origin
}

func (w *world) inventory(f *ingest.File) *inventory {
	dir := path.Dir(f.Path())
	env := strings.TrimSuffix(path.Base(f.Path()), path.Ext(f.Path()))
	if env == "hosts" || env == "inventory" || env == "main" {
		env = path.Base(dir)
	}
	inv := &inventory{dir: dir, env: env, hosts: map[string]*machine{}, groups: map[string]*group{}}
	w.inventories = append(w.inventories, inv)
	return inv
}

func (inv *inventory) group(name string) *group {
	g := inv.groups[name]
	if g == nil {
		g = &group{vars: map[string]setting{}}
		inv.groups[name] = g
	}
	return g
}

// host adds a machine to a group, "" for none.
func (inv *inventory) host(name, in string, at depgraph.Origin) *machine {
	m := inv.hosts[name]
	if m == nil {
		m = &machine{name: name, at: at, vars: map[string]setting{}}
		inv.hosts[name] = m
	}
	if in != "" {
		if g := inv.group(in); !slices.Contains(g.hosts, name) {
			g.hosts = append(g.hosts, name)
		}
	}
	return m
}

var section = regexp.MustCompile(`^\[([^\]:\[]+)(?::(children|vars|hosts))?\]\s*$`)

// readINI reads an inventory in INI form, by Ansible's plug-in "ini": a line that it
// refuses makes the file partial.
func (w *world) readINI(f *ingest.File, text string) {
	inv := w.inventory(f)
	name, sort := "", ""
	number, problems := 0, 0
	fail := func(at depgraph.Origin, body, msg string) {
		if problems++; problems <= maxProblems {
			f.Fail(textfile.Fault("inventory-syntax", at.Line, at.Col, body, msg))
		}
	}
	for line := range strings.Lines(text) {
		number++
		body := uncommented(strings.TrimSpace(line))
		if body == "" || body[0] == '#' || body[0] == ';' {
			continue
		}
		at := f.Origin(number, 1+len(line)-len(strings.TrimLeft(line, " \t")))
		if m := section.FindStringSubmatch(body); m != nil {
			name, sort = m[1], m[2]
			inv.group(name)
			continue
		}
		if body[0] == '[' {
			fail(at, body, "no header of a group: what follows it belongs to none")
			name, sort = "", "lost"
			continue
		}
		switch sort {
		case "lost":
		case "children":
			if len(strings.Fields(body)) > 1 {
				fail(at, body, "a group of groups has one name a line")
			}
			g := inv.group(name)
			g.children = append(g.children, strings.Fields(body)[0])
			inv.group(strings.Fields(body)[0])
		case "vars":
			key, value, ok := strings.Cut(body, "=")
			if !ok {
				fail(at, body, "a variable without \"=\"")
				continue
			}
			inv.group(name).vars[strings.TrimSpace(key)] = setting{strings.Trim(strings.TrimSpace(value), `"'`), at}
		default:
			words, closed := iniWords(body)
			if !closed {
				fail(at, body, "a string is never closed")
			}
			hosts := expandRange(words[0])
			switch {
			case strings.Count(words[0], "[") != strings.Count(words[0], "]"):
				fail(at, body, "a range of hosts is never closed")
			case len(hosts) == 0 || len(hosts) >= maxRange:
				f.Fail(&strict.Error{ID: strict.BadValue, Line: at.Line, Col: at.Col, Msg: fmt.Sprintf("a range of no host, or of %d and more", maxRange)})
			}
			for i, word := range words[1:] {
				if _, _, ok := strings.Cut(word, "="); !ok {
					fail(at, body, fmt.Sprintf("word %d of a host is no variable with \"=\"", i+2))
					break
				}
			}
			for _, host := range hosts {
				m := inv.host(host, name, at)
				for _, word := range words[1:] {
					if key, value, ok := strings.Cut(word, "="); ok {
						m.vars[key] = setting{value, at}
					}
				}
			}
		}
	}
}

// uncommented returns a line without the comment behind it: '#' after a blank, outside
// of quotes.
func uncommented(line string) string {
	quote := byte(0)
	for i := range len(line) {
		switch c := line[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '#' && i > 0 && (line[i-1] == ' ' || line[i-1] == '\t'):
			return strings.TrimSpace(line[:i])
		}
	}
	return line
}

// maxProblems is how many problems of one inventory are told of.
const maxProblems = 8

// iniWords splits a line at its blanks, but for those in quotes; closed says that each
// quote has its end.
func iniWords(line string) (words []string, closed bool) {
	var word strings.Builder
	quote := rune(0)
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote = r
		case quote == 0 && (r == ' ' || r == '\t'):
			if word.Len() > 0 {
				words = append(words, word.String())
			}
			word.Reset()
		default:
			word.WriteRune(r)
		}
	}
	if word.Len() > 0 || len(words) == 0 {
		words = append(words, word.String())
	}
	return words, quote == 0
}

var hostRange = regexp.MustCompile(`\[([0-9]+):([0-9]+)(?::([0-9]+))?\]|\[([a-z]):([a-z])\]`)

// maxRange bounds how many hosts one line may name.
const maxRange = 4096

// expandRange returns the hosts that "web[01:20].example" names; a port behind the
// name is no part of it.
func expandRange(name string) []string {
	for _, r := range hostRange.FindAllStringSubmatch(name, -1) {
		if r[4] > r[5] || r[1] != "" && numberOf(r[1]) > numberOf(r[2]) {
			return nil // an empty range: were it among several, all of them would be tried for nothing
		}
	}
	m := hostRange.FindStringSubmatchIndex(name)
	if m == nil {
		if host, port, ok := strings.Cut(name, ":"); ok && strings.Trim(port, "0123456789") == "" && !strings.Contains(port, ":") {
			name = host
		}
		return []string{name}
	}
	var out []string
	add := func(text string) {
		for _, rest := range expandRange(name[:m[0]] + text + name[m[1]:]) {
			if len(out) < maxRange {
				out = append(out, rest)
			}
		}
	}
	if m[8] >= 0 {
		for c := name[m[8]]; c <= name[m[10]]; c++ {
			add(string(c))
		}
		return out
	}
	first := name[m[2]:m[3]]
	from, to, step := numberOf(first), numberOf(name[m[4]:m[5]]), 1
	if m[6] >= 0 {
		step = numberOf(name[m[6]:m[7]])
	}
	if step < 1 || (to-from)/step > maxRange {
		return nil
	}
	for n := from; n <= to && len(out) < maxRange; n += step {
		text := strconv.Itoa(n)
		if len(first) > 1 && first[0] == '0' && len(text) < len(first) {
			text = strings.Repeat("0", len(first)-len(text)) + text
		}
		add(text)
	}
	return out
}

// numberOf returns digits as a number; more than fit are the largest.
func numberOf(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return math.MaxInt32
	}
	return n
}

// readYAML reads an inventory in YAML form: groups of hosts, children and vars.
func (w *world) readYAML(f file) {
	inv := w.inventory(f.File)
	var read func(name string, v strict.Value, depth int)
	read = func(name string, v strict.Value, depth int) {
		if depth > 50 {
			return
		}
		g := inv.group(name)
		for key, value := range v.Get("vars").Fields() {
			g.vars[key.Text] = setting{value.Text(), f.Origin(value.Line(), value.Col())}
		}
		for key, vars := range v.Get("hosts").Fields() {
			for _, host := range expandRange(key.Text) {
				m := inv.host(host, name, f.Origin(key.Line, key.Col))
				for k, value := range vars.Fields() {
					m.vars[k.Text] = setting{value.Text(), f.Origin(value.Line(), value.Col())}
				}
			}
		}
		for key, child := range v.Get("children").Fields() {
			g.children = append(g.children, key.Text)
			read(key.Text, child, depth+1)
		}
	}
	for key, v := range f.root.Fields() {
		if v.Type() == strict.Map && (v.Get("hosts").Exists() || v.Get("children").Exists() || v.Get("vars").Exists()) {
			read(key.Text, v, 0)
		}
	}
}

// members returns the hosts of a group and of its children, sorted; every host for
// "all", none for a name that nobody knows.
func (inv *inventory) members(name string) []*machine {
	found := map[string]bool{}
	seen := map[string]bool{}
	var walk func(name string)
	walk = func(name string) {
		g := inv.groups[name]
		if g == nil || seen[name] {
			return
		}
		seen[name] = true
		for _, h := range g.hosts {
			found[h] = true
		}
		for _, c := range g.children {
			walk(c)
		}
	}
	walk(name)
	if name == "all" || name == "*" {
		for h := range inv.hosts {
			found[h] = true
		}
	}
	if inv.hosts[name] != nil {
		found[name] = true
	}
	names := make([]string, 0, len(found))
	for h := range found {
		names = append(names, h)
	}
	sort.Strings(names)
	out := make([]*machine, len(names))
	for i, h := range names {
		out[i] = inv.hosts[h]
	}
	return out
}

// pattern returns the hosts that a play names, as "web:db:!old"; known says that each
// name in it is one of the inventory.
func (inv *inventory) pattern(text string) (hosts []*machine, unknown []string) {
	out := map[string]bool{}
	for i, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ':' || r == ',' }) {
		part = strings.TrimSpace(part)
		name := strings.TrimLeft(part, "!&")
		members := inv.members(name)
		in := map[string]bool{}
		for _, m := range members {
			in[m.name] = true
		}
		switch {
		case strings.HasPrefix(part, "!"):
			for h := range in {
				delete(out, h)
			}
		case strings.HasPrefix(part, "&") && i > 0:
			for h := range out {
				if !in[h] {
					delete(out, h)
				}
			}
		default:
			if len(members) == 0 {
				unknown = append(unknown, name)
			}
			for h := range in {
				out[h] = true
			}
		}
	}
	for _, m := range inv.members("all") {
		if out[m.name] {
			hosts = append(hosts, m)
		}
	}
	return hosts, unknown
}
