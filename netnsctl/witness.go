package netnsctl

import (
	"errors"
	"maps"
	"slices"
	"syscall"
	"time"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl/internal/rtnl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Witness proves that network namespaces are gone, whatever may pin them, on every kernel
// since Linux 4.0. It assigns an nsid to each of them in a new network namespace of its own,
// which ends with the witness: no other namespace gets an nsid. It keeps no namespace alive
// but its own.
//
// The proof is the order of cleanup_net() in the kernel's net/core/net_namespace.c, of which
// one run at a time is under way. A run takes all namespaces that have lost their last pin
// since the run before, withdraws their nsids everywhere, and takes them apart. So a namespace
// is unpinned when its nsid is withdrawn. An empty namespace that is released after that, the
// barrier, is taken by a later run: when the nsid of the barrier is withdrawn, the run that
// took the first one is over.
//
// A file handle is no such proof: since Linux 6.19 it gives ESTALE, and listns(2) leaves the
// namespace out, while a socket, a file below /proc/PID/net or the kernel still pins it.
//
// A Witness is not safe for concurrent use. A nil Witness knows nothing.
type Witness struct {
	requests, notices *rtnl.Conn
	last              int32 // the nsid assigned last; none is used twice
	stages            map[int32]Stage
	barrier           int32   // the nsid of the barrier, 0 if none is on its way
	before            []int32 // what was unpinned when the barrier was released
	asked             bool    // [Witness.Ask] wants a barrier
	vacate            func()  // ends the process of [Witness.Occupy]; nil if there is none
}

// Stage is how far a namespace is on its way out.
type Stage string

const (
	// StageUnknown: there is no witness of the namespace.
	StageUnknown Stage = "unknown"
	// StagePending: the kernel has not said anything. Something pins the namespace, or the
	// kernel is still taking apart others.
	StagePending Stage = "pending"
	// StagePinned: something pinned the namespace when the last barrier was released.
	StagePinned Stage = "pinned"
	// StageUnpinned: nothing pins the namespace, and nothing can any more. The kernel is taking
	// it apart.
	StageUnpinned Stage = "unpinned"
	// StageGone: the kernel has taken the namespace apart. The names of its devices, and of
	// their peers elsewhere, are free.
	StageGone Stage = "gone"
)

// Tracked is a namespace that a [Witness] knows. Tracked of one namespace by one witness are
// equal.
type Tracked struct {
	Identity
	nsid int32 // in the namespace of the witness; 0 if it has none
}

// NewWitness returns a witness, which the caller closes. The error has [OpUnshareNet], and is
// EPERM without CAP_SYS_ADMIN, and ENOSPC where user.max_net_namespaces is reached
// (namespaces(7)).
func NewWitness() (*Witness, error) {
	sockets, err := rtnl.DialScratch(2)
	if err != nil {
		return nil, newOpError(OpUnshareNet, "", "", err)
	}
	w := &Witness{requests: sockets[0], notices: sockets[1], stages: map[int32]Stage{}}
	if err := w.notices.ListenNSIDs(); err != nil {
		w.Close()
		return nil, newOpError(OpOpenNetlink, "", "", err)
	}
	return w, nil
}

// Close ends the witness and its namespace. A Close of a nil Witness does nothing.
func (w *Witness) Close() {
	if w == nil {
		return
	}
	if w.vacate != nil {
		w.vacate()
	}
	w.requests.Close()
	w.notices.Close()
}

// Occupy keeps a child process of the helper in the namespace of the witness, until Close. It is
// for a witness that lives long: other programs, such as a check for leaks, would see a
// namespace without a process.
func (w *Witness) Occupy(h *Helper) error {
	if w == nil {
		return nil
	}
	scratch, err := sys.SocketNet(w.requests.FD())
	if err != nil {
		return newOpError(OpOpenNetns, "", "", err)
	}
	defer sys.Close(scratch)
	w.vacate, err = h.Occupy(scratch)
	return newOpError(OpEnterNet, "", "", err)
}

// Track makes the witness follow the open namespace ns, whose identity the caller knows. It
// keeps nothing of ns open. With an error, or without a witness, [Witness.Stage] of the result
// is [StageUnknown].
func (w *Witness) Track(id Identity, ns netns.NsHandle) (Tracked, error) {
	if w == nil {
		return Tracked{Identity: id}, nil
	}
	nsid, err := w.assign(int(ns))
	return Tracked{id, nsid}, kernelError(OpSetNSID, "", "", err)
}

// assign gives a namespace the next nsid, or returns the one that it has.
func (w *Witness) assign(fd int) (int32, error) {
	nsid, err := w.requests.AssignNSID(rtnl.File(fd), w.last+1)
	if err != nil {
		return 0, err
	}
	if nsid > w.last {
		w.last, w.stages[nsid] = nsid, StagePending
	}
	return nsid, nil
}

// Stage tells how far a namespace is, as of the last [Witness.Wait].
func (w *Witness) Stage(t Tracked) Stage {
	if w == nil || t.nsid == 0 {
		return StageUnknown
	}
	if stage, there := w.stages[t.nsid]; there {
		return stage
	}
	return StageGone // what is gone is not kept
}

// Wait waits for news from the kernel, at most until limit has passed; a limit below 0 is none.
// It may return early without news.
func (w *Witness) Wait(limit time.Duration) error {
	if err := sys.WaitReadable(w.notices.FD(), w.Within(limit)); err != nil {
		return newOpError(OpListNSIDs, "", "", err)
	}
	err := w.notices.WithdrawnNSIDs(w.withdrawn)
	if errors.Is(err, syscall.ENOBUFS) {
		err = w.askAll()
	}
	if err == nil && w.wantsBarrier() {
		err = w.release()
	}
	return newOpError(OpListNSIDs, "", "", err)
}

// Within shortens a limit for [Witness.Wait] where the witness has something to do without news
// from the kernel.
func (w *Witness) Within(limit time.Duration) time.Duration {
	const pause = 10 * time.Millisecond
	if w != nil && w.wantsBarrier() && (limit < 0 || limit > pause) {
		return pause // no event tells that a barrier can be made
	}
	return limit
}

// Ask makes the kernel say which of the pending namespaces are pinned: when it has come to all
// that was unpinned at the time of the call, those that are left are [StagePinned].
func (w *Witness) Ask() { w.asked = true }

// Asking reports whether the kernel has yet to answer [Witness.Ask].
func (w *Witness) Asking() bool { return w.asked || w.barrier != 0 }

// Settle waits until the kernel has taken apart all namespaces that nothing pinned at the time of
// the call, at most until limit has passed, and reports whether it has. The first of two barriers
// may be taken by the same run of cleanup_net() as they are, and before them.
func (w *Witness) Settle(limit time.Duration) (settled bool, err error) {
	end := time.Now().Add(limit)
	for range 2 {
		for w.Ask(); w.Asking(); {
			left := time.Until(end)
			if left <= 0 {
				return false, nil
			}
			if err := w.Wait(left); err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

// wantsBarrier reports whether a barrier is to be released, and none is on its way.
func (w *Witness) wantsBarrier() bool {
	if w.barrier != 0 {
		return false
	}
	for _, stage := range w.stages {
		if stage == StageUnpinned {
			return true
		}
	}
	return w.asked
}

// withdrawn is told that the kernel has withdrawn an nsid.
func (w *Witness) withdrawn(nsid int32) {
	if nsid != w.barrier {
		if _, there := w.stages[nsid]; there {
			w.stages[nsid] = StageUnpinned
		}
		return
	}
	delete(w.stages, w.barrier)
	for _, gone := range w.before {
		delete(w.stages, gone)
	}
	for nsid, stage := range w.stages {
		if stage == StagePending && nsid < w.barrier {
			w.stages[nsid] = StagePinned
		}
	}
	w.barrier = 0
}

// askAll asks for each nsid whether it stands, after notices were lost (Linux 4.20). It asks for
// that of the barrier before those of the namespaces that the barrier tells of.
func (w *Witness) askAll() error {
	for _, nsid := range slices.Backward(slices.Sorted(maps.Keys(w.stages))) {
		_, _, err := w.requests.PeerByNSID(nsid, nil)
		switch {
		case errors.Is(err, syscall.ENOENT):
			w.withdrawn(nsid)
		case err != nil:
			return err
		}
	}
	return nil
}

// release makes and releases a barrier. Where the limit of namespaces is reached it does
// nothing: what the kernel takes apart will make room.
func (w *Witness) release() error {
	fd, err := sys.NewUnusedNet()
	if errors.Is(err, syscall.ENOSPC) {
		return nil
	}
	if err != nil {
		return err
	}
	defer sys.Close(fd)
	if w.barrier, err = w.assign(fd); err != nil {
		return err
	}
	w.asked, w.before = false, w.before[:0]
	for nsid, stage := range w.stages {
		if stage == StageUnpinned {
			w.before = append(w.before, nsid)
		}
	}
	return nil
}
