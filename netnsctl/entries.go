package netnsctl

import (
	"errors"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Entry is a name with its nsid.
type Entry struct {
	Name string
	NSID NSID
	// Err says why there is no answer: its Op is [OpOpenNetns] where the file
	// cannot be opened, [OpGetNSID] where it is no network namespace.
	Err error
}

// fewNames is a number for which asking one by one is as fast as anything.
const fewNames = 16

// manyNames is a number from which a second thread is worth its start.
const manyNames = 256

// Entries gives every name of the run directory with its nsid, in the
// directory's order.
func (n *NSIDs) Entries(h Host) ([]Entry, error) {
	names, err := h.Names()
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, len(names))
	for i, name := range names {
		entries[i] = Entry{Name: name, NSID: NSIDUnassigned}
	}
	if len(entries) == 0 {
		return entries, nil
	}
	dir, err := sys.OpenDir(h.Dir())
	if err != nil {
		return nil, newOpError(OpReadRunDir, "", h.Dir(), err)
	}
	defer sys.Close(dir)
	if len(entries) <= fewNames {
		n.ask(h, dir, entries)
		return entries, nil
	}
	// Where nothing has an nsid, no name need be asked for its.
	if peers, err := n.Peers(nil); err == nil && len(peers) == 0 {
		n.askOdd(h, dir, entries)
		return entries, nil
	}
	n.askMany(h, dir, entries)
	return entries, nil
}

// askOdd asks only for the nsids of what is no network namespace, to have the
// kernel say so.
func (n *NSIDs) askOdd(h Host, dir int, entries []Entry) {
	odd := make([]bool, len(entries))
	onTwoThreads(len(entries), func(_, from, to int) {
		var path sys.CPath
		for i := from; i < to; i++ {
			path = append(append(path[:0], entries[i].Name...), 0)
			odd[i] = !sys.IsNetAt(dir, path)
		}
	})
	for i := range entries {
		if odd[i] {
			n.ask(h, dir, entries[i:i+1])
		}
	}
}

// askMany asks through two sockets at once: the kernel compares a namespace with
// every other that has an nsid until it finds its own. The second thread may be
// in another mount namespace; what it opens it reaches through the directory.
func (n *NSIDs) askMany(h Host, dir int, entries []Entry) {
	second, err := sys.DialRTNL(false)
	if err != nil {
		n.ask(h, dir, entries)
		return
	}
	defer second.Close()
	sockets := [...]*NSIDs{n, {second}}
	onTwoThreads(len(entries), func(thread, from, to int) {
		sockets[thread].ask(h, dir, entries[from:to])
	})
	for i := range entries {
		if noneLeft(entries[i].Err) { // the other thread had them
			entries[i].Err = nil
			n.ask(h, dir, entries[i:i+1])
		}
	}
}

// ask fills in the nsids of entries of the open run directory dir.
func (n *NSIDs) ask(h Host, dir int, entries []Entry) {
	for len(entries) > 0 {
		done := n.askSome(h, dir, entries[:min(len(entries), sys.MaxPipelined)])
		entries = entries[done:]
	}
}

// askSome asks for as many of the entries as can be open at once, and gives how
// many that were, at least one.
func (n *NSIDs) askSome(h Host, dir int, entries []Entry) (done int) {
	fds, asked := make([]int, 0, len(entries)), make([]*Entry, 0, len(entries))
	var path sys.CPath
	for i := range entries {
		e := &entries[i]
		path = append(append(path[:0], e.Name...), 0)
		fd, err := sys.OpenAt(dir, path)
		if noneLeft(err) && len(fds) > 0 {
			break
		}
		done++
		if err != nil {
			e.Err = newOpError(OpOpenNetns, e.Name, h.NamePath(e.Name), err)
			continue
		}
		defer sys.Close(fd)
		fds, asked = append(fds, fd), append(asked, e)
	}
	n.rtnl.NSIDsByFD(fds, func(i int, id int32, err error) {
		e := asked[i]
		e.NSID, e.Err = NSID(id), kernelError(OpGetNSID, e.Name, h.NamePath(e.Name), err)
	})
	return done
}

// noneLeft tells whether an error says that there may be no more descriptors.
func noneLeft(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// onTwoThreads calls f for parts of 0 to n, on threads 0 and 1 if that is worth it.
// A thread takes the next part when it is ready: the second takes a while to
// start.
func onTwoThreads(n int, f func(thread, from, to int)) {
	if n < manyNames {
		f(0, 0, n)
		return
	}
	sys.UseAllProcessors()
	var taken atomic.Int64
	work := func(thread int) {
		for {
			to := int(taken.Add(sys.MaxPipelined))
			from := to - sys.MaxPipelined
			if from >= n {
				return
			}
			f(thread, from, min(to, n))
		}
	}
	var other sync.WaitGroup
	other.Go(func() { work(1) })
	work(0)
	other.Wait()
}
