// Package prometheus reads who watches what and how it pages: rule files, scrape
// configurations, Alertmanager routes. Expressions are parsed by
// github.com/VictoriaMetrics/metricsql (Apache-2.0), a superset of PromQL that is a
// tenth of the size of Prometheus's own parser; what it cannot parse is noted.
package prometheus

import (
	"context"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/VictoriaMetrics/metricsql"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads Prometheus and Alertmanager configuration.
var Source = ingest.Define(ingest.Spec{
	Name: "prometheus",
	Doc: ingest.Doc{
		Title: "Prometheus and Alertmanager",
		Text: "Rule groups and receivers are monitors. What an alert's expression selects by job or service is watched by its group; " +
			"scrape targets are watched by the Prometheus that scrapes them; a group pages through the receivers that routes lead to.",
		Reads: []string{
			"rule files: groups[].rules[].{alert, expr}",
			"prometheus.yml: scrape_configs[].{job_name, static_configs}, remote_write, alerting.alertmanagers",
			"alertmanager.yml: route, receivers[].*_configs",
		},
		Limits: "Service discovery is not evaluated. An expression without a job or service label watches nobody by name.",
		Since:  "0.1",
	},
}, ingest.NoParams, claim, read)

var (
	rules    = ingest.MustSignature(`(?m)^groups:`)
	alerts   = ingest.MustSignature(`(?m)^\s+(- )?(alert|record|expr):`)
	scrape   = ingest.MustSignature(`(?m)^(scrape_configs|rule_files|remote_write):`)
	receiver = ingest.MustSignature(`(?m)^(receivers|route):`)
	foreign  = ingest.MustSignature(`(?m)^(apiVersion|kind|services|exporters):`)
)

// claim puts all of a run into one unit: a group pages through a route of another file.
func claim(name string, head []byte) (string, bool) {
	switch ext := path.Ext(name); {
	case ext != ".yml" && ext != ".yaml" && ext != ".rules", foreign.Match(head):
		return "", false
	}
	is := rules.Match(head) && alerts.Match(head) || scrape.Match(head) || receiver.Match(head) && strings.Contains(string(head), "_configs:")
	return "prometheus", is
}

type document struct {
	file *ingest.File
	root strict.Value
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	docs, err := ingest.Each(ctx, u, func(f *ingest.File, d strict.Document) document { return document{f, d.Root} })
	r := &reader{fragment: &link.Fragment{}}
	for _, d := range docs {
		r.receivers(d)
	}
	for _, d := range docs {
		r.groups(d)
		r.scrapes(d)
	}
	return r.fragment, err
}

type reader struct {
	fragment *link.Fragment
	pages    []link.Target // receivers that a route leads to
}

func monitor(name string) depgraph.ID { return depgraph.ID{Kind: depgraph.KindMonitor, Name: name} }

func (r *reader) define(f *ingest.File, id depgraph.ID, at strict.Value) {
	r.fragment.Definitions = append(r.fragment.Definitions, link.Definition{Node: depgraph.Node{ID: id}, Origin: f.Origin(at.Line(), at.Col())})
}

func (r *reader) refer(f *ingest.File, owner link.Name, at strict.Value, terms depgraph.Terms, form link.Form, note string, confidence float64, targets ...link.Target) {
	o := f.Origin(at.Line(), at.Col())
	o.Note, o.Confidence = note, confidence
	r.fragment.References = append(r.fragment.References, link.Reference{Owner: owner, Members: targets, Terms: terms, Form: form, Origin: o})
}

// receivers reads how alerts reach people.
func (r *reader) receivers(d document) {
	used := map[string]bool{}
	routes(d.root.Get("route"), used, 0)
	for rec := range d.root.Get("receivers").Items() {
		name := rec.Get("name").Text()
		if name == "" {
			continue
		}
		id := monitor(name)
		r.define(d.file, id, rec.Get("name"))
		for kind, configs := range rec.Fields() {
			if !strings.HasSuffix(kind.Text, "_configs") {
				continue
			}
			for c := range configs.Items() {
				r.delivery(d.file, id, strings.TrimSuffix(kind.Text, "_configs"), c, d.root.Get("global"))
			}
		}
		if used[name] && rec.Len() > 1 {
			r.pages = append(r.pages, link.Target{Name: link.ID(id)})
		}
	}
}

func routes(v strict.Value, used map[string]bool, depth int) {
	if name := v.Get("receiver").Text(); name != "" {
		used[name] = true
	}
	for child := range v.Get("routes").Items() {
		if depth < 50 {
			routes(child, used, depth+1)
		}
	}
}

// services are where deliveries go that name no host.
var services = map[string]string{
	"pagerduty": "pagerduty.com", "slack": "slack.com", "opsgenie": "opsgenie.com", "victorops": "victorops.com", "pushover": "pushover.net",
	"telegram": "telegram.org", "discord": "discord.com", "msteams": "office.com", "sns": "amazonaws.com",
}

func (r *reader) delivery(f *ingest.File, owner depgraph.ID, kind string, v, global strict.Value) {
	found := false
	for _, field := range []string{"url", "api_url", "smarthost", "webhook_url"} {
		text := v.Get(field)
		if !text.Exists() && kind == "email" && field == "smarthost" {
			text = global.Get("smtp_smarthost")
		}
		for _, ref := range address.Find(text.Text(), address.Context{Key: field}) {
			r.refer(f, link.ID(owner), text, depgraph.Terms{Via: "delivers-to"}, link.Text, kind, ref.Form.Confidence(), ref.Targets("")...)
			found = true
		}
	}
	if host := services[kind]; host != "" && !found {
		id := depgraph.ID{Kind: depgraph.KindExternal, Name: host}
		r.refer(f, link.ID(owner), v, depgraph.Terms{Via: "delivers-to"}, link.Structured, kind, 0.9, link.Target{Name: link.ID(id), Else: id, Quiet: true})
	}
}

// groups reads rule groups and what their alerts watch.
func (r *reader) groups(d document) {
	for g := range d.root.Get("groups").Items() {
		name := g.Get("name").Text()
		if name == "" {
			continue
		}
		id := monitor(name)
		r.define(d.file, id, g.Get("name"))
		alerts := false
		for rule := range g.Get("rules").Items() {
			if rule.Get("alert").Text() == "" {
				continue
			}
			alerts = true
			r.watched(d.file, id, rule)
		}
		if alerts && len(r.pages) > 0 {
			r.refer(d.file, link.ID(id), g.Get("name"), depgraph.Terms{Via: "delivers-to"}, link.Structured, "alerts are routed to any of them", 0.7, r.pages...)
		}
	}
}

// watched says that what an alert selects needs its group to be seen failing.
func (r *reader) watched(f *ingest.File, id depgraph.ID, rule strict.Value) {
	expr := rule.Get("expr")
	names, err := selected(expr.Text())
	if err != nil {
		f.Note("alert %s: its expression is no MetricsQL", rule.Get("alert").Text())
		return
	}
	for _, name := range names {
		r.refer(f, link.Name{Space: link.SpaceService, Text: name}, expr, depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Observe), Via: depgraph.WatchedBy},
			link.Structured, rule.Get("alert").Text(), 0.8, link.Target{Name: link.ID(id)})
	}
}

// labels that name what a series is about, the most telling first.
var labels = []string{"job", "service", "service_name", "app", "deployment", "statefulset"}

// selected returns the names that an expression selects by an exact label.
func selected(expr string) ([]string, error) {
	e, err := metricsql.Parse(expr)
	if err != nil {
		return nil, err
	}
	var out []string
	metricsql.VisitAll(e, func(e metricsql.Expr) {
		m, ok := e.(*metricsql.MetricExpr)
		if !ok {
			return
		}
		for _, filters := range m.LabelFilterss {
			for _, f := range filters {
				if slices.Contains(labels, f.Label) && !f.IsNegative {
					out = append(out, alternatives(f.Value, f.IsRegexp)...)
				}
			}
		}
	})
	slices.Sort(out)
	return slices.Compact(out), nil
}

var plain = regexp.MustCompile(`^[A-Za-z0-9_./-]+$`)

// alternatives returns the names in a matcher: itself, or the branches of a plain "a|b".
func alternatives(value string, isRegexp bool) []string {
	if !isRegexp {
		return []string{value}
	}
	var out []string
	for _, branch := range strings.Split(strings.Trim(value, "()^$"), "|") {
		if !plain.MatchString(branch) {
			return nil
		}
		out = append(out, branch)
	}
	return out
}

// scrapes reads what a Prometheus watches, and where it sends what it knows.
func (r *reader) scrapes(d document) {
	if !d.root.Get("scrape_configs").Exists() && !d.root.Get("remote_write").Exists() {
		return
	}
	id := monitor("prometheus/" + strings.TrimSuffix(path.Base(d.file.Path()), path.Ext(d.file.Path())))
	if dir := path.Base(path.Dir(d.file.Path())); dir != "." && dir != "/" && dir != ".." {
		id = monitor("prometheus/" + dir)
	}
	r.define(d.file, id, d.root)
	for c := range d.root.Get("scrape_configs").Items() {
		for static := range c.Get("static_configs").Items() {
			for t := range static.Get("targets").Items() {
				r.target(d.file, id, t)
			}
		}
	}
	for w := range d.root.Get("remote_write").Items() {
		u := w.Get("url")
		for _, ref := range address.Find(u.Text(), address.Context{Key: "remote_write"}) {
			r.refer(d.file, link.ID(id), u, depgraph.Terms{IfLost: depgraph.Unaffected, Via: depgraph.Publishes}, link.Text, "remote_write", ref.Form.Confidence(), ref.Targets("")...)
		}
	}
	for a := range d.root.Get("alerting", "alertmanagers").Items() {
		for static := range a.Get("static_configs").Items() {
			for t := range static.Get("targets").Items() {
				r.refer(d.file, link.ID(id), t, depgraph.Terms{Via: "delivers-to"}, link.Structured, "alertmanager", 0.9, link.Target{Name: link.Host(d.scope(), host(t.Text())), Quiet: true})
			}
		}
	}
}

// scope is where the targets of a file are looked up: who mounts it is not known
// here, so a Compose project in the same directory is tried.
func (d document) scope() string {
	return "compose/" + strings.ToLower(path.Base(path.Dir(d.file.Path())))
}

func (r *reader) target(f *ingest.File, id depgraph.ID, t strict.Value) {
	h := host(t.Text())
	if h == "" || h == "localhost" || strings.HasPrefix(h, "127.") || strings.ContainsAny(h, "${ ") {
		return
	}
	name := link.Name{Space: link.SpaceService, Text: h}
	if strings.Contains(h, ".") {
		name = link.Host("", h)
	}
	r.refer(f, name, t, depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Observe), Via: depgraph.WatchedBy}, link.Structured, "scrape target", 0.8, link.Target{Name: link.ID(id)})
}

func host(target string) string {
	if u, err := url.Parse(target); err == nil && u.Host != "" {
		return strings.ToLower(u.Hostname())
	}
	h, _, _ := strings.Cut(target, ":")
	return strings.ToLower(h)
}
