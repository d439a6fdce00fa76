package tests

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// readingCommands are all commands that read other processes in procfs. HUNG is a process of an
// ordinary user that hangs in execve(2), OTHER one in another namespace that answers.
var readingCommands = []string{
	"list", "list --stale", "list --stale --verbose", "list --all-namespaces", "check --min-age 0", "metrics",
	"find dev:lo", "find pid:HUNG", "find pid:OTHER", "find container:abcdef",
	"inspect live", "inspect used", "inspect pid:OTHER", "inspect host", "graph", "graph --all",
	"pids --verbose used", "pids --json used", "exec live true",
	"delete --force-orphans --min-age 0 --dry-run", "delete --dry-run used", "delete --force-orphans --min-age 0",
}

// TestAttackExecve: two processes of an ordinary user hang in execve(2), so that most of their
// files in procfs make a reader wait (since Linux 6.18). Every command ends in time.
func TestAttackExecve(t *testing.T) {
	b := newBattlefield(t)
	b.fuseDevice()
	b.shell(`netnsctl add live; netnsctl add used; netnsctl exec used sleep 100000 >/dev/null 2>&1 & asleep $!; echo $! >/run/other`)
	other, err := os.ReadFile("/run/other")
	if err != nil {
		t.Fatal(err)
	}
	b.victims()
	var hung *attacker
	for range 2 {
		hung = b.attack(userNamespacePrefix+"hanging", "execute")
	}
	words := strings.NewReplacer("HUNG", fmt.Sprint(hung.pid), "OTHER", strings.TrimSpace(string(other)))
	for _, line := range readingCommands {
		b.brisk(strings.Fields(words.Replace(line))...)
	}
	said := b.brisk("list", "--stale")
	expectParts(t, "list --stale", said, said.status, said.stderr, "mallory")
}
