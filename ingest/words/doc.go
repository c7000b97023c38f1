// Package words takes names apart: those of variables, settings and workloads. What
// several read and does not say whose it is, its words may tell.
package words
