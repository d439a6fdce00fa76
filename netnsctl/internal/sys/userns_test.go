package sys_test

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// TestOwnerOf: the user who made the outermost foreign user namespace answers for everything
// below it.
func TestOwnerOf(t *testing.T) {
	nstest.NeedRoot(t, "another user needs root")
	nstest.Run(t, func(t *testing.T) {
		owner := func(pid int, file string, of func(fd int) (uint32, bool, error)) (uint32, bool) {
			t.Helper()
			fd, err := sys.OpenNamespace("/proc/" + strconv.Itoa(pid) + "/ns/" + file)
			nstest.Must(t, err)
			defer sys.Close(fd)
			uid, foreign, err := of(fd)
			nstest.Must(t, err)
			return uid, foreign
		}
		if uid, foreign := owner(os.Getpid(), "net", sys.OwnerOf); uid != 0 || foreign {
			t.Errorf("our own namespace belongs to %d, %v", uid, foreign)
		}
		if uid, foreign := owner(os.Getpid(), "user", sys.CreatorOf); uid != 0 || foreign {
			t.Errorf("our own user namespace belongs to %d, %v", uid, foreign)
		}
		user := exec.Command("unshare", "-Urn", "unshare", "-Urn", "sh", "-c", "echo; exec sleep infinity")
		user.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 1000, Gid: 1000}}
		out, err := user.StdoutPipe()
		nstest.Must(t, err)
		nstest.Must(t, user.Start())
		t.Cleanup(func() { _ = user.Process.Kill(); _ = user.Wait() })
		if n, err := out.Read(make([]byte, 1)); n != 1 {
			nstest.Lacks(t, "user namespaces for ordinary users: "+err.Error())
		}
		if uid, foreign := owner(user.Process.Pid, "net", sys.OwnerOf); uid != 1000 || !foreign {
			t.Errorf("a user's namespace belongs to %d, %v", uid, foreign)
		}
		if uid, foreign := owner(user.Process.Pid, "user", sys.CreatorOf); uid != 1000 || !foreign {
			t.Errorf("what is in a user's namespace belongs to %d, %v", uid, foreign)
		}
	})
}
