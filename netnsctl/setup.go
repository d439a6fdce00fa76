package netnsctl

import (
	"slices"
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Setup says how a command differs from one that is started after [Host.Enter]. The zero
// value is no difference.
type Setup struct {
	// KeepSys keeps the mounts below /sys, such as /sys/fs/cgroup, below the new /sys, too
	// (Linux 5.8). [Host.Warn] gets an error for a mount that cannot be kept.
	KeepSys bool
	// NoSysfs leaves /sys as it is: it then shows the devices of the namespace
	// that the caller is in.
	NoSysfs bool
	// IsolateDNS makes the command look up host names inside the network namespace only: it
	// asks the servers in the resolv.conf of EtcDir/NAME, or none where that is missing. It
	// reaches no daemon that resolves names outside, and the files of EtcDir/NAME stay over
	// those of /etc, and /etc is read-only (overlayfs; Linux 5.2, in a user namespace 5.11).
	IsolateDNS bool
	// User is the user that the command runs as, if not nil.
	User *User
	// Env changes the environment that [Start] gives: a word NAME=value sets a variable, a
	// word NAME removes it.
	Env []string
	// NameVariable, if not empty, is a variable of the environment that gets the name of the
	// namespace, as [Host.NameOf] gives it. It comes after Env, and is removed in a new namespace.
	NameVariable string
	// Up brings the device lo up in a new namespace.
	Up bool
	// Folder is a directory that the command gets, if not nil.
	Folder *Folder
}

// changes are the changes of the environment for a command in the namespace of word, or in a new
// one where word is empty.
func (s Setup) changes(h Host, word string) []string {
	switch {
	case s.NameVariable == "":
		return s.Env
	case word == "":
		return append(slices.Clone(s.Env), s.NameVariable)
	}
	return append(slices.Clone(s.Env), s.NameVariable+"="+h.NameOf(word))
}

// User is a user with his groups, by their numbers.
type User struct {
	UID, GID uint32
	Groups   []uint32
}

// become makes the calling thread the setup's user for good.
func (s Setup) become() error {
	if s.User == nil {
		return nil
	}
	return newOpError(OpBecomeUser, "", "", sys.Become(s.User.UID, s.User.GID, s.User.Groups))
}

// Folder is a directory in memory that a command gets as an open descriptor, such as for
// start files that must not stay behind. No other process sees the directory. The kernel
// removes it when the command and its children have closed the descriptor.
type Folder struct {
	// Files are the texts of its files by name. They may be set until the command
	// is started.
	Files map[string]string
	fd    int
}

// NewFolder returns a folder for one command, and reserves its descriptor. The caller closes
// the folder after the command has ended.
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

// Close releases the descriptor of a folder whose command has ended or was not started.
func (f *Folder) Close() { sys.Close(f.fd) }

// fill makes the directory.
func (f *Folder) fill() error {
	if f == nil {
		return nil
	}
	return newOpError(OpMakeFolder, "", "", sys.FillFolder(f.fd, f.Files))
}
