package netnsctl

import (
	"errors"

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

// NSIDs asks the kernel for the nsids of one network namespace: the namespace of the
// thread that called [OpenNSIDs].
type NSIDs struct{ socket *rtnl.Conn }

// OpenNSIDs opens the connection. The kernel heeds the target of [NSIDs.Peers] on a
// strict connection only.
func OpenNSIDs(strict bool) (*NSIDs, error) {
	socket, err := rtnl.Dial(strict)
	if err != nil {
		return nil, newOpError(OpOpenNetlink, "", "", err)
	}
	return &NSIDs{socket}, nil
}

// Close closes the connection.
func (n *NSIDs) Close() { n.socket.Close() }

// Set assigns an nsid to the namespace at path. The error is that of [OpSetNSID] if the
// namespace has an nsid already.
func (n *NSIDs) Set(name, path string, id NSID) error {
	fd, err := sys.Open(path)
	if err != nil {
		return newOpError(OpOpenNetns, name, path, err)
	}
	defer sys.Close(fd)
	return kernelError(OpSetNSID, name, path, n.socket.SetNSID(fd, int32(id)))
}

// Of gives the nsid, in our namespace, of the namespace ns.
func (n *NSIDs) Of(ns netns.NsHandle) (NSID, error) {
	id, err := n.socket.NSID(int(ns))
	return NSID(id), kernelError(OpGetNSID, "", "", err)
}

// Peer gives the namespace that has an nsid in our namespace, with its nsid in the
// namespace target if that is not nil (Linux 4.20).
func (n *NSIDs) Peer(id NSID, target *NSID) (Peer, error) {
	inTarget, current, err := n.socket.PeerByNSID(int32(id), (*int32)(target))
	return Peer{NSID(inTarget), NSID(current)}, kernelError(OpGetNSID, "", "", err)
}

// Peers gives all namespaces that have an nsid in the namespace target (Linux 4.20), or
// in ours if target is nil, in ascending order.
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
