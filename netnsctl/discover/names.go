package discover

import (
	"errors"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/rundir"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// names sees the namespaces that names lead to. A name is no pin: the mount on it is one.
func names(v *vantage) (seen []sighting, gaps []Gap) {
	for _, n := range v.names {
		if n.ID != (netnsctl.ID{}) && !v.nets[n.ID.Ino] {
			seen = append(seen, v.sighting(n.ID.Ino, Pin{}))
		}
	}
	return seen, v.nameGaps
}

// readNames looks at every entry of the directories with names. Where the mounts have told already
// that a namespace is mounted on it, that is enough.
func (v *vantage) readNames() {
	mounted := v.mountedNames()
	for _, d := range v.runDirs {
		v.readNamesIn(d, mounted)
	}
	slices.SortFunc(v.names, func(a, b *Name) int { return strings.Compare(a.Name, b.Name) })
}

func (v *vantage) readNamesIn(in *runDir, mounted map[string]uint64) {
	host := in.host(v.host)
	all, err := host.Names()
	if errors.Is(err, syscall.ENOENT) {
		return
	}
	var d *rundir.Dir
	if err == nil {
		d, err = rundir.Open(in.dir, v.fs.Root(), v.helper)
	}
	if err != nil {
		v.nameGaps = append(v.nameGaps, Gap{What: GapNames + in.dir, Critical: true, Vantage: true})
		return
	}
	defer d.Close()
	in.mount = d.MountID()
	clock := &v.clock
	if in.other {
		another := v.clock
		clock = &another
	}
	clock.tmpfs, clock.dir = d.OnTmpfs(), d.Born()
	var names []*Name
	before := map[string]bool{}
	for _, n := range v.namesIn(in.same) {
		before[path.Base(n.Name)] = true
	}
	for _, entry := range all {
		n := &Name{Name: in.name(entry), Mounted: true}
		if ino, ok := mounted[n.Name]; ok {
			n.ID = netnsctl.ID{Dev: v.own.Dev, Ino: ino}
			n.Top = n.ID
			if v.opts.Everything && v.opts.Files {
				covered := d.Covered(entry)
				n.File, n.Obstacle = fileOf(covered), obstacleOf(covered.Fixed)
			}
		} else if e, there := d.Look(entry); there {
			if e.Process.StartTicks != 0 && v.allPIDs {
				clock.compareWithKernel(v.fs)
			}
			n = judgeName(e, *clock, v.fs.Root())
			n.Name = in.name(entry)
			n.File.Full = n.File.Kind == Directory && !e.Mounted && hasEntries(host.NamePath(entry))
			if helper.GivenUp(e.Err) { // it may lead to a namespace
				v.nameGaps = append(v.nameGaps, Gap{What: GapNoAnswer, Count: 1, Critical: true, Path: host.NamePath(entry)})
			}
		} else {
			continue // gone meanwhile
		}
		// In the initial pid namespace those of our own mount namespace are root's.
		if n.Mounted && v.opts.Files && !v.allPIDs && d.Locked(entry) {
			n.Obstacle = netnsctl.LockedMount
		}
		if before[entry] && !n.Mounted {
			continue // the file of that name, which is one file at both paths
		}
		n.in = in
		names = append(names, n)
	}
	v.names = append(v.names, names...)
	v.findOpeners(names)
	if v.opts.Files {
		v.placeNames(in)
		findOpen(d, names, clock.tmpfs)
	}
}

// findOpeners fills in [Name.Opener]: an empty file that a process has open may be its lock.
func (v *vantage) findOpeners(names []*Name) {
	opener := map[uint64]openFile{}
	for _, f := range v.classFiles(emptyFile) {
		opener[f.id] = f
	}
	for _, n := range names {
		f, open := opener[n.File.Ino]
		if !open || n.Cause != DeadFile || !v.onRunDir(n.File.Dev) {
			continue
		}
		p := f.pin(Descriptor)
		p.Command = procfs.Command(v.helper, v.fs.Root(), p.PID)
		if uid, _ := procfs.UserOf(v.helper, v.fs.Root(), p.PID); uid > 0 {
			p.UID, p.User = uid, procfs.UserName(uid)
		}
		n.Opener = &p
	}
}

// findOpen fills in [Name.Open] for the files that no descriptor was found of. Only a tmpfs is sure to
// answer at once. For the names that no time is left for, the clean-up asks.
func findOpen(d *rundir.Dir, names []*Name, tmpfs bool) {
	const most = 200 * time.Millisecond
	deadline := time.Now().Add(most)
	for _, n := range names {
		n.Open = n.Cause == DeadFile && n.Opener == nil && tmpfs && time.Now().Before(deadline) &&
			staysOpen(func() bool { return d.IsOpen(n.Entry()) })
	}
}

// staysOpen reports whether a file is open. Another netnsctl that asks the kernel for the same file
// at the same time has that open for some microseconds.
func staysOpen(isOpen func() bool) bool {
	const tries, pause = 3, time.Millisecond
	for i := range tries {
		time.Sleep(time.Duration(i) * pause)
		if !isOpen() {
			return false
		}
	}
	return true
}

// hasEntries reports whether a directory in the run directory, which nothing is mounted on, has
// entries.
func hasEntries(dir string) bool {
	names, err := sys.Names(dir)
	return err == nil && len(names) > 0
}

// mountedNames are those names on which pid 1's mount namespace has a network namespace,
// with nothing above it.
func (v *vantage) mountedNames() map[string]uint64 {
	found := map[string]uint64{}
	for _, s := range v.mountSeen {
		if m := s.Pin.Mount; m.Host && m.Usable {
			found[m.Name] = s.ID.Ino
		}
	}
	return found
}

// placeNames fills in [Name.On] of the names in a directory, and where that is shown.
func (v *vantage) placeNames(in *runDir) {
	t, err := mountns.Own(v.fs.Root())
	if err != nil {
		return
	}
	row, ok := t.ByID(int(in.mount))
	below, inside := strings.CutPrefix(in.path, strings.TrimSuffix(row.Point, "/"))
	if !ok || !inside {
		return
	}
	root := path.Join(row.Root, below)
	for _, n := range v.namesIn(in) {
		n.On = row.Dev + ":" + path.Join(root, path.Base(n.Name))
	}
	in.shownAt = t.Shows(row.Dev, root)
}
