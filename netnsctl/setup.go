package netnsctl

import (
	"path"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Setup says what a command finds inside, where that is not what [Host.Enter]
// prepares.
type Setup struct {
	// KeepSys shows what is mounted below /sys, such as /sys/fs/cgroup, below the
	// new /sys, too (Linux 5.8). What cannot be is a warning.
	KeepSys bool
	// NoSysfs leaves /sys as it is: it then shows the devices of the namespace
	// that the caller is in.
	NoSysfs bool
	// User is whom the command runs as, if not nil.
	User *User
	// Env changes the environment that the process was given: NAME=value sets a
	// variable, NAME alone removes it.
	Env []string
	// Folder is a directory that the command gets, if not nil.
	Folder *Folder
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

// remountSysfs gives /sys the devices of the namespace of name.
func (h Host) remountSysfs(name string, setup Setup) error {
	if setup.NoSysfs {
		return nil
	}
	var kept []sys.Kept
	if setup.KeepSys {
		var err error
		if kept, err = sys.KeepBelow("/sys"); err != nil {
			return newOpError(OpKeepMount, name, "/sys", err)
		}
		defer sys.Release(kept)
	}
	if err := sys.RemountSysfs(name); err != nil {
		return newOpError(OpMountSysfs, name, "/sys", err)
	}
	for _, k := range kept {
		h.warn(newOpError(OpKeepMount, name, k.Path, k.PutBack()))
	}
	return nil
}

// Fleeting is a file of EtcDir that does not lie over the file of /etc itself, but
// over what a symbolic link there leads to. When that is replaced, as resolvers do
// with their resolv.conf, the kernel takes the mount on it away (Linux 3.18).
type Fleeting struct{ File, Link string }

// Fleeting gives the files for name that [Host.Enter] may lay over /etc for a while
// only.
func (h Host) Fleeting(name string) []Fleeting {
	var found []Fleeting
	for _, file := range h.Overlays(name) {
		link := "/etc/" + path.Base(file)
		fd, err := sys.OpenPath(link)
		if err != nil {
			continue
		}
		var st sys.FileStat
		if sys.StatFD(fd, &st) == nil && st.Kind() == sys.KindLink {
			found = append(found, Fleeting{file, link})
		}
		sys.Close(fd)
	}
	return found
}
