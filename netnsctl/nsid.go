package netnsctl

import (
	"errors"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl/internal/rtnl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// NSID is rtnetlink's number for a peer namespace, relative to the asking one.
type NSID int32

// NSIDUnassigned is the NSID of a namespace that the asking one has no number
// for. To set it lets the kernel choose.
const NSIDUnassigned NSID = rtnl.Unassigned

// Peer is a namespace that has a number.
type Peer struct {
	// NSID is its number in the target namespace, or in ours if there is none.
	NSID NSID
	// Current is its number in our namespace if a target was named.
	Current NSID
}

// NSIDs asks the kernel for the nsids of one network namespace: that of the
// thread that called [OpenNSIDs].
type NSIDs struct{ socket *rtnl.Conn }

// OpenNSIDs opens the connection. Only a strict one heeds the target of
// [NSIDs.Peers].
func OpenNSIDs(strict bool) (*NSIDs, error) {
	socket, err := rtnl.Dial(strict)
	if err != nil {
		return nil, newOpError(OpOpenNetlink, "", "", err)
	}
	return &NSIDs{socket}, nil
}

// Close closes the connection.
func (n *NSIDs) Close() { n.socket.Close() }

// Set gives the namespace at path a number. It has none yet, or the kernel
// refuses ([OpSetNSID]).
func (n *NSIDs) Set(name, path string, id NSID) error {
	fd, err := sys.Open(path)
	if err != nil {
		return newOpError(OpOpenNetns, name, path, err)
	}
	defer sys.Close(fd)
	return kernelError(OpSetNSID, name, path, n.socket.SetNSID(fd, int32(id)))
}

// Of gives the number, in ours, of the namespace ns.
func (n *NSIDs) Of(ns netns.NsHandle) (id NSID, err error) {
	n.socket.NSIDsByFD([]int{int(ns)}, func(_ int, nsid int32, failed error) { id, err = NSID(nsid), failed })
	return id, kernelError(OpGetNSID, "", "", err)
}

// Peer gives the namespace that has number id in ours, with its number in the
// namespace target if there is one.
func (n *NSIDs) Peer(id NSID, target *NSID) (Peer, error) {
	p, err := n.socket.PeerByNSID(int32(id), (*int32)(target))
	return Peer{NSID(p.NSID), NSID(p.Current)}, kernelError(OpGetNSID, "", "", err)
}

// Peers gives all namespaces that have a number in the namespace target, or in
// ours if that is nil, in ascending order.
func (n *NSIDs) Peers(target *NSID) ([]Peer, error) {
	found, err := n.socket.Peers((*int32)(target))
	peers := make([]Peer, len(found))
	for i, p := range found {
		peers[i] = Peer{NSID(p.NSID), NSID(p.Current)}
	}
	return peers, kernelError(OpListNSIDs, "", "", err)
}

// kernelError is newOpError with the kernel's own words.
func kernelError(op Op, name, path string, err error) error {
	if refused, ok := errors.AsType[*rtnl.Error](err); ok {
		return &OpError{Op: op, Name: name, Path: path, Message: refused.Message, Err: refused.Errno}
	}
	return newOpError(op, name, path, err)
}
