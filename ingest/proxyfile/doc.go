// Package proxyfile reads the configuration of reverse proxies, nginx, HAProxy, Envoy,
// Caddy and Traefik, wherever it stands: in a file of its own, or in a string of a manifest.
package proxyfile
