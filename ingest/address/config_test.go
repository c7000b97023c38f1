package address

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestConfigReadsEveryCommonFormat(t *testing.T) {
	known := knows("redis", "orders", "db")
	for _, c := range []struct{ what, name, text, want string }{
		{
			"properties", "application.properties", "# http://comment:1\nspring.datasource.url=jdbc:postgresql://db:5432/shop\nspring.redis.host = redis\n",
			"2:23 spring.datasource.url postgresql db:5432/shop 0.9\n3:21 spring.redis.host redis 0.6",
		},
		{
			"YAML", "application.yaml", "spring:\n  datasource:\n    url: \"jdbc:mysql://db/shop\" # main\n  kafka:\n    brokers:\n    - k1:9092\n    - k2:9092\nname: orders\n",
			"3:11 spring.datasource.url mysql db/shop 0.9\n6:7 spring.kafka.brokers k1:9092 0.8\n7:7 spring.kafka.brokers k2:9092 0.8",
		},
		{
			"JSON", "config.json", "{\n  \"db\": {\"url\": \"postgres://a:b@db/shop\"},\n  \"peers\": [\"p1:80\", \"p2:80\"]\n}",
			"2:18 db.url postgres db/shop 0.9\n3:14 peers p1:80 0.8\n3:23 peers p2:80 0.8",
		},
		{
			"JSON on one line", "config.json", `{"a":{"host":"redis"},"b":"http://orders/x"}`,
			"1:15 a.host redis 0.6\n1:28 b http orders 0.9",
		},
		{
			"JSON with a source of data in words", "appsettings.json", `{"Main": "User ID=u;Password=p;Database=shop;Host=db;Port=5432", "Note": "ask db; or orders = gone"}`,
			"1:51 Main db:5432/shop 0.9",
		},
		{
			"TOML", "config.toml", "[server]\nlisten = \"0.0.0.0:80\"\n[store]\nendpoint = \"http://orders:9000\" # x\nhosts = [\"redis:6379\"]\n",
			"4:13 store.endpoint http orders:9000 0.9\n5:11 store.hosts redis:6379 0.8",
		},
		{"INI", "grafana.ini", "; note\n[database]\nhost = db:3306\n", "3:8 database.host db:3306 0.8"},
		{
			"nginx", "default.conf", "upstream shop {\n  server orders:8080 weight=5;\n}\nserver {\n  listen 80;\n  server_name shop.test;\n  location / {\n    proxy_pass http://orders:8080/;\n  }\n}\n",
			"2:10 upstream.server orders:8080 0.8\n8:16 server.location.proxy_pass http orders:8080 0.9",
		},
		{
			"Envoy", "envoy.yaml", "clusters:\n- name: orders\n  load_assignment:\n    endpoints:\n    - lb_endpoints:\n      - endpoint: {address: {socket_address: {address: redis, port_value: 6379}}}\n      - endpoint:\n          address:\n            socket_address:\n              address: orders\n              port_value: 80\n",
			"6:56 clusters.load_assignment.endpoints.lb_endpoints.endpoint redis 0.6\n10:24 clusters.load_assignment.endpoints.lb_endpoints.endpoint.address.socket_address.address orders 0.6",
		},
		{
			"flow style", "x.yaml", "targets: [orders:80, 'redis:6379'] # two\nback: {address: db, port: 5432, uri: http://orders/x}\n",
			"1:11 targets orders:80 0.8\n1:23 targets redis:6379 0.8\n2:17 back db 0.6\n2:38 back http orders 0.9",
		},
		{"an environment file", "app.env", "export ORDERS_URL='http://orders'\nX=1\n", "1:20 ORDERS_URL http orders 0.9"},
		{
			"a script", "run.sh", "#!/bin/sh\n# http://comment\nuntil nc -z db 5432; do sleep 1; done\ncurl http://orders/\n",
			"3:13  db:5432 0.8\n4:6  http orders 0.9",
		},
		{
			"XML", "config.xml", "<config>\n  <!-- <host>gone</host> -->\n  <Host name=\"a\">redis</Host>\n  <port>6379</port>\n  <user>redis</user>\n  <name>store.address</name>\n  <value>db:5432</value>\n</config>\n",
			"3:18 Host redis 0.6\n7:10 store.address db:5432 0.8",
		},
		{
			"XML that names where it listens", "core.xml", "<property>\n  <name>server.listen.address</name>\n  <value>orders:8020</value>\n</property>\n", "",
		},
		{"a query", "init.sql", "insert into x values ('http://orders/');", ""},
		{"a certificate", "tls", "-----BEGIN CERTIFICATE-----\nhttp://orders", ""},
		{
			"a scrape configuration", "prometheus.yml", "scrape_configs:\n- job_name: a\n  static_configs:\n  - targets: ['orders:9090', 'redis:9121']\n",
			"4:16 scrape_configs.static_configs.targets orders:9090 0.8\n4:31 scrape_configs.static_configs.targets redis:9121 0.8",
		},
	} {
		t.Run(c.what, func(t *testing.T) {
			var got []string
			for _, s := range Config(c.name, c.text, known) {
				if before := c.text[:s.At]; strings.Count(before, "\n")+1 != s.Line || len(before)-strings.LastIndex(before, "\n") != s.Col {
					t.Errorf("Config(%s): offset %d is not at %d:%d", c.name, s.At, s.Line, s.Col)
				}
				key := s.Path
				if s.Key == "" {
					key = ""
				}
				got = append(got, fmt.Sprintf("%d:%d %s %s", s.Line, s.Col, key, show([]Ref{s.Ref})))
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("Config(%s) (-want +got):\n%s", c.name, diff)
			}
		})
	}
}
