// Package report holds the [Document] that every format renders: the graph, the
// results and the verdict, as one value that JSON encodes and decodes. It also
// holds what formats share and none computes by itself: the [View], which is the
// bounded part of a graph that a picture shows, the [Answer] of commands that
// are no scan, and the escaping of names on a terminal.
//
// A Document has no clock, no absolute path and no machine in it: the same
// inputs give the same bytes.
package report
