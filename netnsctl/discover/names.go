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

// readNames looks at every entry of the run directory. Where the mounts have told already
// that a namespace is mounted on it, that is enough.
func (v *vantage) readNames() {
	all, err := v.host.Names()
	if errors.Is(err, syscall.ENOENT) {
		return
	}
	var d *rundir.Dir
	if err == nil {
		d, err = rundir.Open(v.host.Dir(), v.fs.Root(), v.helper)
	}
	if err != nil {
		v.nameGaps = []Gap{{What: GapNames + v.host.Dir(), Critical: true, Vantage: true}}
		return
	}
	defer d.Close()
	v.clock.tmpfs, v.clock.dir = d.OnTmpfs(), d.Born()
	slices.Sort(all)
	v.runDirMount = d.MountID()
	mounted := v.mountedNames()
	for _, name := range all {
		n := &Name{Name: name, Mounted: true}
		if ino, ok := mounted[name]; ok {
			n.ID = netnsctl.ID{Dev: v.own.Dev, Ino: ino}
			n.Top = n.ID
			if v.opts.Everything && v.opts.Files {
				covered := d.Covered(name)
				n.File, n.Obstacle = fileOf(covered), obstacleOf(covered.Fixed)
			}
		} else if e, there := d.Look(name); there {
			if e.Process.StartTicks != 0 && v.allPIDs {
				v.clock.compareWithKernel(v.fs)
			}
			n = judgeName(e, v.clock, v.fs.Root())
			n.File.Full = n.File.Kind == Directory && !e.Mounted && hasEntries(v.host.NamePath(name))
			if helper.GivenUp(e.Err) { // it may lead to a namespace
				v.nameGaps = append(v.nameGaps, Gap{What: GapNoAnswer, Count: 1, Critical: true, Path: v.host.NamePath(name)})
			}
		} else {
			continue // gone meanwhile
		}
		// In the initial pid namespace those of our own mount namespace are root's.
		if n.Mounted && v.opts.Files && !v.allPIDs && d.Locked(name) {
			n.Obstacle = netnsctl.LockedMount
		}
		v.names = append(v.names, n)
	}
	v.findOpeners(v.names)
	if v.opts.Files {
		v.placeNames()
		v.findOpen(d)
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
		if !open || n.Cause != DeadFile || n.File.Dev != v.runDirDev {
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
func (v *vantage) findOpen(d *rundir.Dir) {
	const most = 200 * time.Millisecond
	deadline := time.Now().Add(most)
	for _, n := range v.names {
		n.Open = n.Cause == DeadFile && n.Opener == nil && v.clock.tmpfs && time.Now().Before(deadline) &&
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

// placeNames fills in [Name.On] and runDirPaths.
func (v *vantage) placeNames() {
	t, err := mountns.Own(v.fs.Root())
	if err != nil {
		return
	}
	row, ok := t.ByID(int(v.runDirMount))
	below, inside := strings.CutPrefix(v.runDir, strings.TrimSuffix(row.Point, "/"))
	if !ok || !inside {
		return
	}
	root := path.Join(row.Root, below)
	for _, n := range v.names {
		n.On = row.Dev + ":" + path.Join(root, n.Name)
	}
	v.runDirPaths = t.Shows(row.Dev, root)
}
