package tests

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// inside starts a python3 in a namespace, which runs a script and then says that it is ready, and
// prints its PID.
const inside = `
inside() {
	rm -f /run/ready
	setsid netnsctl exec "$1" /usr/bin/python3 -c "import ctypes, os, signal, time
def home(): ctypes.CDLL(None).setns(os.open('/proc/1/ns/net', 0), 0)
$2
open('/run/ready', 'w').write(str(os.getpid()))
while True: $3" >/dev/null 2>&1 </dev/null &
	until test -s /run/ready; do sleep 0.01; done
	cat /run/ready; echo
}
ignore="signal.signal(signal.SIGTERM, signal.SIG_IGN)"
pause='signal.pause()'
`

// kill is a call of delete with --kill, which may stand among the words with a signal. It fails the test if it takes as long as the default grace.
func (w *machine) kill(words ...string) answer {
	w.t.Helper()
	start := time.Now()
	if !strings.HasPrefix(strings.Join(words, " "), "--kill=") {
		words = append([]string{"--kill"}, words...)
	}
	a := w.run(append([]string{"delete"}, words...)...)
	if took := time.Since(start); took > 9*time.Second {
		w.t.Errorf("delete --kill %q took %v", words, took)
	}
	return a
}

// TestDeleteKill: each process inside gets the signal, and KILL where it has not ended after the grace.
func TestDeleteKill(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	for name, c := range map[string]struct{ script, words, stdout string }{
		"one that ends":     {`inside x "" "$pause"`, "", "x: sent TERM to PID (python3)\nx: PID (python3) ended\ndeleted x\n"},
		"another signal":    {`inside x "$ignore" "$pause"`, "--kill=sighup", "x: sent HUP to PID (python3)\nx: PID (python3) ended\ndeleted x\n"},
		"a number":          {`inside x "$ignore" "$pause"`, "--kill=9", "x: sent KILL to PID (python3)\nx: PID (python3) ended\ndeleted x\n"},
		"one that ignores":  {`inside x "$ignore" "$pause"`, "--grace 100ms", "x: sent TERM to PID (python3)\nx: sent KILL to PID (python3)\nx: PID (python3) ended\ndeleted x\n"},
		"no grace":          {`inside x "$ignore" "$pause"`, "--grace 0", "x: sent KILL to PID (python3)\nx: PID (python3) ended\ndeleted x\n"},
		"a stopped one":     {`pid=$(inside x "" "$pause"); kill -STOP $pid; until grep -q 'State:.T' /proc/$pid/status; do :; done; echo $pid`, "", "x: sent TERM to PID (python3)\nx: PID (python3) ended\ndeleted x\n"},
		"one that moves":    {`inside x "signal.signal(signal.SIGTERM, lambda *_: home())" "$pause"`, "", "x: sent TERM to PID (python3)\nx: PID (python3) left the namespace\ndeleted x\n"},
		"nobody":            {`echo 0`, "", "deleted x\n"},
		"a zombie":          {`inside x "os.waitid(os.P_PID, os.fork() or os._exit(0), os.WEXITED | os.WNOWAIT)" "$pause"`, "", "x: sent TERM to PID (python3)\nx: PID (python3) ended\ndeleted x\n"},
		"without a leader":  {heldName + `=x netnsctl exec x $HOLD leaderless | cut -d' ' -f1`, "", "x: sent TERM to PID\nx: PID ended\ndeleted x\n"},
		"a pid namespace's": {`inside x "$ignore" "$pause" >/dev/null; kill -9 $(cat /run/ready); setsid netnsctl exec x unshare --fork --pid sleep 1000 >/dev/null 2>&1 & until netnsctl pids x -q --filter command=sleep | grep .; do sleep 0.01; done`, "--grace 100ms", ""},
	} {
		pid := lastWord(w.shell(inside + "netnsctl add x\n" + c.script))
		a := w.kill(append(strings.Fields(c.words), "x")...)
		if c.words == "" || strings.HasPrefix(c.words, "--grace") {
			a.stdout = withoutCommand(a.stdout, c.stdout)
		}
		if want := strings.ReplaceAll(c.stdout, "PID", "pid "+pid); a.status != "0" || a.stderr != "" || c.stdout != "" && a.stdout != want {
			t.Errorf("%s: status %s\n%s%s\nwant\n%s", name, a.status, a.stdout, a.stderr, want)
		}
		if names := w.names(); names != "" {
			t.Errorf("%s: left %q", name, names)
			w.shell("netnsctl -all delete")
		}
		if left := w.shell("test -e /proc/" + pid + " && grep State /proc/" + pid + "/status || true"); name != "one that moves" && left != "" && !strings.ContainsAny(left, "ZX") {
			t.Errorf("%s: %s is left: %s", name, pid, left)
		}
	}
}

// withoutCommand drops the commands of a text where the wanted one has none.
func withoutCommand(text, want string) string {
	if strings.Contains(want, "(") {
		return text
	}
	for _, command := range []string{" (tests.test)", " (hold)", " (exe)"} {
		text = strings.ReplaceAll(text, command, "")
	}
	return text
}

// TestDeleteKillForks: processes that start others are found again, until none is left.
func TestDeleteKillForks(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	for name, script := range map[string]string{
		"a tree":  `inside x "$ignore; signal.signal(signal.SIGCHLD, signal.SIG_IGN)" "os.fork() or signal.pause(); time.sleep(0.02)"`,
		"a chain": `inside x "$ignore; signal.signal(signal.SIGCHLD, signal.SIG_IGN)" "os.fork() and os._exit(0)"`,
	} {
		w.shell(inside + "netnsctl add x\n" + script)
		a := w.kill("--grace", "100ms", "x")
		if a.status != "0" || !strings.HasSuffix(a.stdout, "\ndeleted x\n") || !strings.Contains(a.stdout, "sent KILL to ") || w.names() != "" {
			t.Errorf("%s: %v", name, a)
		}
		if left := w.processes(); strings.Contains(left, "python") {
			t.Errorf("%s: left\n%s", name, left)
		}
	}
}

// TestDeleteKillSpares: who is not inside goes on, and the name stays where somebody is left.
func TestDeleteKillSpares(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	words := strings.Fields(w.shell(inside + `netnsctl add x
		setsid sh -c 'exec 9</run/netns/x; exec tail -f /dev/null' >/dev/null 2>&1 </dev/null & echo $!; until grep -qx tail /proc/$!/comm; do sleep 0.01; done
		inside x "" "$pause"`))
	holder, pid := words[0], words[1]
	a := w.kill("--dry-run", "x")
	expectParts(t, "--dry-run", a, "0", a.stdout, "1 process inside would be sent TERM: pid "+pid+" (python3)\n", "would still be in use by:\n    pid "+holder+" (tail): descriptor 9")
	if strings.Contains(a.stdout, "    pid "+pid) {
		t.Errorf("--dry-run: %v", a)
	}
	a = w.kill("--verbose", "x")
	expectParts(t, "a descriptor", a, "3", a.stdout, "deleted name x; ", "  pid "+holder+" (tail): descriptor 9\n")
	w.shell("kill -0 " + holder + "; netnsctl add y")

	// One thread of a process that is elsewhere.
	pid = strings.Fields(w.shell(heldName + "=y $HOLD thread"))[0]
	other := lastWord(w.shell(inside + `netnsctl add z; inside z "" "$pause"`))
	beside := lastWord(w.shell(inside + `inside y "" "$pause"`))
	const why = "; --kill ends no process of which only a thread is inside\n"
	a = w.kill("--dry-run", "y", "z")
	expectParts(t, "a thread, --dry-run", a, "3", a.stdout, "cannot delete y: a thread of pid "+pid+" (", ") is still inside"+why, "would delete z: ", "would be sent TERM: pid "+other)
	a = w.kill("y", "z")
	expectParts(t, "a thread", a, "3", a.stdout+a.stderr, "z: pid "+other+" (python3) ended\ndeleted z\nnetnsctl: cannot delete y: a thread of pid "+pid+" (", ") is still inside"+why)
	w.shell("kill -0 " + beside)
	if names := w.names(); names != "y" {
		t.Errorf("left %q", names)
	}
	var j struct {
		Names []struct {
			Outcome   string
			Processes []struct {
				PID                  int
				Signal, Outcome, Why string
			}
		}
	}
	a = w.kill("--json", "y")
	if err := json.Unmarshal([]byte(a.stdout), &j); err != nil || a.status != "3" || j.Names[0].Outcome != "failed" ||
		j.Names[0].Processes[0].Outcome != "left" || j.Names[0].Processes[0].Why != "only a thread of it is inside" {
		t.Errorf("--json: %v: %v", err, a)
	}
}

// TestDeleteKillRefuses: netnsctl ends neither itself, nor an ancestor, nor what runs in the host's
// namespace, and then ends nobody else either.
func TestDeleteKillRefuses(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	pid := lastWord(w.shell(inside + `netnsctl add x; netnsctl add y; netnsctl attach host1 1; inside x "" "$pause"; : >/run/netns/dead`))
	program := w.program()
	for what, argv := range map[string][]string{
		"which is netnsctl itself, is in net:[":         {program, "exec", "y", program, "delete", "--kill", "x", "y"},
		"), which is netnsctl itself, is in net:[":      {program, "-n", "y", "delete", "--kill", "x", "y"},
		"which is an ancestor of netnsctl, is in net:[": {program, "exec", "y", "/bin/sh", "-c", "nsenter -t 1 -n " + program + " delete --kill x y; exit $?"},
		"which is the first process, is in net:[":       {program, "delete", "--kill", "x", "host1"},
		"no namespace nowhere":                          {program, "delete", "--kill", "x", "nowhere"},
	} {
		a := w.command(argv...)
		expectParts(t, what, a, "1", a.stderr, what, "nothing was done")
		if a.stdout != "" {
			t.Errorf("%s: %v", what, a)
		}
	}
	a := w.kill("--dry-run", "host1")
	expectParts(t, "--dry-run", a, "1", a.stdout, "cannot delete host1: --kill ends no process of host1: pid 1 (", "), which is the first process, is in net:[")
	for _, dry := range []string{"--dry-run", "--dry-run --json"} {
		a := w.command(program, "exec", "y", "/bin/sh", "-c", program+" delete --kill "+dry+" x y; exit $?")
		if says := strings.Count(a.stdout, "--kill ends no process of y: pid "); a.status != "1" || says != 2 || strings.Contains(a.stdout, "TERM") {
			t.Errorf("%s: %v", dry, a)
		}
	}
	for _, words := range []string{
		"--kill=FOO x", "--kill=0 x", "--kill=65 x", "--kill=-9 x", "--kill= x", "--kill --grace x", "--grace 1s x", "--kill --grace=-1 x",
		"--kill --force-orphans x", "--kill=TERM --kill=HUP x", "--kill",
	} {
		if a := w.run(append([]string{"delete"}, strings.Fields(words)...)...); a.status != "2" || a.stdout != "" || !strings.Contains(a.stderr, "nothing was done") {
			t.Errorf("%s: %v", words, a)
		}
	}
	w.shell("kill -0 " + pid)
	if names := w.names(); names != "dead host1 x y" {
		t.Fatalf("left %q", names)
	}
	// A link to the namespace of a process leads nowhere when that has ended.
	linked := lastWord(w.shell(`setsid unshare -n sleep 1000 >/dev/null 2>&1 & asleep $!; ln -s /proc/$!/ns/net /run/netns/linked; ln -s y /run/netns/to-y; echo $!`))
	expectAnswer(t, "a link", w.kill("linked", "to-y"), "0", "linked: sent TERM to pid PID (sleep)\nlinked: pid PID (sleep) ended\ndeleted linked\ndeleted to-y\n", "", "PID", linked)
	// Nothing is inside a dead file. The faces of ip know the flag, too.
	a = w.command("/bin/sh", "-c", "PATH="+ipFace()+":$PATH; ip netns delete --kill dead; ip netns delete --kill=hup x")
	expectAnswer(t, "ip", a, "0", "deleted dead\nx: sent HUP to pid PID (python3)\nx: pid PID (python3) ended\ndeleted x\n", "", "PID", pid)
}

// TestDeleteKillMany: the processes of all names that match end at the same time.
func TestDeleteKillMany(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(inside + `for i in 1 2 3 4 5; do netnsctl add web$i; inside web$i "$ignore" "$pause"; done; netnsctl add db`)
	start := time.Now()
	a := w.kill("--match", "web*", "--grace", "2s", "--json")
	if took := time.Since(start); took > 8*time.Second { // 10 if one came after the other
		t.Errorf("it took %v", took)
	}
	if a.status != "0" || strings.Count(a.stdout, `"signal":"KILL","outcome":"ended"`) != 5 || strings.Count(a.stdout, `"outcome":"deleted"`) != 5 {
		t.Errorf("%v", a)
	}
	if names := w.names(); names != "db" {
		t.Errorf("left %q", names)
	}
	w.shell(inside + `inside db "" "$pause"`)
	term := w.startShell("netnsctl delete --all --kill")
	term.expect("delete db, the only name, after ending the processes inside? [y/N] ")
	term.send("n\n")
	term.expect("nothing was done")
	term = w.startShell("netnsctl delete --all --kill --yes")
	term.expect("db: sent TERM to pid ")
	term.expect("deleted db")
}

// TestDeleteKillInterrupted: a signal ends the wait for the grace, and the name stays.
func TestDeleteKillInterrupted(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	words := strings.Fields(w.shell(inside + `netnsctl add x; inside x "$ignore" "$pause"
		netnsctl delete --kill --grace 100 x >/run/said 2>&1 & until grep -q sent /run/said; do sleep 0.01; done
		kill -TERM $!; wait $! || echo $?; kill -0 $(cat /run/ready)`))
	pid, status := words[0], words[1]
	if said := w.read("/run/said"); status != "143" || strings.TrimSpace(said) != "x: sent TERM to pid "+pid+" (python3)\nnetnsctl: interrupted, 1 name is left: run it again to go on" {
		t.Errorf("status %s: %s", status, said)
	}
	if names := w.names(); names != "x" {
		t.Errorf("left %q", names)
	}
}

// TestDeleteKillInterruptedJSON: the result has the signals that were sent.
func TestDeleteKillInterruptedJSON(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	pid := lastWord(w.shell(inside + `netnsctl add x y; inside x "signal.signal(signal.SIGTERM, lambda *_: open('/run/got', 'w'))" "$pause"
		netnsctl delete --kill --grace 100 --json x y >/run/said 2>&1 & until test -e /run/got; do sleep 0.01; done
		kill -TERM $!; wait $! || true; cat /run/ready`))
	var j struct {
		Names []struct {
			Name, Outcome, Detail string
			Processes             []struct {
				PID             int
				Signal, Outcome string
			}
		}
		Interrupted bool
		NotDone     int `json:"not_done"`
	}
	said := w.read("/run/said")
	if err := json.Unmarshal([]byte(said), &j); err != nil || !j.Interrupted || j.NotDone != 2 || len(j.Names) != 1 || len(j.Names[0].Processes) != 1 {
		t.Fatalf("%v: %s", err, said)
	}
	x := j.Names[0]
	if p := x.Processes[0]; x.Name != "x" || x.Outcome != "failed" || x.Detail != "interrupted" || strconv.Itoa(p.PID) != pid || p.Signal != "TERM" || p.Outcome != "sent" {
		t.Errorf("%s", said)
	}
}

// TestDeleteKillBlocked: no process ends for a name that cannot be deleted, and the dry run says so.
func TestDeleteKillBlocked(t *testing.T) {
	t.Parallel()
	setpriv := []string{"setpriv"}
	for name, c := range map[string]struct {
		script string
		as     []string
		why    string
	}{
		"read-only":    {"mount -o remount,bind,ro /run/netns", nil, "the run directory is on a read-only mount"},
		"a stack":      {"mount --bind /run/netns/x /run/netns/x", nil, "only the mount on top would go: net:["},
		"a busy file":  {"mkdir /run/copy; mount --bind /run/netns /run/copy; mount --make-private /run/copy; netnsctl add y; mount --bind /run/netns/y /run/copy/x", nil, "is mounted on its file at /run/copy/x"},
		"another user": {"", append(setpriv, "--reuid", "65534", "--regid", "65534", "--clear-groups"), "the permissions of the run directory do not allow it"},
		"privilege":    {"", append(setpriv, "--bounding-set", "-sys_admin"), "the caller may not unmount it (CAP_SYS_ADMIN)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.as != nil && !isRoot() {
				unable(t, "needs a second user")
			}
			w, user := newMachine(t), ""
			if c.as != nil {
				user = "--user 65534:65534"
			}
			w.shell(`netnsctl add x
				setsid netnsctl exec ` + user + ` x sleep 1000 >/dev/null 2>&1 </dev/null & until netnsctl pids x -q --filter command=sleep | grep .; do sleep 0.01; done
				` + c.script)
			pid := strings.Fields(w.shell("netnsctl pids x -q --filter command=sleep"))[0]
			for _, words := range []string{"--dry-run", "--dry-run --json", "--json", "", "--verbose"} {
				argv := append(slices.Clone(c.as), w.program(), "delete", "--kill", "x")
				a := w.command(append(argv, strings.Fields(words)...)...)
				if said := a.stdout + a.stderr; a.status != "1" || !strings.Contains(said, c.why) || strings.Contains(said, "TERM") {
					t.Errorf("%s: %v", words, a)
				}
			}
			w.shell("kill -0 " + pid + "; test -e /run/netns/x")
		})
	}
}

// TestDeleteKillForbidden: the name stays where the caller may not send a signal.
func TestDeleteKillForbidden(t *testing.T) {
	if !isRoot() {
		unable(t, "needs a second user")
	}
	setpriv, err := exec.LookPath("setpriv")
	if err != nil {
		unable(t, err)
	}
	t.Parallel()
	w := newMachine(t)
	pid := lastWord(w.shell(`netnsctl add x
		setsid netnsctl exec --user 65534:65534 x sleep 1000 >/dev/null 2>&1 </dev/null & until netnsctl pids x -q --filter command=sleep | grep .; do sleep 0.01; done`))
	a := w.command(setpriv, "--bounding-set", "-kill", w.program(), "delete", "--kill", "x")
	expectAnswer(t, "without CAP_KILL", a, "3", "", "netnsctl: cannot delete x: still inside is pid PID (sleep): it could not be sent a signal: operation not permitted\n", "PID", pid)
	if names := w.names(); names != "x" {
		t.Errorf("left %q", names)
	}
}
