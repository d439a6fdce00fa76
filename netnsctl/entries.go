package netnsctl

import (
	"errors"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/rtnl"
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

// errAskAgain is no answer yet.
var errAskAgain = errors.New("ask again")

// Entries gives every name of the run directory with its nsid, in the
// directory's order.
func (n *NSIDs) Entries(h Host) ([]Entry, error) {
	dir, err := sys.OpenDir(h.Dir())
	if err != nil {
		return nil, newOpError(OpReadRunDir, "", h.Dir(), err)
	}
	defer sys.Close(dir)
	names := readNames(dir)
	ask, done := n.asker(h, dir, len(names.first))
	defer done()
	entries, err := mapNames(names, func(thread int, names []string) []Entry {
		entries := make([]Entry, len(names))
		for i, name := range names {
			entries[i] = Entry{Name: name, NSID: NSIDUnassigned}
		}
		ask(thread, entries)
		return entries
	})
	for i := range entries {
		if err := entries[i].Err; errors.Is(err, errAskAgain) || noneLeft(err) { // the other thread had them
			entries[i].Err = nil
			n.ask(h, dir, entries[i:i+1])
		}
	}
	return entries, newOpError(OpReadRunDir, "", h.Dir(), err)
}

// asker gives what asks for the nsids of entries of the open run directory, on
// thread 0 or 1. What it leaves has the error [errAskAgain].
func (n *NSIDs) asker(h Host, dir, names int) (ask func(thread int, entries []Entry), done func()) {
	if names <= fewNames {
		return func(_ int, entries []Entry) { n.ask(h, dir, entries) }, func() {}
	}
	if peers, err := n.Peers(nil); err == nil && len(peers) == 0 {
		return func(_ int, entries []Entry) { askOdd(dir, entries) }, func() {}
	}
	// The kernel compares a namespace with every other that has an nsid until it
	// finds its own: two sockets do that side by side. The second thread may be in
	// another mount namespace; what it opens it reaches through the directory.
	second, err := rtnl.Dial(false)
	if err != nil {
		return func(thread int, entries []Entry) {
			if thread == 0 {
				n.ask(h, dir, entries)
				return
			}
			for i := range entries {
				entries[i].Err = errAskAgain
			}
		}, func() {}
	}
	sockets := [...]*NSIDs{n, {second}}
	return func(thread int, entries []Entry) { sockets[thread].ask(h, dir, entries) }, second.Close
}

// askOdd is for when nothing has an nsid, so that no name need be asked for its:
// only what is no network namespace is left, to have the kernel say so.
func askOdd(dir int, entries []Entry) {
	var path sys.CPath
	for i := range entries {
		path = append(append(path[:0], entries[i].Name...), 0)
		if !sys.IsNetAt(dir, path) {
			entries[i].Err = errAskAgain
		}
	}
}

// ask fills in the nsids of entries of the open run directory dir.
func (n *NSIDs) ask(h Host, dir int, entries []Entry) {
	for len(entries) > 0 {
		done := n.askSome(h, dir, entries[:min(len(entries), rtnl.MaxPipelined)])
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
	n.socket.NSIDsByFD(fds, func(i int, id int32, err error) {
		e := asked[i]
		e.NSID, e.Err = NSID(id), kernelError(OpGetNSID, e.Name, h.NamePath(e.Name), err)
	})
	return done
}

// noneLeft tells whether an error says that there may be no more descriptors.
func noneLeft(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}
