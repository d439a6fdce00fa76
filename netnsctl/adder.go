package netnsctl

import "github.com/netnsctl/netnsctl/netnsctl/internal/sys"

// Adder is [Host.Add] for many names. Creating a namespace takes the kernel most
// of a millisecond, so from the second name on another thread creates them
// ahead, at most aheadOfNeed more than are added in the end.
type Adder struct {
	host  Host
	added int
	ahead chan int // descriptors of up to aheadOfNeed-1 new namespaces
	stop  chan struct{}
}

// aheadOfNeed lets both threads create all the time: with fewer, one waits for the
// other, and waking it costs a fifth.
const aheadOfNeed = 3

// NewAdder begins; [Adder.Close] must end it. Both, and Add, belong to one
// locked thread.
func (h Host) NewAdder() *Adder { return &Adder{host: h} }

// Add is [Host.Add].
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
		default: // Both threads create, rather than one wait.
		}
		return bindNew(name, path)
	})
}

// Close gives up what was created ahead.
func (a *Adder) Close() {
	if a.ahead == nil {
		return
	}
	close(a.stop)
	for fd := range a.ahead {
		sys.Close(fd)
	}
}

func (a *Adder) start() {
	self, err := sys.Open(sys.ThreadNetPath)
	if err != nil {
		return
	}
	sys.UseAllProcessors()
	a.ahead, a.stop = make(chan int, aheadOfNeed-1), make(chan struct{})
	sys.GoThrowAwayThread(func() {
		defer close(a.ahead)
		defer sys.Close(self)
		for {
			fd, err := newFrom(self)
			if err != nil {
				return // The other thread will meet the same, and say so.
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

// newFrom creates a namespace that inherits from the one that self is a file of:
// with net.core.devconf_inherit_init_net=3 a new namespace takes its devices'
// settings from its creator's.
func newFrom(self int) (fd int, err error) {
	if err := sys.SetNet(self); err != nil {
		return -1, err
	}
	if err := sys.NewNet(); err != nil {
		return -1, err
	}
	return sys.Open(sys.ThreadNetPath)
}
