package link_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// hostIs links one reference to a host, and returns the node it became, ""
// for none, and whether it was reported as dangling.
func hostIs(t *testing.T, scope, host string, names ...link.Name) (node string, dangling bool) {
	t.Helper()
	g := mustLink(t, &link.Fragment{
		Definitions: []link.Definition{def("service:web", at("a.yaml", 1)), def("service:own", at("a.yaml", 1), names...)},
		References:  []link.Reference{ref(id("service:web"), at("a.yaml", 2), link.Host(scope, host))},
	})
	for r := range g.Needs(depgraph.MustID("service:web")) {
		node = r.Members[0].String()
	}
	return node, slices.ContainsFunc(g.Unresolved(), func(u depgraph.Unresolved) bool { return u.Why == depgraph.Dangling })
}

func TestAHostThatNoInputDefinesBelongsToWhoeverRunsIt(t *testing.T) {
	own := []link.Name{link.Host("", "shop.example.co.uk"), link.Host("k8s/main/shop", "own"), link.Host("k8s/main/db", "pg"), link.Host("", "kv.internal")}
	for _, c := range []struct {
		scope, host, want string
		dangling          bool
	}{
		{"", "api.stripe.com", "external:stripe.com", false},
		{"", "API.Stripe.COM.", "external:stripe.com", false},
		{"", "a.b.example.org.uk", "external:example.org.uk", false},
		{"", "sqs.eu-west-1.amazonaws.com", "external:eu-west-1.sqs.amazonaws.com", false},
		{"", "db1.cx.eu-west-1.rds.amazonaws.com", "external:eu-west-1.rds.amazonaws.com", false},
		{"", "bucket.s3.amazonaws.com", "external:s3.amazonaws.com", false},
		{"", "sqs.cn-north-1.amazonaws.com.cn", "external:cn-north-1.sqs.amazonaws.com", false},
		{"", "db1.cx.rds.cn-northwest-1.amazonaws.com.cn", "external:cn-northwest-1.rds.amazonaws.com", false},
		{"", "iam.amazonaws.com.cn", "external:iam.amazonaws.com.cn", false},
		{"", "vpce-0a1-b2.sqs.eu-west-1.vpce.amazonaws.com", "external:eu-west-1.sqs.amazonaws.com", false},
		{"", "vpce-0a1-b2-eu-west-1a.monitoring.eu-west-1.vpce.amazonaws.com", "external:eu-west-1.monitoring.amazonaws.com", false},
		{"", "bucket.s3.us-gov-west-1.amazonaws.com", "external:us-gov-west-1.s3.amazonaws.com", false},
		{"", "web-x7-uc.a.run.app", "external:run.app", false},
		{"", "foo.westeurope.cloudapp.azure.com", "external:cloudapp.azure.com", false},
		{"", "storage.googleapis.com", "external:googleapis.com", false},
		{"", "europe-west4-docker.pkg.dev", "external:europe-west4.pkg.dev", false},
		{"", "user.github.io", "external:github.io", false},
		{"", "pay.example.co.uk", "external:pay.example.co.uk", true}, // ours: shop.example.co.uk is defined
		{"", "shop.example.co.uk", "service:own", false},
		{"", "kv2.internal", "external:kv2.internal", true}, // nobody's domain: a private one
		{"", "old.kv.internal", "external:old.kv.internal", true},
		{"", "metadata.google.internal", "external:metadata.google.internal", false},
		{"", "redis", "external:redis", true},
		{"compose/shop", "redis", "external:redis", true},
		{"k8s/main/shop", "redis", "external:redis.shop.svc", true},
		{"k8s/main/shop", "redis.db", "external:redis.db.svc", true},     // db is a namespace here
		{"k8s/main/shop", "redis.shop", "external:redis.shop.svc", true}, // and not the top-level domain
		{"k8s/main/shop", "redis.nowhere.svc.cluster.local", "external:redis.nowhere.svc", true},
		{"", "redis.shop.svc", "external:redis.shop.svc", true},
		{"k8s/main/shop", "wiki.info", "external:wiki.info", false},
		{"k8s/shop", "own", "service:own", false},  // the cluster is not known
		{"k8s//shop", "own", "service:own", false}, // nor here
		{"", "own", "service:own", false},          // nor the namespace
		{"k8s/other/shop", "own", "external:own.shop.svc", true},
		{"", "10.1.2.3", "external:10.1.2.3", true},
		{"", "8.8.8.8", "external:8.8.8.8", false},
		{"", "[2001:db8::1]", "external:2001:db8::1", false},
		{"", "127.0.0.1", "", false},
		{"", "127.8.9.1", "", false},
		{"", "::1", "", false},
		{"", "0.0.0.0", "", false},
		{"", "localhost", "", false},
		{"", "db.localhost", "", false},
		{"", "https://user:pw@api.stripe.com:443/v1?x", "external:stripe.com", false},
		{"", "api.stripe.com:8443", "external:stripe.com", false},
		{"", "${HOST}", "", true},
		{"", "a b", "", true},
		{"", "{{ .Values.host }}", "", true},
		{"", strings.Repeat("x", 300) + ".com", "", true},
	} {
		node, dangling := hostIs(t, c.scope, c.host, own...)
		if node != c.want || dangling != c.dangling {
			t.Errorf("%q in %q is %q, dangling %v; want %q, %v", c.host, c.scope, node, dangling, c.want, c.dangling)
		}
	}
}

func TestAMissingServiceNamesItsClusterWhereThereAreSeveral(t *testing.T) {
	own := []link.Name{link.Host("k8s/eu/shop", "own"), link.Host("k8s/us/shop", "own2")}
	if node, _ := hostIs(t, "k8s/eu/shop", "redis", own...); node != "external:eu/redis.shop.svc" {
		t.Errorf("got %q", node)
	}
	if node, _ := hostIs(t, "k8s/shop", "own2", own...); node != "service:own" {
		t.Errorf("a name of one cluster, used where the cluster is not known: %q", node)
	}
}

func TestEditionsOfAClusterAreOneCluster(t *testing.T) {
	own := []link.Name{link.Host("k8s/main/shop", "own"), link.Host("k8s/main~blue/shop", "own"), link.Host("k8s/main~green/shop", "own2")}
	for _, scope := range []string{"k8s/main/shop", "k8s/main~blue/shop", "k8s/shop"} {
		if node, _ := hostIs(t, scope, "redis", own...); node != "external:redis.shop.svc" {
			t.Errorf("redis in %s is %q", scope, node)
		}
		if node, dangling := hostIs(t, scope, "own", own...); node != "service:own" || dangling {
			t.Errorf("own in %s is %q, dangling %v", scope, node, dangling)
		}
	}
}

func TestANameInAClusterThatTheInputsDoNotNameIsFoundFromTraces(t *testing.T) {
	own := link.Host("k8s/"+link.UnnamedCluster+"/shop", "cart")
	if node, dangling := hostIs(t, "k8s/prod-eu/shop", "cart", own); node != "service:own" || dangling {
		t.Errorf("got %q, dangling %v", node, dangling)
	}
}

func TestAHostThatSaysItsRegionStandsThere(t *testing.T) {
	f := &link.Fragment{
		Definitions: defs("service:web", "service:api"),
		Bindings:    []link.Binding{binds("db", true, link.Host("", "b.x.eu-west-1.rds.amazonaws.com"))},
		References: []link.Reference{
			ref(id("service:web"), at("web.yaml", 3), link.Host("", "a.x.eu-west-1.rds.amazonaws.com")),
			ref(id("service:api"), at("web.yaml", 9), link.Host("", "c.x.eu-west-1.rds.amazonaws.com")),
			ref(id("service:api"), at("web.yaml", 9), link.Host(shop, "db")),
		},
	}
	g := mustLink(t, f)
	wantLines(t, g,
		"external:eu-west-1.rds.amazonaws.com -> region:eu-west-1 need=1 run,start ifLost=down svc.yaml:2",
		"service:api -> external:eu-west-1.rds.amazonaws.com need=1 run ifLost=down web.yaml:9 web.yaml:9",
		"service:web -> external:eu-west-1.rds.amazonaws.com need=1 run ifLost=down web.yaml:3",
	)
	for r := range g.Needs(depgraph.MustID("external:eu-west-1.rds.amazonaws.com")) {
		if o := r.Origins[0]; o.Basis != depgraph.Implied || o.Confidence != 0.8 || o.Note != "the host name says the region" {
			t.Errorf("origin %+v", o)
		}
	}
}
