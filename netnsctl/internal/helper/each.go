package helper

import (
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Each hands the numbers below n to threads of this process. It is for many short steps of
// which each may wait until SIGKILL, such as the look at a process in procfs: since Linux
// 6.18 that waits for a process which hangs in execve(2) while a close-on-exec descriptor of
// it is closed. A thread that waits so keeps no process from ending, unlike one that waits for FUSE.
//
// newWorker makes what one thread needs: do is what it does with a number, end what it does
// after its last one. Each returns the numbers that were given up. For these, end is not
// called: their thread may still go on.
func (h *Helper) Each(n int, newWorker func() (do func(int), end func())) (silent []int) {
	h.startPeriod()
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	for len(numbers) > 0 {
		t := &team{helper: h, newWorker: newWorker, rest: numbers, done: make(chan struct{})}
		stuck := t.run()
		silent = append(silent, stuck...)
		if len(stuck) > 0 && h.usedUp() {
			return append(silent, t.rest...)
		}
		numbers = t.rest
	}
	return silent
}

const (
	// share is how many numbers a thread takes at once.
	share = 32
	// replaceAfter is the number of ticks after which another thread joins one that waits.
	replaceAfter = 2
	// maxMembers bounds the threads.
	maxMembers = 32
)

// team is the threads of one call.
type team struct {
	helper    *Helper
	newWorker func() (do func(int), end func())
	members   []*member
	done      chan struct{}

	mu   sync.Mutex
	rest []int // not taken
}

// member is a thread.
type member struct {
	tid atomic.Int64
	at  atomic.Int64 // the number at which it is, from 1 on
	// abandoned is set under the mutex of the team, which is for taken and ended, too.
	abandoned atomic.Bool
	taken     []int
	ended     bool

	// These are of the thread that watches.
	last     int64
	still    int // ticks without a move
	replaced bool
}

// run gives the numbers at which threads wait. What they had taken is in rest then.
func (t *team) run() (stuck []int) {
	for range min(runtime.GOMAXPROCS(0), (len(t.rest)+share-1)/share) {
		t.join()
	}
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	watch := t.helper.newStopwatch()
	for running := len(t.members); running > 0; {
		select {
		case <-t.done:
			running--
			continue
		case <-ticker.C:
		}
		moved, joined := t.watch()
		running += joined
		if watch.look(!moved, false) && !moved && (joined == 0 || t.helper.usedUp()) {
			return t.abandon()
		}
	}
	return nil
}

// join adds a thread.
func (t *team) join() {
	m := &member{}
	t.members = append(t.members, m)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		m.tid.Store(int64(sys.ThreadID()))
		do, end := t.newWorker()
		for {
			numbers := t.take(m)
			if numbers == nil {
				break
			}
			for _, n := range numbers {
				if m.abandoned.Load() {
					return
				}
				m.at.Store(int64(n + 1))
				do(n)
			}
			m.at.Store(0)
		}
		if t.finish(m, end) {
			t.done <- struct{}{}
		}
	}()
}

// take gives a thread its next numbers, nil if there are none.
func (t *team) take(m *member) []int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.rest) == 0 || m.abandoned.Load() {
		return nil
	}
	numbers := t.rest[:min(share, len(t.rest))]
	t.rest = t.rest[len(numbers):]
	m.taken = append(m.taken, numbers...)
	return numbers
}

// finish ends a thread, and reports whether somebody waits for it.
func (t *team) finish(m *member, end func()) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if m.abandoned.Load() {
		return false
	}
	end()
	m.ended = true
	return true
}

// watch reports whether a thread has moved since the last look, and how many have joined
// those that have not.
func (t *team) watch() (moved bool, joined int) {
	for _, m := range slices.Clone(t.members) {
		if t.hasEnded(m) {
			continue
		}
		at := m.at.Load()
		if at == 0 || at != m.last || !sys.Blocks(os.Getpid(), int(m.tid.Load())) {
			m.last, m.still, moved = at, 0, true
			continue
		}
		if m.still++; m.still == replaceAfter && !m.replaced && len(t.members) < maxMembers {
			m.replaced = true
			t.join()
			joined++
		}
	}
	return moved, joined
}

func (t *team) hasEnded(m *member) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return m.ended
}

// abandon gives up the threads that wait, and gives the numbers at which they do.
func (t *team) abandon() (stuck []int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, m := range t.members {
		if m.ended {
			continue
		}
		m.abandoned.Store(true)
		at := int(m.at.Load()) - 1
		for _, n := range m.taken {
			if n != at {
				t.rest = append(t.rest, n)
			}
		}
		if at >= 0 {
			stuck = append(stuck, at)
		}
	}
	return stuck
}
