// Package dnszone reads zones of the domain name system: master files of RFC 1035
// (section 5) with the $TTL of RFC 2308, as BIND, NSD and Knot use them, and the YAML
// of octoDNS (octodns.readthedocs.io/en/latest/records.html).
//
// The reader of master files is our own: github.com/miekg/dns keeps no positions.
package dnszone
