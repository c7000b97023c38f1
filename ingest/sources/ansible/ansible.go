package ansible

import (
	"bytes"
	"context"
	"path"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads Ansible.
var Source = ingest.Define(ingest.Spec{
	Name: "ansible",
	Doc: ingest.Doc{
		Title: "Ansible",
		Text: "Machines with their place and jump host, the playbooks that configure them, what those need to run, and whether the machines update " +
			"themselves. Addresses in group_vars and host_vars degrade the machines that they speak of.",
		Reads: []string{
			"inventories in INI or YAML (hosts, hosts.ini, inventory*, inventory/*): hosts, ranges, groups, children, ansible_host, ProxyJump, " +
				"region, availability_zone, datacenter, rack",
			"group_vars/*, host_vars/*: addresses",
			"playbooks: hosts, roles, tasks, delegate_to, import_playbook; roles/*: tasks, handlers, meta dependencies; lookups of AWS and Vault",
			"requirements.yml: roles and collections of Galaxy or a repository",
		},
		Limits: "Jinja is not evaluated, conditions are not decided, dynamic inventories and encrypted files are not read. Addresses in the templates and " +
			"defaults of roles are not read.",
		Since: "0.1",
	},
}, ingest.NoParams, claim, read)

// form is what a file is.
type form int

const (
	none form = iota
	inventoryINI
	inventoryYAML
	variables
	playbookFile
	roleFile
	requirements
)

var (
	varsPath    = regexp.MustCompile(`(^|/)(group_vars|host_vars)/[^/]+(/[^/]+)?$`)
	rolePath    = regexp.MustCompile(`(^|/)roles/[^/]+/(tasks|handlers|meta)/([^/]+/)*[^/]+\.ya?ml$`)
	rangeOrName = regexp.MustCompile(`(?i)(^|/)(hosts|inventory|[^/]*[._-]inventory|[^/]*inventory[._-][^/]*)(\.(ini|cfg))?$`)
	inInventory = regexp.MustCompile(`(?i)(^|/)inventor(y|ies)/`)
	sectionLine = regexp.MustCompile(`(?m)^\[[A-Za-z0-9_.-]+(:(children|vars|hosts))?\]?\s*$`) // also one that is never closed: its reader says so
	hostVarINI  = regexp.MustCompile(`(?m)^[A-Za-z0-9_.\[\]:-]+\s+.*ansible_[a-z_]+=`)
	yamlFile    = regexp.MustCompile(`\.ya?ml$`)
	hostsYAML   = regexp.MustCompile(`(?m)^ +(hosts|children): *(\{.*)?\r?$`)
	topGroup    = regexp.MustCompile(`(?m)^[A-Za-z0-9_.-]+: *\r?$`)
	playHosts   = regexp.MustCompile(`(?m)^(- |  )hosts: *\S`)
	playKeys    = regexp.MustCompile(`(?m)^ +(tasks|roles|pre_tasks|post_tasks|become|gather_facts|handlers|connection|serial|vars_files):`)
	importPlay  = regexp.MustCompile(`(?m)^- (ansible\.builtin\.)?import_playbook:|^(- |  )(ansible\.builtin\.)?import_playbook:`)
	topList     = regexp.MustCompile(`^(\s*(#[^\n]*|---[^\n]*)?\n)*- `)
	kubernetes  = regexp.MustCompile(`(?m)^(apiVersion|kind):`)
	requireKeys = regexp.MustCompile(`(?m)^(roles|collections):|^- (src|name): `)
	vaulted     = regexp.MustCompile(`^\$ANSIBLE_VAULT;[^\n]*\n[0-9a-f\s]*$`)
)

// claim puts all of a run into one unit: playbooks, roles and inventories name one another.
func claim(name string, head []byte) (string, bool) {
	return "ansible", formOf(name, head) != none
}

// decoded returns text as UTF-8 without a byte order mark, or as it is where it is cut
// or spoilt: then whoever reads it says so.
func decoded(data []byte) []byte {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		if text, err := strict.Text(data[:len(data)/2*2]); err == nil {
			return text
		}
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
}

func formOf(name string, head []byte) form {
	head = decoded(head)
	ext := path.Ext(name)
	switch {
	case varsPath.MatchString(name) && (ext == "" || ext == ".yml" || ext == ".yaml" || ext == ".json"):
		return variables
	case rolePath.MatchString(name):
		return roleFile
	case yamlFile.MatchString(name):
		base := path.Base(name)
		switch {
		case kubernetes.Match(head):
			return none
		case (base == "requirements.yml" || base == "requirements.yaml") && requireKeys.Match(head):
			return requirements
		case topList.Match(head) && (importPlay.Match(head) || playHosts.Match(head) && playKeys.Match(head)):
			return playbookFile
		case hostsYAML.Match(head) && topGroup.Match(head) &&
			(bytes.Contains(head, []byte("ansible_host")) || strings.HasPrefix(base, "hosts.") || strings.Contains(base, "inventory") || inInventory.MatchString(name)):
			return inventoryYAML
		}
	case rangeOrName.MatchString(name) || ext == "" && inInventory.MatchString(name) || ext == ".ini" && inInventory.MatchString(name):
		if sectionLine.Match(head) || hostVarINI.Match(head) {
			return inventoryINI
		}
	}
	return none
}

// file is one decoded document.
type file struct {
	*ingest.File
	root strict.Value
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	w := &world{fragment: &link.Fragment{}, roles: map[string][]file{}, playbooks: map[string]*playbook{}, vars: map[string][]file{}}
	documents := &ingest.Unit{Name: u.Name, Limits: u.Limits}
	forms := map[string]form{}
	for _, f := range u.Files {
		if err := ctx.Err(); err != nil {
			return w.fragment, err
		}
		data, err := f.Bytes()
		if err != nil {
			continue // recorded
		}
		if vaulted.Match(data) {
			f.Counted(1)
			f.Note("encrypted by Ansible Vault: not read")
			continue
		}
		switch is := formOf(f.Path(), data); is {
		case inventoryINI:
			text, err := f.Text()
			if err != nil {
				continue // recorded
			}
			f.Counted(1)
			w.readINI(f, text)
		default:
			forms[f.Path()] = is
			documents.Files = append(documents.Files, f)
		}
	}
	files, err := ingest.Each(ctx, documents, func(f *ingest.File, doc strict.Document) file { return file{f, doc.Root} })
	for _, f := range files {
		switch forms[f.Path()] {
		case inventoryYAML:
			w.readYAML(f)
		case variables:
			w.vars[f.Path()] = append(w.vars[f.Path()], f)
		case playbookFile:
			w.playbook(f)
		case roleFile:
			role := roleOf(f.Path())
			w.roles[role] = append(w.roles[role], f)
		case requirements:
			w.required = append(w.required, f)
		}
	}
	w.emit()
	return w.fragment, err
}

// roleOf returns the directory of the role that a file is part of.
func roleOf(p string) string {
	i := strings.LastIndex("/"+p, "/roles/")
	name, _, _ := strings.Cut(p[i+len("roles/"):], "/")
	return p[:i] + "roles/" + name
}
