// Package safeio is the only package of Fateline that opens inputs, walks
// directories, inflates and proves that bytes came to their end.
//
// A directory is opened once, as an [os.Root]: links are followed inside it and
// never out of it, whatever is swapped during a walk. A file is complete only if
// it was read to its end, its size, inode and time were the same before and after,
// and a compressed one closed with its checksum. Inflating is bounded in memory and
// in bytes, and compression inside compression is refused.
//
// Known limits: a change that keeps size and modification time within the
// clock's tick is not seen; zstd without a checksum and formats without an end
// of their own are reported as unproven, not as broken.
package safeio
