package wrangler

import (
	"context"
	"path"
	"regexp"
	"strings"

	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads wrangler configuration.
var Source = ingest.Define(ingest.Spec{
	Name: "wrangler",
	Doc: ingest.Doc{
		Title: "Cloudflare Workers (wrangler)",
		Text:  "Workers, what they are bound to (namespaces, databases, buckets, queues, other Workers), the zones of their routes, and addresses in their variables.",
		Reads: []string{
			"wrangler.toml, wrangler.json, wrangler.jsonc",
			"kv_namespaces, d1_databases, r2_buckets, durable_objects, queues, services, hyperdrive, vectorize, workflows, dispatch_namespaces, containers, tail_consumers, ai, vars, route, routes",
			"env.NAME: what deploys as NAME of its own",
		},
		Limits: "Ids: function:NAME, function:NAME-ENV of an environment; datastore:cloudflare-kv/ID, -d1/NAME, -r2/BUCKET, -do/SCRIPT/CLASS, -hyperdrive/ID, -vectorize/INDEX; queue:cloudflare/QUEUE. " +
			"Secrets are not in these files. An environment has the bindings and variables that it lists, as wrangler gives it.",
		Since: "0.2",
	},
}, ingest.NoParams, claim, read)

var fileName = regexp.MustCompile(`^wrangler(\.[a-z0-9_-]+)?\.(toml|jsonc?)$`)

// claim reads each file by itself: Workers meet by their names.
func claim(name string, _ []byte) (string, bool) {
	return name, fileName.MatchString(path.Base(name))
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	frag := &link.Fragment{}
	for _, f := range u.Files {
		if err := ctx.Err(); err != nil {
			return frag, err
		}
		data, err := f.Bytes()
		if err != nil {
			continue // recorded by Bytes
		}
		var root *value
		if strings.HasSuffix(f.Path(), ".toml") {
			root, err = parseTOML(data)
		} else if root, err = parseJSON(data); err == nil {
			f.Proven()
		}
		if err != nil {
			f.Fail(err)
			if root == nil {
				continue
			}
		}
		f.Counted(1)
		name := root.get("name").text
		if name == "" {
			name = path.Base(path.Dir(f.Path()))
		}
		w := &worker{fragment: frag, file: f, name: name, root: root, own: root}
		w.emit()
		for _, env := range root.get("env").keys {
			settings := root.get("env").get(env)
			e := &worker{fragment: frag, file: f, name: name + "-" + env, root: root, own: settings, env: env}
			if own := settings.get("name").text; own != "" {
				e.name = own
			}
			e.emit()
		}
	}
	return frag, nil
}
