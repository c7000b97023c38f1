// Package systemd reads units of systemd and Podman: which services start and stop
// with which, and where they connect to.
//
// Syntax and meaning are those of systemd.syntax(7), systemd.unit(5),
// systemd.service(5), systemd.timer(5) and podman-systemd.unit(5): lines continue
// after a backslash, drop-ins of NAME.d/ add to a unit in the order of their names, an
// empty assignment takes back what a list held. The reader is our own, because that
// of github.com/coreos/go-systemd keeps no positions.
package systemd
