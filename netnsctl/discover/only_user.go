package discover

import (
	"maps"
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
)

// onlyUsers finds what [Snapshot.OnlyUsers] has, and says of those mounts whose they are.
func (v *vantage) onlyUsers(s *Snapshot) map[uint64]int64 {
	found := map[uint64]*mountns.Namespace{}
	for file, ino := range s.keptFiles() {
		on := s.OnFile.On[file]
		for i := range on {
			if m := v.mounts[on[i].Namespace]; m != nil && m.Ino != v.ownMounts && (ino == 0 || on[i].Ino != ino) {
				on[i].Describe(v.helper, v.fs.Root())
				found[m.Ino] = m
			}
		}
	}
	return mountns.OnlyUsers(v.fs, slices.Collect(maps.Values(found))...)
}

// keptFiles are the files of names that nobody uses, and those of the mounts of orphans whose
// unmount would spread, each with the inode number of the namespace that may be mounted there.
func (s *Snapshot) keptFiles() map[string]uint64 {
	files := map[string]uint64{}
	for _, n := range s.Names {
		if n.Verdict == Stale || n.Verdict == Idle {
			files[n.On] = n.Top.Ino
		}
	}
	for _, ns := range s.Namespaces {
		for _, p := range ns.Pins {
			if p.Kind == MountPin && (ns.Verdict == Orphan || ns.Verdict == Wired) && p.Mount.Spreads {
				files[p.Mount.File] = ns.ID.Ino
			}
		}
	}
	return files
}
