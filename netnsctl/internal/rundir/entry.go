package rundir

import (
	"errors"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Entry is one entry of the run directory as it was at one moment.
type Entry struct {
	Name string
	// File is the entry itself, below the mounts on it; the zero File where it cannot be
	// seen.
	File File
	// Mounted says that something is mounted on the entry.
	Mounted bool
	// Namespace is the file of a namespace, of whatever type, to which the path leads; the
	// zero NSFile if it leads to anything else.
	Namespace NSFile
	// Process is where a symbolic link into procfs leads.
	Process Process
	// LinkErr says why a symbolic link leads nowhere.
	LinkErr error
	// Err says why the entry, or the namespace, could not be looked at.
	Err error

	top onTop
}

// onTop is what a path to an entry leads to: the topmost mount on it, or the file.
type onTop struct{ dev, ino, mount uint64 }

// File identifies a file: it is equal as long as the file is the same, unchanged.
type File struct {
	Dev, Ino uint64
	Type     uint32 // S_IFMT of inode(7)
	Size     uint64 // of a regular file
	Born     time.Time
	Target   string // of a symbolic link
	// Fixed is why the kernel refuses to remove the file from the directory, as long as that
	// itself can be changed.
	Fixed sys.Fixed
}

// NSFile identifies the file of a namespace.
type NSFile struct {
	Dev, Ino uint64
	Type     int // CLONE_NEWNET and others
}

// Process is a process, which started so many clock ticks after the boot.
type Process struct {
	PID        int
	StartTicks int64
}

// ErrAutomount says that a link leads into a directory that autofs has not mounted. To follow
// it would mount that.
var ErrAutomount = errors.New("it leads into a directory that autofs has not mounted yet")

// ErrChanged says that the entry changed while it was looked at.
var ErrChanged = errChanged{}

type errChanged struct{}

func (errChanged) Error() string { return "changed while we looked" }

// SameTarget reports whether two looks saw the same on the entry and behind it. SameFile
// compares the entries' files.
func (e Entry) SameTarget(now Entry) bool {
	return e.Mounted == now.Mounted && e.Namespace == now.Namespace && e.Process == now.Process &&
		e.LinkErr == now.LinkErr && e.Err == now.Err
}

// SameFile reports whether two looks saw the same file, unchanged. The earlier look may not
// have seen the file itself.
func (e Entry) SameFile(now Entry) bool {
	if e.File.Type == 0 {
		return true
	}
	a, b := e.File, now.File
	same := a.Born.Equal(b.Born)
	a.Born, b.Born = time.Time{}, time.Time{}
	return same && a == b
}

// Empty reports whether the file is an empty regular one, such as `ip netns add` makes.
func (f File) Empty() bool { return f.Type == sys.KindRegular && f.Size == 0 }

// Look looks at one entry; false if it is not there.
func (d *Dir) Look(name string) (e Entry, there bool) {
	e.Name = name
	path := d.path + "/" + name
	fd, err := sys.OpenPath(path)
	if err != nil {
		e.Err = err
		return e, err != syscall.ENOENT
	}
	defer sys.Close(fd)
	var top sys.FileStat
	if e.Err = sys.StatFD(fd, &top); e.Err != nil {
		return e, true
	}
	e.top = onTop{top.Dev, top.Ino, top.MountID}
	e.Mounted = d.isMounted(top)
	e.File = d.file(name, top, e.Mounted)
	switch {
	case e.Mounted && top.Dev == d.nsfs:
		e.namespace(fd, d.nsfs)
	case !e.Mounted && e.File.Type == sys.KindLink:
		d.follow(&e)
	}
	return e, true
}

// Unchanged reports whether an entry is as [Dir.Look] has seen it, the same file with the same
// mount on it, and whether it is there at all. It opens nothing and follows no link, so it
// never waits.
func (d *Dir) Unchanged(e Entry) (same, there bool) {
	var top sys.FileStat
	if err := sys.StatLink(d.fd, e.Name, &top); err != nil {
		return false, err != syscall.ENOENT
	}
	if e.top != (onTop{top.Dev, top.Ino, top.MountID}) {
		return false, true
	}
	return e.SameFile(Entry{File: d.file(e.Name, top, d.isMounted(top))}), true
}

// isMounted reports whether something is mounted on the entry with this state.
func (d *Dir) isMounted(top sys.FileStat) bool {
	return d.stat.MountID != 0 && top.MountID != d.stat.MountID
}

// file identifies the entry below what is mounted on it.
func (d *Dir) file(name string, top sys.FileStat, mounted bool) File {
	st := top
	if mounted {
		under := d.below()
		if under < 0 || sys.StatLink(under, name, &st) != nil {
			return File{}
		}
	}
	f := File{Dev: st.Dev, Ino: st.Ino, Type: st.Kind(), Born: st.Birth, Fixed: st.FixedIn(&d.stat)}
	if f.Born.IsZero() {
		f.Born = st.Changed
	}
	switch f.Type {
	case sys.KindRegular:
		f.Size = st.Size
	case sys.KindLink:
		f.Target, _ = os.Readlink(d.quietPath(name))
	}
	return f
}

// Covered is [Entry.File] of an entry that something is mounted on.
func (d *Dir) Covered(name string) File { return d.file(name, sys.FileStat{}, true) }

// Locked reports whether the topmost mount on an entry is locked ([sys.IsLocked]).
func (d *Dir) Locked(name string) bool {
	fd, err := sys.OpenPath(d.path + "/" + name)
	if err != nil {
		return false
	}
	defer sys.Close(fd)
	return sys.IsLockedHere(fd)
}

// quietPath is a path to an entry that is a link: to read it there does not change its time of
// access, where the kernel can do so.
func (d *Dir) quietPath(name string) string {
	if under := d.below(); under >= 0 {
		return sys.FDPath(under) + "/" + name
	}
	return d.path + "/" + name
}

// namespace asks the file of nsfs that a descriptor holds for its type.
func (e *Entry) namespace(held int, nsfs uint64) {
	fd, err := sys.OpenHeld(held)
	if err == sys.ErrNotNamespace {
		err = ErrChanged
	}
	if err != nil {
		e.Err = err
		return
	}
	defer sys.Close(fd)
	dev, ino, err := sys.Fstat(fd)
	if err != nil || dev != nsfs {
		e.Err = ErrChanged
		return
	}
	kind, err := sys.NamespaceType(fd)
	if err != nil {
		e.Err = err
		return
	}
	e.Namespace = NSFile{dev, ino, kind}
}

// follow follows a symbolic link. It may lead to a file system that does not answer
// ([helper.ErrSilent]).
func (d *Dir) follow(e *Entry) {
	held, err := -1, error(syscall.ELOOP)
	if e.File.Target != e.Name {
		held, err = d.helper.OpenPath(d.fd, e.File.Target, sys.Follow) // To follow the link itself would change its time of access.
	}
	switch err {
	case nil:
	case syscall.ELOOP, syscall.ENOENT, syscall.ENOTDIR, syscall.ESRCH:
		e.LinkErr = err
		return
	case sys.ErrAutomount:
		e.Err = ErrAutomount
		return
	default:
		e.Err = err
		return
	}
	defer sys.Close(held)
	var st sys.FileStat
	if e.Err = sys.StatFD(held, &st); e.Err != nil || st.Dev != d.nsfs {
		return
	}
	if pid, ok := procfs.ProcessOf(e.File.Target, d.proc); ok {
		e.Process.PID = pid
		e.Process.StartTicks, e.Err = d.startTicks(pid)
	}
	if e.Err == nil {
		e.namespace(held, d.nsfs)
	}
}

// startTicks is when a process started; 0 if it has ended. It is [helper.ErrSilent] for a process
// that hangs in execve(2).
func (d *Dir) startTicks(pid int) (int64, error) {
	a := d.helper.Ask(helper.ReadFile(d.proc+"/"+strconv.Itoa(pid)+"/stat", maxStat))[0]
	if helper.GivenUp(a.Err) {
		return 0, a.Err
	}
	ticks, _ := procfs.StartTicks(a.Text)
	return ticks, nil
}

// maxStat is more than the length of /proc/PID/stat.
const maxStat = 4 << 10
