// Package report holds the document that every format renders: the graph, the
// results and the verdict, as one value that JSON encodes and decodes.
package report
