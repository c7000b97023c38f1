package proxyfile_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/analyzer/tiertest"
	"github.com/fateline/fateline/ingest/proxyfile"
)

func TestWhichProxyReadsAFile(t *testing.T) {
	for _, x := range []struct{ name, text, want string }{
		{"Caddyfile", "", "caddy"},
		{"sites/shop.caddyfile", "", "caddy"},
		{"Caddyfile.dev", "", "caddy"},
		{"default.conf", "server {\n location / { proxy_pass http://a; }\n}\n", "nginx"},
		{"default.conf", "server {\n root /srv;\n}\n", ""}, // passes nothing on
		{"snippet.conf", "proxy_pass http://a;\n", ""},     // in no block
		{"nginx.conf", "proxy_pass http://a;\n", "nginx"},
		{"nginx.conf", "# of the shop\nuser www;\nevents { worker_conn", "nginx"}, // cut before it passes anything on
		{"nginx.conf", "worker_proc", "nginx"},
		{"nginx.conf", "# only this\n", ""},
		{"nginx.conf", "[program:nginx]\ncommand = nginx\n", ""},
		{"nginx.conf", "input { beats { port => 5044 } }\n", ""},
		{"nginx.conf", "<source>\n</source>\n", ""},
		{"nginx.conf", "description \"nginx\"\n", ""},
		{"nginx/conf.d/a.conf", "server_name a.example", "nginx"},
		{"sites-enabled/shop.conf", "server {\n listen 80;\n", "nginx"},
		{"etc/conf.d/upstreams.conf", "upstream a {\n server b:80;\n}\n", "nginx"},
		{"etc/conf.d/stats.conf", "listen stats\n  bind :80\n", ""}, // HAProxy's
		{"etc/conf.d/local.conf", "<VirtualHost *:80>\n", "apache"},
		{"etc/conf.d/local.conf", "server=/example/192.0.2.1\n", ""},
		{"haproxy.cfg", "backend b\n  server s a:80\n", "haproxy"},
		{"haproxy.nomad.tpl", "template {\n data = <<E\nbackend b\n  server s a:80\nE\n}\n", ""},
		{"site.conf", "ProxyPass / http://a/\n", "apache"},
		{"httpd.conf", "Listen 80\n<IfModule x>\n", "apache"}, // cut before it passes anything on
		{"sites-enabled/shop.conf", "<VirtualHost *:80>\n", "apache"},
		{"web/.htaccess", "RewriteEngine on\nProxyPass /a http://a/\n", "apache"},
		{"web/.htaccess", "RewriteEngine on\n", ""},
		{"setup.cfg", "[backend]\nserver = a\n", ""},
		{"envoy.yaml", "static_resources: {}\n", "envoy"},
		{"envoy.yaml.tmpl", "static_resources: {}\n", "envoy"},
		{"cm.yaml", "apiVersion: v1\nkind: ConfigMap\ndata:\n  e: |\nstatic_resources: {}\n", ""},
		{"dynamic.yml", "http:\n  services:\n    a: {loadBalancer: {}}\n", "traefik"},
		{"dynamic.toml", "[http.services.a.loadBalancer]\n", "traefik"},
		{"dynamic.toml", "[http.services.a]\nurl = \"http://b\"\n", ""},
		{"rules.toml", "[backends]\n  [backends.a.servers.b]\n  url = \"http://c\"\n", "traefik"},
		{"static.toml", "[entryPoints.web]\naddress = \":80\"\n", "traefik"},
		{"traefik.toml", "[providers.file]\ndirectory = \"/etc\"\n", "traefik"},
		{"other.toml", "[providers.file]\ndirectory = \"/etc\"\n", ""},
		{"Traefik.yml", "providers:\n  file: {}\n", "traefik"},
		{"traefik.yml", "services:\n  traefik:\n    image: traefik\nproviders: {}\n", ""},
		{"static.yml", "providers: {}\nentryPoints: {}\n", "traefik"},
		{"api.yml", "openapi: 3.0.0\nhttp:\n  a: {loadBalancer: {}}\n", ""},
		{"notes.txt", "server { proxy_pass http://a; }\n", ""},
	} {
		if got := proxyfile.Format(x.name, []byte(x.text)); got != x.want {
			t.Errorf("%s %q: %q, want %q", x.name, x.text, got, x.want)
		}
	}
}

func TestWhatTheProxyThatReadsAFileNeeds(t *testing.T) {
	for _, x := range []struct{ name, file, text, want string }{
		{
			"the one upstream of nginx is needed", "nginx.conf",
			"http {\n upstream up { server a:80; server b:80; }\n server { location / { proxy_pass http://up; } }\n}\n",
			"routes-to run down a:80@2:23 b:80@2:36 (proxy_pass up)",
		},
		{
			"of several, each is a share and any is needed", "nginx.conf",
			"http { server {\nlocation /a { proxy_pass http://a; }\nlocation /b { set $to b; proxy_pass http://$to; }\n} }\n",
			"routes-to run degraded a@2:26 (proxy_pass)\nroutes-to run degraded b@3:37 (proxy_pass)\nroutes-to run down a@2:26 b@3:37 (any of its routes)",
		},
		{
			"HAProxy waits for any server of its backend", "haproxy.cfg",
			"backend b\n  server one a:80 check\n  server two ipv4@b:80 backup\n",
			"routes-to run down a:80@2:14 b:80@3:14 (backend b)",
		},
		{
			"Caddy hands arguments on from snippet to snippet", "Caddyfile",
			"(outer) {\n import inner {args[0]} x\n}\n(inner) {\n reverse_proxy {args[0]}:80\n}\n:80 {\n import outer cart\n}\n",
			"routes-to run down cart:80@8:15 (reverse_proxy)",
		},
		{
			"Caddy looks names up anew, written in a line or a block", "Caddyfile",
			":80 {\n reverse_proxy {\n  dynamic a one 80\n  dynamic srv {\n   name two\n  }\n }\n}\n",
			"routes-to run down one@3:13 two@5:9 (reverse_proxy)",
		},
		{
			"Caddy asks before it passes on", "Caddyfile",
			":80 {\n forward_auth gate:9091 {\n  uri /v\n }\n reverse_proxy @x {$UP:web:80} unix//run/x.sock\n}\n",
			"authenticates run down gate:9091@2:15 (forward_auth)\nroutes-to run down web:80@5:19 (reverse_proxy)",
		},
		{
			"Caddy 1 and streams of Caddy 2 pass on to what stands behind the path, and in the block", "Caddyfile",
			"shop.example {\n proxy /cart cart:80 {\n  transparent\n }\n proxy / https://web\n}\n{\n layer4 {\n  :5432 {\n   route {\n    proxy {\n     upstream db:5432\n    }\n   }\n  }\n }\n}\n",
			"routes-to run degraded cart:80@2:14 (proxy)\nroutes-to run degraded web@5:10 (proxy)\nroutes-to run degraded db:5432@12:15 (proxy)\n" +
				"routes-to run down cart:80@2:14 web@5:10 db:5432@12:15 (any of its routes)",
		},
		{
			"Traefik fills in the rest itself", "dynamic.yml",
			"http:\n  routers: {r: {rule: 'Host(`{{ env \"NAME\" }}`)', service: s}}\n  services:\n    s: {loadBalancer: {servers: [{url: 'http://a:80'}, {url: 'http://{{ env \"B\" }}:80'}]}}\n",
			"routes-to run down a:80@4:40 (service s)",
		},
		{
			"Traefik uses the service of a router", "dynamic.yml",
			"http:\n  routers: {r: {rule: x, service: s}}\n  services:\n    s: {loadBalancer: {servers: [{url: 'http://a:80'}]}}\n    unused: {loadBalancer: {servers: [{url: 'http://b:80'}]}}\n",
			"routes-to run down a:80@4:40 (service s)",
		},
		{
			"Envoy traces to a cluster that nobody waits for", "envoy.yaml",
			"tracing: {http: {collector_cluster: t, cluster: t}}\nstatic_resources:\n  clusters:\n" +
				"  - {name: t, load_assignment: {socket_address: {address: zipkin}}}\n  - {name: c, load_assignment: {socket_address: {address: cart}}}\n",
			"publishes run unaffected zipkin@4:59 (cluster t)\nroutes-to run down cart@5:59 (cluster c)",
		},
		{
			"nginx has upstreams that the file which includes this one passes to", "conf.d/upstreams.conf",
			"upstream a {\n server b:80;\n server c:80 backup;\n}\nupstream d {\n server e:80;\n}\n",
			"routes-to run degraded b:80@2:9 c:80@3:9 (upstream a)\nroutes-to run degraded e:80@6:9 (upstream d)\nroutes-to run down b:80@2:9 c:80@3:9 e:80@6:9 (any of its routes)",
		},
		{
			"of upstreams nginx uses those that it passes to", "nginx.conf",
			"upstream a {\n server b:80;\n}\nupstream unused {\n server c:80;\n}\nserver { location / { proxy_pass http://a; } }\n",
			"routes-to run down b:80@2:9 (proxy_pass a)",
		},
		{
			"Apache passes on to servers, and to the members of balancers", "httpd.conf",
			"Define HOST prices\n<VirtualHost *:80>\n ProxyPass /static !\n ProxyPass \"/cart\" \"http://cart:8080/\" retry=0\n" +
				" <Location /pay>\n  proxypass https://pay:8443/\n </Location>\n ProxyPass /x balancer://Pool/x\n <Proxy balancer://pool>\n  BalancerMember http://a:80\n" +
				"  BalancerMember http://b:80/x\n </Proxy>\n RewriteRule ^/prices/(.*)$ \\\n   http://${HOST}:81/$1 [P,L]\n RewriteRule ^/old http://old.example/ [R]\n" +
				" SetHandler \"proxy:fcgi://php:9000\"\n ProxyPass /local unix:/run/x.sock|http://localhost/\n</VirtualHost>\n",
			"routes-to run degraded cart:8080@4:20 (ProxyPass)\nroutes-to run degraded pay:8443@6:13 (proxypass)\n" +
				"routes-to run degraded a:80@10:18 b:80@11:18 (ProxyPass balancer://pool)\nroutes-to run degraded prices:81@14:4 (RewriteRule)\n" +
				"routes-to run degraded php:9000@16:13 (SetHandler)\n" +
				"routes-to run down cart:8080@4:20 pay:8443@6:13 a:80@10:18 b:80@11:18 prices:81@14:4 php:9000@16:13 (any of its routes)",
		},
		{"what is not known until it runs is no need", "Caddyfile", ":80 {\n reverse_proxy {$UP} {env.X}:80 {args[0]}\n}\n", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			needs, documents, err := proxyfile.Needs(x.file, x.text, strict.Limits{})
			if err != nil || documents != 1 {
				t.Fatalf("%d documents, %v", documents, err)
			}
			var got []string
			for _, n := range needs {
				var servers []string
				for _, s := range n.Servers {
					servers = append(servers, fmt.Sprintf("%s@%d:%d", s.Text, s.Line, s.Col))
				}
				got = append(got, fmt.Sprintf("%s %s %s %s (%s)", n.Terms.Via, n.Terms.Phases, n.Terms.IfLost, strings.Join(servers, " "), n.Note))
			}
			if got := strings.Join(got, "\n"); got != x.want {
				t.Errorf("got\n%s\nwant\n%s", got, x.want)
			}
		})
	}
}

// What Format finds, Possible does not rule out: the texts are of the words by which
// Format knows its own.
func TestWhatIsNotPossibleIsNoProxy(t *testing.T) {
	words := []string{
		"\n", "\n", " ", "\t", ":", "{", "}", ";", "x", "server", "http", "location", "upstream", "proxy_pass", "grpc_pass", "memcached_pass", "backend", "listen", "bind", "mode",
		"static_resources", "dynamic_resources", "staticResources", "dynamicResources", "http:", "tcp:", "loadBalancer:", "weighted:", "failover:", "mirroring:", "forwardAuth:", "\"",
		"events", "worker_processes 1;", "include x;", "root /srv;", "return 200;",
		"[http.services.a.loadBalancer]", "[backends.a]", "[entryPoints]", "entryPoints:", "providers:", "[providers]",
	}
	tiertest.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 12).Draw(t, "text"), "")
		name := rapid.SampledFrom([]string{"nginx.conf", "default.conf", "haproxy.cfg", "a.cfg", "envoy.yaml", "a.yml", "a.json", "Caddyfile", "Caddyfile.dev", "x.caddyfile", "x.Caddyfile", "a.template", "a.vhost", "A.CONF", "my-Nginx", "etc/sites-enabled/a", "a.toml", "Traefik.toml", "traefik.yaml", "x"}).Draw(t, "name")
		if format := proxyfile.Format(name, []byte(text)); format != "" && !proxyfile.Possible(name, text) {
			t.Fatalf("%s is of %s: %q", name, format, text)
		}
	})
}
