package host

import (
	"bytes"
	"context"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/catalogue"
	"github.com/fateline/fateline/ingest/hclfile"
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
			"cloud-init user data (#cloud-config, and as a part of MIME): apt sources and conf, packages, write_files, runcmd, bootcmd; scripts of a multi-part",
			"etc/apt/apt.conf.d/*: APT::Periodic::Unattended-Upgrade; etc/dnf/automatic.conf, etc/yum/yum-cron.conf: apply_updates",
			"etc/zincati/config.d/*.toml: updates.enabled, strategy fleet_lock; etc/flatcar/update.conf: SERVER; Butane (variant: fcos, flatcar)",
			"etc/os-release; etc/systemd/system/*.timer of unattended upgrades",
			"*.pkr.hcl: Packer sources, their base image and provisioners' inline commands, with the defaults of variables",
		},
		Limits: "Configuration management (Puppet, Chef) is not evaluated. Remote includes and the scripts that provisioners name are not read. " +
			"Windows in which machines may reboot do not make a channel: Zincati's are passed over.",
		Since: "0.1",
	},
}, ingest.NoParams, claim, read)

var (
	cloudConfig = regexp.MustCompile(`^(##[^\n]*\n)*#cloud-config\s`)
	multiPart   = regexp.MustCompile(`(?i)^(MIME-Version:[^\n]*\n|[A-Za-z-]+:[^\n]*\n|[ \t][^\n]*\n)*?Content-Type:\s*multipart/`)
	partOfCloud = regexp.MustCompile(`(?i)text/(cloud-config|x-shellscript|cloud-boothook)|#cloud-config`)
	butane      = ingest.MustSignature(`(?m)^variant:\s*["']?(fcos|flatcar)\b`)
	etcFile     = regexp.MustCompile(`(^|/)etc/(apt/apt\.conf\.d/[^/]+|os-release|dnf/automatic\.conf|yum/yum-cron\.conf|zincati/config\.d/[^/]+\.toml|flatcar/update\.conf|systemd/system/(apt-daily-upgrade|unattended-upgrades|dnf-automatic[a-z-]*)\.[a-z]+(\.d/[^/]+)?)$`)
)

// claim puts all of a run into one unit: what stands below one etc/ is one machine.
func claim(name string, head []byte) (string, bool) {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	switch {
	case cloudConfig.Match(head), etcFile.MatchString(name), strings.HasSuffix(name, ".pkr.hcl"):
		return "host", true
	case multiPart.Match(head):
		return "host", partOfCloud.Match(head)
	}
	return "host", butaneName.MatchString(name) && butane.Match(head)
}

var butaneName = regexp.MustCompile(`\.(bu|butane|ya?ml)$`)

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	h := &hosts{fragment: &link.Fragment{}}
	templates := map[string][]template{} // of Packer, by directory
	for _, f := range u.Files {
		if err := ctx.Err(); err != nil {
			return h.fragment, err
		}
		if strings.HasSuffix(f.Path(), ".pkr.hcl") {
			if body := hclfile.Parse(f); body != nil {
				templates[path.Dir(f.Path())] = append(templates[path.Dir(f.Path())], template{f, body})
			}
			continue
		}
		text, err := f.Text()
		if err != nil {
			continue // recorded by Text
		}
		switch data := []byte(text); {
		case etcFile.MatchString(f.Path()):
			h.etc(f, text)
		case multiPart.Match(data):
			h.parts(f, data)
		case !cloudConfig.Match(data) && butane.Match(data):
			h.butane(f, data)
		default:
			h.cloudInit(f, data)
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(templates)) {
		h.packer(templates[dir])
	}
	return h.fragment, nil
}

type hosts struct{ fragment *link.Fragment }

// facts is what a file says of a machine.
type facts struct {
	os      string
	updates string  // "on", "off", "" says nothing
	line    int     // of the last thing it says
	broken  []error // what could not be read
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
