package procfs

import (
	"os/exec"
	"strconv"
	"syscall"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestUserOf: the user who started a process answers for it, or the one who made the user
// namespace that it is in.
func TestUserOf(t *testing.T) {
	nstest.NeedRoot(t, "another user needs root")
	nstest.Run(t, func(t *testing.T) {
		for _, test := range []struct {
			situation string
			before    []string
			uid       uint32
			want      int64
			sole      bool
		}{
			{situation: "root", sole: true},
			{situation: "a user", uid: 1000, want: 1000, sole: true},
			{situation: "a user as root in his user namespace", before: []string{"unshare", "-Ur"}, uid: 1000, want: 1000, sole: true},
			{situation: "a program with the rights of another user", before: []string{"setpriv", "--ruid", "1000", "--keep-groups"}, want: 1000},
		} {
			words := append(test.before, "sh", "-p", "-c", "echo; exec sleep infinity")
			command := exec.Command(words[0], words[1:]...)
			command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: test.uid, Gid: test.uid}}
			out, err := command.StdoutPipe()
			nstest.Must(t, err)
			nstest.Must(t, command.Start())
			if n, _ := out.Read(make([]byte, 1)); n != 1 {
				nstest.Lacks(t, test.situation)
			}
			if uid, sole := UserOf(nil, "/proc", command.Process.Pid); uid != test.want || sole != test.sole {
				t.Errorf("%s: user %d, sole %v", test.situation, uid, sole)
			}
			nstest.Must(t, command.Process.Kill())
			_ = command.Wait()
			if uid, sole := UserOf(nil, "/proc", command.Process.Pid); uid != -1 || sole {
				t.Errorf("%s, ended: user %d, sole %v", test.situation, uid, sole)
			}
		}
	})
}

func TestUserName(t *testing.T) {
	const nobodyHasIt = 3999999999
	if root, number := UserName(0), UserName(nobodyHasIt); root != "root" || number != strconv.Itoa(nobodyHasIt) {
		t.Errorf("%q and %q", root, number)
	}
}

func TestLabel(t *testing.T) {
	for want, got := range map[string]string{
		"pid 7":                     Label(7, "", ""),
		"pid 7 (x, user root)":      Label(7, "x, user root", ""),
		"pid 7 of user bob":         Label(7, "", "bob"),
		"pid 7 of user bob (x) (y)": Label(7, "x) (y", "bob"),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
