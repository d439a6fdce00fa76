package discover

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// MountNamespace is a mount namespace in which network namespaces are mounted.
type MountNamespace struct {
	Ino  uint64 // 0 if any of the processes' will do
	pids []int  // processes or threads in it, a few
	// through sees the mount namespace from its root, 0 if no process does.
	through int
	fd      int // -1 if not open
	file    string
	table   *mountTable
	// pinsOrphan says that the snapshot keeps it open.
	pinsOrphan bool
	proc       string
}

func (s *scan) mountNamespace(ino uint64) *MountNamespace {
	m := s.mounts[ino]
	if m == nil {
		m = &MountNamespace{Ino: ino, fd: -1, proc: s.host.Proc()}
		s.mounts[ino] = m
	}
	return m
}

func (m *MountNamespace) see(pids []int) {
	for _, pid := range pids {
		if len(m.pids) < witnesses {
			m.pids = append(m.pids, pid)
		}
	}
}

func (m *MountNamespace) close() {
	if m.fd >= 0 {
		sys.Close(m.fd)
		m.fd = -1
	}
}

// open opens the mount namespace's file, and makes sure that it is still the
// same one.
func (m *MountNamespace) open() error {
	if m.fd >= 0 {
		return nil
	}
	err := error(syscall.ENOENT)
	for _, pid := range m.pids {
		if err = m.openFile(m.proc + "/" + strconv.Itoa(pid) + "/ns/mnt"); err == nil {
			return nil
		}
	}
	if m.file != "" {
		err = m.openFile(m.file)
	}
	return err
}

func (m *MountNamespace) openFile(path string) error {
	fd, err := sys.Open(path)
	if err != nil {
		return err
	}
	if _, ino, err := sys.Fstat(fd); err != nil || m.Ino != 0 && ino != m.Ino {
		sys.Close(fd)
		return syscall.ENOENT
	}
	m.fd = fd
	return nil
}

// walkMounts reads every mount namespace once: the one of each process, those
// that are only mounted or held open, and on the way what is mounted there.
func (s *scan) walkMounts() {
	s.listMountNamespaces()
	unread := 0
	done := map[uint64]bool{}
	for len(done) < len(s.mounts) {
		for ino, m := range s.mounts {
			if done[ino] {
				continue
			}
			done[ino] = true
			if err := s.readMounts(m); err != nil && !gone(err) {
				unread++
			}
		}
	}
	s.blind(Blind{What: "mount namespaces not readable", Count: unread, Grave: true})
}

// listMountNamespaces adds the mount namespaces that nobody is in
// (NS_MNT_GET_NEXT, Linux 6.12). Outside the initial pid namespace those of the
// whole host would look as if nobody were in them: kernels with a later fix
// (6.12.107 and 6.18.44 have it, 6.17.13 has not) refuse there themselves.
func (s *scan) listMountNamespaces() {
	const unlisted = "mount namespaces that no process, mount or descriptor leads to"
	if !s.self.allPIDs {
		s.cannot(unlisted)
		return
	}
	own, err := sys.Open(s.host.Proc() + "/thread-self/ns/mnt")
	if err != nil {
		return
	}
	defer sys.Close(own)
	for _, backward := range []bool{false, true} {
		fd := own
		for {
			next, err := sys.NextMountNamespace(fd, backward)
			if fd != own {
				s.keepIfNew(fd)
			}
			if errors.Is(err, syscall.ENOENT) {
				break
			}
			if err != nil {
				s.cannot(unlisted)
				return
			}
			fd = next
		}
	}
}

// keepIfNew takes over a mount namespace's descriptor if no process was seen in
// it, else closes it.
func (s *scan) keepIfNew(fd int) {
	_, ino, err := sys.Fstat(fd)
	if err == nil && s.mounts[ino] == nil {
		s.mountNamespace(ino).fd = fd
		return
	}
	sys.Close(fd)
}

// heldBy remembers a descriptor as the way into a mount namespace.
func (s *scan) heldBy(m *MountNamespace, p Pin) {
	if m.file == "" {
		m.file = s.fdPath(p)
	}
}

// readMounts finds the namespaces that are mounted in m.
func (s *scan) readMounts(m *MountNamespace) error {
	text, err := s.mountinfo(m)
	if err != nil {
		return err
	}
	m.table = parseMounts(text, &s.seen)
	for _, row := range m.table.rows {
		if ino, ok := row.ino("net:["); ok {
			s.pin(ino, s.mountPin(m, row))
		} else if ino, ok := row.ino("mnt:["); ok && s.mounts[ino] == nil {
			s.mountedMountNamespace(m, row, ino)
		}
	}
	return nil
}

func (s *scan) mountPin(m *MountNamespace, row mountRow) Pin {
	mount := m.table.mount(m, row)
	mount.Through, mount.Host, mount.Own = m.witness(), m.Ino == s.self.mountNamespace, m.Ino == s.snap.OwnMounts
	name, inRunDir := strings.CutPrefix(row.point, s.self.runDir+"/")
	if inRunDir && netnsctl.ValidName(name) {
		mount.Name = name
		mount.Usable = !mount.Covered && m.through != 0
	} else if !mount.Host {
		s.nameElsewhere(&mount)
	}
	return Pin{Kind: MountPin, PID: 0, FD: -1, Mount: &mount}
}

func (t *mountTable) mount(m *MountNamespace, row mountRow) Mount {
	return Mount{
		Namespace: m.Ino,
		ID:        uint64(row.id),
		ParentID:  uint64(row.parent),
		Path:      row.point,
		Covered:   t.covered(row),
		Carries:   t.carries(row),
		File:      t.onFile(row),
		Spreads:   t.byID[row.parent].shared,
	}
}

// mountedMountNamespace opens a mount namespace by the mount that was found of
// it in another.
func (s *scan) mountedMountNamespace(in *MountNamespace, row mountRow, ino uint64) {
	m := s.mountNamespace(ino)
	if in.Ino == s.self.mountNamespace {
		m.file = row.point
		return
	}
	if in.open() != nil {
		return
	}
	// If it fails, m is one that could not be read.
	_ = in.Enter(func() error { return m.openFile(row.point) })
}

// Enter runs f on a thread in the mount namespace, at its root, with procfs as
// its working directory: "thread-self/fd/7" is a path there.
func (m *MountNamespace) Enter(f func() error) error {
	if err := m.open(); err != nil {
		return err
	}
	proc, err := sys.OpenDir(m.proc)
	if err != nil {
		return err
	}
	defer sys.Close(proc)
	sys.OnThrowAwayThread(func() {
		if err = sys.EnterMountNamespace(m.fd); err != nil {
			return
		}
		if err = sys.ChangeDir(proc); err == nil {
			err = f()
		}
	})
	return err
}

// Mounted is a mount of a network namespace as it is now.
type Mounted struct {
	Mount
	// ID is the namespace's inode number.
	Ino uint64
	// Parent is the mount point of the mount that it is on, Below the path from there.
	Parent string
	Below  string
}

// Look reads the mounts of network namespaces in m anew.
func (m *MountNamespace) Look() ([]Mounted, error) {
	text, err := m.mountinfo()
	if err != nil {
		return nil, err
	}
	var ignore mountSet
	t := parseMounts(text, &ignore)
	var found []Mounted
	for _, row := range t.rows {
		if ino, ok := row.ino("net:["); ok {
			found = append(found, Mounted{
				Mount:  t.mount(m, row),
				Ino:    ino,
				Parent: t.byID[row.parent].point,
				Below:  t.inParent(row),
			})
		}
	}
	return found, nil
}

// witness is a process in m: one that sees its mounts if there is any, else one that
// is chrooted; 0 if nobody but ourselves is in it. A reader could not find us: we end
// before our output is read.
func (m *MountNamespace) witness() int {
	self := os.Getpid()
	for _, pid := range append([]int{m.through}, m.pids...) {
		if pid != 0 && pid != self {
			return pid
		}
	}
	return 0
}
