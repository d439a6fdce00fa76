package discover

import (
	"bytes"
	"os"
	"strconv"
)

// mountinfo reads the mounts of m, all of them. Where those who were seen in it have
// ended, others may have begun.
func (s *scan) mountinfo(m *MountNamespace) (text []byte, err error) {
	for range maxRelists {
		if text, err = s.mountinfoOnce(m); err == nil || !gone(err) {
			break
		}
		if m.pids = s.membersOf(m.Ino); len(m.pids) == 0 {
			break
		}
	}
	return text, err
}

// mountinfoOnce reads them as a process sees them whose root is the root of the
// namespace, or from inside. One that is chrooted into a tree that is not mounted any
// more has the root "/", too, and sees nothing.
func (s *scan) mountinfoOnce(m *MountNamespace) ([]byte, error) {
	for _, pid := range m.pids {
		base := s.host.Proc() + "/" + strconv.Itoa(pid)
		if root, err := readlink(base + "/root"); err != nil || root != "/" {
			continue
		}
		text, err := s.read(base + "/mountinfo")
		if err != nil || !fromRoot(text) {
			continue
		}
		// It may have gone elsewhere, or be another one with the same number.
		mnt, _ := readlink(base + "/ns/mnt")
		if ino, ok := linkIno([]byte(mnt), "mnt:["); ok && ino == m.Ino {
			m.through = pid
			return text, nil
		}
	}
	return m.mountinfo()
}

// fromRoot tells whether there is a mount on the root.
func fromRoot(mountinfo []byte) bool {
	for line := range bytes.Lines(mountinfo) {
		if row, ok := parseMount(line); ok && row.point == "/" {
			return true
		}
	}
	return false
}

// membersOf finds processes and threads in a mount namespace.
func (s *scan) membersOf(ino uint64) (tids []int) {
	pids, err := s.pids()
	if err != nil {
		return nil
	}
	w := newWalker(s)
	for _, pid := range pids {
		w.eachTask(pid, w.inMount)
	}
	return w.mounts[ino]
}

// mountinfo reads the mounts of m from inside.
func (m *MountNamespace) mountinfo() (text []byte, err error) {
	err = m.Enter(func() (err error) {
		text, err = os.ReadFile("thread-self/mountinfo")
		return err
	})
	return text, err
}
