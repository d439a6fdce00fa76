package discover

import (
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// descriptors sees the open files of network namespaces.
func descriptors(v *vantage) (seen []sighting, gaps []Gap) {
	for _, f := range v.classFiles(nsfsFile) {
		if v.types[f.id] == sys.TypeNet {
			seen = append(seen, v.sighting(f.id, f.pin(Descriptor)))
		}
	}
	return seen, v.unreadable(GapDescriptors, v.untyped)
}

// readTypes finds out the types of the namespaces that descriptors lead to. Most types are
// known from a process inside. For a mount namespace it notes the descriptor as a way in.
func (v *vantage) readTypes() {
	v.types = map[uint64]int{}
	for _, t := range v.threads {
		v.types[t.net] = sys.TypeNet
	}
	for ino := range v.mounts {
		v.types[ino] = sys.TypeMount
	}
	for _, f := range v.classFiles(nsfsFile) {
		kind, known := v.types[f.id]
		if !known {
			var err error
			if kind, err = v.typeOf(f); err == nil {
				v.types[f.id] = kind
			} else if !closedMeanwhile(err) && err != sys.ErrNotNamespace {
				v.untyped = append(v.untyped, f.pid)
			}
		}
		if kind == sys.TypeMount {
			v.mounts.Get(v.fs, f.id).AddFile(v.fs.Root() + "/" + fdPath(f.pin(Descriptor)))
		}
	}
}

// maxTypeTries is how often a descriptor is opened that alternates between a namespace and
// another file. After that, the descriptor was closed, and its number is that of another file.
const maxTypeTries = 20

// typeOf gives the type of the namespace of a file.
func (v *vantage) typeOf(f openFile) (kind int, err error) {
	for range maxTypeTries {
		var fd int
		if fd, err = procfs.OpenNamespace(v.helper, v.fs.Root(), v.fs.Root()+"/"+fdPath(f.pin(Descriptor))); err == sys.ErrNotNamespace {
			continue
		}
		if err != nil {
			return 0, err
		}
		_, ino, _ := sys.Fstat(fd)
		kind, err = sys.NamespaceType(fd)
		sys.Close(fd)
		if ino == f.id || err != nil {
			return kind, err
		}
		err = sys.ErrNotNamespace // not that one
	}
	return 0, err
}
