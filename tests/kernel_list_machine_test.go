package tests

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestMachineKernelList: a descriptor in flight that the kernel does not show holds a namespace.
// Linux 6.19 lists that, and netnsctl opens it by its number. Before, and of what only a socket
// holds, netnsctl says that it was not seen.
func TestMachineKernelList(t *testing.T) {
	b := newWholeMachine(t)
	holder := strings.Fields(b.shell("$HOLD flight:second"))
	t.Cleanup(func() { b.shell("kill " + holder[0]) })
	id := "net:[" + holder[1] + "]"
	said := b.run("list", "--stale", "--verbose")
	want := func(text, in string) {
		t.Helper()
		if !strings.Contains(in, text) {
			t.Errorf("not %q: %v", text, said)
		}
	}
	want("held only by a socket without a process", said.stderr)
	want("1 descriptor in flight could not be inspected", said.stderr)
	if _, _, errno := unix.Syscall(unix.SYS_LISTNS, 0, 0, 0); errno == unix.ENOSYS {
		if strings.Contains(said.stdout, id) {
			t.Errorf("%s is listed, which proves nothing: %v", id, said)
		}
		return
	}
	want(id, said.stdout)
	want("held by something not visible", said.stdout)
	if inside := b.run("inspect", id); !strings.Contains(inside.stdout, "lo ") {
		t.Errorf("%s is not opened: %v", id, inside)
	}
}
