package discover

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/container"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// keptByUsers adds to kept the orphans that are mounted in a runtime's directory, where the record
// of a container has them, in the home directory of the ordinary user to whom the namespace belongs.
// He may have faked both, and keeps so what is his own.
func (v *vantage) keptByUsers(namespaces []*Namespace, kept map[netnsctl.ID]string) {
	homes := map[int64][]container.Record{}
	for _, ns := range namespaces {
		ofRuntime := func(p Pin) bool { return p.Mount != nil && container.At(p.Mount.Path) != "" }
		if ns.Verdict != Orphan || kept[ns.ID] != "" || !slices.ContainsFunc(ns.Pins, ofRuntime) {
			continue
		}
		uid := v.ownerOf(ns)
		if uid <= 0 {
			continue
		}
		if _, known := homes[uid]; !known {
			homes[uid] = v.homeRecords(uid)
		}
		for _, r := range homes[uid] {
			if path.IsAbs(r.Netns) && ns.mountedAt(r.Netns) {
				kept[ns.ID] = keeper(r) + " of user " + procfs.UserName(uid)
			}
		}
	}
}

// ownerOf is the user who has every capability over a namespace; 0 if that cannot be told.
func (v *vantage) ownerOf(ns *Namespace) int64 {
	fd, err := v.open(ns)
	if err != nil {
		return 0
	}
	defer sys.Close(fd)
	uid, _, err := sys.OwnerOf(fd)
	if err != nil {
		return 0
	}
	return int64(uid)
}

// homeRecords are those in the home directory of a user, if that is on a file system that never
// waits for a process or for the network.
func (v *vantage) homeRecords(uid int64) []container.Record {
	home := procfs.Home(uid)
	if !path.IsAbs(home) {
		return nil
	}
	fd, err := v.helper.Lookup(v.host.StateRoot + home)
	if err != nil {
		return nil
	}
	tree := sys.TreeOnMount(fd)
	defer tree.Close()
	if !v.isLocal(fd) {
		return nil
	}
	return container.ReadHome(tree)
}

// localTypes are the file systems that answer without a process and without the network.
var localTypes = []string{"ext2", "ext3", "ext4", "xfs", "btrfs", "bcachefs", "f2fs", "zfs", "tmpfs", "overlay"}

// isLocal reports whether a file is on such a file system. It asks none.
func (v *vantage) isLocal(fd int) bool {
	var st sys.FileStat
	if err := sys.StatFD(fd, &st); err != nil || st.MountID == 0 {
		return false
	}
	text, _ := v.fs.ReadFile("thread-self/mountinfo")
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, strconv.FormatUint(st.MountID, 10)+" ") {
			_, rest, _ := strings.Cut(line, " - ")
			kind, _, _ := strings.Cut(rest, " ")
			return slices.Contains(localTypes, kind)
		}
	}
	return false
}
