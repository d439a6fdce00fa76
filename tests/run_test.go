package tests

import (
	"fmt"
	"math/rand"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// asUser runs a command as an ordinary user without capabilities.
const asUser = "setpriv --reuid 1000 --regid 1000 --clear-groups --bounding-set -all --inh-caps -all "

// state is all that a command could leave behind.
func (w *machine) state() string {
	w.t.Helper()
	return living() + strings.Join(mountLines(), "\n") +
		w.run("list", "--all-namespaces", "-o", "NAME,ID").stdout + w.shell("ls -AR /run")
}

// TestRun: the command is alone in a namespace without a name, in place of the process, and
// nothing stays behind.
func TestRun(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell("mkdir /run/own; mount -t tmpfs none /run/own; netnsctl list")
	before := w.state()
	w.env = append(w.env, "NETNS=outer", "A=b")
	for line, want := range map[string]string{
		"netnsctl run cat /proc/net/dev | grep -c :":                                          "1\n",
		"netnsctl run ls /sys/class/net":                                                      "lo\n",
		"netnsctl run cat /sys/class/net/lo/flags":                                            "0x8\n",
		"netnsctl run --up cat /sys/class/net/lo/flags":                                       "0x9\n",
		"netnsctl run env | grep -E '^(NETNS|A)='":                                            "A=b\n",
		"sh -c 'echo $$; exec netnsctl run sh -c \"echo \\$\\$\"' | uniq | wc -l":             "1\n",
		"netnsctl run sh -c 'exit 7'; echo $?":                                                "7\n",
		"exec 2>/dev/null; netnsctl run sh -c 'kill $$'; echo $?":                             "143\n",
		"netnsctl run -- echo -n --up":                                                        "--up",
		"netnsctl run echo -n --up":                                                           "--up",
		"cd /run/own; netnsctl run pwd":                                                       "/run/own\n",
		"netnsctl run sh -c 'mount -t tmpfs none /run/own; : >/run/own/x'; ls /run/own":       "",
		"netnsctl run sh -c 'netnsctl run ls /proc/self/ns/net >/dev/null; echo $?'":          "0\n",
		"echo 'run --up sh -c \"echo inside; exit 3\"' | netnsctl -batch - 2>&1; echo $?":     "inside\nCommand failed -:1\n1\n",
		"echo 'echo $NETNS in; exit 4' | SHELL=/bin/sh netnsctl run; echo $?":                 "in\n4\n",
		"$FACES/ip/ip netns run --up cat /sys/class/net/lo/flags":                             "0x9\n",
		"$FACES/ip-netns/ip-netns run --up cat /sys/class/net/lo/flags":                       "0x9\n",
		"netnsctl run readlink /proc/self/ns/net | grep -c \"$(readlink /proc/self/ns/net)\"": "0\n",
	} {
		a := w.command("/bin/sh", "-c", "FACES="+filepath.Join(artefact, "face")+"\n"+line)
		if a.stdout != want || a.stderr != "" {
			t.Errorf("%s: %q, want %q %s", line, a.stdout, want, a.stderr)
		}
	}
	w.env = w.env[:len(w.env)-2]
	if after := w.state(); after != before {
		t.Errorf("left behind, before:\n%s\nafter:\n%s", before, after)
	}
}

// TestRunWrong: what cannot be run has a status and a reason.
func TestRunWrong(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	for _, c := range []struct{ words, status, says string }{
		{"run /nowhere", "1", "netnsctl: run command /nowhere: no such file or directory\n"},
		{"run /etc/passwd", "1", "netnsctl: run command /etc/passwd: permission denied\n"},
		{"run --down true", "2", "unknown option --down"},
		{"run --up=yes true", "2", "option --up takes no value"},
		{"run --keep-sys --no-sysfs true", "2", "exclude each other"},
		{"run --user", "2", "option --user needs a value"},
		{"run --user nobody-here true", "2", "no user nobody-here"},
	} {
		a := w.run(strings.Fields(c.words)...)
		if a.status != c.status || a.stdout != "" || !strings.Contains(a.stderr, c.says) {
			t.Errorf("%s: %v", c.words, a)
		}
	}
	if a := w.run("run", ""); a.status != "2" || !strings.Contains(a.stderr, "an argument is empty") {
		t.Errorf("an empty word: %v", a)
	}
	a := w.command(filepath.Join(artefact, "face", "ip", "ip"), "netns", "run")
	if a.status != "2" || !strings.Contains(a.stderr, "COMMAND is missing") {
		t.Errorf("no command in the face ip: %v", a)
	}
}

// TestRunUser: an ordinary user rules the namespace, as root or as the user.
func TestRunUser(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	if !isRoot() {
		unable(t, "an ordinary user beside others needs root")
	}
	before := w.state()
	for line, want := range map[string]string{
		"netnsctl run --up sh -c 'echo $$; id -u; id -g; cat /sys/class/net/lo/flags' | sed 1d":                "0\n0\n0x9\n",
		"netnsctl run sh -c 'ip link add v0 type veth peer name v1; ls /sys/class/net'":                        "lo\nv0\nv1\n",
		"sh -c 'echo $$; exec netnsctl run sh -c \"echo \\$\\$\"' | uniq | wc -l":                              "1\n",
		"sh -c 'trap \"\" USR1; exec netnsctl run grep SigIgn /proc/self/status'":                              "SigIgn:\t0000000000000200\n",
		"netnsctl run sh -c 'exit 7'; echo $?":                                                                 "7\n",
		"exec 2>/dev/null; netnsctl run sh -c 'kill $$'; echo $?":                                              "143\n",
		"netnsctl run --user 1000:1000 sh -c 'id -u; id -g; grep CapEff /proc/self/status; ls /sys/class/net'": "1000\n1000\nCapEff:\t0000000000000000\nlo\n",
		"env -i /bin/sh -c 'exec 2>&1; PATH=$1 exec netnsctl run env' - $PATH | grep -v ^PWD":                  "PATH=" + strings.TrimPrefix(w.env[len(w.env)-1], "PATH=") + "\n",
		"netnsctl run --user 0:0 true; echo $?":                                                                "netnsctl: only root may run a command as another user\n255\n",
		"netnsctl run /nowhere; echo $?":                                                                       "netnsctl: run command /nowhere: no such file or directory\n1\n",
		"netnsctl run touch /run/x 2>/dev/null; echo $?":                                                       "1\n",
		"echo 'run true' | netnsctl -batch -":                                                                  "netnsctl: in a batch only root can run a command in a new namespace\nCommand failed -:1\n",
	} {
		a := w.command("/bin/sh", "-c", asUser+`/bin/sh -c "$0" 2>&1`, line)
		if a.stdout != want {
			t.Errorf("%s: %q, want %q %s", line, a.stdout, want, a.stderr)
		}
	}
	if after := w.state(); after != before {
		t.Errorf("left behind, before:\n%s\nafter:\n%s", before, after)
	}
}

// TestRunRefused: the message names the kernel parameter that refuses. In a user namespace the
// parameters count for that namespace only.
func TestRunRefused(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	const without = `unshare -Ur sh -c 'echo 0 >/proc/sys/user/%s
		exec %s netnsctl run --up sh -c "echo did it"'`
	const powerless = "setpriv --bounding-set -all --inh-caps -all"
	a := w.command("/bin/sh", "-c", fmt.Sprintf(without, "max_user_namespaces", powerless))
	if a.status != "255" || a.stdout != "" ||
		a.stderr != "netnsctl: no new namespace for an ordinary user: user.max_user_namespaces is 0; root can use this command\n" {
		t.Errorf("no user namespaces: %v", a)
	}
	a = w.command("/bin/sh", "-c", fmt.Sprintf(without, "max_net_namespaces", ""))
	if a.status != "255" || a.stdout != "" || !strings.Contains(a.stderr, "create network namespace: no space left on device\n") ||
		!strings.Contains(a.stderr, "user.max_net_namespaces") {
		t.Errorf("no network namespaces: %v", a)
	}
}

// TestRunKilled: whenever run or shell is killed, no process, no namespace and no mount stays.
func TestRunKilled(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell("netnsctl add b")
	before := w.state()
	calls := []string{"exec netnsctl run --up sleep 0.01", "exec netnsctl run sh -c 'sleep 0.01; sleep 0.01'", "exec netnsctl shell b"}
	if isRoot() {
		calls = append(calls, "exec "+asUser+"netnsctl run --up sleep 0.01")
	}
	seed := time.Now().UnixNano()
	moments := rand.New(rand.NewSource(seed))
	const kills, longest = 200, 25 * time.Millisecond
	for i := range kills {
		cmd := exec.Command("/bin/sh", "-c", calls[i%len(calls)])
		cmd.Env, cmd.Dir = append(w.env, "SHELL=/bin/sh"), "/"
		input, err := cmd.StdinPipe() // the shell waits
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(moments.Int63n(int64(longest)))) // any moment of the call
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		cmd.Wait()
		input.Close()
	}
	var after string
	if !poll(func() bool { after = w.state(); return after == before }) { // a killed shell's sleep ends by itself
		t.Errorf("seed %d: before:\n%s\nafter:\n%s", seed, before, after)
	}
	if !isRoot() {
		unable(t, "an ordinary user beside others needs root")
	}
}
