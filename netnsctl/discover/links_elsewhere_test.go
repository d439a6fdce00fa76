package discover

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// elsewhere leaves a network namespace at /mnt/x/a in a mount namespace of its own only, where the
// script runs then.
func elsewhere(t *testing.T, script string) {
	t.Helper()
	nstest.Must(t, host.Add("a"))
	const move = `set -e; mount -t tmpfs t /mnt; mkdir -p /mnt/x /mnt/run/netns; touch /mnt/x/a
		mount --bind /run/netns/a /mnt/x/a; umount /run/netns/a; `
	cmd := exec.Command("unshare", "-m", "--propagation", "private", "sh", "-c", move+script)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	nstest.Must(t, err)
	nstest.Must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if answer, err := bufio.NewReader(out).ReadString('\n'); err != nil || answer != "ready\n" {
		t.Fatalf("%q, %v", answer, err)
	}
	nstest.Must(t, host.Delete("a"))
}

const stay = "; echo ready; exec sleep 1000"

// TestLinksElsewhere: a symbolic link in the run directory of another mount namespace is a name of
// the network namespace to which it leads there, also where it leads nowhere here.
func TestLinksElsewhere(t *testing.T) {
	for _, test := range []struct {
		situation, script string
		name              string // empty for an orphan
		dangling          bool   // here
	}{
		{situation: "a run directory of its own", script: "mount -t tmpfs t /run; mkdir /run/netns; ln -s /mnt/x/a /run/netns/own" + stay, name: "own"},
		{situation: "a relative link to a link", script: "mount -t tmpfs t /run; mkdir /run/netns; ln -s ../b /run/netns/rel; ln -s /mnt/x/a /run/b" + stay, name: "rel"},
		{situation: "a mount namespace without a process", script: "mount -t tmpfs t /run; mkdir /run/netns; ln -s /mnt/x/a /run/netns/bare; exec nsenter --mount=/proc/1/ns/mnt sh -c 'echo ready; exec sleep 1000' 9</proc/self/ns/mnt", name: "bare"},
		{situation: "our run directory", script: "ln -s /mnt/x/a /run/netns/lk" + stay, name: "lk", dangling: true},
		{situation: "a link to a link of our run directory", script: "ln -s /mnt/x/a /run/netns/lk; ln -s lk /run/netns/lk2" + stay, name: "lk", dangling: true},
		{situation: "a link to itself", script: "ln -s lk /run/netns/lk" + stay},
		{situation: "a link to elsewhere", script: "ln -s /mnt/x/none /run/netns/lk" + stay},
		{situation: "a link outside the run directory", script: "ln -s /mnt/x/a /run/lk" + stay},
	} {
		t.Run(strings.ReplaceAll(test.situation, " ", "-"), func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				elsewhere(t, test.script)
				var before, after sys.FileStat
				_ = sys.StatNoFollow("/run/netns/lk", &before)
				snap := scanned(t, host, Options{})
				_ = sys.StatNoFollow("/run/netns/lk", &after)
				if after != before {
					t.Errorf("the link was %+v, and is %+v", before, after)
				}
				ns := movedNamespace(t, snap)
				want := Orphan
				if test.name != "" {
					want = Idle
				}
				if ns.Verdict != want || !strings.HasPrefix(ns.Reason, "named "+test.name+" in") && want == Idle {
					t.Errorf("%s: %s", ns.Verdict, ns.Reason)
				}
				for _, n := range snap.Names {
					if n.Verdict != Stale || (n.Elsewhere != "") != test.dangling || test.dangling && !strings.Contains(n.Detail, ns.String()) {
						t.Errorf("%+v", n)
					}
				}
				if len(snap.Critical()) > 0 {
					t.Error(snap.Critical())
				}
			})
		})
	}
}

// TestTooManyLinks: more links than are looked at are a critical gap. One of them may name what looks
// like an orphan.
func TestTooManyLinks(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		elsewhere(t, "mount -t tmpfs t /run; mkdir /run/netns; cd /run/netns; for i in $(seq 1001); do echo /none/l$i; done | xargs ln -s -t ."+stay)
		if snap := scanned(t, host, Options{}); !hasGap(snap, GapRunDirectories) || movedNamespace(t, snap).Verdict != Unknown || movedNamespace(t, snap).Seen() != Orphan {
			t.Error(snap.Gaps, movedNamespace(t, snap).Verdict)
		}
	})
}
