package discover

import (
	"strconv"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// descriptors looks at the table of descriptors of a process, or at that of a
// thread which has one of its own.
func (w *walker) descriptors(pid, tid int) {
	table := w.table(pid, tid)
	count := -1
	if w.s.fdCounts {
		var st sys.FileStat
		if sys.StatProc(w.s.proc, table, &st) == nil {
			count = int(st.Size)
		}
	}
	if count == 0 {
		return
	}
	dir, err := sys.OpenAt(w.s.proc, table)
	if err != nil {
		w.refused(pid, err)
		return
	}
	defer sys.Close(dir)
	w.numbers = w.numbers[:0]
	err = sys.EachNumber(dir, w.entries, func(fd int) bool {
		w.numbers = append(w.numbers, fd)
		return len(w.numbers) != count
	})
	w.refused(pid, err)
	for _, fd := range w.numbers {
		w.descriptor(dir, pid, tid, fd)
	}
}

func (w *walker) table(pid, tid int) sys.CPath {
	if tid == 0 {
		return w.path.Set(pid, "/fd")
	}
	return w.path.SetTask(pid, tid, "/fd")
}

// descriptor looks at one descriptor. A stat says most: the text of the link
// is a path where a namespace was opened by one.
func (w *walker) descriptor(dir, pid, tid, fd int) {
	var st sys.FileStat
	if sys.StatProc(dir, w.path.Set(fd, ""), &st) != nil {
		return // closed meanwhile
	}
	p := Pin{Kind: Descriptor, PID: pid, TID: tid, FD: fd}
	switch {
	case st.Dev == w.s.nsfs:
		w.files = append(w.files, sighting{st.Ino, p})
	case st.Dev == w.s.anon:
		w.anonymous(dir, p)
	case st.Kind() == sys.KindSocket:
		w.socket(st.Ino, p)
	case st.Kind() == sys.KindCharDevice && st.Rdev == sys.TunDevice:
		w.tun(p)
	case st.Kind() == sys.KindDirectory:
		w.trees = append(w.trees, sighting{st.MountID, p})
	}
}

// fdPath is the path of a descriptor in procfs: opening it opens the same file.
func (s *scan) fdPath(p Pin) string {
	path := s.host.Proc() + "/" + strconv.Itoa(p.PID)
	if p.TID != 0 {
		path += "/task/" + strconv.Itoa(p.TID)
	}
	return path + "/fd/" + strconv.Itoa(p.FD)
}

// resolve finds out which of the namespaces that were seen as files are network
// namespaces. Most are known by a process already.
func (s *scan) resolve(late *leftovers) {
	marks := 0
	for _, f := range late.files {
		switch kind := s.typeOf(f); {
		case kind == sys.TypeNet:
			s.pin(f.ino, f.pin)
		case f.pin.Kind != Descriptor && kind == 0:
			marks++ // before Linux 6.18 no file handle tells
		case f.pin.Kind == Descriptor && kind == sys.TypeMount:
			s.heldBy(s.mountNamespace(f.ino), f.pin)
		}
	}
	s.blind(Blind{What: "inotify and fanotify marks on namespaces of a type that the kernel does not tell", Count: marks})
}

func (s *scan) typeOf(f sighting) int {
	if s.nets[f.ino] != nil {
		return sys.TypeNet
	}
	if s.mounts[f.ino] != nil {
		return sys.TypeMount
	}
	if kind, known := s.types[f.ino]; known {
		return kind
	}
	if f.pin.Kind != Descriptor {
		return 0
	}
	fd, err := sys.Open(s.fdPath(f.pin))
	if err != nil {
		return 0
	}
	defer sys.Close(fd)
	if _, ino, err := sys.Fstat(fd); err != nil || ino != f.ino {
		return 0 // another file by now
	}
	kind, err := sys.NamespaceType(fd)
	if err == nil {
		s.types[f.ino] = kind
	}
	return kind
}
