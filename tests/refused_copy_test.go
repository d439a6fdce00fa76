package tests

import (
	"strings"
	"testing"
)

// TestCopiesRefused: where nobody may copy descriptors of other processes, as with
// kernel.yama.ptrace_scope 3, it is said what allows it, and not that one process should end.
func TestCopiesRefused(t *testing.T) {
	w := newMachine(t)
	w.shell(`
		leakElsewhere
		$HOLD socket:udp
		cat >/run/refuse.py <<-'EOF'
		import ctypes, os, struct, sys
		PIDFD_GETFD, EPERM, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 438, 1, 38, 22
		rule = lambda *words: struct.pack("HBBI", *words)
		filter = ctypes.create_string_buffer(rule(0x20, 0, 0, 0) + rule(0x15, 0, 1, PIDFD_GETFD) + rule(6, 0, 0, 0x50000 | EPERM) + rule(6, 0, 0, 0x7fff0000))
		program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", 4, ctypes.addressof(filter)))
		libc = ctypes.CDLL(None)
		assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 and libc.prctl(PR_SET_SECCOMP, 2, program, 0, 0) == 0
		os.execvp(sys.argv[1], sys.argv[1:])
		EOF`)
	clean := []string{"delete", "--force-orphans", "--dry-run", "--min-age", "0"}
	const advice = "let root copy descriptors (pidfd_getfd): kernel.yama.ptrace_scope below 3"
	refused := w.command("/bin/sh", "-c", "exec python3 /run/refuse.py netnsctl "+strings.Join(clean, " "))
	if a := refused; !strings.Contains(a.stdout, "it may be in use: 1 socket could not be inspected") ||
		!strings.Contains(a.stdout, advice) || !strings.Contains(a.stderr, advice) {
		t.Errorf("refused: %v", a)
	}
	if a := w.run(clean...); !strings.Contains(a.stdout, "would release") || strings.Contains(a.stdout+a.stderr, advice) {
		t.Errorf("allowed: %v", a)
	}
}
