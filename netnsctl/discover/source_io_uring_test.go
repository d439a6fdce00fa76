package discover

import (
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

func TestIOURings(t *testing.T) {
	v := recorded(t, map[string]string{
		"9000001/fdinfo/3":              "SqMask:\t0x0\nUserFiles:\t5\n    0: net:[77]\n    1: socket:[5]\n    2: /dev/null\n    3: \n    4: /\nUserBufs:\t0\n",
		"9000001/fdinfo/4":              "UserFiles:\t1\n    0: socket:[6]\nUserBufs:\t0\n",
		"9000001/fdinfo/5":              "SqMask:\t0x0\n", // busy
		"9000001/task/9000002/fdinfo/6": "UserFiles:\t3\n    0: net:[79]\n    1: mnt:[80]\n    2: mnt:[81]\n",
	})
	v.socketNets[5] = 78
	v.mounts.Get(v.fs, 80)
	v.files = []openFile{
		{pid: 9000001, fd: 3, class: ioURing},
		{pid: 9000001, fd: 4, class: ioURing},
		{pid: 9000001, fd: 5, class: ioURing},
		{pid: 9000001, tid: 9000002, fd: 6, class: ioURing},
		{pid: 9000001, fd: 7, class: ioURing}, // closed meanwhile
		{pid: 9000001, fd: 8, class: socketFile},
	}
	seen, gaps := ioURings(v)
	expect(t, seen, map[uint64]Pin{
		77: {Kind: IOUring, PID: 9000001, FD: 3},
		78: {Kind: IOUring, PID: 9000001, FD: 3},
		79: {Kind: IOUring, PID: 9000001, TID: 9000002, FD: 6},
	})
	expectGaps(t, gaps,
		Gap{What: GapIOUring, Count: 2, PID: 9000001}, // the slots 3 and 4
		Gap{What: GapIOUringSockets, Count: 1, PID: 9000001},
		Gap{What: GapIOUring, Count: 1, PID: 9000001}, // busy
		Gap{What: GapMountNamespaces, Count: 1, Critical: true, PID: 9000001},
		Gap{What: GapIOUring, Count: 1, PID: 9000001}, // closed
	)
	taps := v.taps()
	for i, fd := range []int{3, 5, 7} { // the path of the slot 2 may be that of a macvtap
		if len(taps) != 3 || taps[i].fd != fd {
			t.Fatalf("taps %v", taps)
		}
	}
}

// TestIOURingByPath: the kernel names a file by the path at which it was mounted when it was
// opened. Where nothing is mounted there any more, that is a gap.
func TestIOURingByPath(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		leaked(t, "path-io_uring")
		for _, g := range scanned(t, host, Options{}).Gaps {
			if g.What == GapIOUring && g.Count == 1 {
				return
			}
		}
		t.Error("no gap")
	})
}
