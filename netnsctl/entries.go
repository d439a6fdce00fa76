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
	// Err is nil, or the reason why NSID is not known: its Op is [OpOpenNetns] if the
	// file cannot be opened, [OpGetNSID] if it is no network namespace.
	Err error
}

// fewNames is a number of names up to which a request for each is as fast as anything.
const fewNames = 16

// Entries returns every name of the run directory with its nsid, in the order of the
// directory.
func (n *NSIDs) Entries(h Host) ([]Entry, error) {
	dir, err := sys.OpenDir(h.Dir())
	if err != nil {
		return nil, newOpError(OpReadRunDir, "", h.Dir(), err)
	}
	defer sys.Close(dir)
	names, err := sys.ReadNames(dir)
	err = newOpError(OpReadRunDir, "", h.Dir(), err)
	entries := make([]Entry, len(names))
	for i, name := range names {
		entries[i] = Entry{Name: name, NSID: NSIDUnassigned}
	}
	if len(entries) > fewNames && n.noneAssigned() {
		n.askOdd(h, dir, entries)
	} else {
		n.ask(h, dir, entries)
	}
	return entries, err
}

// noneAssigned reports whether no namespace has an nsid.
func (n *NSIDs) noneAssigned() bool {
	peers, err := n.Peers(nil)
	return err == nil && len(peers) == 0
}

// askOdd asks only for the entries that are no network namespaces: their error is that
// of the kernel. For a network namespace without nsid, the kernel would compare it with
// every other.
func (n *NSIDs) askOdd(h Host, dir int, entries []Entry) {
	for i := range entries {
		if !sys.IsNetAt(dir, entries[i].Name) {
			n.ask(h, dir, entries[i:i+1])
		}
	}
}

// ask sets the nsids of entries of the open run directory dir.
func (n *NSIDs) ask(h Host, dir int, entries []Entry) {
	for len(entries) > 0 {
		done := n.askSome(h, dir, entries[:min(len(entries), rtnl.MaxPipelined)])
		entries = entries[done:]
	}
}

// askSome asks for as many of the entries as can be open at once, and returns their
// number, which is at least 1.
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

// noneLeft reports whether the error is that of a limit of open files.
func noneLeft(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}
