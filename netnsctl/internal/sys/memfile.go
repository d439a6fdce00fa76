package sys

import (
	"os"

	"golang.org/x/sys/unix"
)

// MemoryFile makes a file without a name that lives in memory (memfd_create(2),
// Linux 3.17).
func MemoryFile() (*os.File, error) {
	fd, err := unix.MemfdCreate("netnsctl", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "memfd"), nil
}
