package tests

import (
	"strings"
	"testing"
)

// TestHostileHidepid: to an ordinary user procfs shows no other processes. That is
// said, nothing is called unused because of it, and nothing is cleaned up.
func TestHostileHidepid(t *testing.T) {
	t.Parallel()
	if !isRoot() {
		unable(t, "only root can become an ordinary user")
	}
	w := newMachine(t)
	w.shell(`netnsctl add live; : >/run/netns/dead; mount -t proc -o hidepid=2 proc /proc
		netnsctl exec live sleep 1000 >/dev/null 2>&1 &`)
	for _, words := range hostileCommands {
		a, err := command{path: w.program(), argv: append([]string{"netnsctl"}, words...), env: w.env, dir: "/", user: true}.run()
		if err != nil {
			t.Fatal(err)
		}
		said := a.stdout + a.stderr
		if strings.Contains(said, "panic") || a.status == "timeout" || a.status == "1" && said == "" {
			t.Errorf("%q: status %s\n%s", words, a.status, said)
		}
		if words[0] != "list" {
			continue
		}
		if len(words) > 1 && a.status == "0" || !strings.Contains(said, "netnsctl: incomplete: ") && !strings.Contains(said, `"not_seen":[{`) {
			t.Errorf("%q does not say that it cannot see: status %s\n%s", words, a.status, said)
		}
		if strings.Contains(said, "orphan") || strings.Contains(said, "no process  ") || strings.Contains(said, `"no process"`) {
			t.Errorf("%q knows what it cannot see:\n%s", words, said)
		}
	}
	a, err := command{path: w.program(), argv: []string{"netnsctl", "delete", "--force-orphans", "--min-age", "0"}, env: w.env, dir: "/", user: true}.run()
	if err != nil {
		t.Fatal(err)
	}
	if a.status == "0" || !strings.Contains(a.stderr, "netnsctl: ") {
		t.Errorf("delete --force-orphans: status %s\n%s%s", a.status, a.stdout, a.stderr)
	}
	w.shell(`test -e /run/netns/dead; netnsctl exec live true; rm /run/netns/dead`)
	a, err = command{path: w.program(), argv: []string{"netnsctl", "list", "--stale"}, env: w.env, dir: "/", user: true}.run()
	if err != nil || a.status != "1" || a.stdout != "" || !strings.HasPrefix(a.stderr, "netnsctl: incomplete: ") {
		t.Errorf("nothing that could be seen: %v %v", err, a)
	}
}
