package kill

import (
	"context"
	"slices"
	"syscall"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Request says which processes end, and how.
type Request struct {
	// Namespaces are those whose processes end.
	Namespaces []Namespace
	// Signal is what a process gets first, with SIGCONT after it, so that a stopped one notices;
	// after Grace it gets SIGKILL.
	Signal syscall.Signal
	Grace  time.Duration
	// Tell, if not nil, is called after each step.
	Tell func(Event)
}

// Namespace is a namespace by its name. [End] does nothing, with [netnsctl.ErrChanged], if the name
// leads to another one.
type Namespace struct {
	Name     string
	Identity netnsctl.Identity
}

// Event is one step.
type Event struct {
	Process
	Step Step
	// Signal is what was sent to the process last.
	Signal syscall.Signal
}

// Step is what has happened to a process.
type Step string

const (
	Sent  Step = "sent"  // a signal was sent
	Ended Step = "ended" // it has ended
	Moved Step = "moved" // it has left the namespace before it ended
)

// Left is a process that is still inside.
type Left struct {
	Process
	// Why says why it was not ended.
	Why string
	// Thread says that only a thread of it is inside: nothing in the namespace has got a signal.
	Thread bool
}

// onlyThread is why a process that is elsewhere is not ended.
const onlyThread = "only a thread of it is inside"

const (
	// afterKill is how long a process may take to end after SIGKILL: one that waits in the kernel
	// (D in proc(5)) ends when the kernel lets it.
	afterKill = 5 * time.Second
	// The processes are looked for again after a pause, which grows: a child that is made while they
	// are read may be missed once.
	firstPause, lastPause = 10 * time.Millisecond, 200 * time.Millisecond
)

// End ends the processes in network namespaces. It sends Signal to each, and SIGKILL to those that are
// inside after Grace, also those that have started since; it looks for them again until none is
// left. It returns those that are left at the end, and the processes that could not be inspected and
// may be inside. Processes of other pid namespaces that procfs does not show are not found. A namespace
// is left alone if only a thread of a process is inside at the beginning.
//
// Nothing is done, and the error is a [RefusedError], where netnsctl itself, one of its ancestors or
// process 1 is inside. The error is the cause of ctx where that has ended.
func End(ctx context.Context, host netnsctl.Host, r Request) (left []Left, unread []int, err error) {
	fs, err := openProc(host)
	if err != nil {
		return nil, nil, err
	}
	defer fs.Close()
	ids, closeAll, err := openAll(host, r.Namespaces)
	defer closeAll()
	if err != nil {
		return nil, nil, err
	}
	kept, err := foresee(fs, ids)
	if err != nil {
		return nil, nil, err
	}
	for _, l := range kept {
		delete(ids, l.Namespace.Ino)
	}
	e := &ending{Request: r, fs: fs, ids: ids, protected: protected(fs), open: map[int]*opened{}, failed: map[int]error{}}
	defer e.close()
	left, unread, err = e.run(ctx)
	return append(kept, left...), unread, err
}

// Foresee changes nothing, and returns what [End] would know before the first signal: its error, and
// the processes because of which it would leave a namespace alone. The caller holds the namespaces.
func Foresee(host netnsctl.Host, namespaces []netnsctl.ID) (left []Left, err error) {
	fs, err := openProc(host)
	if err != nil {
		return nil, err
	}
	defer fs.Close()
	ids := map[uint64]netnsctl.ID{}
	for _, id := range namespaces {
		ids[id.Ino] = id
	}
	return foresee(fs, ids)
}

func foresee(fs *procfs.FS, ids map[uint64]netnsctl.ID) (left []Left, err error) {
	if err := refuse(fs, ids); err != nil {
		return nil, err
	}
	found, _, err := look(fs, ids)
	for _, o := range found {
		if o.partly {
			left = append(left, Left{process(fs, o.namespace, o.pid), onlyThread, true})
		}
	}
	return left, err
}

// ending is one call of [End].
type ending struct {
	Request
	fs        *procfs.FS
	ids       map[uint64]netnsctl.ID
	protected []int
	open      map[int]*opened // by PID, those that have not ended
	failed    map[int]error   // by PID, why a process could not be sent a signal
}

func (e *ending) close() {
	for _, t := range e.open {
		sys.Close(t.pidfd)
	}
}

func (e *ending) run(ctx context.Context) (left []Left, unread []int, err error) {
	killAt := time.Now().Add(e.Grace)
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		killing := e.Signal == syscall.SIGKILL || !time.Now().Before(killAt)
		var found []occupant
		if found, unread, err = look(e.fs, e.ids); err != nil {
			return nil, nil, err
		}
		whys := make([]string, len(found))
		waits := false
		for i, o := range found {
			if whys[i] = e.spares(o); whys[i] == "" {
				whys[i] = e.end(o, killing)
				waits = true
			}
		}
		switch {
		case ctx.Err() != nil:
			return nil, unread, context.Cause(ctx)
		case !waits || time.Now().After(killAt.Add(afterKill)):
			return e.settle(found, whys), unread, nil
		case !killing:
			pause = min(pause, time.Until(killAt))
		}
		e.wait(ctx, pause)
	}
}

// spares says why an occupant is not ended; empty if it is.
func (e *ending) spares(o occupant) string {
	switch err := e.failed[o.pid]; {
	case slices.Contains(e.protected, o.pid):
		return "it is an ancestor of netnsctl"
	case o.partly:
		return onlyThread
	case err != nil:
		return "it could not be sent a signal: " + err.Error()
	}
	return ""
}

// end sends an occupant the signal whose turn it is, once, and says why the process is still there.
func (e *ending) end(o occupant, killing bool) (why string) {
	sig := e.Signal
	if killing {
		sig = syscall.SIGKILL
	}
	t := e.open[o.pid]
	if t == nil {
		var err error
		switch t, err = open(e.fs, o); {
		case err == syscall.EMFILE || err == syscall.ENFILE: // of many processes, some have to end first
			return "no descriptor was free to open it"
		case err != nil:
			e.failed[o.pid] = err
			return e.spares(o)
		case t == nil:
			return "it has changed while it was inspected"
		}
		e.open[o.pid] = t
	}
	if t.sent != sig {
		if err := t.send(sig); err != nil {
			e.failed[o.pid] = err
			return "it could not be sent a signal: " + err.Error()
		}
		e.tell(t, Sent)
	}
	return "it has not ended yet"
}

// wait waits until all that were sent a signal have ended, at most for a pause.
func (e *ending) wait(ctx context.Context, pause time.Duration) {
	for end := time.Now().Add(pause); len(e.open) > 0 && time.Now().Before(end) && ctx.Err() == nil; {
		e.collect(time.Until(end))
	}
}

// collect tells which processes have ended, after it has waited for one.
func (e *ending) collect(limit time.Duration) {
	var all []*opened
	var fds []int
	for _, t := range e.open {
		all, fds = append(all, t), append(fds, t.pidfd)
	}
	for _, i := range sys.WaitEnded(fds, limit) {
		e.tell(all[i], Ended)
		e.drop(all[i])
	}
}

// settle tells what has become of the processes that are no longer inside, and gives those that are. A
// process leaves its namespaces some moments before it has ended.
func (e *ending) settle(found []occupant, whys []string) (left []Left) {
	for i, o := range found {
		left = append(left, Left{process(e.fs, o.namespace, o.pid), whys[i], o.partly})
		if t := e.open[o.pid]; t != nil {
			e.drop(t)
		}
	}
	e.wait(context.Background(), lastPause)
	for _, t := range e.open {
		e.tell(t, Moved)
		e.drop(t)
	}
	return left
}

func (e *ending) drop(t *opened) {
	sys.Close(t.pidfd)
	delete(e.open, t.PID)
}

func (e *ending) tell(t *opened, step Step) {
	if e.Tell != nil {
		e.Tell(Event{t.Process, step, t.sent})
	}
}
