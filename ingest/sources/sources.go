// Package sources lists the sources. It is the only place that knows them all.
package sources

import (
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/sources/ansible"
	"github.com/fateline/fateline/ingest/sources/backstage"
	"github.com/fateline/fateline/ingest/sources/ci"
	"github.com/fateline/fateline/ingest/sources/cloudformation"
	"github.com/fateline/fateline/ingest/sources/compose"
	"github.com/fateline/fateline/ingest/sources/config"
	"github.com/fateline/fateline/ingest/sources/dnszone"
	"github.com/fateline/fateline/ingest/sources/dockerfile"
	"github.com/fateline/fateline/ingest/sources/graphjson"
	"github.com/fateline/fateline/ingest/sources/helmfile"
	"github.com/fateline/fateline/ingest/sources/host"
	"github.com/fateline/fateline/ingest/sources/kiali"
	"github.com/fateline/fateline/ingest/sources/kubernetes"
	"github.com/fateline/fateline/ingest/sources/native"
	"github.com/fateline/fateline/ingest/sources/nomad"
	"github.com/fateline/fateline/ingest/sources/prometheus"
	"github.com/fateline/fateline/ingest/sources/proxy"
	"github.com/fateline/fateline/ingest/sources/systemd"
	"github.com/fateline/fateline/ingest/sources/terraform"
	"github.com/fateline/fateline/ingest/sources/traces"
	"github.com/fateline/fateline/ingest/sources/wrangler"
)

// All returns every source, by name.
func All() []*ingest.Source {
	return []*ingest.Source{
		ansible.Source,
		backstage.Source,
		ci.Source,
		cloudformation.Source,
		compose.Source,
		config.Source,
		dnszone.Source,
		dockerfile.Source,
		graphjson.Source,
		helmfile.Source,
		host.Source,
		kiali.Source,
		kubernetes.Source,
		native.Source,
		nomad.Source,
		prometheus.Source,
		proxy.Source,
		systemd.Source,
		terraform.Source,
		traces.Source,
		wrangler.Source,
	}
}
