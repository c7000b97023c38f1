// Package proxyfile reads the configuration of reverse proxies, nginx, HAProxy and Envoy,
// wherever it stands: in a file of its own, or in a string of a manifest.
package proxyfile
