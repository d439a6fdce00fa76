package helper

import (
	"os"
	"runtime"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Name is the first word of the command line of a child.
const Name = "netnsctl-helper"

// The descriptors of a child. It has no standard output. The Go runtime opens /dev/null as
// standard error.
const (
	channelFD  = 0
	progressFD = 1
	firstOther = 3
)

// worker is a child, or a thread of this process, that answers one request after another.
type worker struct {
	channel  sys.Channel
	progress sys.Counter // the request at which it is, from 1 on
	pid, tid int
	child    *sys.Child // nil for a thread
}

// startProcess starts a child.
func startProcess() (*worker, error) {
	ours, theirs, err := sys.NewChannel()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	progress, err := sys.NewSharedCounter()
	if err != nil {
		ours.Close()
		return nil, err
	}
	type result struct {
		child sys.Child
		err   error
	}
	started := make(chan result)
	// The calling thread may be in another namespace: a new goroutine gets another thread.
	go func() {
		child, err := sys.StartChild([]string{Name}, nil, theirs.FD(), progress.FD())
		started <- result{child, err}
	}()
	r := <-started
	if r.err != nil {
		ours.Close()
		progress.Close()
		return nil, r.err
	}
	return &worker{channel: ours, progress: progress, pid: r.child.PID(), tid: r.child.PID(), child: &r.child}, nil
}

// startThread starts a thread.
func startThread() (*worker, error) {
	ours, theirs, err := sys.NewChannel()
	if err != nil {
		return nil, err
	}
	w := &worker{channel: ours, progress: sys.NewCounter(), pid: os.Getpid()}
	started := make(chan int)
	sys.GoThrowAwayThread(func() {
		defer theirs.Close()
		started <- sys.ThreadID()
		serve(theirs, w.progress)
	})
	w.tid = <-started
	return w, nil
}

// Serve is what a child does. It returns false at once in any other process, and true in a
// child when that has nothing more to do. A program whose [Helper] starts processes calls it
// first of all.
func Serve(argv []string) bool {
	if len(argv) != 1 || argv[0] != Name && argv[0] != OccupantName {
		return false
	}
	// The requests must come from somebody with the same rights: anyone can execute the
	// program under this name.
	if sys.HasMoreThanCaller() {
		return true
	}
	if argv[0] == OccupantName {
		occupy()
		return true
	}
	runtime.LockOSThread() // the parent looks at the state of the first thread
	// With one processor only the runtime would take that away from the thread during each
	// system call of more than 20 µs, which costs a switch to another thread and back.
	runtime.GOMAXPROCS(2)
	progress, err := sys.CounterOf(progressFD)
	if err != nil || sys.LeaveParent(Name, firstOther) != nil {
		return true
	}
	joinFirst()
	serve(sys.ChannelOf(channelFD), progress)
	return true
}

// joinFirst moves the process into the network namespace of pid 1: a child that is given up
// would keep another one alive.
func joinFirst() {
	first, err := sys.OpenNamespace("/proc/1/ns/net")
	if err != nil {
		return
	}
	defer sys.Close(first)
	_ = sys.SetNet(first) // without privilege it stays
}

// serve answers requests until the other end of the channel is closed.
func serve(c sys.Channel, progress sys.Counter) {
	processes := copier{nets: map[uint64]uint64{}}
	defer processes.close()
	for {
		message, fds, err := c.Receive()
		if err != nil {
			return
		}
		requests, err := decodeRequests(message, fds)
		if err != nil {
			return
		}
		answers := make([]Answer, len(requests))
		for i, r := range requests {
			progress.Set(uint64(i + 1))
			answers[i] = processes.do(r)
			if r.dir >= 0 {
				sys.Close(r.dir)
			}
		}
		message, fds = encodeAnswers(answers)
		err = c.Send(message, fds)
		for _, fd := range fds {
			sys.Close(fd)
		}
		if err != nil {
			return
		}
	}
}

func (w *worker) send(requests []Request) error {
	message, fds := encodeRequests(requests)
	return w.channel.Send(message, fds)
}

// receive reads n answers; nil if the worker has ended.
func (w *worker) receive(n int) []Answer {
	message, fds, err := w.channel.Receive()
	if err != nil {
		return nil
	}
	answers, err := decodeAnswers(message, fds)
	if err != nil || len(answers) != n {
		return nil
	}
	return answers
}

// blocks reports whether the worker is at a request and waits for something other than a
// processor. While a child starts, its first thread waits for others that wait for a processor.
func (w *worker) blocks() bool { return w.progress.Get() > 0 && sys.Blocks(w.pid, w.tid) }

// end ends a worker that waits for requests. A child is gone before the next scan, which would
// see it, but where the machine is busy.
func (w *worker) end() {
	if ended := w.abandon(); ended != nil {
		select {
		case <-ended:
		case <-time.After(endPatience):
		}
	}
}

// endPatience is how long the end of a child that answers is waited for.
const endPatience = 200 * time.Millisecond

// abandon ends a worker as soon as that is possible, and does not wait. The channel is closed
// when a child has ended; it is nil for a thread.
func (w *worker) abandon() (ended <-chan struct{}) {
	w.channel.Close()
	if w.child != nil {
		ended = w.child.Abandon()
	}
	w.progress.Close()
	return ended
}
