package host

import (
	"bytes"
	"context"
	"path"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/catalogue"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads host configuration.
var Source = ingest.Define(ingest.Spec{
	Name: "host",
	Doc: ingest.Doc{
		Title: "Host configuration and machine images",
		Text: "The operating system of machines and images, and whether they install updates by themselves: the shared fate of whole fleets. " +
			"A distribution's default holds where the files are silent.",
		Reads: []string{
			"cloud-init user data (#cloud-config): apt sources, packages, write_files, runcmd, bootcmd, package_upgrade",
			"etc/apt/apt.conf.d/*: APT::Periodic::Unattended-Upgrade",
			"etc/os-release; etc/systemd/system/*.timer of unattended upgrades",
			"*.pkr.hcl: Packer sources, their base image and provisioners' inline commands",
		},
		Limits: "Configuration management (Ansible, Puppet, Chef) is not evaluated. Multi-part user data and remote includes are not read.",
		Since:  "0.1",
	},
}, ingest.NoParams, claim, read)

var (
	cloudConfig = regexp.MustCompile(`^(##[^\n]*\n)*#cloud-config\s`)
	etcFile     = regexp.MustCompile(`(^|/)etc/(apt/apt\.conf\.d/[^/]+|os-release|systemd/system/(apt-daily-upgrade|unattended-upgrades|dnf-automatic[a-z-]*)\.[a-z]+(\.d/[^/]+)?)$`)
)

// claim puts all of a run into one unit: what stands below one etc/ is one machine.
func claim(name string, head []byte) (string, bool) {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	return "host", cloudConfig.Match(head) || etcFile.MatchString(name) || strings.HasSuffix(name, ".pkr.hcl")
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	h := &hosts{fragment: &link.Fragment{}}
	for _, f := range u.Files {
		if err := ctx.Err(); err != nil {
			return h.fragment, err
		}
		if strings.HasSuffix(f.Path(), ".pkr.hcl") {
			h.packer(f)
			continue
		}
		data, err := f.Bytes()
		if err != nil {
			continue // recorded by Bytes
		}
		switch {
		case etcFile.MatchString(f.Path()):
			h.etc(f, data)
		default:
			h.cloudInit(f, data)
		}
	}
	return h.fragment, nil
}

type hosts struct{ fragment *link.Fragment }

// facts is what a file says of a machine.
type facts struct {
	os      string
	updates string // "on", "off", "" says nothing
	line    int    // of the last thing it says
}

func (f *facts) takeUpdates(value string, line int) {
	if value != "" {
		f.updates, f.line = value, line
	}
}

func (f *facts) takeOS(text string, line int) {
	if name := catalogue.OS(text); name != "" && f.os == "" {
		f.os = name
		if f.line == 0 {
			f.line = line
		}
	}
}

func (f *facts) labels() map[string]string {
	labels := map[string]string{}
	if f.os != "" {
		labels[catalogue.LabelOS] = f.os
	}
	if f.updates != "" {
		labels[catalogue.LabelUpdates] = f.updates
	}
	return labels
}

// machine records what a file says of the machines that use it.
func (h *hosts) machine(f *ingest.File, name, of string, says facts) {
	o := f.Origin(max(says.line, 1), 1)
	id := depgraph.ID{Kind: depgraph.KindNodePool, Name: name}
	h.fragment.Definitions = append(h.fragment.Definitions, link.Definition{Node: depgraph.Node{ID: id, Labels: says.labels()}, Of: of, Origin: o})
	if says.os == "" {
		return
	}
	h.fragment.References = append(h.fragment.References, link.Reference{
		Owners: &link.Selector{File: of}, Members: []link.Target{imageTarget(says.os)},
		Terms: depgraph.Terms{Via: depgraph.BuiltFrom}, Form: link.Structured, Origin: o,
	})
}

func imageTarget(name string) link.Target {
	id := depgraph.ID{Kind: depgraph.KindImage, Name: name}
	return link.Target{Name: link.ID(id), Else: id, Quiet: true}
}

// switches are commands and settings that turn unattended updates on or off, each
// with what it says; the last one in a file wins.
var switches = []struct {
	says    string
	pattern *regexp.Regexp
}{
	{"off", regexp.MustCompile(`APT::Periodic::Unattended-Upgrade\s+"?0"?`)},
	{"on", regexp.MustCompile(`APT::Periodic::Unattended-Upgrade\s+"?[1-9a-z]`)},
	{"off", regexp.MustCompile(`systemctl\s+(-\S+\s+)*(disable|mask|stop)\b[^\n;&|]*\b(unattended-upgrades|apt-daily-upgrade)`)},
	{"on", regexp.MustCompile(`systemctl\s+(-\S+\s+)*(enable|unmask)\b[^\n;&|]*\b(unattended-upgrades|apt-daily-upgrade)`)},
	{"off", regexp.MustCompile(`apt(-get)?\s+(-\S+\s+)*(remove|purge|autoremove)\b[^\n;&|]*\bunattended-upgrades`)},
	{"on", regexp.MustCompile(`apt(-get)?\s+(-\S+\s+)*install\b[^\n;&|]*\bunattended-upgrades`)},
	{"on", regexp.MustCompile(`systemctl\s+(-\S+\s+)*enable\b[^\n;&|]*\bdnf-automatic(-install)?\.timer`)},
}

// switched returns what the last switch in a text says, and its offset.
func switched(text string) (says string, at int) {
	at = -1
	for _, s := range switches {
		for _, m := range s.pattern.FindAllStringIndex(text, -1) {
			if m[0] > at {
				says, at = s.says, m[0]
			}
		}
	}
	return says, at
}

func lineOf(text string, at int) int { return 1 + strings.Count(text[:max(at, 0)], "\n") }

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
	default:
		value, at := switched(text)
		says.takeUpdates(value, lineOf(text, at))
	}
	h.machine(f, name, path.Join(name, "etc"), says)
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

// cloudInit reads user data, by cloud-init's own schema.
func (h *hosts) cloudInit(f *ingest.File, data []byte) {
	docs, err := strict.YAML(data, strict.Limits{})
	if err != nil {
		f.Fail(err)
	}
	f.Counted(len(docs))
	for _, d := range docs {
		var says facts
		readCloudConfig(d.Root, &says)
		h.machine(f, f.Path(), f.Path(), says)
	}
}

func readCloudConfig(root strict.Value, says *facts) {
	walkTexts(root.Get("apt"), func(v strict.Value) { says.takeOS(v.Text(), v.Line()) })
	for item := range root.Get("packages").Items() {
		if item.Text() == "unattended-upgrades" {
			says.takeUpdates("on", item.Line())
		}
	}
	for file := range root.Get("write_files").Items() {
		content := file.Get("content")
		value, at := switched(uncommented(content.Text()))
		says.takeUpdates(value, content.Line()+lineOf(content.Text(), at)-1)
		if strings.HasSuffix(file.Get("path").Text(), "os-release") {
			says.takeOS(content.Text(), content.Line())
		}
	}
	for _, field := range []string{"bootcmd", "runcmd"} {
		for item := range root.Get(field).Items() {
			line := item.Text()
			for word := range item.Items() { // a command as a list of its words
				line += " " + word.Text()
			}
			value, _ := switched(line)
			says.takeUpdates(value, item.Line())
		}
	}
}

func walkTexts(v strict.Value, visit func(strict.Value)) {
	if v.Text() != "" {
		visit(v)
	}
	for item := range v.Items() {
		walkTexts(item, visit)
	}
	for _, item := range v.Fields() {
		walkTexts(item, visit)
	}
}
