package clean

import (
	"fmt"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// present is what is there just before something is cleaned up.
type present struct {
	snap  *discover.Snapshot
	pids  map[uint64]int // by the inode number of the namespace that they are in
	files discover.FileMounts
	// Until then the looks may serve.
	pidsUntil, filesUntil time.Time
	// released are for [present.tidy].
	released []released
}

// serves is for how long a look may serve for one step after the other. To look takes
// as long as there are processes, tens of milliseconds where they are thousands: what
// it saw first is older than this anyway.
const serves = 5 * time.Millisecond

// noneIn makes sure that nobody has entered a namespace. It comes last: to look at the
// mounts may take long, so these serve as long as what was seen of the processes after
// them.
func (p *present) noneIn(ino uint64) (err error) {
	if start := time.Now(); !start.Before(p.pidsUntil) {
		if p.pids, err = discover.Occupants(p.snap.Host); err != nil {
			return err
		}
		p.pidsUntil = time.Now().Add(serves)
		if start.Before(p.filesUntil) {
			p.filesUntil = p.pidsUntil
		}
	}
	if pid, ok := p.pids[ino]; ok {
		return changed(fmt.Sprintf("pid %d has entered it", pid))
	}
	return nil
}

// unused makes sure that nobody is in a namespace, and that to unmount m ends no mount of
// anything else.
func (p *present) unused(m discover.Mount, ns *discover.Namespace) error {
	if m.Spreads {
		if err := p.noneOn(m.File, ns.ID.Ino, besides(m)); err != nil {
			return err
		}
	}
	return p.noneIn(ns.ID.Ino)
}

// noneOn makes sure that nothing is mounted on a file that counts, but the namespace
// ino: it would end with the file.
func (p *present) noneOn(file string, ino uint64, counts func(discover.FileMount) bool) (err error) {
	if !time.Now().Before(p.filesUntil) {
		if p.files, err = p.snap.MountsNow(); err != nil {
			return err
		}
		p.filesUntil = time.Now().Add(serves)
	}
	if !p.files.Asked[file] {
		return changed("what is mounted on its file cannot be told")
	}
	if m, found := p.files.Other(file, ino, counts); found {
		return changed(m.String())
	}
	return nil
}

// anywhere counts all mounts on a file.
func anywhere(discover.FileMount) bool { return true }

// besides counts those in other mount namespaces than that of m.
func besides(m discover.Mount) func(discover.FileMount) bool {
	return func(other discover.FileMount) bool { return other.Namespace != m.Namespace }
}

// elsewhere counts those in other mount namespaces: where there are some in ours, the
// kernel refuses to unlink the file (EBUSY). Copies that are left over do not count.
func (p *present) elsewhere(n *discover.Name) func(discover.FileMount) bool {
	return func(m discover.FileMount) bool {
		return m.Namespace != p.snap.OwnMounts && !(leftover(n, m) && p.noneIn(m.Ino) == nil)
	}
}

// leftover tells whether a mount on the file of a dead name seems to be a copy, in
// another mount namespace, of what was mounted here. A name that was made there would
// be shared, and a copy that is not private would have gone with what was here.
func leftover(n *discover.Name, m discover.FileMount) bool {
	return n.Cause == discover.DeadFile && m.Net && m.Private
}
