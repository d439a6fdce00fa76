package discover

import (
	"slices"
	"syscall"
	"unsafe"

	"github.com/netnsctl/netnsctl/netnsctl/internal/budget"
	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountinfo"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
)

// mounts sees the network namespaces that are mounted in any mount namespace.
func mounts(v *vantage) (seen []sighting, gaps []Gap) {
	seen, v.mountSeen = v.mountSeen, nil
	return seen, v.mountGaps
}

// readMounts reads every mount namespace once: that of each process, those that are only
// mounted or held open, and those that only the kernel's list has. What is mounted where tells
// most of the names, too.
func (v *vantage) readMounts() {
	unread := v.addUnusedMounts()
	v.addSentMounts()
	unread = append(unread, mountns.NewReader(v.fs, &v.mountIDs).Each(v.mounts, v.readTable)...)
	v.unread = map[uint64]bool{}
	for _, m := range unread {
		v.unread[m.Ino] = true
	}
	v.mountGaps = append(v.mountGaps, unreadMounts(unread)...)
}

// addUnusedMounts adds the mount namespaces that only the kernel's list has.
func (v *vantage) addUnusedMounts() (unread []mountns.Unread) {
	err := error(syscall.EPERM)
	if v.allPIDs {
		unread, err = v.mounts.AddUnused(v.fs)
	}
	if err != nil {
		v.mountGaps = append(v.mountGaps, Gap{What: GapUnusedMountNamespaces})
	}
	return unread
}

// sentMount is a mount namespace of which a descriptor is in flight to a socket.
type sentMount struct {
	to  openFile
	ino uint64
}

// maxSentMounts bounds how many mount namespaces are taken from queues: each takes a request.
const maxSentMounts = 64

// addSentMounts adds the mount namespaces that only a descriptor in flight leads to.
func (v *vantage) addSentMounts() {
	taken := 0
	for _, s := range v.sentMounts {
		if v.mounts[s.ino] != nil {
			continue
		}
		if taken++; taken <= maxSentMounts {
			a := v.helper.Ask(helper.SentMount(s.to.descriptor(), s.to.id, s.ino))[0]
			if a.Err == nil && a.FD >= 0 && v.mounts.AddOpen(v.fs, a.FD) {
				continue
			}
		}
		v.mountGaps = append(v.mountGaps, Gap{What: GapMountNamespaces, Count: 1, Critical: true, PID: s.to.pid})
	}
}

// readTable notes what is needed of a mount namespace.
func (v *vantage) readTable(m *mountns.Namespace, t *mountinfo.Table, account *budget.Account) error {
	if err := v.mountPins(m, t, account); err != nil {
		return err
	}
	if err := v.addFileSystems(m, t, account); err != nil {
		return err
	}
	return v.addMounted(m, t, account)
}

// unreadMounts are the gaps of mount namespaces that could not be read: one for each user, who
// may have tens of thousands.
func unreadMounts(unread []mountns.Unread) (gaps []Gap) {
	byUser := map[int64]int{}
	for _, m := range unread {
		i, known := byUser[m.Owner()]
		if !known {
			i = len(gaps)
			byUser[m.Owner()] = i
			gaps = append(gaps, Gap{What: GapMountNamespaces, Critical: true, MountNamespace: m.Ino, PID: m.Member()})
		}
		gaps[i].Count++
	}
	return gaps
}

// mountPins adds the network namespaces in a table to those seen.
func (v *vantage) mountPins(m *mountns.Namespace, t *mountinfo.Table, account *budget.Account) error {
	mounts := make([]Mount, len(t.Namespaces)) // one allocation for all
	for i, row := range t.Namespaces {
		net, ok := row.Ino("net")
		if !ok {
			continue
		}
		mounts[i] = v.mount(m, t, row)
		v.mountSeen = append(v.mountSeen, v.sighting(net, Pin{Kind: MountPin, FD: -1, Mount: &mounts[i]}))
		if err := account.Spend(budget.Amount{Kept: pinSize + len(row.Point) + len(mounts[i].File)}); err != nil {
			return err
		}
	}
	return nil
}

const pinSize = int(unsafe.Sizeof(sighting{}) + unsafe.Sizeof(Mount{}))

func (v *vantage) mount(m *mountns.Namespace, t *mountinfo.Table, row mountinfo.Row) Mount {
	on := t.Parent(row)
	mount := Mount{
		Namespace:  m.Ino,
		ID:         uint64(row.ID),
		Path:       row.Point,
		ParentID:   uint64(row.Parent),
		ParentPath: on.Point,
		FSType:     on.FSType,
		Through:    m.Member(),
		Host:       m.Ino == v.hostMounts,
		Own:        m.Ino == v.ownMounts,
		Far:        row.Far,
		Carries:    t.Carries(row),
		File:       t.File(row),
		Spreads:    on.Group != 0,

		ParentOnItself: t.OnItself(on),
	}
	if cover, covered := t.Cover(row); covered {
		mount.Covered, mount.Cover, mount.CoverBears = true, cover.Point, mount.Own && t.Bears(cover)
	}
	for _, d := range v.runDirs {
		entry, ok := d.entry(row.Point)
		if !ok || d.other && !mount.Host && !mount.Own {
			continue
		}
		mount.Name = d.name(entry)
		// In another mount namespace whoever enters that can use it, also where no process
		// is inside, or each is chrooted.
		mount.Usable = !mount.Covered && (m.HasRootView() || !mount.Host)
		return mount
	}
	if !mount.Host {
		v.nameElsewhere(&mount)
	}
	return mount
}

// addMounted adds the mount namespaces that are mounted in another one.
func (v *vantage) addMounted(in *mountns.Namespace, t *mountinfo.Table, account *budget.Account) error {
	in.Helper = v.helper
	for _, row := range t.Namespaces {
		ino, ok := row.Ino("mnt")
		if !ok || row.Far || v.mounts[ino] != nil {
			continue
		}
		m := v.mounts.Get(v.fs, ino)
		if err := account.Spend(budget.Amount{Time: mountns.EnterCost}); err != nil {
			return err
		}
		// Where this fails for another reason, the mount namespace is one that cannot be read.
		if m.OpenIn(in, row.Point) == syscall.EMFILE {
			return budget.ErrOver
		}
	}
	return nil
}

// fileMounts reads all mount namespaces for what is mounted on the files of names, and on
// those of the mounts of namespaces that no process is in, as far as a clean-up may touch them,
// and adds what is mounted there in detached trees. What it cannot read is a gap, too.
func (v *vantage) fileMounts(snap *Snapshot) (all mountns.FileMounts, gaps []Gap) {
	var files []string
	for _, n := range snap.Names {
		if v.opts.Everything || n.Verdict == Stale || n.Verdict == Unknown {
			files = append(files, n.On)
		}
	}
	for _, n := range snap.DeadFiles {
		files = append(files, n.On)
	}
	for _, ns := range snap.Namespaces {
		for _, p := range ns.Pins {
			if p.Kind == MountPin && ns.Verdict != InUse && (v.opts.Everything || ns.Verdict != Idle) {
				files = append(files, p.Mount.File)
			}
		}
	}
	if all = mountns.NewFileMounts(files...); len(files) == 0 {
		return all, nil
	}
	unread := mountns.NewReader(v.fs, nil).Each(v.mounts, func(m *mountns.Namespace, t *mountinfo.Table, account *budget.Account) error {
		err := all.Add(m, t, account)
		if m.Ino == v.ownMounts {
			v.placeLayers(snap.Names, all, t)
		}
		return err
	})
	for file := range all.Asked {
		all.On[file] = append(all.On[file], v.inTrees.On[file]...)
	}
	before := func(m mountns.Unread) bool { return v.unread[m.Ino] }
	return all, unreadMounts(slices.DeleteFunc(unread, before))
}
