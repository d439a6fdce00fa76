package tests

import (
	"strings"
	"testing"
)

// TestUntoldHolder: what holds a namespace and does not tell which is named where a deleted
// namespace does not go.
func TestUntoldHolder(t *testing.T) {
	w := newMachine(t)
	pid := lastWord(w.shell(`
		netnsctl add x
		cat >/run/hold.py <<-'EOF'
		import ctypes, os, time
		libc = ctypes.CDLL(None)
		x, home, fsopen = os.open("/run/netns/x", os.O_RDONLY), os.open("/proc/self/ns/net", os.O_RDONLY), 430
		libc.setns(x, 0)
		assert libc.syscall(fsopen, b"tmpfs", 0) >= 0
		libc.setns(home, 0)
		os.close(x)
		open("/run/up", "w").close(); time.sleep(1000)
		EOF
		python3 /run/hold.py >/dev/null 2>&1 & p=$!
		while ! test -e /run/up; do sleep 0.01; done
		echo $p`))
	who := "pid " + pid + " (python3)"
	a := w.run("delete", "--wait=1", "x")
	if a.status != "3" || !strings.Contains(a.stdout, "such as a mount context of "+who+", a TCP connection") {
		t.Errorf("delete: %v", a)
	}
	if a := w.run("list", "--stale", "--verbose"); a.status != "0" || !strings.Contains(a.stderr, "1 mount context does not tell which namespace it holds: "+who) {
		t.Errorf("list: %v", a)
	}
}
