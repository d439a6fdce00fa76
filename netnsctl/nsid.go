package netnsctl

import (
	"errors"
	"syscall"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl/internal/rtnl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// NSID is rtnetlink's number for a peer namespace. It is relative to the asking
// namespace.
type NSID int32

// NSIDUnassigned is the NSID of a namespace to which the asking namespace has assigned
// none. The kernel chooses a number for it in [NSIDs.Set].
const NSIDUnassigned NSID = rtnl.Unassigned

// Peer is a namespace that has an nsid.
type Peer struct {
	// NSID is its nsid in the target namespace, or in ours without a target.
	NSID NSID
	// Current is its nsid in our namespace, if there is a target.
	Current NSID
}

// NSIDs is a netlink connection that asks the kernel for nsids. "Our" namespace is that of
// the thread that called [OpenNSIDs]. NSIDs is not safe for concurrent use.
type NSIDs struct{ socket *rtnl.Conn }

// OpenNSIDs opens the connection, which the caller closes. With strict the kernel checks
// requests strictly (NETLINK_GET_STRICT_CHK, Linux 4.20), which [NSIDs.Peers] with a target
// needs: without strict the kernel ignores the target.
func OpenNSIDs(strict bool) (*NSIDs, error) {
	socket, err := rtnl.Dial(strict)
	if err != nil {
		return nil, newOpError(OpOpenNetlink, "", "", err)
	}
	return &NSIDs{socket}, nil
}

// Close closes the connection.
func (n *NSIDs) Close() { n.socket.Close() }

// Set assigns an nsid in our namespace to the namespace of a name. The
// kernel chooses the number if id is negative. The error is
// EEXIST if the namespace has an nsid already or the nsid is that of another namespace.
func (n *NSIDs) Set(h Host, name string, id NSID) error {
	path := h.NamePath(name)
	fd, err := h.openFile(name)
	switch err {
	case nil:
		defer sys.Close(fd)
	case sys.ErrNotNamespace:
		fd = n.socket.FD()
	default:
		return newOpError(OpOpenNetns, name, path, err)
	}
	return kernelError(OpSetNSID, name, path, n.socket.SetNSID(rtnl.File(fd), int32(id)))
}

// Of returns the nsid, in our namespace, of the namespace ns: [NSIDUnassigned], without an
// error, if it has none. The error is EBADF for a closed handle, and EINVAL for a file that
// is not a network namespace.
func (n *NSIDs) Of(ns netns.NsHandle) (NSID, error) {
	id, err := n.socket.NSID(rtnl.File(int(ns)))
	return NSID(id), kernelError(OpGetNSID, "", "", err)
}

// OfProcess is [NSIDs.Of] for the namespace of a process, or of a thread, by its number in our pid
// namespace. The error is ESRCH if there is none.
func (n *NSIDs) OfProcess(pid int) (NSID, error) {
	id, err := n.socket.NSID(rtnl.Ref{PID: pid})
	return NSID(id), kernelError(OpGetNSID, "", "", err)
}

// Peer returns the namespace that has the nsid id in our namespace, and its nsid in the
// namespace target if that is not nil (Linux 4.20). target is an nsid in our namespace. The
// error is ENOENT if no namespace has the nsid.
func (n *NSIDs) Peer(id NSID, target *NSID) (Peer, error) {
	inTarget, current, err := n.socket.PeerByNSID(int32(id), (*int32)(target))
	return Peer{NSID(inTarget), NSID(current)}, kernelError(OpGetNSID, "", "", err)
}

// Peers returns all namespaces that have an nsid in the namespace target (Linux 4.20), or
// in ours if target is nil, in ascending order of the nsids. target is an nsid in our
// namespace.
func (n *NSIDs) Peers(target *NSID) (peers []Peer, err error) {
	err = n.socket.Peers((*int32)(target), func(inTarget, current int32) {
		peers = append(peers, Peer{NSID(inTarget), NSID(current)})
	})
	return peers, kernelError(OpListNSIDs, "", "", err)
}

// kernelError is newOpError with the text of the extended acknowledgement.
func kernelError(op Op, name, path string, err error) error {
	if refused, ok := errors.AsType[*rtnl.Error](err); ok {
		return &OpError{Op: op, Name: name, Path: path, Message: refused.Message, Err: refused.Errno}
	}
	return newOpError(op, name, path, err)
}

// Entry is a name with its nsid.
type Entry struct {
	Name string
	NSID NSID
	// Err is nil, or the reason why NSID is not known: its Op is [OpOpenNetns] if the
	// file cannot be opened, [OpGetNSID] if it is no network namespace.
	Err error
}

// fewNames is the number of names up to which it is as fast to open each of them as to ask
// first whether any nsid is assigned. (With Linux 6.18 and 10 names the question saves 0.15 ms
// of 2.5.)
const fewNames = 4

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
		n.ask(h, entries)
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
			n.ask(h, entries[i:i+1])
		}
	}
}

// ask sets the nsids of entries.
func (n *NSIDs) ask(h Host, entries []Entry) {
	for len(entries) > 0 {
		done := n.askSome(h, entries[:min(len(entries), rtnl.MaxPipelined)])
		entries = entries[done:]
	}
}

// askSome asks for as many of the entries as can be open at once, and returns their
// number, which is at least 1. For a file that is not a namespace, the kernel gives the error.
func (n *NSIDs) askSome(h Host, entries []Entry) (done int) {
	files, asked := make([]rtnl.Ref, 0, len(entries)), make([]*Entry, 0, len(entries))
	for i := range entries {
		e := &entries[i]
		fd, err := h.openFile(e.Name)
		if noneLeft(err) && len(files) > 0 {
			break
		}
		done++
		switch err {
		case nil:
			defer sys.Close(fd)
		case sys.ErrNotNamespace:
			fd = n.socket.FD()
		default:
			if !noneLeft(err) || !n.noneAssigned() {
				e.Err = newOpError(OpOpenNetns, e.Name, h.NamePath(e.Name), err)
			}
			continue
		}
		files, asked = append(files, rtnl.File(fd)), append(asked, e)
	}
	n.socket.NSIDs(nil, files, func(i int, id int32, err error) {
		e := asked[i]
		e.NSID, e.Err = NSID(id), kernelError(OpGetNSID, e.Name, h.NamePath(e.Name), err)
	})
	return done
}

// noneLeft reports whether the error is that of a limit of open files.
func noneLeft(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}
