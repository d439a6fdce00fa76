// Package helper does in a child process what may never return: the copy and the close
// of a descriptor of another process (a FUSE server need not answer FLUSH, and SIGKILL does
// not end that wait), and the lookup or the read of a file on a file system whose server
// may hang. A child that does not answer in time is given up, and what it was at is
// [ErrSilent].
package helper

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// ErrSilent says that a request was given up because it did not return in time.
var ErrSilent = errors.New("does not answer")

// ErrNotAsked says that a request was not made, because too many others were given up.
var ErrNotAsked = fmt.Errorf("not asked: too much %w", ErrSilent)

// GivenUp reports whether an error says that a request was given up, or not made for that
// reason.
func GivenUp(err error) bool { return err == ErrSilent || err == ErrNotAsked }

const (
	// patience is how long requests may block, together, before each later one has the least
	// patience only. Time in which the child runs, or waits for a processor, does not count here.
	patience = 700 * time.Millisecond
	// leastPatience is how long a request may always block.
	leastPatience = 50 * time.Millisecond
	// maxBlocked is how long requests may block together before no other is made.
	maxBlocked = 1200 * time.Millisecond
	// maxAsked is how long requests may take together, whatever the reason, before no other is
	// made. A busy machine makes them long, too.
	maxAsked = 1500 * time.Millisecond
	// maxGivenUp is how many requests may be given up before no other is made. Each leaves a
	// process behind until the server answers or ends.
	maxGivenUp = 8
	// period is the time after which these limits apply anew. The scans of one command take
	// less.
	period = 10 * time.Second
	// tick is the time between two looks at a child that has not answered.
	tick = 10 * time.Millisecond
	// chunk is how many requests a child gets at once.
	chunk = 512
)

// Helper answers requests. The zero value answers them on a thread of the calling process:
// that thread, too, is given up where it blocks, but the process cannot end before the
// thread does. Several goroutines may use a Helper at once.
type Helper struct {
	// Process says that /proc/self/exe calls [Serve] when it starts: requests are answered
	// in a child process.
	Process bool

	keepsNone bool
	mu        sync.Mutex
	threads   bool // no child can be had
	idle      []*worker
	begun     time.Time // of the period
	blocked   time.Duration
	asked     time.Duration
	givenUp   int
	silent    map[int]bool // processes of which a descriptor was given up
}

// Or is h, or a new Helper if h is nil. That keeps no thread for the next request, so nobody
// need call Rest.
func Or(h *Helper) *Helper {
	if h == nil {
		return &Helper{keepsNone: true}
	}
	return h
}

// Ask makes requests, some of them at the same time, and returns their answers in the same
// order. The caller closes the descriptors in the answers.
func (h *Helper) Ask(requests ...Request) []Answer {
	answers := make([]Answer, len(requests))
	h.startPeriod()
	next := make(chan [2]int)
	var done sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (len(requests)+2*chunk-1)/(2*chunk)) {
		done.Go(func() {
			for part := range next {
				h.askPart(requests[part[0]:part[1]], answers[part[0]:part[1]])
			}
		})
	}
	for from := 0; from < len(requests); {
		to := from + partLength(requests[from:])
		next <- [2]int{from, to}
		from = to
	}
	close(next)
	done.Wait()
	return answers
}

// partLength is how many of the requests a child gets at once. A request with a descriptor
// goes alone: a child that another one blocks would keep the descriptor open.
func partLength(requests []Request) int {
	for i, r := range requests[:min(len(requests), chunk)] {
		if r.hasDescriptor() {
			return max(i, 1)
		}
	}
	return min(len(requests), chunk)
}

// askPart asks one child, and another one for the rest each time that one is given up.
func (h *Helper) askPart(requests []Request, answers []Answer) {
	open := make([]int, len(requests)) // the requests without an answer
	for i := range requests {
		open[i] = i
	}
	for {
		if open = h.refuse(requests, answers, open); len(open) == 0 {
			return
		}
		asked := make([]Request, len(open))
		for i, n := range open {
			asked[i] = requests[n]
		}
		w, err := h.take()
		if err != nil {
			for _, n := range open {
				answers[n] = failed(err)
			}
			return
		}
		got, stuck := h.wait(w, asked)
		switch {
		case got != nil:
			for i, n := range open {
				answers[n] = got[i]
			}
			h.give(w)
			return
		case stuck < 0 && w.child != nil: // it has ended: the program does not call Serve, for example
			w.abandon()
			h.useThreads()
		case stuck < 0:
			for _, n := range open {
				answers[n] = failed(syscall.EIO)
			}
			return
		default:
			n := open[stuck]
			answers[n] = Answer{Err: ErrSilent, FD: -1}
			open = append(open[:stuck], open[stuck+1:]...)
			h.giveUp(w, requests[n])
		}
	}
}

// wait sends requests to a worker and waits for the answers. Without answers it gives the
// number of the request at which the worker is, or -1 if that has ended.
func (h *Helper) wait(w *worker, requests []Request) (answers []Answer, stuck int) {
	w.progress.Set(0)
	if w.send(requests) != nil {
		return nil, -1
	}
	watch, last := h.newStopwatch(), uint64(0)
	for !w.channel.Ready(tick) {
		now := w.progress.Get()
		blocks := w.blocks()
		if blocks && now != last {
			last, watch.blocked, watch.limit = now, 0, h.limit()
		}
		if watch.look(blocks, true) {
			return nil, min(max(int(now), 1), len(requests)) - 1
		}
	}
	watch.look(false, true)
	return w.receive(len(requests)), -1
}

// startPeriod forgets what blocked long ago.
func (h *Helper) startPeriod() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.begun) > period {
		h.begun, h.blocked, h.asked, h.givenUp, h.silent = time.Now(), 0, 0, 0, map[int]bool{}
	}
}

// limit is how long a request may block that begins now.
func (h *Helper) limit() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return max(patience-h.blocked, leastPatience)
}

// usedUp reports whether nothing more may wait.
func (h *Helper) usedUp() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.blocked >= maxBlocked
}

// Silent notes that a process does not answer, so that nothing of it is asked for some time.
func (h *Helper) Silent(pid int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.silent == nil {
		h.silent = map[int]bool{}
	}
	h.silent[pid] = true
}

// SilentProcesses are the processes that did not answer a short time ago, in order.
func (h *Helper) SilentProcesses() []int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Sorted(maps.Keys(h.silent))
}

// IsSilent reports whether a process did not answer a short time ago.
func (h *Helper) IsSilent(pid int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.silent[pid]
}

// refuse answers those of the open requests that are not worth a child, and returns the
// others. A process of which one descriptor blocks has others that do.
func (h *Helper) refuse(requests []Request, answers []Answer, open []int) (rest []int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, n := range open {
		switch pid := requests[n].pid; {
		case pid != 0 && h.silent[pid]:
			answers[n] = Answer{Err: ErrSilent, FD: -1}
		case h.givenUp >= maxGivenUp, h.blocked >= maxBlocked, h.asked >= maxAsked:
			answers[n] = Answer{Err: ErrNotAsked, FD: -1}
		default:
			rest = append(rest, n)
		}
	}
	return rest
}

// take gives an idle worker or a new one.
func (h *Helper) take() (*worker, error) {
	h.mu.Lock()
	process := h.Process && !h.threads
	if n := len(h.idle); n > 0 {
		w := h.idle[n-1]
		h.idle = h.idle[:n-1]
		h.mu.Unlock()
		return w, nil
	}
	h.mu.Unlock()
	if process {
		if w, err := startProcess(); err == nil {
			return w, nil
		}
	}
	return startThread()
}

func (h *Helper) give(w *worker) {
	if h.keepsNone {
		w.end()
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.idle = append(h.idle, w)
}

// useThreads is for where no child can be had.
func (h *Helper) useThreads() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.threads = true
}

// giveUp ends a worker that does not answer, if it can be ended. One that waits for a processor
// tells nothing of the process that it was asked about.
func (h *Helper) giveUp(w *worker, request Request) {
	blocks := w.blocks()
	w.abandon()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.givenUp++
	if blocks && request.pid != 0 {
		h.silent[request.pid] = true
	}
}

// Close closes a descriptor whose close may take long, such as the last one of a mount: that
// waits for every processor (synchronize_rcu_expedited in namespace_unlock of fs/namespace.c),
// for seconds on a busy machine. A child does it, whose end is waited for a short time only.
func (h *Helper) Close(fd int) {
	w, err := h.take()
	if err == nil {
		_ = w.channel.Send(nil, []int{fd})
	}
	sys.Close(fd)
	if err == nil {
		w.end() // closes what it has been sent
	}
}

// Rest ends the idle children, which the next scan would otherwise see. The Helper starts
// others when it is asked again.
func (h *Helper) Rest() {
	h.mu.Lock()
	idle := h.idle
	h.idle = nil
	h.mu.Unlock()
	for _, w := range idle {
		w.end()
	}
}
