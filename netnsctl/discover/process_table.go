package discover

import (
	"cmp"
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl/internal/helper"
)

// processTable is what procfs shows of all processes at once. Several sources read it.
type processTable struct {
	// threads are one for each process, those threads that are in another network namespace
	// than their process and, where the leader of a process has ended, one for each network
	// namespace that its threads are in.
	threads []thread
	files   []openFile
	// members has some processes for each mount namespace.
	members map[uint64][]int
	// refused are processes that could not be read, refusedFDs those whose descriptors could
	// not.
	refused, refusedFDs []int
}

// thread is a process, or one thread of it where tid is not 0.
type thread struct {
	pid, tid int
	net      uint64
	// leads says that the thread stands for the process, whose leader has ended.
	leads bool
}

// openFile is a descriptor that may pin a namespace.
type openFile struct {
	pid, tid, fd int
	class        fileClass
	// id is the inode number, for a directory the number of the mount that it is on, for a
	// character device the number of the device.
	id uint64
	// net is the network namespace of the process.
	net uint64
}

type fileClass int

const (
	nsfsFile fileClass = iota
	socketFile
	tunFile
	procNetFile
	inotifyGroup
	fanotifyGroup
	ioURing
	directory
	emptyFile // on the file system of the run directory: it pins nothing, but is in use
	tapFile
	mountContext
	bpfLink
	bpfIterator
	untoldDevice // a character device of [vantage.untoldDevices]
)

func (f openFile) pin(kind Kind) Pin { return Pin{Kind: kind, PID: f.pid, TID: f.tid, FD: f.fd} }

func (f openFile) descriptor() helper.Descriptor {
	return helper.Descriptor{PID: f.pid, TID: f.tid, FD: f.fd}
}

// classFiles gives the files of some classes, in the order of the table.
func (t *processTable) classFiles(classes ...fileClass) (files []openFile) {
	for _, f := range t.files {
		if slices.Contains(classes, f.class) {
			files = append(files, f)
		}
	}
	return files
}

// sortFiles gives the files an order that does not depend on which worker read them.
func (t *processTable) sortFiles() {
	slices.SortFunc(t.files, func(a, b openFile) int {
		return cmp.Or(cmp.Compare(a.pid, b.pid), cmp.Compare(a.tid, b.tid), cmp.Compare(a.fd, b.fd))
	})
}

func (t *processTable) merge(part processTable) {
	t.threads = append(t.threads, part.threads...)
	t.files = append(t.files, part.files...)
	t.refused = append(t.refused, part.refused...)
	t.refusedFDs = append(t.refusedFDs, part.refusedFDs...)
	for ino, tids := range part.members {
		t.members[ino] = append(t.members[ino], tids...)
	}
}
