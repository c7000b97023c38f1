package host

import (
	"encoding/base64"
	"errors"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
)

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
		f.Fail(errors.Join(says.broken...))
		h.machine(f, f.Path(), f.Path(), says)
	}
}

func readCloudConfig(root strict.Value, says *facts) {
	walkTexts(root.Get("apt"), func(v strict.Value) { says.takeOS(v.Text(), v.Line()) })
	if conf := root.Get("apt", "conf"); conf.Text() != "" {
		value, at := switched(uncommented(conf.Text()))
		says.takeUpdates(value, conf.Line()+lineOf(conf.Text(), at)-1)
	}
	for item := range root.Get("packages").Items() {
		if item.Text() == "unattended-upgrades" {
			says.takeUpdates("on", item.Line())
		}
	}
	for file := range root.Get("write_files").Items() {
		content := file.Get("content")
		text, ok := decoded(content.Text(), file.Get("encoding").Text())
		if !ok {
			says.broken = append(says.broken, &strict.Error{ID: strict.BadValue, Line: content.Line(), Col: content.Col(), Msg: "a file that is no base64"})
		}
		value, at := switched(uncommented(text))
		says.takeUpdates(value, content.Line()+lineOf(text, at)-1)
		if strings.HasSuffix(file.Get("path").Text(), "os-release") {
			says.takeOS(text, content.Line())
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

// decoded returns the text of a file that user data writes; ok is false where it is not
// encoded as it says. What is packed is not unpacked.
func decoded(text, encoding string) (plain string, ok bool) {
	if encoding != "b64" && encoding != "base64" {
		return text, true
	}
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	return string(data), err == nil
}

var (
	boundary = regexp.MustCompile(`(?i)boundary="?([^"\s;]+)"?`)
	partType = regexp.MustCompile(`(?im)^Content-Type:\s*([a-z0-9./-]+)`)
	partCode = regexp.MustCompile(`(?im)^Content-Transfer-Encoding:\s*base64`)
)

// parts reads user data in several parts, as cloud-init's make-mime writes it
// (RFC 2046, section 5.1): later parts speak last.
func (h *hosts) parts(f *ingest.File, data []byte) {
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	mark := boundary.FindStringSubmatch(text)
	if mark == nil {
		f.Fail(&strict.Error{ID: strict.BadValue, Line: 1, Col: 1, Msg: "a multi-part without a boundary"})
		return
	}
	if !strings.Contains(text, "--"+mark[1]+"--") {
		f.Fail(&strict.Error{ID: strict.BadValue, Line: 1, Col: 1, Msg: "a multi-part that does not end"})
	}
	var says facts
	line := 1
	for i, part := range strings.Split(text, "--"+mark[1]) {
		first := line
		line += strings.Count(part, "\n")
		head, body, found := strings.Cut(part, "\n\n")
		if i == 0 || !found {
			continue
		}
		first += strings.Count(head, "\n") + 1 // the line before the body
		if partCode.MatchString(head) {
			plain, ok := decoded(body, "base64")
			if !ok {
				f.Fail(&strict.Error{ID: strict.BadValue, Line: first + 1, Col: 1, Msg: "a part that is no base64"})
			}
			body = plain
		}
		f.Counted(1)
		typ := ""
		if m := partType.FindStringSubmatch(head); m != nil {
			typ = strings.ToLower(m[1])
		}
		h.part(f, typ, body, first, &says)
	}
	h.machine(f, f.Path(), f.Path(), says)
}

func (h *hosts) part(f *ingest.File, typ, body string, first int, says *facts) {
	if typ != "text/cloud-config" && !cloudConfig.MatchString(body) {
		value, at := switched(uncommented(body))
		says.takeUpdates(value, first+lineOf(body, at))
		return
	}
	docs, err := strict.YAML([]byte(body), strict.Limits{})
	f.Fail(below(first, err))
	for _, d := range docs {
		var of facts
		readCloudConfig(d.Root, &of)
		f.Fail(below(first, errors.Join(of.broken...)))
		if of.os != "" && says.os == "" {
			says.os = of.os
		}
		if of.updates != "" {
			says.updates = of.updates
		}
		if of.line > 0 {
			says.line = first + of.line
		}
	}
}

// below gives the errors of a part their places in the file; first is the line before it.
func below(first int, err error) error {
	var out []error
	for _, e := range strict.Errors(err) {
		var at *strict.Error
		if errors.As(e, &at) {
			moved := *at
			moved.Line += first
			e = &moved
		}
		out = append(out, e)
	}
	return errors.Join(out...)
}

// butane reads what Ignition configurations of Fedora CoreOS and Flatcar are made
// from (coreos.github.io/butane/specs).
func (h *hosts) butane(f *ingest.File, data []byte) {
	docs, err := strict.YAML(data, strict.Limits{})
	if err != nil {
		f.Fail(err)
	}
	f.Counted(len(docs))
	for _, d := range docs {
		var says facts
		variant := d.Root.Get("variant")
		switch variant.Text() {
		case "fcos":
			says.takeOS("fedora-coreos", variant.Line())
		case "flatcar":
			says.takeOS("flatcar", variant.Line())
		default:
			continue
		}
		for unit := range d.Root.Get("systemd", "units").Items() {
			switch unit.Get("name").Text() {
			case "zincati.service", "update-engine.service":
				if unit.Get("mask").Text() == "true" || unit.Get("enabled").Text() == "false" {
					says.takeUpdates("off", unit.Line())
				}
			}
		}
		for file := range d.Root.Get("storage", "files").Items() {
			content := file.Get("contents", "inline")
			switch name := file.Get("path").Text(); {
			case strings.Contains(name, "/zincati/"):
				h.zincati(f, content.Text(), f.Path(), &says, content.Line()-1)
			case strings.HasSuffix(name, "/flatcar/update.conf") && setting(content.Text(), "SERVER") == "disabled":
				says.takeUpdates("off", content.Line())
			}
		}
		h.machine(f, f.Path(), f.Path(), says)
	}
}
