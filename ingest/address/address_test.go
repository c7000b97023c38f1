package address

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/tiertest"
)

// show prints references as "scheme host:port,host:port/database form*": a '*' is telemetry.
func show(refs []Ref) string {
	var out []string
	for _, r := range refs {
		var hosts []string
		for _, h := range r.Hosts {
			s := h.Name
			if h.Port != 0 {
				s += fmt.Sprintf(":%d", h.Port)
			}
			hosts = append(hosts, s)
		}
		s := strings.Join(hosts, ",")
		if r.Scheme != "" {
			s = r.Scheme + " " + s
		}
		if r.Database != "" {
			s += "/" + r.Database
		}
		if r.Repo != "" {
			s += " of " + r.Repo
		}
		s += fmt.Sprintf(" %.1f", r.Form.Confidence())
		if r.Telemetry {
			s += "*"
		}
		if r.Gossip {
			s += " gossip"
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

func knows(names ...string) func(string) bool {
	return func(s string) bool {
		for _, n := range names {
			if n == s {
				return true
			}
		}
		return false
	}
}

func TestFind(t *testing.T) {
	known := knows("redis", "orders", "orders.shop", "pushgateway", "db")
	for _, c := range []struct{ what, key, text, want string }{
		{"a URL", "X", "http://orders:8080/v1?token=abc", "http orders:8080 0.9"},
		{"a URL without port", "X", "https://api.pay.test", "https api.pay.test 0.9"},
		{"a URL with upper case", "X", "HTTPS://API.Pay.test./x", "https api.pay.test 0.9"},
		{"how the addresses begin that a program gives out", "system.internal-url-prefix", "http://orders:9000", ""},
		{"a store of vectors", "X", "http://vector-store:8000", "http vector-store:8000 0.9"},
		{"Vector", "X", "http://logs-vector:8686", "http logs-vector:8686 0.9*"},
		{"who the program is", "SERVICE", "orders", ""},
		{"a service of some use", "CART_SERVICE", "orders", "orders 0.6"},
		{"a member that is asked for the others", "CORE_PEER_GOSSIP_BOOTSTRAP", "orders:7051", "orders:7051 0.8 gossip"},
		{"a server whose cluster is joined", "-retry-join", "orders", "orders 0.6 gossip"},
		{"a table that is joined", "left_join", "orders", ""},
		{"a voter behind its number", "KAFKA_CONTROLLER_QUORUM_VOTERS", "1@orders:9093,2@db:9093", "orders:9093,db:9093 0.8"},
		{"a user without a password", "X", "alice@orders:9093", ""},
		{"a prefix of something else", "topic.prefix", "http://orders:9000", "http orders:9000 0.9"},
		{"user information is dropped", "X", "postgres://alice:s3cr3t@db:5432/shop?sslmode=disable", "postgres db:5432/shop 0.9"},
		{"a password with a slash", "X", "postgres://alice:s3/cr3t@db:5432/shop", "postgres db:5432/shop 0.9"},
		{"a password with an at sign", "X", "postgres://alice:s3@cr3t@db/shop", "postgres db/shop 0.9"},
		{"a password that cannot be told from a host", "X", "redis://:s3cr3t", ""},
		{"several hosts are alternatives", "X", "mongodb://u:p@m1:27017,m2:27017,m3/shop?replicaSet=r", "mongodb m1:27017,m2:27017,m3/shop 0.9"},
		{"a service record", "X", "mongodb+srv://u:p@cluster0.abc.mongodb.net/shop", "mongodb+srv cluster0.abc.mongodb.net/shop 0.9"},
		{"jdbc", "X", "jdbc:postgresql://db:5432/shop?user=a&password=b", "postgresql db:5432/shop 0.9"},
		{"jdbc with a pool", "X", "jdbc:mysql:loadbalance://m1:3306,m2:3306/shop", "mysql m1:3306,m2:3306/shop 0.9"},
		{"jdbc of SQL Server", "X", "jdbc:sqlserver://db:1433;databaseName=shop;user=a;password=b", "sqlserver db:1433/shop 0.9"},
		{"jdbc of Oracle, short", "X", "jdbc:oracle:thin:@db:1521:orcl", "oracle db:1521 0.9"},
		{"jdbc of Oracle, service", "X", "jdbc:oracle:thin:scott/tiger@//db:1521/shop", "oracle db:1521 0.9"},
		{"an Oracle descriptor", "X", "(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=db1)(PORT=1521))(ADDRESS=(HOST=db2)(PORT=1522))(CONNECT_DATA=(SID=x)))", "oracle db1:1521,db2:1522 0.9"},
		{"SQLAlchemy", "X", "postgresql+psycopg2://a:b@db/shop", "postgresql db/shop 0.9"},
		{"Go's MySQL driver", "X", "alice:pw@tcp(db:3306)/shop?parseTime=true", "mysql db:3306/shop 0.9"},
		{"Go's MySQL driver with a bracket in the password", "X", "alice:p(w@tcp(db:3306)/shop", "mysql db:3306/shop 0.9"},
		{"Go's MySQL driver on a socket", "X", "alice:pw@unix(/run/mysql.sock)/shop", ""},
		{"libpq", "X", "host=db port=5432 dbname=shop user=a password='p w'", "postgresql db:5432/shop 0.9"},
		{"libpq with several hosts", "X", "host=db1,db2 port=5432,5433 dbname=shop", "postgresql db1:5432,db2:5433/shop 0.9"},
		{"libpq on a socket", "X", "host=/run/postgresql dbname=shop", ""},
		{"ADO.NET", "X", "Server=tcp:db.shop.test,1433;Initial Catalog=shop;User ID=a;Password=b;", "db.shop.test:1433/shop 0.9"},
		{"ADO.NET of PostgreSQL", "X", "Host=db;Port=5432;Database=shop;Username=a;Password=b", "db:5432/shop 0.9"},
		{"a service bus", "X", "Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey=secret=", "sb shop.servicebus.windows.net 0.9"},
		{"brokers", "KAFKA_BOOTSTRAP_SERVERS", "k1:9092,k2:9092", "k1:9092,k2:9092 0.8"},
		{"brokers with protocol", "X", "PLAINTEXT://k1:9092,PLAINTEXT://k2:9092", "plaintext k1:9092,k2:9092 0.9"},
		{"nats servers", "X", "nats://n1:4222, nats://n2:4222", "nats n1:4222,n2:4222 0.9"},
		{"host and port", "CATALOG_ADDR", "catalog:3550", "catalog:3550 0.8"},
		{"host and port with a path", "X", "auth:8080/verify", "auth:8080 0.8"},
		{"credentials without a scheme", "X", "alice:pw@rabbit:5672/", "rabbit:5672 0.8"},
		{"an address", "X", "10.1.2.3:5432", "10.1.2.3:5432 0.8"},
		{"version 6", "X", "http://[fd00::1]:8080/", "http fd00::1:8080 0.9"},
		{"a cluster name", "X", "orders.shop.svc.cluster.local", "orders.shop.svc.cluster.local 0.9"},
		{"a cluster name with port", "X", "orders.shop.svc:80", "orders.shop.svc:80 0.9"},
		{"a known name with namespace", "FOO", "orders.shop", "orders.shop 0.9"},
		{"a domain name under a key that says host", "MAIL_HOST", "smtp.mail.test-relay.com", "smtp.mail.test-relay.com 0.9"},
		{"a domain name under another key", "MAIL_DOMAIN", "test-relay.com", ""},
		{"a known bare name under a key that says host", "REDIS_HOST", "redis", "redis 0.6"},
		{"a known bare name under a Spring key", "spring.redis.hostName", "redis", "redis 0.6"},
		{"a known bare name under a key that is the name", "push-gateway", "pushgateway", "pushgateway 0.6*"},
		{"a known bare name under another key", "SESSION_STORE", "redis", ""},
		{"a known bare name as a connection", "EventBusConnection", "redis", "redis 0.6"},
		{"a known bare name under words written together", "CATALOGUE_PGHOST", "db", "db 0.6"},
		{"a known bare name under a longer word", "MYSQLHOST", "db", "db 0.6"},
		{"the host of what serves documents", "SHOP_DOCS_HOST", "orders", "orders 0.6"},
		{"a link to documents", "DOCS_URL", "http://orders/docs", ""},
		{"known bare names of nodes", "stream.kafka.binder.zkNodes", "redis", "redis 0.6"},
		{"a known bare name to connect to", "ZOOKEEPER_CONNECT", "redis", "redis 0.6"},
		{"a known bare name as a contact point", "contact-points", "db", "db 0.6"},
		{"a known bare name as a connection string", "ConnectionString", "redis", "redis 0.6"},
		{"the machine below the container", "API_URL", "http://host.docker.internal:8080", ""},
		{"a check of health", "HealthChecksUI__HealthChecks__0__Uri", "http://orders/hc", "http orders 0.9*"},
		{"a sink of logs", "Serilog__WriteTo__Seq", "http://seq", "http seq 0.9*"},
		{"an unknown bare name", "REDIS_HOST", "cache", ""},
		{"an own name", "SERVICE_NAME", "orders", ""},
		{"a bucket", "X", "s3://shop-invoices/2024/", "s3 s3.amazonaws.com/shop-invoices 0.9"},
		{"a bucket in a store of one's own", "X", "s3://shop-invoices?region=eu-west-1&endpoint=store:9000&s3ForcePathStyle=true", "s3 store:9000/shop-invoices 0.9"},
		{"a bucket in a store by its URL", "X", "s3://shop-invoices/2024/?endpoint=http%3A%2F%2Fstore%3A9000", "s3 store:9000/shop-invoices 0.9"},
		{"a bucket with other parameters", "X", "s3://shop-invoices?region=eu-west-1", "s3 s3.amazonaws.com/shop-invoices 0.9"},
		{"a queue by its resource name", "X", "arn:aws:sqs:eu-west-1:123456789012:orders", "sqs.eu-west-1.amazonaws.com/orders 0.9"},
		{"a role by its resource name", "X", "arn:aws:iam::123456789012:role/orders", ""},
		{"a registry's name", "X", "lb://orders", "lb orders 0.9"},
		{"gRPC's resolver", "X", "dns:///orders.shop:50051", "dns orders.shop:50051 0.9"},
		{"an OCI chart", "X", "oci://ghcr.io/shop/charts", "oci ghcr.io 0.9"},
		{"a repository at a forge", "spring.cloud.config.server.git.uri", "https://github.com/shop/settings", "https github.com of github.com/shop/settings 0.9"},
		{"a repository elsewhere", "X", "https://bot:secret@git.shop.test/team/settings.git", "https git.shop.test of git.shop.test/team/settings 0.9"},
		{"a page of a forge", "X", "https://github.com/shop/settings/issues/1", "https github.com 0.9"},
		{"a forge without a repository", "X", "https://github.com/shop", "https github.com 0.9"},

		{"a listener", "KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://k1:9092", ""},
		{"what it listens on", "LISTEN_ADDR", "orders:8080", ""},
		{"all interfaces", "X", "0.0.0.0:8080", ""},
		{"a port alone", "X", ":8080", ""},
		{"loopback", "X", "http://localhost:8080", ""},
		{"loopback by number", "X", "127.0.0.1:8080", ""},
		{"a file", "X", "file:///etc/app.yaml", ""},
		{"a socket", "X", "unix:///run/x.sock", ""},
		{"a path", "X", "/var/lib/x:/data", ""},
		{"a list of paths", "KUBECONFIG", "/etc/a/kubeconfig:/etc/b/kubeconfig", ""},
		{"an image", "IMAGE", "redis:7", ""},
		{"a time", "X", "12:30", ""},
		{"a status", "service", "http_status:404", ""},
		{"a protocol and a port", "X", "stun:8555", ""},
		{"a Java class", "X", "org.springframework.Foo", ""},
		{"an image under a longer key", "IMAGE_OF_DB", "redis:7", ""},
		{"the host of a service for images", "IMAGE_STORE_HOST", "redis", "redis 0.6"},
		{"a version", "X", "1.2.3", ""},
		{"a template", "X", "http://${HOST}:8080", ""},
		{"a template with percent", "X", "http://%s:8080", ""},
		{"a wildcard", "X", "https://*.shop.test", ""},
		{"a schema", "X", "http://www.w3.org/2001/XMLSchema", ""},
		{"hosts that need no proxy", "NO_PROXY", "orders:80,redis:6379", ""},
		{"allowed origins", "CORS_ALLOWED_ORIGINS", "https://shop.test", ""},
		{"where people reach it", "GF_SERVER_ROOT_URL", "https://grafana.shop.test", ""},
		{"a boolean", "X_URL", "true", ""},
		{"nothing", "X", "", ""},

		{"OpenTelemetry by key", "OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:8888", "http collector:8888 0.9*"},
		{"OpenTelemetry by port", "COLLECTOR", "collector:4317", "collector:4317 0.8*"},
		{"Jaeger by port", "jaegerAddress", "jaeger:6831", "jaeger:6831 0.8*"},
		{"a collector by its key", "PROFILE_COLLECTOR_HOST", "agent.shop", "agent.shop 0.9*"},
		{"a store of profiles", "X", "http://pyroscope:4040", "http pyroscope:4040 0.9*"},
		{"what a program calls itself to clients of RMI", "java.rmi.server.hostname", "orders.shop", ""},
		{"where browsers are sent on", "default_redirection_url", "https://home.shop.test", ""},
		{"Jaeger's query page is no telemetry", "TRACES_UI", "http://jaeger:16686", "http jaeger:16686 0.9"},
		{"logs pushed to Loki by path", "url", "http://logs:3100/loki/api/v1/push", "http logs:3100 0.9*"},
		{"raw lines pushed to Loki by path", "url", "http://logs:3100/loki/api/v1/raw", "http logs:3100 0.9*"},
		{"logs pushed to an agent by path", "url", "http://agent.example/promtail/api/v1/raw", "http agent.example 0.9*"},
		{"asking Loki is no push", "url", "http://logs:3100/loki/api/v1/query_range", "http logs:3100 0.9"},
		{"events for Splunk by path", "url", "https://hec.example:8088/services/collector/event", "https hec.example:8088 0.9*"},
		{"metrics of a tenant for VictoriaMetrics by path", "url", "http://vm:8480/insert/0/prometheus/api/x", "http vm:8480 0.9*"},
		{"logs for VictoriaLogs by path", "url", "http://vl:9428/insert/jsonline?_time_field=t", "http vl:9428 0.9*"},
		{"a path that ends in a slash", "url", "http://c:4318/v1/logs/", "http c:4318 0.9*"},
		{"inserting something else is no push", "url", "http://erp:80/insert/order", "http erp:80 0.9"},
		{"asking for one trace is no push", "url", "http://traces-ui:16686/api/traces/1f", "http traces-ui:16686 0.9"},
		{"searching logs is no push", "url", "http://dd.example/api/v2/logs/events/search", "http dd.example 0.9"},
		{"a longer word is no receiver", "url", "http://x9:80/gelfling", "http x9:80 0.9"},
		{"logs for Datadog by path", "url", "https://intake.example/api/v2/logs", "https intake.example 0.9*"},
		{"writing to a store of time series is its use", "url", "http://series:8086/api/v2/write", "http series:8086 0.9"},
		{"filling an index is its use", "url", "http://search:9200/_bulk", "http search:9200 0.9"},
		{"remote write by path", "url", "http://mimir/api/v1/push", "http mimir 0.9*"},
		{"where a client of Sentry reports to", "SENTRY_DSN", "http://key@orders/1", "http orders 0.9*"},
		{"a setting of Sentry itself", "SENTRY_ORDERS_HOST", "http://orders:1218", "http orders:1218 0.9"},
		{"metrics that are exported", "MANAGEMENT_METRICS_EXPORT_WAVEFRONT_URI", "proxy://orders:2878", "proxy orders:2878 0.9*"},
		{"a log shipper", "LOG_HOST", "fluent-bit.logging.svc", "fluent-bit.logging.svc 0.9*"},

		{"a property of Java", "JAVA_OPTS", "-Xmx1g -Dredis.host=redis -Ddb.url=jdbc:postgresql://db/shop", "redis 0.6; postgresql db/shop 0.9"},
		{"URLs in prose", "X", "see http://orders/a, or http://redis/b.", "http orders 0.9; http redis 0.9"},
		{"members of an etcd cluster", "X", "a=http://e-0:2380,b=http://e-1:2380", "http e-0:2380,e-1:2380 0.9"},
	} {
		t.Run(c.what, func(t *testing.T) {
			got := show(Find(c.text, Context{Key: c.key, Known: known}))
			if got != c.want {
				t.Errorf("Find(%q, key %q) = %q, want %q", c.text, c.key, got, c.want)
			}
		})
	}
}

func TestWhatKeepsData(t *testing.T) {
	for text, want := range map[string]bool{
		"jdbc:postgresql://books/x": true, "books:5432": true, "books:9092": true, "http://books-mongodb": true, "books-cache.shop.svc:80": true, "http://user-db:8080": true,
		"books:8080": false, "http://books:443": false, "http://db-admin:80": false, "books:9000": false,
	} {
		refs := Find(text, Context{Key: "X_ADDR"})
		if len(refs) != 1 || refs[0].KeepsData() != want {
			t.Errorf("Find(%q) = %s, which keeps data: want %v", text, show(refs), want)
		}
	}
}

func TestFindInRunningTextTakesOnlyWhatCannotBeAnythingElse(t *testing.T) {
	known := knows("db", "redis")
	for text, want := range map[string]string{
		"until nc -z db 5432; do sleep 1; done":           "db:5432 0.8",
		"until nslookup redis; do echo waiting; done":     "redis 0.6",
		"exec app --listen=:80 --cache redis:6379":        "redis:6379 0.8",
		"main.go:12 failed, see foo:33":                   "",
		"curl -sf http://orders/health || exit 1":         "http orders 0.9",
		"DB_URL=\"postgres://a:b@db/shop\" ./run":         "postgres db/shop 0.9",
		"wait-for-it.sh db:5432 -- npm start":             "db:5432 0.8",
		"psql -h db -U postgres":                          "db 0.6",
		"redis is the name of a cache and db of a drawer": "",
	} {
		if got := show(Find(text, Context{Known: known, Loose: true})); got != want {
			t.Errorf("Find(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestArgsOfOneFlagGivenTwiceAreAlternatives(t *testing.T) {
	args := []string{"--github-endpoint=http://ghproxy", "--github-endpoint=https://api.hub.test", "--db", "db:5432", "-v", "--config=/etc/a.yaml", "serve", "http://orders:80"}
	var got []string
	for _, a := range Args(args, knows("db")) {
		got = append(got, fmt.Sprintf("%d+%d %s", a.Index, a.At, show([]Ref{a.Ref})))
	}
	want := []string{"0+18 http ghproxy,api.hub.test 0.9", "3+0 db:5432 0.8", "7+0 http orders:80 0.9"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Args (-want +got):\n%s", diff)
	}
}

func TestExpand(t *testing.T) {
	look := func(name string) (string, bool) {
		v, ok := map[string]string{"HOST": "db", "PORT": "5432"}[name]
		return v, ok
	}
	for in, want := range map[string]string{
		"$(HOST):$(PORT)":   "db:5432",
		"$$(HOST)":          "$(HOST)",
		"$(NOBODY):1":       "$(NOBODY):1",
		"$(HOST":            "$(HOST",
		"a$":                "a$",
		"$HOST":             "$HOST",
		"$$$(HOST)":         "$db",
		"no variables here": "no variables here",
	} {
		if got := Expand(in, look); got != want {
			t.Errorf("Expand(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"$HOST:${PORT}":            "db:5432",
		"${NOBODY:-${HOST}}:1":     "db:1",
		"${NOBODY-x}":              "x",
		"${NOBODY:?must be set}":   "${NOBODY:?must be set}",
		"${HOST:+yes}":             "yes",
		"${HOST":                   "${HOST",
		"$(HOST)":                  "$(HOST)",
		"${A:-${B:-${C:-nested}}}": "nested",
	} {
		if got := ExpandShell(in, look); got != want {
			t.Errorf("ExpandShell(%q) = %q, want %q", in, got, want)
		}
	}
}

// Whatever stands where a password stands never leaves the package.
func TestNoSecretLeaves(t *testing.T) {
	shapes := []string{
		"postgres://alice:%s@db:5432/shop", "redis://:%s@cache:6379/0", "alice:%s@tcp(db:3306)/shop",
		"host=db port=5432 password=%s dbname=shop", "host=db password='%s' dbname=shop", "Server=db;Database=shop;User Id=a;Password=%s",
		"amqp://alice:%s@q1:5672,q2:5672/v", "https://api.pay.test/hook?token=%s", "https://api.pay.test/%s", "jdbc:sqlserver://db;user=a;password=%s",
		"mongodb+srv://a:%s@c.mongo.test/shop", "AccountName=a;AccountKey=%s;EndpointSuffix=core.test", "a:%s@rabbit:5672", "--dsn=postgres://a:%s@db/x",
	}
	tiertest.Check(t, func(t *rapid.T) {
		secret := "zq" + rapid.StringMatching(`[A-Za-z0-9/?#@:;,&%+=.()\[\]-]{6,20}`).Draw(t, "secret") + "qz"
		text := strings.Replace(rapid.SampledFrom(shapes).Draw(t, "shape"), "%s", secret, 1)
		for _, r := range Find(text, Context{Key: "DSN", Known: knows("db")}) {
			for _, h := range r.Hosts {
				if leaks(h.Name, secret) {
					t.Fatalf("Find(%q): host %q holds a part of the secret", text, h.Name)
				}
			}
			if leaks(r.Database, secret) || leaks(r.Scheme, secret) {
				t.Fatalf("Find(%q): %+v holds a part of the secret", text, r)
			}
		}
	})
}

// leaks says whether s holds the head or the tail of a secret, both of which are marked.
func leaks(s, secret string) bool {
	s = strings.ToLower(s)
	secret = strings.ToLower(secret)
	return s != "" && (strings.Contains(s, secret[:4]) || strings.Contains(s, secret[len(secret)-4:]))
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"http://a:1/b", "a:1,b:2", "u:p@tcp(h:1)/d", "host=a port=1 user=b", "Server=a;Database=b", "://", "$(A)", "[::1]:2", "jdbc:oracle:thin:@a"} {
		f.Add("KEY", s)
	}
	f.Fuzz(func(t *testing.T, key, text string) {
		for _, r := range Find(text, Context{Key: key, Known: knows("a")}) {
			if len(r.Hosts) == 0 || r.Form == 0 || r.At < 0 || r.At > len(text) {
				t.Errorf("Find(%q) = %+v", text, r)
			}
		}
		Config("x", text, nil)
		Args(strings.Fields(text), nil)
		ExpandShell(Expand(text, func(string) (string, bool) { return "x", true }), func(string) (string, bool) { return "y", true })
	})
}

// TestASignalIsWhatIsWrittenOfItsOwnAddress: of several addresses in one text each is
// judged by its own path, in time linear in the text.
func TestASignalIsWhatIsWrittenOfItsOwnAddress(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"http://api2.shop/x,http://store2.shop/v1/logs", "api2.shop store2.shop false "},
		{"http://store2.shop/v1/logs http://api2.shop/v1/logs", "store2.shop api2.shop true "},
		{"curl http://api2.shop/x; cat /loki/api/v1/push", "api2.shop false "},
		{"store2.shop:80/v1/traces", "store2.shop true "},
	} {
		got := ""
		for _, r := range Find(c.text, Context{Key: "urls", Loose: strings.HasPrefix(c.text, "curl")}) {
			for _, h := range r.Hosts {
				got += h.Name + " "
			}
			got += fmt.Sprint(r.Telemetry, " ")
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
	}
	many := strings.Repeat("http://api2.shop/a/b/c ", 40_000)
	if n := len(Find(many, Context{Key: "x", Loose: true})); n != 40_000 {
		t.Errorf("%d references, want 40000", n)
	}
}
