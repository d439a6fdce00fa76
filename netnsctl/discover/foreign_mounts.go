package discover

import (
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/budget"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountinfo"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// ownMounts tells, outside the initial pid namespace, which file systems in a mount namespace are
// certainly ours: no mount namespace without a process that we see has one mounted. It was made after
// our pid namespace, and its mounts were neither received from outside nor passed on there.
type ownMounts struct {
	v     *vantage
	table *mountinfo.Table
	hold  func(path string) (fd int, err error) // opens a path there, and reads nothing (O_PATH)
	// later are the mounts that were made after the first one of the procfs, and so after our pid
	// namespace: the kernel lists mounts in the order in which a mount namespace got them.
	later map[int]bool
	// proc is when that procfs was mounted.
	proc time.Time
	// copied says that the procfs of another pid namespace is mounted, too: our mount namespace has
	// mounts of another one, or shows them.
	copied bool
	ours   map[string]bool // by the device
}

func newOwnMounts(v *vantage) *ownMounts {
	table, _ := mountns.Own(v.fs.Root()) // a mount that it lacks is not ours
	return v.ownMountsIn(table, func(path string) (int, error) { return mountns.Hold(v.helper, path) })
}

func (v *vantage) ownMountsIn(table *mountinfo.Table, hold func(string) (int, error)) *ownMounts {
	o := &ownMounts{v: v, table: table, hold: hold, later: map[int]bool{}, ours: map[string]bool{}}
	var proc sys.FileStat
	seen := sys.StatFD(v.fs.FD(), &proc) == nil
	o.proc = proc.Changed
	after := false
	o.table.Each(func(row mountinfo.Row) {
		device := deviceKey(row.Dev)
		own := seen && sys.DeviceNumber(uint32(device>>32), uint32(device)) == proc.Dev
		after = after || own
		o.later[row.ID] = after
		o.copied = o.copied || row.FSType == "proc" && !own
	})
	return o
}

// knows reports whether the file system on a device is mounted.
func (o *ownMounts) knows(device string) (known bool) {
	o.table.Each(func(row mountinfo.Row) { known = known || row.Dev == device })
	return known
}

// has reports whether the file system on a device is certainly ours.
func (o *ownMounts) has(device string) bool {
	ours, known := o.ours[device]
	if !known {
		shared := false
		o.table.Each(func(row mountinfo.Row) {
			if row.Dev == device {
				shared = shared || o.isOutside(row)
				ours = ours || row.Root == "/" && o.isNew(row)
			}
		})
		ours = ours && !shared
		o.ours[device] = ours
	}
	return ours
}

// isOutside reports whether a mount may have been received from a mount namespace that we do not
// see, or been passed on to one (mount_namespaces(7)). A mount is shared with those that have the
// mount below it, if that was shared. The root directory is not shared with others: those who make
// containers see to that, but systemd makes it a peer group of its own.
func (o *ownMounts) isOutside(row mountinfo.Row) bool {
	below, known := o.table.ByID(row.Parent)
	switch {
	case row.Master != 0 && !o.hasGroup(row.Master):
		return true
	case row.Group == 0, row.Point == "/":
		return false
	case !known:
		return true
	case below.Group == 0, below.Point == "/":
		return false
	}
	return !o.isNew(below) || o.isOutside(below)
}

// hasGroup reports whether a mount of a peer group is in the table. It shows the same file system, and
// is asked itself.
func (o *ownMounts) hasGroup(group int) (has bool) {
	o.table.Each(func(row mountinfo.Row) { has = has || row.Group == group })
	return has
}

// maxLag is by how much a file system may seem to be older than our pid namespace that is not: by the
// rounding of the time at which a process started, too.
const maxLag = clockSlack + maxStall + sys.ClockTick

// sameTime is a tick of the clock of files: what is mounted together seems to be no more apart.
const sameTime = 5 * time.Millisecond

// isNew reports whether the file system of a mount is certainly younger than our pid namespace. What
// is about as old as that is so if it was mounted later, or together with the procfs of the pid
// namespace and on the root directory, as /run is. What is covered is so if it was mounted later. (A tmpfs tells its
// birth since Linux 5.18; before, one that is older and in use looks young.)
func (o *ownMounts) isNew(row mountinfo.Row) bool {
	switch {
	case row.Far:
		return false
	case row.FSType == "fuse", strings.HasPrefix(row.FSType, "fuse."): // each such mount is a file system, which may not answer
		return o.later[row.ID]
	case !slices.Contains(localTypes, row.FSType):
		return false
	}
	var root sys.FileStat
	fd, err := o.hold(row.Point)
	if err == nil {
		err = sys.StatFD(fd, &root)
		sys.Close(fd)
	}
	later, clock := o.later[row.ID], o.v.clock
	switch {
	case err != nil && !slices.Contains([]error{syscall.ENOENT, syscall.ENOTDIR}, err):
		return false
	case err != nil, root.MountID != uint64(row.ID):
		return later
	case root.Birth.IsZero():
		return later && !clock.before(root.Changed, clock.pids.Add(-maxLag))
	case later, o.isOnRoot(row) && !o.proc.IsZero() && !root.Birth.Before(o.proc.Add(-sameTime)):
		return !clock.before(root.Birth, clock.pids.Add(-maxLag))
	}
	return !clock.before(root.Birth, clock.pids.Add(clockSlack))
}

// isOnRoot reports whether a mount is on that of the root directory.
func (o *ownMounts) isOnRoot(row mountinfo.Row) bool {
	below, _ := o.table.ByID(row.Parent)
	return below.Point == "/"
}

// under is the file system of the file on which a mount of a namespace is, below other such mounts.
func (o *ownMounts) under(parent uint64) (device string) {
	row, known := o.table.ByID(int(parent))
	for known && row.FSType == "nsfs" {
		row, known = o.table.ByID(row.Parent)
	}
	return row.Dev
}

// hasRunDir reports whether a directory with names is certainly ours, or missing. The root directory
// of a container is an overlay that is older than its pid namespace, and nobody else's: so is what was
// made there since.
func (o *ownMounts) hasRunDir(d *runDir) bool {
	var dir sys.FileStat
	if sys.StatFollow(d.path, &dir) != nil {
		return true
	}
	row, known := o.table.ByID(int(dir.MountID))
	if !known || o.has(row.Dev) {
		return known
	}
	root, _ := o.table.ByID(int(o.rootID()))
	born := dir.Birth
	if born.IsZero() {
		born = dir.Changed
	}
	return root.Dev == row.Dev && root.FSType == "overlay" && !o.copied && !o.v.clock.before(born, o.v.clock.pids.Add(clockSlack))
}

// rootID is the number of the mount on our root directory.
func (o *ownMounts) rootID() uint64 {
	var root sys.FileStat
	_ = sys.StatFollow("/", &root)
	return root.MountID
}

// foreignOn is the gap of a file system that is not certainly ours, of which dir is a directory.
func foreignOn(dir string) Gap {
	return Gap{What: GapForeignMounts + " on " + dir, Critical: true, Vantage: true}
}

// foreignRunDirs notes which directories with names are not certainly ours.
func (v *vantage) foreignRunDirs() {
	if v.allPIDs {
		return
	}
	own := newOwnMounts(v)
	for _, d := range v.runDirs {
		if (!d.other || hasEntries(d.path)) && !own.hasRunDir(d) {
			v.gaps = append(v.gaps, foreignOn(d.dir))
			d.foreign = foreignOn(d.dir).What
		}
	}
}

// foreignMounts notes what has been found on a file system that is not certainly ours: a process or a
// name of another pid namespace may use a namespace that is mounted there, and a dead file may have
// one on it. It gives a gap for each file system, but none for the directories with names.
func (v *vantage) foreignMounts(snap *Snapshot) (gaps []Gap) {
	if v.allPIDs {
		return nil
	}
	own, what := newOwnMounts(v), map[string]string{}
	note := func(device, dir string, foreign bool) string {
		if foreign && what[device] == "" {
			g := foreignOn(dir)
			if what[device] = g.What; !slices.Contains(v.gaps, g) {
				gaps = append(gaps, g)
			}
		}
		return what[device]
	}
	for _, n := range snap.DeadFiles {
		device, _, _ := strings.Cut(n.On, ":/")
		n.foreign = note(device, path.Dir(n.Name), !own.has(device))
	}
	elsewhere, toRead := map[uint64][]*Mount{}, mountns.All{}
	for _, ns := range snap.Namespaces {
		if ns.Verdict != Orphan && ns.Verdict != Wired && ns.Verdict != Idle {
			continue
		}
		for _, p := range ns.Pins {
			switch m := p.Mount; {
			case p.Kind != MountPin, m.IsName() && !m.Covered:
			case m.Own:
				device := own.under(m.ParentID)
				note(device, path.Dir(m.Path), !own.has(device))
			default:
				elsewhere[m.Namespace] = append(elsewhere[m.Namespace], m)
				toRead[m.Namespace] = v.mounts[m.Namespace]
			}
		}
	}
	unread := mountns.NewReader(v.fs, nil).Each(toRead, func(in *mountns.Namespace, t *mountinfo.Table, _ *budget.Account) error {
		in.Helper = v.helper
		there := v.ownMountsIn(t, in.Hold)
		for _, m := range elsewhere[in.Ino] {
			device := there.under(m.ParentID)
			note(device, path.Dir(m.Path), !own.has(device) && (own.knows(device) || !there.has(device)))
		}
		return nil
	})
	return append(gaps, unreadMounts(unread)...)
}
