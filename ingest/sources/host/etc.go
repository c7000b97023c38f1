package host

import (
	"path"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// etc reads a file below the etc/ of a machine.
func (h *hosts) etc(f *ingest.File, data []byte) {
	text := uncommented(string(data))
	f.Counted(1)
	i := strings.LastIndex("/"+f.Path(), "/etc/")
	name := strings.Trim(f.Path()[:max(i, 0)], "/")
	if name == "" {
		name = f.Root()
	}
	var says facts
	base := path.Base(f.Path())
	switch {
	case base == "os-release":
		id, version := shellValue(text, "ID"), shellValue(text, "VERSION_ID")
		says.takeOS(id+"-"+version, 1)
	case strings.Contains(f.Path(), "/systemd/system/"):
		if strings.TrimSpace(text) == "" || strings.Contains(text, "/dev/null") {
			says.takeUpdates("off", 1) // masked
		}
	case base == "automatic.conf", base == "yum-cron.conf":
		switch value := setting(text, "apply_updates"); strings.ToLower(value) {
		case "yes", "true", "1", "on":
			says.takeUpdates("on", lineOf(text, strings.Index(text, "apply_updates")))
		case "no", "false", "0", "off":
			says.takeUpdates("off", lineOf(text, strings.Index(text, "apply_updates")))
		}
	case base == "update.conf":
		if setting(text, "SERVER") == "disabled" {
			says.takeUpdates("off", lineOf(text, strings.Index(text, "SERVER")))
		}
		says.takeOS("flatcar", 1)
	case strings.Contains(f.Path(), "/zincati/"):
		h.zincati(f, text, path.Join(name, "etc"), &says, 0)
	default:
		value, at := switched(text)
		says.takeUpdates(value, lineOf(text, at))
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

func shellValue(text, key string) string {
	for _, line := range strings.Split(text, "\n") {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), key+"="); ok {
			return strings.Trim(v, `"'`)
		}
	}
	return ""
}
