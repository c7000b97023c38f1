package systemd

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
	"github.com/fateline/fateline/ingest/textfile"
)

// machines is every unit of a run.
type machines struct {
	fragment    *link.Fragment
	units       map[string]*unit // by machine and name: "rack7/web.service"
	environment map[string]*ingest.File
	timed       map[string]bool    // units that a timer starts, by machine and name
	mounted     map[string][]*unit // mounts, by machine
	called      map[string][]*unit // by name without suffix
	answering   map[onNetwork][]*unit
}

// index finds which units timers start, and where mounts are.
func (m *machines) index() {
	m.timed, m.mounted = map[string]bool{}, map[string][]*unit{}
	m.called, m.answering = map[string][]*unit{}, map[onNetwork][]*unit{}
	for _, p := range m.paths() {
		u := m.units[p]
		base, _, _ := cutLast(u.name)
		m.called[base] = append(m.called[base], u)
		for _, network := range u.onNetworks() {
			for _, name := range u.answersTo() {
				at := onNetwork{network, name}
				m.answering[at] = append(m.answering[at], u)
			}
		}
		switch base, suffix, _ := cutLast(u.name); suffix {
		case "timer":
			name := u.first("Timer.Unit")
			if name == "" {
				name = base + ".service"
			}
			m.timed[u.machine+"/"+name] = true
		case "mount":
			m.mounted[u.machine] = append(m.mounted[u.machine], u)
		}
	}
}

// unit is a unit with its drop-ins.
type unit struct {
	*machines
	file    *ingest.File
	machine string // below what was scanned; "" is the scanned directory itself
	above   string // the path above etc/ or usr/lib of the machine; "" where the unit lies elsewhere
	inEtc   bool
	name    string // with suffix
	values  map[string][]assignment
}

// assignment is one line of a unit: "Key=value" in a section.
type assignment struct {
	value string
	file  *ingest.File
	line  int
}

var tree = regexp.MustCompile(`^(.*?)/?((?:usr/)?(?:etc|lib)/(?:systemd|containers)/.*)$`)

func (m *machines) add(f *ingest.File) {
	u := &unit{machines: m, file: f, name: path.Base(f.Path()), values: map[string][]assignment{}}
	u.place(path.Dir(f.Path()))
	if !u.parse(f) {
		return
	}
	key := u.machine + "/" + u.name
	if _, again := m.units[key]; again && !strings.Contains(f.Path(), "etc/") {
		return // what the administrator wrote stands for what the package brought
	}
	m.units[key] = u
}

// place finds the machine that a directory of units belongs to.
func (u *unit) place(dir string) {
	root := u.file.Root()
	if at := tree.FindStringSubmatch(dir + "/"); at != nil {
		u.above, u.inEtc = at[1], strings.HasPrefix(at[2], "etc/")
		dir = at[1]
	}
	u.machine = root
	if i := strings.LastIndex("/"+dir+"/", "/"+root+"/"); i >= 0 && root != "" {
		if below := strings.Trim(("/" + dir + "/")[i+len(root)+1:], "/"); below != "" {
			u.machine = below
		}
	}
}

// drop adds a drop-in to its unit: NAME.d/x.conf.
func (m *machines) drop(f *ingest.File) {
	dir := path.Dir(f.Path())
	of := &unit{machines: m, file: f, name: strings.TrimSuffix(path.Base(dir), ".d"), values: map[string][]assignment{}}
	of.place(path.Dir(dir))
	u := m.units[of.machine+"/"+of.name]
	if u == nil { // of a unit that the distribution brings
		u = of
		m.units[of.machine+"/"+of.name] = u
	}
	u.parse(f)
}

func (m *machines) paths() []string { return slices.Sorted(maps.Keys(m.units)) }

// parse reads a file's assignments by "Section.Key"; false where it cannot be read.
func (u *unit) parse(f *ingest.File) bool {
	text, err := f.Text()
	if err != nil {
		return false // recorded by Text
	}
	f.Counted(1)
	textfile.Unit(f, text, func(s textfile.Setting) {
		at := s.Section + "." + s.Key
		if s.Value == "" {
			delete(u.values, at) // an empty assignment takes back what there was
			return
		}
		u.values[at] = append(u.values[at], assignment{s.Value, f, s.Line})
	})
	return true
}

// words splits a value as systemd does: by blanks, with quotes.
func words(s string) []string {
	var out []string
	var b strings.Builder
	quote, inside := byte(0), false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			b.WriteByte(c)
		case (c == '"' || c == '\'') && !inside:
			quote, inside = c, true
		case c == '"' || c == '\'':
			quote = c
		case c == ' ' || c == '\t':
			if inside {
				out = append(out, b.String())
				b.Reset()
				inside = false
			}
		default:
			b.WriteByte(c)
			inside = true
		}
	}
	if inside {
		out = append(out, b.String())
	}
	return out
}
