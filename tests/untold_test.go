package tests

import (
	"strings"
	"testing"
)

// TestUntoldHolder: what holds a namespace and does not tell which is named where a deleted
// namespace does not go.
func TestUntoldHolder(t *testing.T) {
	w := newMachine(t)
	pid := lastWord(w.shell("netnsctl add x\n" + holdContext))
	who := "pid " + pid + " (python3)"
	a := w.run("delete", "--wait=1", "x")
	if a.status != "3" || !strings.Contains(a.stdout, "such as a mount context of "+who+", a TCP connection") {
		t.Errorf("delete: %v", a)
	}
	if a := w.run("list", "--stale", "--verbose"); a.status != "0" || !strings.Contains(a.stderr, "1 mount context does not tell which namespace it holds: "+who) {
		t.Errorf("list: %v", a)
	}
}
