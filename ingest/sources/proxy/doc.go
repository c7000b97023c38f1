// Package proxy reads the configuration of reverse proxies: nginx, HAProxy, Envoy,
// Caddy and Traefik.
//
// The formats are those of nginx.org/en/docs (upstream, proxy_pass and their like),
// of HAProxy's configuration manual (sections, server, use_backend), of Envoy's v3 API
// (envoy.config.bootstrap.v3: static_resources, dynamic_resources), of
// caddyserver.com/docs/caddyfile and of doc.traefik.io (the file provider).
package proxy
