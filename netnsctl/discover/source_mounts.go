package discover

import (
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountinfo"
	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// mounts sees the network namespaces that are mounted in any mount namespace.
func mounts(v *vantage) ([]sighting, []Gap) { return v.mountPins(), v.mountGaps }

// mountPins are what [mounts] sees. Where a name is mounted tells most of the name, too.
func (v *vantage) mountPins() []sighting {
	if v.mountSeen != nil {
		return v.mountSeen
	}
	n := 0
	for _, table := range v.tables {
		n += len(table.Namespaces)
	}
	v.mountSeen = make([]sighting, 0, n)
	for ino, table := range v.tables {
		for _, row := range table.Namespaces {
			if net, ok := row.Ino("net"); ok {
				v.mountSeen = append(v.mountSeen, v.sighting(net, Pin{Kind: MountPin, FD: -1, Mount: v.mount(v.mounts[ino], table, row)}))
			}
		}
	}
	return v.mountSeen
}

func (v *vantage) mount(m *mountns.Namespace, t *mountinfo.Table, row mountinfo.Row) *Mount {
	mount := &Mount{
		Namespace: m.Ino,
		ID:        uint64(row.ID),
		ParentID:  uint64(row.Parent),
		Path:      row.Point,
		Through:   m.Member(),
		Host:      m.Ino == v.hostMounts,
		Own:       m.Ino == v.ownMounts,
		Covered:   t.Covered(row),
		Carries:   t.Carries(row),
		File:      t.File(row),
		Spreads:   t.Parent(row).Shared,
	}
	name, inRunDir := strings.CutPrefix(row.Point, v.runDir+"/")
	if inRunDir && netnsctl.ValidName(name) {
		mount.Name = name
		mount.Usable = !mount.Covered && m.HasRootView()
	} else if !mount.Host {
		v.nameElsewhere(mount)
	}
	return mount
}

// readMounts reads every mount namespace once: that of each process, those that are only
// mounted or held open, and those that only the kernel's list has.
func (v *vantage) readMounts() {
	if !v.allPIDs || v.mounts.AddUnused(v.fs.Root()) != nil {
		v.mountGaps = append(v.mountGaps, Gap{What: GapUnusedMountNamespaces})
	}
	unread := 0
	v.tables = map[uint64]*mountinfo.Table{}
	done := map[uint64]bool{}
	for len(done) < len(v.mounts) { // what is read may lead to more
		for ino, m := range v.mounts {
			if done[ino] {
				continue
			}
			done[ino] = true
			text, err := m.Mountinfo(v.fs)
			if err != nil {
				if !procfs.Gone(err) {
					unread++
				}
				continue
			}
			v.tables[ino] = mountinfo.Parse(text, &v.mountIDs)
			v.addMounted(m, v.tables[ino])
		}
	}
	v.mountGaps = append(v.mountGaps, counted(Gap{What: GapMountNamespaces, Count: unread, Critical: true})...)
}

// addMounted adds the mount namespaces that are mounted in another one.
func (v *vantage) addMounted(in *mountns.Namespace, t *mountinfo.Table) {
	for _, row := range t.Namespaces {
		ino, ok := row.Ino("mnt")
		if !ok || v.mounts[ino] != nil {
			continue
		}
		m := v.mounts.Get(v.fs.Root(), ino)
		// Where this fails, the mount namespace is one that cannot be read.
		_ = m.OpenIn(in, row.Point)
	}
}

// fileMounts reads all mount namespaces for what is mounted on the files of names, and on
// those of the mounts of namespaces that no process is in.
func (v *vantage) fileMounts(snap *Snapshot) mountns.FileMounts {
	var files []string
	for _, n := range snap.Names {
		files = append(files, n.On)
	}
	for _, ns := range snap.Namespaces {
		for _, p := range ns.Pins {
			if p.Kind == MountPin && ns.Verdict != InUse {
				files = append(files, p.Mount.File)
			}
		}
	}
	all := mountns.NewFileMounts(files...)
	for _, m := range v.mounts {
		if text, err := m.Mountinfo(v.fs); err == nil {
			all.Add(m, text)
		}
	}
	return all
}
