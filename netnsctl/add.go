package netnsctl

import (
	"os"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Add creates a network namespace and gives it a name. The error is EEXIST where the
// run directory has an entry of that name, whatever it is. After a failure nothing is
// left behind but the run directory.
//
// The new namespace inherits from that of the calling thread: see
// net.core.devconf_inherit_init_net in the kernel's documentation. The calling thread
// stays where it is, unless [Host.LockedThread] is set.
func (h Host) Add(name string) error {
	return h.create(name, false, func(path string) error { return h.bindNew(name, path) })
}

// create makes the file that a namespace is mounted on, lets bind mount it, and
// removes the file if that fails. prepared says that this process has prepared
// the run directory before.
func (h Host) create(name string, prepared bool, bind func(path string) error) error {
	if !ValidName(name) {
		return newOpError(OpCreateName, name, h.NamePath(name), ErrInvalidName)
	}
	if err := h.prepareRunDir(prepared); err != nil {
		return err
	}
	path := h.NamePath(name)
	created, err := sys.CreateEmpty(path)
	if err != nil {
		return newOpError(OpCreateName, name, path, err)
	}
	err = bind(path)
	// The bind also fails after another process has deleted the file. The path may
	// lead to the file of a third process by now, which has yet to mount its namespace.
	if err != nil && sys.IsFile(path, created) {
		os.Remove(path)
	}
	return err
}

// bindNew creates a namespace and mounts it on path.
func (h Host) bindNew(name, path string) error {
	self, err := sys.OpenNamespace(sys.ThreadNetPath)
	if err != nil {
		return newOpError(OpOpenSelf, name, "", err)
	}
	defer sys.Close(self)
	if h.LockedThread {
		return bindNewHere(self, name, path)
	}
	var made int
	sys.OnThrowAwayThread(func() {
		made, err = newFrom(self, name)
		_ = sys.SetNet(self) // The thread may still be there when Add has returned.
	})
	if err != nil {
		return err
	}
	defer sys.Close(made)
	return newOpError(OpBindName, name, sys.ThreadNetPath, sys.BindMount(sys.FDPath(made), path))
}

// bindNewHere is bindNew on the calling thread, which then returns to its own
// namespace, self.
func bindNewHere(self int, name, path string) error {
	if err := sys.NewNet(); err != nil {
		return newOpError(OpUnshareNet, name, "", err)
	}
	bindErr := newOpError(OpBindName, name, sys.ThreadNetPath, sys.BindMount(sys.ThreadNetPath, path))
	if err := sys.SetNet(self); err != nil {
		if bindErr == nil {
			_ = sys.Detach(path)
		}
		return newOpError(OpRestoreNet, name, "", err)
	}
	return bindErr
}

// newFrom creates a namespace from within the namespace self, and opens it. The
// thread must be one to throw away.
func newFrom(self int, name string) (fd int, err error) {
	if err := sys.SetNet(self); err != nil {
		return -1, newOpError(OpRestoreNet, name, "", err)
	}
	if err := sys.NewNet(); err != nil {
		return -1, newOpError(OpUnshareNet, name, "", err)
	}
	fd, err = sys.OpenNamespace(sys.ThreadNetPath)
	return fd, newOpError(OpBindName, name, sys.ThreadNetPath, err)
}

// Adder adds many names faster than [Host.Add]. The kernel takes most of a millisecond to
// create a namespace, so from the second name on another thread creates up to three
// namespaces in advance. An Adder is not safe for concurrent use.
type Adder struct {
	host  Host
	added int
	ahead chan int // descriptors of up to aheadOfNeed-1 new namespaces
	stop  chan struct{}
}

// aheadOfNeed lets both threads create all the time: with fewer, one waits for the
// other, and waking it costs a fifth.
const aheadOfNeed = 3

// NewAdder returns an [Adder], which the caller must close.
func (h Host) NewAdder() *Adder { return &Adder{host: h} }

// Add adds a name as [Host.Add] does.
func (a *Adder) Add(name string) error {
	if a.added++; a.added == 2 {
		a.start()
	}
	return a.host.create(name, a.added > 1, func(path string) error {
		select {
		case fd, ok := <-a.ahead:
			if ok {
				defer sys.Close(fd)
				return newOpError(OpBindName, name, sys.ThreadNetPath, sys.BindMount(sys.FDPath(fd), path))
			}
		default: // This thread creates one, rather than wait for the other.
		}
		return a.host.bindNew(name, path)
	})
}

// Close releases the namespaces that were created ahead. The Adder may be used again, and
// must then be closed again.
func (a *Adder) Close() {
	if a.ahead == nil {
		return
	}
	close(a.stop)
	for fd := range a.ahead {
		sys.Close(fd)
	}
	*a = Adder{host: a.host}
}

func (a *Adder) start() {
	self, err := sys.OpenNamespace(sys.ThreadNetPath)
	if err != nil {
		return
	}
	a.ahead, a.stop = make(chan int, aheadOfNeed-1), make(chan struct{})
	sys.GoThrowAwayThread(func() {
		defer close(a.ahead)
		defer sys.Close(self)
		for {
			fd, err := newFrom(self, "")
			if err != nil {
				return // The caller's thread meets the same error and reports it.
			}
			select {
			case a.ahead <- fd:
			case <-a.stop:
				sys.Close(fd)
				return
			}
		}
	})
}
