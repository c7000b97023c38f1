// Package store puts outputs in their places: whole and durable, all of one run or
// none, and never beside a stale one.
//
// A run begins with [Begin], which sets what stands there aside as FILE.previous:
// whatever happens then, nobody takes yesterday's report for today's. Each output
// is staged beside its place, flushed and synced; [Session.Commit] puts all in
// place at the end, and its [Receipt] is the proof that a program needs before it
// may end with status 0. A killed run leaves a temporary file, which the next
// run removes.
//
// What is no regular file, such as a device or a pipe, cannot be replaced and is
// written to as it is: with every error checked, but not all or nothing.
package store
