package clean

import (
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl/internal/mountns"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// noneOn makes sure that nothing is mounted on a file that counts, but the namespace ino:
// it would end with the file. Detached trees are not looked at again: each takes a copy of its mount
// namespace, and to find them takes the descriptors of all processes, which is most of a scan.
func (r *rechecker) noneOn(file string, ino uint64, counts func(mountns.FileMount) bool) error {
	r.need(filePart)
	now, err := r.look()
	switch {
	case err != nil:
		return err
	case now.filesErr != nil:
		return now.filesErr
	}
	if !now.files.Asked[file] {
		return changed("what is mounted on its file cannot be told")
	}
	if m, found := now.files.Other(file, ino, counts); found {
		m.Describe(r.snap.Host.Helper, r.snap.Host.Proc())
		return changed(m.String())
	}
	return r.readAll(func(m mountns.Unread) bool { return m.OfRoot() })
}

// readAll makes sure that the mounts of all mount namespaces that count could be read. Those
// of a user do not count for a name: by making too many of them anyone could keep it, and what
// is mounted there on its file is his own.
func (r *rechecker) readAll(counts func(mountns.Unread) bool) error {
	for _, m := range r.uses.unreadMounts {
		if counts(m) {
			return changed("the mounts of " + m.Name() + " could not be read")
		}
	}
	return nil
}

// anywhere counts all mounts on a file.
func anywhere(mountns.FileMount) bool { return true }

// elsewhere counts the mounts on the file of a name in other mount namespaces than ours, and in
// ours those that the plan does not have. Copies that are left over do not count and, where the
// name is a target, those of which an ordinary user has the whole mount namespace.
func (r *rechecker) elsewhere(step Step) func(mountns.FileMount) bool {
	type mount struct{ id, ino uint64 } // the kernel uses a number again
	planned := map[mount]bool{}
	for _, l := range slices.Concat(step.Name.Layers, step.Name.Beside) {
		planned[mount{l.ID, l.Ino}] = true
	}
	return func(m mountns.FileMount) bool {
		if m.Namespace == r.snap.OwnMounts {
			return !planned[mount{m.ID, m.Ino}]
		}
		return !(slices.ContainsFunc(step.copies, m.Same) && r.leftOver(m.Ino) == nil) && !(step.named && r.only(m))
	}
}

// spread counts the mounts that an unmount would end in other mount namespaces, without those
// of an ordinary user as in elsewhere.
func (r *rechecker) spread(step Step, mountNamespace uint64) func(mountns.FileMount) bool {
	return func(m mountns.FileMount) bool { return m.Namespace != mountNamespace && !(step.named && r.only(m)) }
}

// only reports whether the mount namespace of a mount belongs to one ordinary user and nobody
// else now. It may be younger than the plan: he can make new ones at any time.
func (r *rechecker) only(m mountns.FileMount) bool {
	fs, err := procfs.OpenWith(r.snap.Host.Proc(), r.snap.Host.Helper)
	if err != nil {
		return false
	}
	defer fs.Close()
	in := mountns.New(fs.Root(), m.Namespace)
	in.Helper = fs.Helper()
	in.AddMembers(m.Through)
	defer in.Close()
	if kept := r.snap.MountNamespaces[m.Namespace]; kept != nil {
		in = kept
	}
	return mountns.OnlyUsers(fs, in)[m.Namespace] > 0
}
