//go:build !unix

package store

import "os"

func hold(*os.File) {}

// removeStale relies on the system to refuse to remove a file that is open.
func (osSystem) removeStale(path string) error {
	_ = os.Remove(path) // one that is in use stays
	return nil
}

// cannotSync is true of everything: directories cannot be synced here.
func cannotSync(error) bool { return true }
