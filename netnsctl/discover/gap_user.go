package discover

import (
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// gapKind is equal for the gaps that become one.
type gapKind struct {
	what              string
	critical, vantage bool
	uid               int64
}

// byUser fills in who causes each gap, and makes one gap of those of the same kind that one
// user causes: he may have thousands of processes. Without privilege every process causes
// gaps, which is the fault of none.
func (v *vantage) byUser(gaps []Gap) (merged []Gap) {
	places := map[gapKind]int{}
	pids := map[gapKind]map[int]bool{}
	for _, g := range gaps {
		if !sys.Privileged() {
			g.PID, g.MountNamespace = 0, 0
		}
		g.UID = max(v.answersFor(g), 0)
		kind := gapKind{g.What, g.Critical, g.Vantage, g.UID}
		place, known := places[kind]
		if !known {
			g.Command, g.User = procfs.Command(v.helper, v.fs.Root(), g.PID), userName(g.UID)
			places[kind], pids[kind] = len(merged), map[int]bool{g.PID: true}
			merged = append(merged, g)
			continue
		}
		one := &merged[place]
		one.Count += g.Count
		if !pids[kind][g.PID] {
			pids[kind][g.PID] = true
			one.MorePIDs++
		}
	}
	return merged
}

// userName is the name of a user other than root, else empty.
func userName(uid int64) string {
	if uid <= 0 {
		return ""
	}
	return procfs.UserName(uid)
}

// answersFor is the user who answers for a gap, -1 if nobody in particular does.
func (v *vantage) answersFor(g Gap) (uid int64) {
	switch {
	case g.MountNamespace != 0:
		return v.mounts.Get(v.fs, g.MountNamespace).Owner()
	case g.PID != 0:
		uid, _ = procfs.UserOf(v.helper, v.fs.Root(), g.PID)
		return uid
	}
	return -1
}
