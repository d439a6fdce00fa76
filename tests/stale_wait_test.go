package tests

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// hiddenHolders pin a namespace by what is no nsfs file: since Linux 6.19 its file handle then
// gives ESTALE, and listns(2) leaves it out.
var hiddenHolders = []string{"socket:udp", "procfile", "packetring"}

// hold starts a holder of the namespace of a name, and gives its pid.
func (w *machine) hold(kind, name string) (pid string) {
	return strings.Fields(w.shell(heldName + "=" + name + " $HOLD " + kind))[0]
}

// TestStaleWaitHidden: a namespace is not gone before its last pin is, whatever that is.
func TestStaleWaitHidden(t *testing.T) {
	for _, kind := range hiddenHolders {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newMachine(t)
			w.shell(`netnsctl add held; netnsctl add ends`)
			pid := w.hold(kind, "held")
			a := w.run("delete", fmt.Sprintf("--wait=%d", patience()), "held")
			if a.status != "3" || !strings.HasPrefix(a.stdout, "deleted name held; net:[") || !strings.Contains(a.stdout, "] is still in use") {
				t.Errorf("held: %v", a)
			}
			w.shell("kill " + pid)
			// Its holder ends during the wait. What is waited for is said meanwhile.
			pid = w.hold(kind, "ends")
			said := w.shell(`
				netnsctl delete --wait ends 2>/run/errors & wait=$!
				until grep 'is still in use' /run/errors; do sleep 0.01; done
				kill ` + pid + `
				wait $wait`)
			if !strings.HasPrefix(said, "netnsctl: waiting: net:[") || !strings.Contains(said, "] is still in use") ||
				!strings.Contains(said, "\ndeleted ends; net:[") || !strings.HasSuffix(said, "] is gone\n") {
				t.Errorf("ends: %s", said)
			}
		})
	}
}

// TestStaleWaitOrphans: the same after a clean-up of what somebody pins while it is cleaned up.
func TestStaleWaitOrphans(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`
		netnsctl add one; netnsctl add two
		elsewhere 'mkdir /run/c; for i in one two; do : >/run/c/$i; mount --bind /run/netns/$i /run/c/$i; done'
		netnsctl delete one two`)
	a := w.run("delete", "--force-orphans", "--min-age", "0", "--wait")
	if a.status != "0" || !strings.HasSuffix(a.stdout, "\n0 removed, 2 released, 0 skipped; 2 namespaces are gone\n") {
		t.Errorf("%v", a)
	}
	a = w.run("delete", "--force-orphans", "--min-age", "0", "--wait")
	if a.stdout != "0 removed, 0 released, 0 skipped\n" || a.status != "0" {
		t.Errorf("again: %v", a)
	}
}

// TestStaleWaitDevices: after a wait the names of the devices are free at once.
func TestStaleWaitDevices(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	for range 20 {
		w.shell(`
			netnsctl add n
			ip link add vh type veth peer name vc netns n
			ip -n n link set lo up
			netnsctl delete --wait n`)
	}
	if said := w.shell(`ip link add vh type veth peer name vx; ip netns list-id`); said != "" {
		t.Errorf("nsids: %s", said)
	}
}

// TestStaleWaitNSIDs: the proof leaves no nsid in any namespace, and takes none there meanwhile.
func TestStaleWaitNSIDs(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`
		for n in used idle held one two; do netnsctl add $n; done
		inUse used; ` + heldName + `=held $HOLD socket:udp
		leakElsewhere
		for p in /proc/[0-9]*; do test ! -e $p/root/run/c/ns || echo $p/root/run/c/ns >/run/orphan; done`)
	w.monitored("--all-namespaces --interval 50ms", `netnsctl add ready$(date +%N)`, "new")
	nsids := func(when string) {
		t.Helper()
		said := w.shell(`for n in host used idle $(cat /run/orphan); do
			netnsctl exec $n unshare -m --propagation private sh -c 'mount -t tmpfs none /run; netnsctl list-id'
		done`)
		if said != "" {
			t.Errorf("%s: %s", when, said)
		}
	}
	nsids("before")
	for _, c := range []struct{ words, status string }{
		{"delete --wait one", "0"}, {"check --min-age 0", "3"}, {"list --stale", "3"}, {"delete --verbose two", "0"},
	} {
		if a := w.run(strings.Fields(c.words)...); a.status != c.status {
			t.Errorf("%s: %v", c.words, a)
		}
		nsids("after " + c.words)
	}
	w.shell(`netnsctl delete --wait held >/run/said 2>&1 & echo $! >/run/waits; until grep -q 'still in use' /run/said; do sleep 0.01; done`)
	nsids("during a wait")
	w.shell(`kill -KILL $(cat /run/waits)`)
	nsids("after a wait that was killed")
	if a := w.run("delete", "--force-orphans", "--min-age", "0", "--wait"); a.status != "3" || !strings.Contains(a.stdout, "1 released") {
		t.Errorf("clean-up: %v", a)
	}
	w.shell(`echo host >/run/orphan`)
	nsids("after a clean-up")
}

// TestStaleWaitJSON: the stage of each namespace at the end of the wait.
func TestStaleWaitJSON(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add held; netnsctl add free; netnsctl add loose`)
	w.hold("procfile", "held")
	soon := 5 * patience() // so that the kernel has taken apart the one
	for _, c := range []struct{ words, status, want string }{
		{"--verbose loose", "0", "loose"},
		{fmt.Sprintf("--wait=%d free held", soon), "3", "free gone true, held pinned false"},
	} {
		a := w.run(strings.Fields("delete --json " + c.words)...)
		var d struct {
			Names []struct {
				Name, Stage string
				Gone        *bool
			}
		}
		if err := json.Unmarshal([]byte(a.stdout), &d); err != nil || a.status != c.status {
			t.Fatalf("%s: %v, %v", c.words, err, a)
		}
		var said []string
		for _, n := range d.Names {
			one := n.Name
			if n.Gone != nil {
				one += fmt.Sprint(" ", n.Stage, " ", *n.Gone)
			}
			said = append(said, one)
		}
		if got := strings.Join(said, ", "); got != c.want {
			t.Errorf("%s: %s, want %s", c.words, got, c.want)
		}
	}
}

// TestStaleWaitAtLimit: where netnsctl cannot make a namespace of its own, it does not say that
// one is gone.
func TestStaleWaitAtLimit(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	a := w.command("unshare", "-Urmnpf", "--mount-proc", "--propagation", "private", "sh", "-c", `exec 2>&1
		mount -t tmpfs none /run
		echo 5 >/proc/sys/user/max_net_namespaces
		netnsctl add a b c d
		netnsctl delete --wait=20 a; echo $?
		until netnsctl add a 2>/dev/null; do sleep 0.01; done
		netnsctl delete --force-orphans --wait=20 a b c; echo $?
		netnsctl add a; echo $?
		echo 8 >/proc/sys/user/max_net_namespaces
		netnsctl delete --wait=20 a; echo $?`)
	const unproven = "cannot be told: user.max_net_namespaces allows each user 5 network namespaces: "
	var lines []string
	for line := range strings.Lines(a.stdout) {
		if strings.HasPrefix(line, "netnsctl: waiting: ") {
			continue // the machine is slow
		}
		line, _, _ = strings.Cut(line, unproven)
		lines = append(lines, strings.TrimSuffix(line, "\n"))
	}
	got := strings.Join(lines, "\n")
	want := "added a\nadded b\nadded c\nadded d\n" +
		"deleted a; net:[N] has no user that was found; whether it is gone \n1\n" +
		"removed a (idle)\nremoved b (idle)\nremoved c (idle)\n" +
		"netnsctl: no scan finds 3 released namespaces any more; whether they are gone \n" +
		"3 removed, 0 released, 0 skipped\n1\n0\n" +
		"deleted a; net:[N] is gone\n0"
	if got = regexp.MustCompile(`net:\[\d+\]`).ReplaceAllString(got, "net:[N]"); got != want {
		t.Errorf("%s\nwant\n%s\nin\n%s", got, want, a.stdout)
	}
}
