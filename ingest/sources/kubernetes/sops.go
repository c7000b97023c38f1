package kubernetes

import (
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/link"
)

// sopsKeys are the fields of the metadata that SOPS leaves in a file which name a key
// that opens it, and what they call it.
var sopsKeys = []struct{ list, field, prefix string }{
	{"kms", "arn", ""},
	{"gcp_kms", "resource_id", ""},
	{"azure_kv", "vault_url", ""},
	{"hc_vault", "vault_address", ""},
	{"age", "recipient", "age/"},
	{"pgp", "fp", "pgp/"},
}

// emitSops adds the keys by which a file that SOPS encrypted is opened. Any one of
// them does. A key group that wants several at once is read as alternatives too.
func (e *emitter) emitSops(o *object) {
	meta := o.get("sops")
	if !meta.Exists() || o.id.IsZero() {
		return
	}
	var keys []target
	add := func(groups strict.Value) {
		for _, k := range sopsKeys {
			for item := range groups.Get(k.list).Items() {
				v := item.Get(k.field)
				name := strings.TrimRight(strings.TrimPrefix(v.Text(), "https://"), "/")
				if name == "" || strings.ContainsAny(name, " {}$\n") {
					continue
				}
				id := depgraph.ID{Kind: depgraph.KindIdentity, Name: k.prefix + name}
				e.mention(id, o.at(v), nil)
				if host := keyHost(k.list, v.Text()); host != "" {
					e.need(need{owner: id, to: hostOf(e, o, host), phases: runs, via: "served-by", at: o.at(v)})
				}
				keys = append(keys, target{Name: link.ID(id)})
			}
		}
	}
	add(meta)
	for group := range meta.Get("key_groups").Items() {
		add(group)
	}
	e.need(need{owner: o.id, to: keys, phases: deploys, via: "decrypted-by", at: o.at(meta)})
}

// keyHost returns the host that holds a key, "" where it is a key that somebody carries.
func keyHost(list, name string) string {
	switch list {
	case "kms":
		if parts := strings.Split(name, ":"); len(parts) > 3 && parts[3] != "" {
			return "kms." + parts[3] + ".amazonaws.com"
		}
		return "kms.amazonaws.com"
	case "gcp_kms":
		return "cloudkms.googleapis.com"
	case "azure_kv", "hc_vault":
		_, rest, found := strings.Cut(name, "://")
		if !found {
			rest = name
		}
		host, _, _ := strings.Cut(rest, "/")
		host, _, _ = strings.Cut(host, ":")
		return host
	}
	return ""
}
