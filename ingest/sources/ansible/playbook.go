package ansible

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
)

// world is what one run reads.
type world struct {
	fragment    fragment
	inventories []*inventory
	vars        map[string][]file // group_vars and host_vars by path
	roles       map[string][]file // by directory
	playbooks   map[string]*playbook
	required    []file
}

// playbook is one file of plays.
type playbook struct {
	path    string
	file    file
	plays   []play
	imports []string
}

// play is a list of tasks for a pattern of hosts.
type play struct {
	pattern string
	at      file
	hosts   strict.Value
	tasks   []found // of the play and of its roles
}

// found is one thing that tasks say.
type found struct {
	file    file
	at      strict.Value
	offset  int    // in the text of at
	updates string // "on", "off": the machines install updates by themselves, or not
	os      string // a release that a task names
	host    string // a host that the task is delegated to
	via     string // a lookup: what it asks
	address *address.Ref
}

// roleNames returns the roles that a play or the meta of a role lists.
func roleNames(v strict.Value) []string {
	var out []string
	for item := range v.Items() {
		name := item.Text()
		for _, key := range []string{"role", "name"} {
			if name == "" {
				name = item.Get(key).Text()
			}
		}
		if name != "" && !strings.Contains(name, "{{") {
			out = append(out, name)
		}
	}
	return out
}

// playbook reads the plays of a file.
func (w *world) playbook(f file) {
	p := w.playbooks[f.Path()]
	if p == nil {
		p = &playbook{path: f.Path(), file: f}
		w.playbooks[f.Path()] = p
	}
	for item := range f.root.Items() {
		for _, key := range []string{"import_playbook", "ansible.builtin.import_playbook", "include"} {
			if name := item.Get(key).Text(); yamlFile.MatchString(name) && !strings.Contains(name, "{{") {
				p.imports = append(p.imports, path.Join(path.Dir(f.Path()), name))
			}
		}
		hosts := item.Get("hosts")
		pattern := hosts.Text()
		if hosts.Type() == strict.List {
			var names []string
			for h := range hosts.Items() {
				names = append(names, h.Text())
			}
			pattern = strings.Join(names, ":")
		}
		if pattern == "" {
			continue
		}
		p.plays = append(p.plays, play{pattern: pattern, at: f, hosts: hosts})
	}
}

// tasksOf collects what the tasks of a play and of its roles say, once all are read.
func (w *world) tasksOf(p *playbook) {
	i := 0
	for item := range p.file.root.Items() {
		if hosts := item.Get("hosts"); !hosts.Exists() || hosts.Text() == "" && hosts.Len() == 0 {
			continue
		}
		if i >= len(p.plays) {
			return
		}
		c := &collector{world: w, near: path.Dir(p.path), seen: map[string]bool{}}
		for _, key := range []string{"pre_tasks", "tasks", "post_tasks", "handlers"} {
			c.tasks(p.file, item.Get(key), 0)
		}
		for _, role := range roleNames(item.Get("roles")) {
			c.role(role, 0)
		}
		p.plays[i].tasks = c.found
		i++
	}
}

// collector gathers what tasks say.
type collector struct {
	*world
	near  string // the directory of the playbook
	seen  map[string]bool
	found []found
}

const maxDepth = 20

// role reads a role: the directory "roles/NAME" that is nearest to the playbook.
func (c *collector) role(name string, depth int) {
	if c.seen[name] || depth > maxDepth {
		return
	}
	c.seen[name] = true
	for dir := c.near; ; dir = path.Dir(dir) {
		if files := c.roles[path.Join(dir, "roles", name)]; files != nil {
			for _, f := range files {
				if path.Base(path.Dir(f.Path())) == "meta" {
					for _, next := range roleNames(f.root.Get("dependencies")) {
						c.role(next, depth+1)
					}
					continue
				}
				c.tasks(f, f.root, depth)
			}
			return
		}
		if dir == "." || dir == "/" || dir == ".." {
			return // of Galaxy
		}
	}
}

// notArguments are keys of a task that are no module.
var notArguments = map[string]bool{
	"name": true, "when": true, "register": true, "tags": true, "notify": true, "loop": true, "become": true, "become_user": true,
	"changed_when": true, "failed_when": true, "ignore_errors": true, "block": true, "rescue": true, "always": true, "listen": true,
	"until": true, "retries": true, "delay": true, "no_log": true, "check_mode": true, "run_once": true, "delegate_facts": true,
}

// tasks reads a list of tasks, and the blocks in it.
func (c *collector) tasks(f file, list strict.Value, depth int) {
	if depth > maxDepth {
		return
	}
	for task := range list.Items() {
		if task.Type() != strict.Map {
			continue
		}
		for _, block := range []string{"block", "rescue", "always"} {
			c.tasks(f, task.Get(block), depth+1)
		}
		if host := task.Get("delegate_to"); host.Text() != "" && !strings.Contains(host.Text(), "{{") {
			c.found = append(c.found, found{file: f, at: host, host: host.Text()})
		}
		for key, args := range task.Fields() {
			if notArguments[key.Text] {
				continue
			}
			module := key.Text[strings.LastIndexByte(key.Text, '.')+1:]
			switch module {
			case "include_role", "import_role":
				if role := args.Get("name").Text(); role != "" && !strings.Contains(role, "{{") {
					c.role(role, depth+1)
				}
				continue
			}
			c.updates(f, module, args)
			c.texts(f, module, args, depth)
		}
	}
}

var lookup = regexp.MustCompile(`lookup\(\s*['"]([a-z_.]+)['"]`)

// texts reads the strings of a task: addresses that it fetches from, and lookups.
func (c *collector) texts(f file, key string, v strict.Value, depth int) {
	if depth > maxDepth {
		return
	}
	if text := v.Text(); text != "" && key != "msg" && key != "fail_msg" && key != "content" {
		for _, r := range address.Find(text, address.Context{Key: key, Loose: strings.ContainsAny(text, " \n{")}) {
			if r.Form == address.URL {
				c.found = append(c.found, found{file: f, at: v, offset: r.At, address: &r})
			}
		}
		for _, m := range lookup.FindAllStringSubmatch(text, -1) {
			c.found = append(c.found, found{file: f, at: v, via: m[1]})
		}
	}
	for item := range v.Items() {
		c.texts(f, key, item, depth+1)
	}
	for k, item := range v.Fields() {
		c.texts(f, k.Text, item, depth+1)
	}
}

// imported returns the plays of a playbook and of those that it imports.
func (w *world) imported(p *playbook, seen map[string]bool) []play {
	if seen[p.path] {
		return nil
	}
	seen[p.path] = true
	plays := slices.Clone(p.plays)
	for _, name := range p.imports {
		if q := w.playbooks[name]; q != nil {
			plays = append(plays, w.imported(q, seen)...)
		}
	}
	return plays
}
