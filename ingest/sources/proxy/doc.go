// Package proxy reads the configuration of reverse proxies: nginx, HAProxy, Envoy,
// Caddy, Traefik and Apache's httpd.
//
// The formats are those of nginx.org/en/docs (upstream, proxy_pass and their like),
// of HAProxy's configuration manual (sections, server, use_backend), of Envoy's v3 API
// (envoy.config.bootstrap.v3: static_resources, dynamic_resources), of
// caddyserver.com/docs/caddyfile, of doc.traefik.io (the file provider and the static configuration, YAML and TOML) and of
// httpd.apache.org/docs/2.4 (mod_proxy, mod_rewrite).
package proxy
