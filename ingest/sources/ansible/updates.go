package ansible

import (
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/catalogue"
)

// packageModules install packages.
var packageModules = map[string]bool{"apt": true, "package": true, "dnf": true, "yum": true}

// serviceModules start, stop, enable and mask units.
var serviceModules = map[string]bool{"service": true, "systemd": true, "systemd_service": true}

// contentModules write files.
var contentModules = map[string]bool{"copy": true, "lineinfile": true, "blockinfile": true, "template": true, "replace": true}

var (
	updaterPackage = regexp.MustCompile(`^(unattended-upgrades|dnf-automatic|yum-cron)$`)
	updaterUnit    = regexp.MustCompile(`^(unattended-upgrades|apt-daily-upgrade)(\.(service|timer))?$|^dnf-automatic(-install)?\.timer$|^yum-cron$`)
	periodicOff    = regexp.MustCompile(`APT::Periodic::Unattended-Upgrade\s+"?0"?`)
	periodicOn     = regexp.MustCompile(`APT::Periodic::Unattended-Upgrade\s+"?[1-9a-z]`)
)

// updates reads a task that switches updates without a person on or off, or that
// names a release of an operating system.
func (c *collector) updates(f file, module string, args strict.Value) {
	says := func(at strict.Value, what string) { c.found = append(c.found, found{file: f, at: at, updates: what}) }
	switch {
	case packageModules[module]:
		names := args.Get("name")
		for _, list := range []strict.Value{names, args.Get("pkg")} {
			for _, v := range append(scalars(list), list) {
				if !updaterPackage.MatchString(v.Text()) {
					continue
				}
				switch args.Get("state").Text() {
				case "absent", "removed":
					says(v, "off")
				default:
					says(v, "on")
				}
			}
		}
		if short := args.Text(); strings.Contains(short, "unattended-upgrades") { // "apt: name=... state=..."
			if strings.Contains(short, "state=absent") {
				says(args, "off")
			} else {
				says(args, "on")
			}
		}
	case serviceModules[module]:
		unit := args.Get("name")
		if !updaterUnit.MatchString(unit.Text()) {
			return
		}
		enabled, said := args.Get("enabled").Bool()
		masked, _ := args.Get("masked").Bool()
		switch state := args.Get("state").Text(); {
		case masked, said && !enabled, !said && state == "stopped":
			says(unit, "off")
		case said || state == "started":
			says(unit, "on")
		}
	case contentModules[module]:
		for _, key := range []string{"content", "line", "block", "replace"} {
			v := args.Get(key)
			if periodicOff.MatchString(v.Text()) {
				says(v, "off")
			} else if periodicOn.MatchString(v.Text()) {
				says(v, "on")
			}
		}
	case module == "apt_repository":
		if repo := args.Get("repo"); strings.HasPrefix(repo.Text(), "deb ") && !strings.Contains(repo.Text(), "{{") {
			if os := catalogue.OS(repo.Text()); os != "" {
				c.found = append(c.found, found{file: f, at: repo, os: os})
			}
		}
	}
}

func scalars(v strict.Value) []strict.Value {
	var out []strict.Value
	for item := range v.Items() {
		out = append(out, item)
	}
	return out
}
