package helper

import (
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// OccupantName is the first word of the command line of an occupant: the longest that ps(1)
// shows whole.
const OccupantName = "netnsctl-holder"

// Occupy starts a child that stays in the network namespace that is open as net, and does
// nothing. Whoever looks then finds a process inside, and does not take the namespace for one
// that was left over. The child ends when release is called, or with this process. Without
// child processes ([Helper.Process]) Occupy does nothing.
func (h *Helper) Occupy(net int) (release func(), err error) {
	if h == nil || !h.Process {
		return func() {}, nil
	}
	ours, theirs, err := sys.NewChannel()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	var child sys.Child
	sys.OnThrowAwayThread(func() {
		if err = sys.SetNet(net); err == nil {
			child, err = sys.StartChild([]string{OccupantName}, nil, theirs.FD())
		}
	})
	if err != nil {
		ours.Close()
		return nil, err
	}
	return func() {
		ours.Close()
		<-child.Abandon()
	}, nil
}

// occupy is what an occupant does: it waits until the other end of the channel is closed.
func occupy() {
	if sys.LeaveParent(OccupantName, firstOther) != nil {
		return
	}
	for err := error(nil); err == nil; {
		_, _, err = sys.ChannelOf(channelFD).Receive()
	}
}
