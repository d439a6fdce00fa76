package discover

import (
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// procFiles sees the open files of /proc/net. Each holds the namespace of the process below
// whose directory it was opened (seq_open_net in the kernel's fs/proc/proc_net.c), and tells
// no number of it. But the file of the same path in the same namespace has the same inode.
func procFiles(v *vantage) (seen []sighting, gaps []Gap) {
	l := procFileLook{v: v, nets: map[procFile]netnsctl.Identity{}}
	detached := 0
	for _, f := range v.linked(v.classFiles(procNetFile)) {
		st := f.st
		path, ok := procfs.NetFile(f.link)
		switch {
		case !ok || st.Ino != f.id:
			continue // closed meanwhile
		case st.MountID != 0 && !v.mountIDs.Has(st.MountID):
			detached++
			continue
		case st.MountID != 0 && !v.mountIDs.IsProc(st.MountID):
			continue // another file system, where anyone chooses the number
		}
		p := f.pin(ProcFile)
		p.Detail, p.key = "/proc/net/"+path, st.Ino
		l.add(procFile{path, st.Ino}, f.openFile, p)
	}
	l.resolve()
	return l.sightings(), counted(Gap{What: GapProcFiles, Count: detached})
}

// linkedFile is an open file, the text of its link and its state.
type linkedFile struct {
	openFile
	link []byte
	st   sys.FileStat
}

// linked reads the links of open files, without those that were closed meanwhile. To ask for
// each of them takes ten times as long.
func (v *vantage) linked(files []openFile) (all []linkedFile) {
	byPID := map[int][]openFile{}
	var pids []int
	for _, f := range files {
		if byPID[f.pid] == nil {
			pids = append(pids, f.pid)
		}
		byPID[f.pid] = append(byPID[f.pid], f)
	}
	for _, some := range procfs.Gather(v.fs, pids, func(r *procfs.Reader, pid int) (links []linkedFile) {
		for _, f := range byPID[pid] {
			if link, st, err := r.LinkOf(f.pid, f.tid, f.fd); err == nil {
				links = append(links, linkedFile{f, slices.Clone(link), st})
			}
		}
		return links
	}) {
		all = append(all, some...)
	}
	return all
}

// procFile is a file of /proc/net in one namespace.
type procFile struct {
	path string
	ino  uint64
}

// procFileLook is what [procFiles] has seen.
type procFileLook struct {
	v     *vantage
	files []procFile // of pins
	pins  []Pin
	nets  map[procFile]netnsctl.Identity
	open  []procFile // whose namespace is not known yet
}

// add notes an open file. Nearly always it is of the namespace that its process is in.
func (l *procFileLook) add(file procFile, f openFile, p Pin) {
	l.files, l.pins = append(l.files, file), append(l.pins, p)
	if _, known := l.nets[file]; known || slices.Contains(l.open, file) {
		return
	}
	if ino, err := l.v.fs.Inode(f.pid, "/net/"+file.path); err == nil && ino == file.ino {
		l.nets[file] = l.v.sighting(f.net, p).Identity
		return
	}
	l.open = append(l.open, file)
}

// resolve looks for the namespaces of the other files: in all that were seen, then among
// those that an earlier scan has seen.
func (l *procFileLook) resolve() {
	if len(l.open) > 0 {
		l.v.eachInside(gather(l.v.seen), func(ns *Namespace) bool {
			l.open = slices.DeleteFunc(l.open, func(file procFile) bool {
				_, ino, err := sys.Stat(l.v.fs.Root() + "/thread-self/net/" + file.path)
				if err != nil || ino != file.ino {
					return false
				}
				l.nets[file] = ns.Identity
				return true
			})
			return len(l.open) > 0
		})
	}
	for _, file := range l.open {
		if id, known := l.v.remembered[blindPin{ProcFile, file.ino}]; known {
			l.nets[file] = id
		}
	}
}

// sightings are those of all files. The files of one process whose namespace is not known
// are probably of one namespace, but for those with the same path.
func (l *procFileLook) sightings() (seen []sighting) {
	type place struct {
		pid  int
		path string
	}
	type group struct{ pid, nth int }
	nth, groups, numbers := map[place]int{}, map[group]netnsctl.NSID{}, map[procFile]netnsctl.NSID{}
	for i, file := range l.files {
		p := l.pins[i]
		if id, known := l.nets[file]; known {
			seen = append(seen, sighting{Identity: id, Pin: p})
			continue
		}
		if numbers[file] == 0 {
			at := place{p.PID, file.path}
			g := group{p.PID, nth[at]}
			nth[at]++
			if groups[g] == 0 {
				groups[g] = l.v.unknownNumber()
			}
			numbers[file] = groups[g]
		}
		seen = append(seen, sighting{NSID: numbers[file], Pin: p})
	}
	return seen
}
