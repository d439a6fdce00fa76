package discover

import "github.com/netnsctl/netnsctl/netnsctl/internal/sys"

// descriptors sees the open files of network namespaces.
func descriptors(v *vantage) (seen []sighting, _ []Gap) {
	for _, f := range v.classFiles(nsfsFile) {
		if v.types[f.id] == sys.TypeNet {
			seen = append(seen, v.sighting(f.id, f.pin(Descriptor)))
		}
	}
	return seen, nil
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
			if kind = v.typeOf(f); kind != 0 {
				v.types[f.id] = kind
			}
		}
		if kind == sys.TypeMount {
			v.mounts.Get(v.fs.Root(), f.id).AddFile(v.fs.Root() + "/" + fdPath(f.pin(Descriptor)))
		}
	}
}

// typeOf gives the type of the namespace of a file: 0 where the file cannot be opened, or
// the descriptor leads to another file by now.
func (v *vantage) typeOf(f openFile) int {
	fd, err := sys.OpenNamespace(v.fs.Root() + "/" + fdPath(f.pin(Descriptor)))
	if err != nil {
		return 0
	}
	defer sys.Close(fd)
	if _, ino, err := sys.Fstat(fd); err != nil || ino != f.id {
		return 0
	}
	kind, _ := sys.NamespaceType(fd)
	return kind
}
