// Package textfile reads the plain text formats that several sources meet: units of
// systemd, files of environment variables, INI and JSON with comments. What is no
// line of its format, or is begun and never ended, is recorded in the ledger with its
// place: the file is partial then.
//
// A format that one source alone reads is read there.
package textfile
