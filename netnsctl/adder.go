package netnsctl

import "github.com/netnsctl/netnsctl/netnsctl/internal/sys"

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
	return a.host.add(name, a.added > 1, a.take)
}

// take gives a namespace that was created ahead. Where none is ready it creates one, rather
// than wait for the other thread.
func (a *Adder) take(name string) (fd int, err error) {
	select {
	case fd, ok := <-a.ahead:
		if ok {
			return fd, nil
		}
	default:
	}
	return a.host.newNamespace(name)
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
			// The second fails if the thread could not return from the first.
			fd, err := a.host.newNamespaceFrom(self, "")
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
