package dnszone

import (
	"context"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads zones.
var Source = ingest.Define(ingest.Spec{
	Name: "dns-zone",
	Doc: ingest.Doc{
		Title: "DNS zones",
		Text: "Zones and the names in them: who serves a zone (one provider is one fate), what a name is an alias of, who takes its mail, which zone " +
			"a zone is delegated from.",
		Reads: []string{
			"*.zone, db.*, *.db and any master file with SOA, $ORIGIN or $TTL; $INCLUDE of files among the inputs",
			"NS, CNAME, DNAME, ALIAS, ANAME, SRV, MX, HTTPS, SVCB; names of A and AAAA",
			"ZONE.yaml of octoDNS",
		},
		Limits: "Ids: domain:ZONE, domain:NAME, domain:@.ZONE for the host of the zone's own name. Addresses are not followed, nor are wildcards. $GENERATE is not run. dnscontrol is a program and is not read.",
		Since:  "0.2",
	},
}, ingest.NoParams, claim, read)

var (
	zoneName  = regexp.MustCompile(`(?i)(^|/)(db\.[a-z0-9_.-]+|[^/]+\.(zone|db|dns|hosts|axfr))$`)
	otherName = regexp.MustCompile(`(?i)\.(hcl|nomad|job|go|py|js|ts|md|rst|html?|ya?ml|json|tf|sh|toml|java|rb|c|h|cc|cpp|rs|erb|j2|tmpl|tpl|jsonnet|sql)$`)
	soa       = regexp.MustCompile(`(?mi)^[a-z0-9@_.-]*[ \t]+([0-9][0-9a-z]*[ \t]+)?(IN[ \t]+)?([0-9][0-9a-z]*[ \t]+)?SOA[ \t]`)
	directive = regexp.MustCompile(`(?m)^\$(ORIGIN|TTL|INCLUDE)[ \t]`)
	classIN   = regexp.MustCompile(`(?m)[ \t]IN[ \t]+(A|AAAA|CNAME|NS|MX|TXT|SRV|PTR)[ \t]`)
	octoName  = regexp.MustCompile(`(?i)(^|/)([a-z0-9-]+\.)+[a-z]{2,}\.ya?ml$`)
	octoType  = regexp.MustCompile(`(?m)^\s*(- )?type:\s*["']?(A|AAAA|CNAME|MX|NS|TXT|ALIAS|SRV|CAA|DNAME)["']?\s*$`)
)

// claim puts all of a run into one unit: zones delegate to each other.
func claim(name string, head []byte) (string, bool) {
	switch {
	case octoName.MatchString(name):
		return "dns-zone", octoType.Match(head)
	case otherName.MatchString(name):
		return "", false
	case soa.Match(head):
		return "dns-zone", directive.Match(head) || zoneName.MatchString(name) || classIN.Match(head)
	}
	return "dns-zone", zoneName.MatchString(name) && (directive.Match(head) || classIN.Match(head))
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	r := &reader{files: map[string]*ingest.File{}, included: map[string]bool{}}
	for _, f := range u.Files {
		r.files[f.Path()] = f
	}
	var parsed []*zone
	for _, f := range u.Files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if octoName.MatchString(f.Path()) {
			parsed = append(parsed, octo(f))
		} else {
			parsed = append(parsed, r.master(f))
		}
	}
	e := &emitter{fragment: &link.Fragment{}, zones: map[string]*zone{}}
	for _, z := range parsed {
		if z != nil && !r.included[z.file.Path()] && z.origin != "" && len(z.records) > 0 {
			e.add(z)
		}
	}
	e.emit()
	return e.fragment, nil
}

// zone is what one file says of a zone.
type zone struct {
	origin  string // lower case, without the final dot
	file    *ingest.File
	records []record
}

// record is one resource record that leads somewhere, or names something.
type record struct {
	name   string // lower case, absolute, without the final dot
	typ    string
	target string // absolute; "" where it leads nowhere that has a name
	file   *ingest.File
	line   int
}

// originOf returns the zone that a file's name speaks of.
func originOf(name string) string {
	base := strings.ToLower(path.Base(name))
	base = strings.TrimPrefix(base, "db.")
	for _, suffix := range []string{".zone", ".db", ".dns", ".hosts", ".axfr", ".yaml", ".yml"} {
		base = strings.TrimSuffix(base, suffix)
	}
	if !strings.Contains(base, ".") {
		return ""
	}
	return strings.Trim(base, ".")
}

// absolute returns a name of a zone in full.
func absolute(name, origin string) string {
	name = strings.ToLower(name)
	switch {
	case name == "@" || name == "":
		return origin
	case strings.HasSuffix(name, "."):
		return strings.TrimSuffix(name, ".")
	case origin == "":
		return name
	}
	return name + "." + origin
}

// fields are where the name that a record leads to stands in its data, by type.
var fields = map[string]int{"NS": 0, "CNAME": 0, "DNAME": 0, "ALIAS": 0, "ANAME": 0, "MX": 1, "SRV": 3, "HTTPS": 1, "SVCB": 1}

// named are the types that say no more than that a name is there.
var named = []string{"A", "AAAA"}

func wanted(typ string) bool {
	_, leads := fields[typ]
	return leads || slices.Contains(named, typ) || typ == "SOA"
}
