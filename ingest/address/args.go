package address

import (
	"slices"
	"strings"
)

// Arg is a reference in a command line.
type Arg struct {
	Ref
	Index int // of the argument in which its first host stands; At is the offset there
}

// Args returns the references in a command line: the values of flags, with the
// flag as their key, and what stands between them. One flag given several times
// is one reference with alternatives.
func Args(args []string, known func(name string) bool) []Arg {
	var out []Arg
	var byFlag map[string]int // flag to its place in out
	flag := ""
	for i, arg := range args {
		key, value, at := flag, arg, 0
		flag = ""
		loose := key == ""
		if name, rest, found := strings.Cut(arg, "="); found && settingName(name) {
			// "-Dkey=value" is a property of a Java program, not a flag D.
			key, value, at, loose = strings.TrimPrefix(strings.TrimLeft(name, "-"), "D"), rest, len(name)+1, false
		} else if strings.HasPrefix(arg, "-") && !strings.ContainsAny(arg, " \t\n") {
			if flag = strings.TrimLeft(arg, "-"); flag == "h" {
				flag = "-h"
			}
			continue
		}
		for _, r := range Find(value, Context{Key: key, Known: known, Loose: loose && strings.ContainsAny(value, " \t\n")}) {
			if loose && r.Form == Bare {
				continue
			}
			r.At += at
			if j, again := byFlag[key]; again && key != "" && out[j].Index != i && sameSort(out[j].Ref, r) {
				out[j].Hosts = appendNew(out[j].Hosts, r.Hosts)
				out[j].Form = max(out[j].Form, r.Form)
				continue
			}
			if key != "" {
				if byFlag == nil {
					byFlag = map[string]int{}
				}
				byFlag[key] = len(out)
			}
			out = append(out, Arg{Ref: r, Index: i})
		}
	}
	return out
}

// sameSort says whether two values of one flag can stand for one another.
func sameSort(a, b Ref) bool {
	web := func(s string) bool { return s == "http" || s == "https" }
	return a.Telemetry == b.Telemetry && (a.Scheme == b.Scheme || web(a.Scheme) && web(b.Scheme))
}

func appendNew(hosts, more []Host) []Host {
	for _, h := range more {
		if !slices.Contains(hosts, h) {
			hosts = append(hosts, h)
		}
	}
	return hosts
}
