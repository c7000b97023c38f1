package host

import (
	"path"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
	"github.com/fateline/fateline/ingest/textfile"
)

// etc reads a file below the etc/ of a machine. A line that is none of its format makes
// the file partial.
func (h *hosts) etc(f *ingest.File, text string) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	f.Counted(1)
	i := strings.LastIndex("/"+f.Path(), "/etc/")
	name := strings.Trim(f.Path()[:max(i, 0)], "/")
	if name == "" {
		name = f.Root()
	}
	var says facts
	set := map[string]textfile.Setting{} // the first of each key
	note := func(s textfile.Setting) {
		if _, again := set[s.Key]; !again {
			set[s.Key] = s
		}
	}
	base := path.Base(f.Path())
	switch {
	case base == "os-release":
		textfile.Environment(f, text, note)
		says.takeOS(set["ID"].Value+"-"+set["VERSION_ID"].Value, 1)
	case strings.Contains(f.Path(), "/systemd/system/"):
		if plain := strings.TrimSpace(uncommented(text)); plain == "" || plain == "/dev/null" {
			says.takeUpdates("off", 1) // masked
			break
		}
		textfile.Unit(f, text, note)
	case base == "automatic.conf", base == "yum-cron.conf":
		textfile.INI(f, text, note)
		switch s := set["apply_updates"]; strings.ToLower(s.Value) {
		case "yes", "true", "1", "on":
			says.takeUpdates("on", s.Line)
		case "no", "false", "0", "off":
			says.takeUpdates("off", s.Line)
		}
	case base == "update.conf":
		textfile.Environment(f, text, note)
		if s := set["SERVER"]; s.Value == "disabled" {
			says.takeUpdates("off", s.Line)
		}
		says.takeOS("flatcar", 1)
	case strings.Contains(f.Path(), "/zincati/"):
		_, err := strict.TOML([]byte(text), strict.Limits{})
		f.Fail(err)
		h.zincati(f, uncommented(text), path.Join(name, "etc"), &says, 0)
	default:
		plain, err := aptConf(text)
		f.Fail(err)
		value, at := switched(plain)
		says.takeUpdates(value, lineOf(plain, at))
	}
	h.machine(f, name, path.Join(name, "etc"), says)
}

// setting returns the value of the first "key = value" of a text.
func setting(text, key string) string {
	for _, line := range strings.Split(text, "\n") {
		name, value, found := strings.Cut(line, "=")
		if found && strings.TrimSpace(name) == key {
			return strings.Trim(strings.TrimSpace(value), `"'`)
		}
	}
	return ""
}

// zincati reads the agent that updates Fedora CoreOS
// (coreos.github.io/zincati/usage/updates-strategy): off, by itself, or one machine at
// a time with the leave of a lock manager, which is a channel of its own. first is
// the line before the text in the file.
func (h *hosts) zincati(f *ingest.File, text, of string, says *facts, first int) {
	says.takeOS("fedora-coreos", first+1)
	if setting(text, "enabled") == "false" {
		says.takeUpdates("off", first+lineOf(text, strings.Index(text, "enabled")))
	}
	if setting(text, "strategy") != "fleet_lock" {
		return
	}
	line := first + lineOf(text, strings.Index(text, "strategy"))
	says.takeUpdates("off", line) // not by the stream as it comes
	id := depgraph.ID{Kind: depgraph.KindUpdates, Name: "fedora-coreos-stable/fleet-lock"}
	o := f.Origin(line, 1)
	h.fragment.Definitions = append(h.fragment.Definitions, link.Definition{Node: depgraph.Node{ID: id, Title: "updates of Fedora CoreOS by leave of a lock", Staged: true}, Origin: o})
	h.fragment.References = append(h.fragment.References, link.Reference{
		Owners: &link.Selector{File: of}, Members: []link.Target{{Name: link.ID(id)}}, Terms: depgraph.Terms{Via: depgraph.UpdatedBy}, Form: link.Structured, Origin: o,
	})
}

var comment = regexp.MustCompile(`(?m)^\s*(#|//).*$`)

func uncommented(text string) string {
	return comment.ReplaceAllString(strings.ReplaceAll(text, "\r\n", "\n"), "")
}
