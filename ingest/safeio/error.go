package safeio

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// Error is a reason why bytes could not be read in full. The input's name is
// added by whoever named it.
type Error struct {
	ID  string // kebab-case and stable, such as "early-end"
	At  int64  // bytes of the file, as stored, that were read before; -1: not a matter of a byte
	Msg string // one sentence without the place
	Fix string // what the user can do; "" adds nothing
}

// The ids of the problems that this package finds.
const (
	NotOpened    = "not-opened"         // the file system refused
	NotRead      = "not-read"           // the file system failed while reading
	EarlyEnd     = "early-end"          // compressed data end before their checksum
	BadChecksum  = "bad-checksum"       // compressed data are not what was written
	BadPacking   = "bad-compression"    // compressed data that make no sense
	TrailingData = "trailing-data"      // bytes after the end of compressed data
	Nested       = "nested-compression" // compressed data inside compressed data
	TooLarge     = "too-large"          // over Limits.Bytes
	WindowTooBig = "window-too-large"   // over Limits.Window
	Changed      = "changed-while-read" // the file is not what it was when it was opened
	LinkOutside  = "link-outside"       // a link out of the tree
	LinkNowhere  = "link-nowhere"       // a link to itself, or one that vanished
	NotAFile     = "not-a-file"         // a device or socket
	ReadTwice    = "read-twice"         // a stream that was read already
)

// Error returns the message, with the byte where one is known.
func (e *Error) Error() string {
	if e.At >= 0 {
		return fmt.Sprintf("@%d: %s", e.At, e.Msg)
	}
	return e.Msg
}

func problem(id string, at int64, format string, args ...any) *Error {
	return &Error{ID: id, At: at, Msg: fmt.Sprintf(format, args...)}
}

// fromOS turns an error of the operating system into one that names no path:
// the one it names may be absolute, and whoever prints it knows the input's name.
func fromOS(id string, at int64, err error) *Error {
	var ours *Error
	if errors.As(err, &ours) {
		return ours
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return &Error{ID: id, At: at, Msg: "permission denied", Fix: "give the reading user access to it"}
	case errors.Is(err, fs.ErrNotExist):
		return &Error{ID: id, At: at, Msg: "no such file or directory"}
	}
	var (
		pathErr *fs.PathError
		linkErr *os.LinkError
		callErr *os.SyscallError
		errno   syscall.Errno
	)
	switch {
	case errors.As(err, &errno):
		err = errno
	case errors.As(err, &pathErr):
		err = pathErr.Err
	case errors.As(err, &linkErr):
		err = linkErr.Err
	case errors.As(err, &callErr):
		err = callErr.Err
	}
	return problem(id, at, "%s", err)
}
