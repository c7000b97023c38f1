package systemd

import (
	"context"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads units of systemd.
var Source = ingest.Define(ingest.Spec{
	Name: "systemd",
	Doc: ingest.Doc{
		Title: "Units of systemd, and containers of Podman",
		Text: "Services and the jobs that timers start: what they require to start and to go on, the mounts they stand on, and the addresses in their environment " +
			"and command lines.",
		Reads: []string{
			"*.service, *.timer, *.mount, *.container, and drop-ins *.d/*.conf",
			"Requires, Requisite, BindsTo, Wants, Upholds, PartOf, OnFailure, RequiresMountsFor; Sockets and targets lead to what they name",
			"ExecStart, Environment, EnvironmentFile (etc/default/*, etc/sysconfig/*)",
			"Image of a Podman container, and what docker run or podman run starts; ContainerName, NetworkAlias, HostName and Network: how containers reach each other",
		},
		Limits: "Ids: service:MACHINE/NAME and job:MACHINE/NAME (what a timer starts), MACHINE the directory above etc/ or usr/lib, else that of the unit. " +
			"After and Before are order, and no need. Values with specifiers (%i) are not filled in. Generators and presets are not run.",
		Since: "0.2",
	},
}, ingest.NoParams, claim, read)

var (
	unitName = regexp.MustCompile(`\.(service|timer|mount|automount|container|target|socket|path)$`)
	dropIn   = regexp.MustCompile(`\.(service|timer|mount|container|socket|target)\.d/[^/]+\.conf$`)
	envFile  = regexp.MustCompile(`(^|/)etc/(default|sysconfig|conf\.d)/[^/]+$`)
	sections = regexp.MustCompile(`(?m)^\[(Unit|Service|Timer|Mount|Container|Install|Socket|Automount|Path)\]?[ \t\r]*$`) // also one that is never closed: its reader says so
	// updaters are units that package host reads.
	updaters = regexp.MustCompile(`(^|/)(apt-daily(-upgrade)?|unattended-upgrades|dnf-automatic[a-z-]*)\.[a-z]+(\.d/[^/]+)?$`)
	setting  = regexp.MustCompile(`(?m)^[A-Za-z_][A-Za-z0-9_]*=`)
)

// claim puts all of a run into one unit: units require each other.
func claim(name string, head []byte) (string, bool) {
	switch {
	case updaters.MatchString(name):
		return "", false
	case unitName.MatchString(name), dropIn.MatchString(name):
		return "systemd", sections.Match(head)
	case envFile.MatchString(name):
		return "systemd", setting.Match(head)
	}
	return "", false
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	m := &machines{fragment: &link.Fragment{}, units: map[string]*unit{}, environment: map[string]*ingest.File{}}
	var drops []*ingest.File
	for _, f := range u.Files {
		switch {
		case envFile.MatchString(f.Path()):
			m.environment[f.Path()] = f
		case dropIn.MatchString(f.Path()):
			drops = append(drops, f)
		default:
			m.add(f)
		}
	}
	slices.SortFunc(drops, func(a, b *ingest.File) int { return strings.Compare(path.Base(a.Path()), path.Base(b.Path())) })
	for _, f := range drops {
		m.drop(f)
	}
	m.index()
	for _, p := range m.paths() {
		if err := ctx.Err(); err != nil {
			return m.fragment, err
		}
		m.units[p].emit()
	}
	for _, f := range m.environment {
		if _, err := f.Bytes(); err == nil { // what no unit names says nothing of any
			f.Counted(1)
		}
	}
	return m.fragment, nil
}
