package netnsctl

import (
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Folder is a directory in memory that a command is given as an open descriptor,
// such as for start files that must not stay behind: it is in no file system that
// others see, and ends when the command and its children have closed it.
type Folder struct {
	// Files are the texts of its files by name. They may be set until the command
	// is started.
	Files map[string]string
	fd    int
}

// NewFolder reserves the descriptor. The caller closes the folder.
func NewFolder() (*Folder, error) {
	fd, err := sys.ReserveFD()
	if err != nil {
		return nil, newOpError(OpMakeFolder, "", "", err)
	}
	return &Folder{Files: map[string]string{}, fd: fd}, nil
}

// FD is the number of the descriptor in the command.
func (f *Folder) FD() int { return f.fd }

// Path leads the command, and nobody else, to the directory. It needs a procfs of
// the command's pid namespace on /proc.
func (f *Folder) Path() string { return "/proc/self/fd/" + strconv.Itoa(f.fd) }

// Close is for a folder whose command has ended or was not started.
func (f *Folder) Close() { sys.Close(f.fd) }

// fill makes the directory.
func (f *Folder) fill() error {
	if f == nil {
		return nil
	}
	return newOpError(OpMakeFolder, "", "", sys.FillFolder(f.fd, f.Files))
}
