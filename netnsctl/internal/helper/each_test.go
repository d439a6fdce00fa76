package helper

import (
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestEach: numbers at which threads wait are given up within the limits, and every other
// number is done by a worker that is not given up.
func TestEach(t *testing.T) {
	for _, test := range []struct {
		situation string
		n         int
		stuck     []int
	}{
		{situation: "none waits", n: 1000},
		{situation: "nothing to do"},
		{situation: "one waits", n: 1000, stuck: []int{7}},
		{situation: "the last one waits", n: 33, stuck: []int{32}},
		{situation: "many wait", n: 1000, stuck: []int{0, 1, 2, 3, 100, 200, 300, 400, 500, 600, 700, 998, 999}},
	} {
		t.Run(test.situation, func(t *testing.T) {
			var pipe [2]int
			nstest.Must(t, unix.Pipe2(pipe[:], unix.O_CLOEXEC))
			defer unix.Close(pipe[0])
			defer unix.Close(pipe[1]) // ends what waits
			var all sync.Mutex
			var did []int
			begin := time.Now()
			h := &Helper{}
			silent := h.Each(test.n, func() (func(int), func()) {
				var mine []int
				return func(n int) {
						if slices.Contains(test.stuck, n) {
							_, _ = unix.Read(pipe[0], make([]byte, 1))
						}
						mine = append(mine, n)
					}, func() {
						all.Lock()
						defer all.Unlock()
						did = append(did, mine...)
					}
			})
			if elapsed := time.Since(begin); elapsed > 2*time.Second {
				t.Errorf("took %v", elapsed)
			}
			slices.Sort(silent)
			if !slices.Equal(silent, test.stuck) {
				t.Errorf("gave up %v", silent)
			}
			all.Lock()
			defer all.Unlock()
			slices.Sort(did)
			for n := range test.n {
				if _, done := slices.BinarySearch(did, n); done == slices.Contains(test.stuck, n) {
					t.Errorf("%d done: %v", n, done)
				}
			}
			if len(did) != test.n-len(test.stuck) {
				t.Errorf("%d done", len(did))
			}
		})
	}
}
