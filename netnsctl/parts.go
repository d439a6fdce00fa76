package netnsctl

import (
	"runtime"
	"slices"
	"sync"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// manyNames is a number from which a second thread is worth its start.
const manyNames = 128

// nameReader reads the names of an open directory in parts of about a hundred.
type nameReader struct {
	dir   int
	buf   []byte
	first []string // enough to know whether there are many
	ended bool
	err   error // why it ended, if it could not be read
}

func readNames(dir int) *nameReader {
	r := &nameReader{dir: dir, buf: make([]byte, 4<<10)}
	for !r.ended && len(r.first) < manyNames {
		r.first = r.read(r.first)
	}
	return r
}

// read appends the next part: nothing at the end.
func (r *nameReader) read(part []string) []string {
	if had := len(part); !r.ended {
		part, r.err = sys.MoreNames(r.dir, r.buf, part)
		r.ended = len(part) == had
	}
	return part
}

// mapNames gives what f makes of all names, in their order. f gets them in parts, on
// the calling thread (0) and, where there are many, on a second (1). That begins
// before all have been read: reading takes a third of the time of looking at what
// the names lead to.
func mapNames[T any](r *nameReader, f func(thread int, names []string) []T) ([]T, error) {
	q := partQueue[T]{f: f}
	var second sync.WaitGroup
	if len(r.first) >= manyNames {
		second.Go(func() { q.work(1) })
	}
	for names := r.first; len(names) > 0; names = r.read(nil) {
		q.add(names)
	}
	q.end()
	q.work(0)
	second.Wait()
	return slices.Concat(q.made...), r.err
}

// partQueue is what one thread adds parts to and two take them from.
type partQueue[T any] struct {
	f func(thread int, names []string) []T

	mu    sync.Mutex
	parts [][]string
	made  [][]T // of each part
	taken int
	ended bool // no more are added
}

func (q *partQueue[T]) add(part []string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.parts, q.made = append(q.parts, part), append(q.made, nil)
}

func (q *partQueue[T]) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended = true
}

// work takes parts until none is left. It does not sleep while more are being read:
// to be woken takes longer than reading a part.
func (q *partQueue[T]) work(thread int) {
	for {
		i, part, ended := q.take()
		switch {
		case part != nil:
			made := q.f(thread, part)
			q.mu.Lock()
			q.made[i] = made
			q.mu.Unlock()
		case ended:
			return
		default:
			runtime.Gosched()
		}
	}
}

// take gives a part and its number; none where there is none yet, or any more.
func (q *partQueue[T]) take() (i int, part []string, ended bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.taken == len(q.parts) {
		return 0, nil, q.ended
	}
	i = q.taken
	q.taken++
	return i, q.parts[i], false
}
