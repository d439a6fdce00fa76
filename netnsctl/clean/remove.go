package clean

import (
	"errors"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/internal/rundir"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// maxLayers bounds the mounts that are taken off one name.
const maxLayers = 1000

// remove takes a name away if it still is what was planned. Where the file
// cannot be unlinked, the mounts are put back.
func (a *applier) remove(step Step) (err error) {
	planned := step.Name.Entry()
	path := step.Name.Path(a.snap.Host)
	var layers []int
	defer func() {
		for _, fd := range layers {
			if err != nil {
				err = errors.Join(err, sys.BindMount(sys.FDPath(fd), path))
			}
			sys.Close(fd)
		}
	}()
	for depth := range maxLayers {
		l := layer{fd: -1}
		err := a.locked(
			func() (err error) {
				l.close()
				l, err = a.look(step, planned)
				return err
			},
			func() error { return a.take(step, &l) },
			nil,
		)
		if l.fd >= 0 && err == nil && !l.last {
			layers = append(layers, l.fd)
		} else {
			l.close()
		}
		if err != nil || l.last {
			return err
		}
		next, there := a.dir.Look(planned.Name)
		if there && next.Namespace.Type == sys.TypeNet && (step.Namespace == nil || next.Namespace.Ino != step.Namespace.ID.Ino) {
			a.uncovered = []Uncovered{{ID: netnsctl.ID{Dev: next.Namespace.Dev, Ino: next.Namespace.Ino}, Path: path}}
			return nil
		}
		planned.File = l.entry.File // where it can be seen
		switch {
		case there && !next.Mounted && planned.File.Type == 0 && !next.File.Empty():
			return changed("it is another one now")
		case there && !next.Mounted, below(step.Name, depth+1, next):
			planned.Mounted, planned.Namespace = next.Mounted, next.Namespace
		}
	}
	return netnsctl.NewOpError(netnsctl.OpRemoveName, planned.Name, path, syscall.EBUSY)
}

// below reports whether a name leads to the planned layer at this depth, 0 being the topmost.
func below(n *discover.Name, depth int, now rundir.Entry) bool {
	return depth < len(n.Layers) && n.Layers[depth].Ino != 0 && n.Layers[depth].Ino == now.Namespace.Ino
}

// layer is what is to be taken off a name: the topmost mount on it or, where nothing is mounted,
// the file itself.
type layer struct {
	entry rundir.Entry
	fd    int // the open mount, -1 if there is none
	// everywhere says that the file goes together with all that is mounted on it, last that
	// the file is gone.
	everywhere, last bool
}

func (l *layer) close() {
	if l.fd >= 0 {
		sys.Close(l.fd)
		l.fd = -1
	}
}

// look finds the layer that is to be taken off, if the name still is what was planned and
// nobody uses it.
func (a *applier) look(step Step, planned rundir.Entry) (l layer, err error) {
	l.fd = -1
	if l.entry, err = a.entry(planned); err != nil {
		return l, err
	}
	switch {
	case step.Namespace != nil && step.named:
		err = a.noneIn(step.Namespace.ID.Ino)
	case step.Namespace != nil:
		err = a.unclaimed(step.Namespace)
	case !step.named:
		err = a.unnoted(step.Name)
	}
	if err != nil {
		return l, err
	}
	if err := a.noneOn(step.Name.On, step.Name.Top.Ino, a.elsewhere(step)); err != nil {
		return l, err
	}
	a.slow = a.endsMany(step.Name.On)
	// Meanwhile a link may lead to a namespace, as its pid is that of a new process.
	now, err := a.entry(planned)
	if l.entry = now; err != nil {
		return l, err
	}
	if !now.Mounted {
		return l, nil
	}
	l.everywhere = a.severalOf(step.Name)
	l.fd, err = a.hold(step, now)
	return l, err
}

// entry is an entry of the run directory, if it still is what was planned.
func (a *applier) entry(planned rundir.Entry) (rundir.Entry, error) {
	now, there := a.dir.Look(planned.Name)
	if !there {
		return now, errGone
	}
	return now, a.name(planned, now)
}

// take takes a layer off, under the lock.
func (a *applier) take(step Step, l *layer) error {
	name := l.entry.Name
	switch same, there := a.dir.Unchanged(l.entry); {
	case !there:
		return errGone
	case !same:
		return changed("it is another one now")
	}
	if !l.entry.Mounted {
		l.last = true
		if step.Name.Cause == discover.DeadFile && !step.named && a.dir.IsOpen(l.entry) {
			return changed("its file is open")
		}
		return a.unlink(l.entry)
	}
	if l.last = l.everywhere && a.dir.RemoveEverywhere(name) == nil; l.last {
		return nil
	}
	if err := sys.DetachHere(l.fd); err != nil {
		return netnsctl.NewOpError(OpUnmountName, name, step.Name.Path(a.snap.Host), err)
	}
	return nil
}

// hold opens the top layer on a name if it still is what was planned.
func (a *applier) hold(step Step, now rundir.Entry) (fd int, err error) {
	path := step.Name.Path(a.snap.Host)
	fd, err = sys.OpenNamespace(path)
	if err == sys.ErrNotNamespace {
		return -1, changed("it is another one now")
	}
	if err == nil {
		if err = a.sameLayer(fd, step, now); err == nil {
			return fd, nil
		}
		sys.Close(fd)
	}
	if errors.As(err, new(changed)) {
		return -1, err
	}
	return -1, netnsctl.NewOpError(OpUnmountName, now.Name, path, err)
}

// severalOf reports whether several mounts of the planned namespace, and no others, are on the
// file of a name. One of them may be on a path that is covered, such as that below a run
// directory that is bound on itself: then the kernel refuses to unlink the file after the top
// mount is gone (EBUSY). All of them must go at once, with the file, so that a cleaner that is
// killed in between leaves nothing that the next one cannot finish.
func (a *applier) severalOf(n *discover.Name) bool {
	here := 0
	for _, m := range a.uses.files.On[n.On] {
		if m.Namespace == a.snap.OwnMounts {
			here++
		}
	}
	return here > 1 && n.Top.Ino != 0 && a.noneOn(n.On, n.Top.Ino, anywhere) == nil
}

// sameLayer compares the open mount on a name with what was seen there.
func (a *applier) sameLayer(fd int, step Step, now rundir.Entry) error {
	if step.Namespace != nil {
		return a.identity(fd, step.Namespace)
	}
	dev, ino, err := sys.Fstat(fd)
	if err == nil && (dev != now.Namespace.Dev || ino != now.Namespace.Ino) {
		err = changed("it is another one now")
	}
	return err
}

// unlink removes the file of a name. A mount that somebody has made on it in the
// meantime makes it fail (EBUSY).
func (a *applier) unlink(e rundir.Entry) error {
	err := a.dir.Remove(e)
	switch {
	case errors.Is(err, syscall.ENOENT):
		return errGone
	case errors.Is(err, syscall.ENOTEMPTY):
		return changed("it is a directory that is not empty")
	case errors.Is(err, syscall.EBUSY):
		// Somebody may have mounted a namespace on it just now.
		if same, there := a.dir.Unchanged(e); there && !same {
			return changed("it is another one now")
		}
	}
	return netnsctl.NewOpError(netnsctl.OpRemoveName, e.Name, a.dir.Path()+"/"+e.Name, err)
}
