// Package deadfile looks at the empty files on which container runtimes mount namespaces, in
// directories of their own, and removes those that are left over. Ordinary users own some of these
// directories. Errors are bare errnos.
package deadfile

import (
	"path"
	"strings"
	"syscall"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Dir is an open directory. No symbolic link leads to it.
type Dir struct {
	path string
	fd   int
	tree sys.Tree // which has fd
	stat sys.FileStat
	// owner is the ordinary user who may have put the directory at its path; 0 if only root may have.
	// shared says that several may.
	owner  uint32
	shared bool
}

// File identifies an empty regular file that nothing is mounted on in our mount namespace, and its
// directory. It is equal as long as both are the same.
type File struct {
	Path     string
	Dev, Ino uint64
	Born     time.Time
	dir      [3]uint64 // the device, the inode number and the mount
}

// Open opens a directory by its absolute path. It is ENOTSUP before Linux 5.8, which does not tell the
// mount.
func Open(h *helper.Helper, file string) (*Dir, error) {
	d := &Dir{path: file}
	var err error
	if d.fd, err = sys.OpenPath("/"); err != nil {
		return nil, err
	}
	for part := range strings.SplitSeq(strings.Trim(file, "/"), "/") {
		d.shared = d.shared || d.stat.IsShared()
		next, err := helper.Or(h).OpenPath(d.fd, part, sys.NoLinks|sys.DirectoryOnly)
		sys.Close(d.fd)
		if err != nil {
			return nil, err
		}
		d.fd = next
		if err := d.look(); err != nil {
			sys.Close(d.fd)
			return nil, err
		}
	}
	d.tree = sys.TreeOnMount(d.fd)
	return d, nil
}

// look looks at the directory to which the path has led so far: whoever owns one on the way may put
// a directory of somebody else there.
func (d *Dir) look() error {
	if err := sys.StatFD(d.fd, &d.stat); err != nil {
		return err
	}
	uid := d.stat.UID
	switch {
	case d.stat.MountID == 0:
		return syscall.ENOTSUP
	case d.owner == 0:
		d.owner = uid
	default:
		d.shared = d.shared || uid != 0 && uid != d.owner
	}
	return nil
}

// Close closes the directory.
func (d *Dir) Close() { d.tree.Close() }

// MountID is the number of the mount that the directory is on. Owner is the ordinary user who may have
// put the directory where it is; 0 if only root may have.
func (d *Dir) MountID() uint64 { return d.stat.MountID }
func (d *Dir) Owner() uint32   { return d.owner }

// Names gives the entries. It asks the file system, which must be a local one.
func (d *Dir) Names() ([]string, error) { return d.tree.Names("") }

// Look looks at an entry. It is EINVAL if that is not a [File], or has a second link elsewhere.
func (d *Dir) Look(name string) (f File, err error) {
	var st sys.FileStat
	if err := sys.StatLink(d.fd, name, &st); err != nil {
		return f, err
	}
	if st.Kind() != sys.KindRegular || st.Size != 0 || st.Links != 1 || st.MountID != d.stat.MountID {
		return f, syscall.EINVAL
	}
	dir := [3]uint64{d.stat.Dev, d.stat.Ino, d.stat.MountID}
	return File{path.Join(d.path, name), st.Dev, st.Ino, st.Birth, dir}, nil
}

// IsOpen reports whether a process has an empty file open, as one must that locks it.
func (d *Dir) IsOpen(name string) bool { return sys.IsOpenElsewhere(d.fd, name, sys.SameMount) }

// Remove removes an entry with no more rights than the user has who may have put the directory where
// it is: he may put another one there, or another entry, at any moment. It is EPERM where several may,
// and EBUSY where something is mounted on the entry here.
func (d *Dir) Remove(name string) (err error) {
	switch {
	case d.shared:
		return syscall.EPERM
	case d.owner == 0:
		return sys.Unlink(d.fd, name)
	}
	sys.OnThrowAwayThread(func() {
		if err = sys.UseFilesAs(d.owner); err == nil {
			err = sys.Unlink(d.fd, name)
		}
	})
	return err
}
