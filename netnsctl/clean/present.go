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

// fresh looks again where the look that serves until then may not any more. The other
// look may serve as long as this if it did before: the two are one.
func (p *present) fresh(until, other *time.Time, look func() error) error {
	start := time.Now()
	if start.Before(*until) {
		return nil
	}
	if err := look(); err != nil {
		return err
	}
	*until = time.Now().Add(serves)
	if start.Before(*other) {
		*other = *until
	}
	return nil
}

// noneIn makes sure that nobody has entered a namespace.
func (p *present) noneIn(ino uint64) error {
	if err := p.fresh(&p.pidsUntil, &p.filesUntil, func() (err error) {
		p.pids, err = discover.Occupants(p.snap.Host)
		return err
	}); err != nil {
		return err
	}
	if pid, ok := p.pids[ino]; ok {
		return changed(fmt.Sprintf("pid %d has entered it", pid))
	}
	return nil
}

// noneOn makes sure that nothing is mounted on a file that counts, but the namespace
// ino: it would end with the file.
func (p *present) noneOn(file string, ino uint64, counts func(discover.FileMount) bool) error {
	if err := p.fresh(&p.filesUntil, &p.pidsUntil, func() (err error) {
		p.files, err = p.snap.MountsNow()
		return err
	}); err != nil {
		return err
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

// elsewhere counts those in other mount namespaces: where there are some in ours, the
// kernel refuses to unlink the file (EBUSY). Copies that are left over do not count.
func (p *present) elsewhere(n *discover.Name) func(discover.FileMount) bool {
	return func(m discover.FileMount) bool {
		return m.Namespace != p.snap.OwnMounts && !(leftover(n, m) && p.noneIn(m.Ino) == nil)
	}
}

// leftover tells whether a mount on the file of a dead name seems to be a copy, in
// another mount namespace, of what was mounted here. A name that was made there would
// be shared.
func leftover(n *discover.Name, m discover.FileMount) bool {
	return n.Cause == discover.DeadFile && m.Net && !m.Shared
}
