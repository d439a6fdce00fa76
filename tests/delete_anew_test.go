package tests

import (
	"strings"
	"testing"
)

// TestDeleteMadeAnew: a name that led nowhere when netnsctl asked, or began to end processes, and leads
// to a namespace by the time of the answer, stays.
func TestDeleteMadeAnew(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	const anew = `rm /run/netns/web1; netnsctl add web1 linked`
	const kept = "cannot delete web1: the name led to no network namespace, and has been made anew\n"
	for _, words := range []string{"--match web*", "--all", "--all --verbose"} {
		w.shell(`netnsctl add web2; : >/run/netns/web1; ln -s linked /run/netns/web3`)
		term := w.startShell("netnsctl delete " + words)
		term.expect("? [y/N] ")
		w.shell(anew)
		term.send("y\n")
		for _, says := range []string{kept, "cannot delete web3: the name led to no ", "status 1"} {
			term.expect(says)
		}
		if names := w.names(); names != "linked web1 web3" {
			t.Errorf("%s: left %q", words, names)
		}
		w.shell(`netnsctl -all delete`)
	}

	// The signal is sent; the grace ends when the process does.
	w.shell(inside + `netnsctl add web2; inside web2 "$ignore" "$pause"; : >/run/netns/web1; ln -s linked /run/netns/web3
		netnsctl delete --kill --grace 100 --match 'web*' >/run/said 2>&1 & until grep -q sent /run/said; do sleep 0.01; done
		` + anew + `; kill -KILL $(cat /run/ready); wait $! || echo "status $?" >>/run/said`)
	if said := w.read("/run/said"); !strings.Contains(said, kept) || !strings.Contains(said, "deleted web2\n") || !strings.HasSuffix(strings.TrimSpace(said), "\nstatus 1") {
		t.Errorf("--kill: %s", said)
	}
	if names := w.names(); names != "linked web1 web3" {
		t.Errorf("--kill: left %q", names)
	}
}

// TestDeleteMadeAnewAsked: the question about mounts in other mount namespaces waits, too.
func TestDeleteMadeAnewAsked(t *testing.T) {
	t.Parallel()
	for words, left := range map[string]string{"--verbose net0": "live net0 other plain", "net0 other plain live": "live net0"} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			w := newMachine(t)
			w.shell(namesakeWorld + `netnsctl add live`)
			term := w.startShell("netnsctl delete " + words)
			term.expect(" all the same? [y/N] ")
			w.shell(`rm /run/netns/net0; netnsctl delete live; netnsctl add net0 live`)
			term.send("y\n")
			term.expect("cannot delete net0: the name led to no network namespace, and has been made anew")
			term.expect("status 1")
			if names := w.names(); names != left {
				t.Errorf("left %q", names)
			}
		})
	}
}
