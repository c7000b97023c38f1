package proxy

import (
	"strings"
	"testing"

	"github.com/fateline/fateline/ingest/sourcetest"
)

const whole = "upstream shop {\n  server a.example:80;\n}\nserver {\n  location / { proxy_pass http://shop; }\n}\n"

func TestABrokenConfigurationOfNginxIsPartial(t *testing.T) {
	sourcetest.Broken(t, Source, []sourcetest.Case{
		{"whole", "nginx.conf", whole, ""},
		{"ends inside a block", "nginx.conf", whole[:len(whole)-2], "nginx-syntax 4:8"},
		{"ends inside two blocks", "nginx.conf", "http {\n" + whole[:len(whole)-2], "nginx-syntax 1:6, nginx-syntax 5:8"},
		{"ends inside a directive", "nginx.conf", whole + "worker_processes", "nginx-syntax 7:1"},
		{"ends inside a string", "nginx.conf", whole + "set $a 'open;\n", "nginx-syntax 7:1, nginx-syntax 7:8"},
		{"ends inside a variable", "nginx.conf", whole + "set $a ${open", "nginx-syntax 7:1, nginx-syntax 7:8"},
		{"closes nothing", "nginx.conf", whole + "}\n", "nginx-syntax 7:1"},
		{"a block ends a directive", "nginx.conf", "events { worker_connections 5 }\n" + whole, "nginx-syntax 1:10"},
		{"ends nothing", "nginx.conf", whole + ";\n", "nginx-syntax 7:1"},
		{"a block without a name", "nginx.conf", whole + "{ }\n", "nginx-syntax 7:1"},
		{"ends inside Lua", "nginx.conf", whole + "init_by_lua_block { if x then y = {", "nginx-syntax 7:19"},
		{"braces in Lua", "nginx.conf", whole + "init_by_lua_block { y = \"}\" -- }\n z = [[ } ]] }\n", ""},
		{"a brace on the next line", "nginx.conf", "server\n{\n  location /\n  {\n    proxy_pass http://a.example;\n  }\n}\n", ""},
		{"braces in a pattern and a variable", "nginx.conf", "server {\n  location ~ \"^/x{2}$\" { set $h ${host}a; return 301 \"https://a.example/{}\"; }\n" + "  location / { proxy_pass http://b.example; } # }\n}\n", ""},
		{"ends before it passes anything on", "nginx.conf", "user www;\nhttp {\n  server {\n    listen 80;\n", "nginx-syntax 2:6, nginx-syntax 3:10"},
		{"ends inside the first directive", "nginx.conf", "worker_proc", "nginx-syntax 1:1"},
		{"a site that ends before it passes anything on", "sites-enabled/shop.conf", "server {\n  listen 80;\n  server_na", "nginx-syntax 1:8, nginx-syntax 3:3"},
		{"upstreams that another file includes, cut", "nginx/conf.d/upstreams.conf", "upstream shop {\n  server a.example:80;\n", "nginx-syntax 1:15"},
		{"passes nothing on, and is whole", "nginx.conf", "server {\n  root /srv;\n}\n", ""},
		{"latin letters that are not UTF-8", "nginx.conf", "# caf\xe9\n" + whole, "bad-encoding 1:6"},
	})
}

const balanced = "global\n  daemon\n\nbackend shop\n  server a a.example:80 check\n"

func TestABrokenConfigurationOfHAProxyIsPartial(t *testing.T) {
	sourcetest.Broken(t, Source, []sourcetest.Case{
		{"whole", "haproxy.cfg", balanced, ""},
		{"ends inside a line", "haproxy.cfg", balanced[:len(balanced)-4], "haproxy-syntax 5:1"},
		{"ends inside a string", "haproxy.cfg", balanced + "  http-request deny if { path \"/x\n", "haproxy-syntax 6:31"},
		{"ends inside a condition", "haproxy.cfg", ".if defined(X)\n" + balanced, "haproxy-syntax 1:1"},
		{"ends no condition", "haproxy.cfg", balanced + ".endif\n", "haproxy-syntax 6:1"},
		{"a line of no section", "haproxy.cfg", "  mode http\n" + balanced, "haproxy-syntax 1:3"},
		{"a server without an address", "haproxy.cfg", balanced + "  server b\n", "haproxy-syntax 6:3"},
		{"a section without a name", "haproxy.cfg", balanced + "listen\n", "haproxy-syntax 6:1"},
		{"quotes that are closed, comments with quotes, escapes", "haproxy.cfg", balanced + "  acl a path_reg ^/it\\'s # don't\n  http-request set-header X \"it's # 1\"\n", ""},
		{"sections that are indented", "haproxy.cfg", "  global\n  daemon\n  backend shop\n  server a a.example:80\nbackend b\n  server b b.example:80\n", ""},
	})
}

func TestABrokenCaddyfileIsPartial(t *testing.T) {
	const whole = "a.example {\n  reverse_proxy b.example:80\n}\n"
	deep := strings.Repeat("a {\n", 300)
	sourcetest.Broken(t, Source, []sourcetest.Case{
		{"whole", "Caddyfile", whole, ""},
		{"without any block", "Caddyfile", "a.example\nreverse_proxy b.example:80", ""},
		{"ends inside a block", "Caddyfile", whole[:len(whole)-2], "caddy-syntax 1:11"},
		{"ends inside two blocks", "Caddyfile", "a {\n handle /x {\n", "caddy-syntax 1:3, caddy-syntax 2:12"},
		{"closes nothing", "Caddyfile", whole + "}\n", "caddy-syntax 4:1"},
		{"ends inside a string", "Caddyfile", "a {\n respond \"b\n}\n", "caddy-syntax 1:3, caddy-syntax 2:10"},
		{"ends inside a string in backticks", "Caddyfile", "respond `b", "caddy-syntax 1:9"},
		{"ends inside a here-document", "Caddyfile", "a {\n respond <<X\n }\n", "caddy-syntax 1:3, caddy-syntax 2:10"},
		{"quotes, escapes, comments, words with braces", "Caddyfile", "# {\na {\n respond \"it's { \\\" }\" # {\n header X {http.host}\n log `a {\n}`\n}\n", ""},
		{"blocks without end", "Caddyfile", deep, "caddy-syntax 201:3"},
		{"snippets that import each other", "Caddyfile", "(a) {\n import b\n import b\n}\n(b) {\n import a\n import a\n}\nc {\n import a\n}\n", ""},
		{"broken letters", "Caddyfile", "# \xff\n" + whole, "bad-encoding 1:3"},
	})
}

func TestABrokenConfigurationOfTraefikIsPartial(t *testing.T) {
	const whole = "http:\n  services:\n    a: {loadBalancer: {servers: [{url: \"http://b.example\"}]}}\n"
	sourcetest.Broken(t, Source, []sourcetest.Case{
		{"whole", "dynamic.yml", whole, ""},
		{"ends inside a map", "dynamic.yml", whole[:len(whole)-2], "yaml-syntax 3:5"},
		{"a key twice", "dynamic.yml", whole + "http: {}\n", "duplicate-key 4:1"},
		{"services that fall back on each other", "dynamic.yml", "http:\n  routers: {r: {service: a}}\n  services:\n    a: {failover: {service: b, fallback: b}}\n    b: {failover: {service: a, fallback: a}}\n", ""},
	})
}

func TestABrokenConfigurationOfTraefikInTOMLIsPartial(t *testing.T) {
	const whole = "[http.services.a.loadBalancer]\n  [[http.services.a.loadBalancer.servers]]\n  url = \"http://b.example\"\n"
	sourcetest.Broken(t, Source, []sourcetest.Case{
		{"whole", "dynamic.toml", whole, ""},
		{"ends inside a string", "dynamic.toml", whole[:len(whole)-2], "toml-syntax 3:26"},
		{"a key twice", "dynamic.toml", whole + "  url = \"http://c.example\"\n", "toml-syntax 1:1"},
		{"a server that is a text", "dynamic.toml", "[http.services.a]\nloadBalancer.servers = [\"http://b.example\"]\n", ""},
		{"nests too deep", "dynamic.toml", whole + "a = " + strings.Repeat("[", 300) + "\n", "too-deep 4:1"},
		{"broken letters", "dynamic.toml", "# \xff\n" + whole, "bad-encoding 1:3"},
		{"a static one that ends inside a header", "traefik.toml", "[entryPoints.web]\naddress = \":80\"\n[providers.con", "toml-syntax 3:12"},
		{"what is static in YAML ends inside a list", "traefik.yml", "entryPoints: {web: {address: \":80\"}}\nproviders: {redis: {endpoints: [\n", "yaml-syntax 2:1"},
		{"services of Traefik 1 that no frontend uses", "rules.toml", "[backends.a.servers.b]\nurl = 1\n[frontends.c]\nbackend = \"d\"\n", ""},
	})
}

func TestABrokenConfigurationOfApacheIsPartial(t *testing.T) {
	const whole = "<VirtualHost *:80>\n  ProxyPass / http://a.example/\n</VirtualHost>\n"
	sourcetest.Broken(t, Source, []sourcetest.Case{
		{"whole", "httpd.conf", whole, ""},
		{"ends inside a section", "httpd.conf", "<VirtualHost *:80>\n  ProxyPass / http://a.example/\n", "apache-syntax 1:1"},
		{"ends before it passes anything on", "httpd.conf", "ServerRoot /srv\n<VirtualHost *:80>\n  ServerNa", "apache-syntax 2:1"},
		{"closes nothing", "httpd.conf", whole + "</Location>\n", "apache-syntax 4:1"},
		{"closes another", "httpd.conf", "<Location />\n" + whole + "</Directory>\n", "apache-syntax 1:1, apache-syntax 5:1"},
		{"a header that is never closed", "httpd.conf", whole + "<IfModule x\n</IfModule>\n", "apache-syntax 4:1"},
		{"a header whose string is never closed", "httpd.conf", whole + "<Location \"/x>\n</Location>\n", "apache-syntax 4:1"},
		{"ends inside a string", "httpd.conf", whole + "ServerName \"shop", "apache-syntax 4:1"},
		{"a section without a name", "httpd.conf", whole + "<>\n", "apache-syntax 4:1"},
		{"quotes inside words, escapes, continued lines, comments", "httpd.conf", whole + "Header set X \"a \\\" b\"\nSetEnv it's fine\n# <Location \"\nDefine \\\n  A b\n", ""},
		{"broken letters", "httpd.conf", "# \xff\n" + whole, "bad-encoding 1:3"},
	})
}
