package discover

import (
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// TestSpending: what one user has spent is missing to him alone, and root has no limit.
func TestSpending(t *testing.T) {
	s := newSpending()
	s.spend(0, maxUsersItems)
	s.spend(1000, maxUserItems)
	for uid, over := range map[uint32]bool{0: false, 1000: true, 1001: false} {
		if left := s.left(uid); (left <= 0) != over {
			t.Errorf("uid %d has %d left", uid, left)
		}
	}
	s.spend(1001, maxUserItems/2)
	s.spend(1002, maxUserItems)
	if s.left(1001) > 0 || s.left(0) <= 0 {
		t.Errorf("all users have spent %d of %d, and %d is left", s.all, maxUsersItems, s.left(1001))
	}
	s.exceed(1000, 7)
	s.exceed(1000, 8)
	s.exceed(1001, 9)
	expectGaps(t, s.gaps(),
		Gap{What: GapDescriptors, Count: 2, Critical: true, PID: 7},
		Gap{What: GapDescriptors, Count: 1, Critical: true, PID: 9})
}

// TestRepeats: of the descriptors of one file a few are kept, those of others are not touched
// by that.
func TestRepeats(t *testing.T) {
	var r repeats
	kept := 0
	for range 10_000 {
		if !r.again(&sys.FileStat{Dev: 5, Ino: 7}) {
			kept++
		}
	}
	if kept != countRepeats+maxRepeats || r.again(&sys.FileStat{Dev: 5, Ino: 8}) || r.again(&sys.FileStat{Dev: 6, Ino: 7}) {
		t.Errorf("%d are kept", kept)
	}
}

// TestDescriptorsOverTheLimit: a process of a user who has spent everything is a gap, and what
// it is in counts all the same.
func TestDescriptorsOverTheLimit(t *testing.T) {
	nstest.NeedRoot(t, "another user needs root")
	nstest.Run(t, func(t *testing.T) {
		net, err := os.Open("/proc/self/ns/net")
		nstest.Must(t, err)
		defer net.Close()
		child := exec.Command("sleep", "infinity")
		child.ExtraFiles = []*os.File{net}
		child.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 1000, Gid: 1000}}
		nstest.Must(t, child.Start())
		defer func() { _ = child.Process.Kill(); _ = child.Wait() }()
		pid := child.Process.Pid
		for _, test := range []struct {
			spent int
			over  bool
		}{{0, false}, {maxUserItems, true}} {
			v, err := newVantage(netnsctl.Host{})
			nstest.Must(t, err)
			v.spending.spend(1000, test.spent)
			nstest.Must(t, v.readProcesses())
			seen, gaps := processes(v)
			in, has := false, false
			for _, s := range seen {
				in = in || s.Pin.PID == pid
			}
			for _, f := range v.files {
				has = has || f.pid == pid && f.class == nsfsFile
			}
			over := false
			for _, g := range gaps {
				over = over || g.PID == pid && g.What == GapDescriptors && g.Critical
			}
			if !in || has == test.over || over != test.over {
				t.Errorf("%d spent: process seen %v, descriptor seen %v, gap %v", test.spent, in, has, gaps)
			}
			v.close()
		}
	})
}
