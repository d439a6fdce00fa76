package tests

import (
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
	"pids used", "identify OTHER", "ip netns pids used",
}

// namingCommands name the process that hangs. They fail, and say why.
var namingCommands = []string{
	"inspect pid:HUNG", "graph pid:HUNG", "exec pid:HUNG true", "attach new HUNG", "attach new pid:HUNG", "identify HUNG", "ip netns identify HUNG",
	"ip netns attach new HUNG", "delete --force-orphans pid:HUNG",
}

// TestAttackExecve: two processes of an ordinary user hang in execve(2), so that most of their
// files in procfs make a reader wait (since Linux 6.18). Every command ends in time.
func TestAttackExecve(t *testing.T) {
	b := newBattlefield(t)
	b.fuseDevice()
	other := b.shell(`netnsctl add live; netnsctl add used; netnsctl exec used sleep 100000 >/dev/null 2>&1 & asleep $!; echo $!`)
	b.victims()
	for range 2 {
		b.attack(userNamespacePrefix+"hanging", "execute")
	}
	hung := strings.Fields(b.shell(`for p in /proc/[0-9]*; do timeout -s KILL 1 readlink $p/ns/net >/dev/null 2>&1 || test $? != 137 || echo ${p#/proc/}; done`))
	reading, naming := readingCommands, namingCommands
	if !attacksInFull {
		reading, naming = []string{"list --stale", "inspect live", "pids used"}, naming[:3]
	}
	if len(hung) == 0 { // before Linux 6.18 nobody waits for such a process, which is like any other then
		hung, naming = []string{strings.TrimSpace(other)}, nil
	}
	words := strings.NewReplacer("HUNG", hung[0], "OTHER", strings.TrimSpace(other))
	for _, line := range reading {
		b.brisk(strings.Fields(words.Replace(line))...)
	}
	for _, line := range naming {
		line = words.Replace(line)
		if said := b.brisk(strings.Fields(line)...); said.status == "0" || !strings.Contains(said.stderr, "answer") && !strings.Contains(said.stderr, "could not be inspected") {
			t.Errorf("%s: status %s, %s", line, said.status, said.stderr)
		}
	}
	said := b.brisk("list", "--stale")
	expectParts(t, "list --stale", said, said.status, said.stderr, "mallory")
}
