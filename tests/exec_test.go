package tests

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestExecUser: the command runs as somebody else, and has nothing of root left.
func TestExecUser(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add x
		printf 'root:x:0:0::/root:/bin/sh\nalice:x:1234:2345::/home/alice:/bin/sh\n' >/etc/passwd
		printf 'root:x:0:\nalice:x:2345:\nstaff:x:50:alice\nwheel:x:10:bob,alice\n' >/etc/group`)
	if !isRoot() {
		a := w.run("exec", "--user", "alice", "x", "true")
		if a.status != "255" || !strings.HasPrefix(a.stderr, "netnsctl: become user: ") {
			t.Errorf("in a user namespace: status %s: %s", a.status, a.stderr)
		}
		unable(t, "a user namespace with one user has no others")
	}
	for _, c := range []struct{ user, uid, gid, groups string }{
		{"alice", "1234", "2345", "10 50 2345"},
		{"1234", "1234", "2345", "10 50 2345"},
		{"alice:wheel", "1234", "10", "10 50 2345"},
		{"alice:77", "1234", "77", "10 50 2345"},
		{"4321:77", "4321", "77", ""},
		{"root", "0", "0", "0"},
	} {
		a := w.run("exec", "--user", c.user, "x", "--", "/bin/sh", "-c",
			`set -- $(grep ^Uid: /proc/self/status) $(grep ^Gid: /proc/self/status); echo $2 $3 $4 $5 - $7 $8 $9 ${10}
			grep ^Groups: /proc/self/status; grep -c ^CapEff:.0000000000000000 /proc/self/status; readlink /proc/self/ns/net; echo $MARK`)
		lines := strings.Split(a.stdout, "\n")
		if a.status != "0" || len(lines) != 6 {
			t.Errorf("%s: status %s: %s%s", c.user, a.status, a.stdout, a.stderr)
			continue
		}
		if want := strings.Join([]string{c.uid, c.uid, c.uid, c.uid, "-", c.gid, c.gid, c.gid, c.gid}, " "); lines[0] != want {
			t.Errorf("%s: %s, want %s", c.user, lines[0], want)
		}
		if groups := strings.Join(strings.Fields(lines[1])[1:], " "); groups != c.groups {
			t.Errorf("%s: groups %s, want %s", c.user, groups, c.groups)
		}
		if powerless := lines[2] == "1"; powerless != (c.uid != "0") {
			t.Errorf("%s: no capabilities: %v", c.user, powerless)
		}
		w.shell(`test "` + lines[3] + `" = "net:[$(ino /run/netns/x)]"`)
	}
	for user, says := range map[string]string{
		"bob": "no user bob in /etc/passwd", "alice:none": "no group none", "99": "give the group, too, as 99:GID", "": "the value is empty",
		"4294967295:0": "no user", "alice:": "no group",
	} {
		if a := w.run("exec", "--user", user, "x", "true"); a.status != "2" || !strings.Contains(a.stderr, says) {
			t.Errorf("%q: status %s: %s", user, a.status, a.stderr)
		}
	}
	// A command is looked for by the user.
	w.shell(`mkdir -m 700 /run/root; cp /bin/true /run/root/cmd`)
	if a := w.run("exec", "--user", "alice", "x", "/run/root/cmd"); a.status != "1" || !strings.Contains(a.stderr, "permission denied") {
		t.Errorf("a command out of reach: status %s: %s", a.status, a.stderr)
	}
}

// TestExecLikeExec: with a flag the command gets what it gets without.
func TestExecLikeExec(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add x; mkdir -p /etc/netns/x; echo over >/etc/netns/x/hosts`)
	const probe = `
		trap "" USR1 HUP
		ulimit -Sn 77; ulimit -c 0
		cd /usr
		exec 3>&- 4>&- 5>&- 6>&- 8>&- 9>&- 7</dev/null 2>/dev/full
		env -i A=1 A=2 PATH="$PATH" GOMAXPROCS=3 netnsctl exec`
	const script = `x sh -c '
		env
		grep -E "Sig(Ign|Blk|Cgt)|NoNewPrivs|Seccomp:" /proc/self/status
		ulimit -Sn; ulimit -c
		pwd
		cd /proc/$$/fd; echo *
		cat /etc/hosts
		ls /sys/class/net
		kill -9 $$'`
	plain := w.command("/bin/sh", "-c", probe+" "+script)
	for _, flags := range []string{"--keep-sys", "--user root --keep-env"} {
		if flags != "--keep-sys" && !isRoot() {
			continue // setgroups(2) is refused
		}
		a := w.command("/bin/sh", "-c", probe+" "+flags+" "+script)
		if a != plain || !strings.Contains(a.stdout, "over\nlo\n") {
			t.Errorf("%s: %v\nplain: %v", flags, a, plain)
		}
	}
	if out := w.shell(`netnsctl exec --keep-sys x sh -c 'echo $PPID' & wait; echo $$`); lastWord(out) != strings.Fields(out)[0] {
		t.Errorf("the command's parent is not the caller: %s", out)
	}
}

// TestExecName: NETNS has the name of the namespace, or the word for one without a name. The
// other faces leave it as it is, unless one of our flags is given.
func TestExecName(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.env = append(w.env, "NETNS=old", "FACES="+filepath.Join(artefact, "face"))
	const odd = " a\n=b\xff"
	for _, name := range []string{"a", odd} {
		if a := w.run("add", "--", name); a.status != "0" {
			t.Fatal(a)
		}
	}
	w.shell("unshare -n sh -c 'echo $$ >/run/nameless; exec sleep 1000' & settle /run/nameless")
	for line, want := range map[string]string{
		"netnsctl exec a":                                        "a",
		"netnsctl exec '" + odd + "'":                            odd,
		"netnsctl exec --no-sysfs a":                             "a",
		`netnsctl exec "net:[$(stat -Lc %i /run/netns/a)]"`:      "a",
		"netnsctl exec /run/netns/a":                             "a",
		"netnsctl exec host":                                     "host",
		"netnsctl -n a exec '" + odd + "'":                       odd,
		"N=pid:$(cat /run/nameless); netnsctl exec $N":           "pid:" + lastWord(w.shell("cat /run/nameless")),
		"netnsctl delete -- '" + odd + "'; netnsctl -all exec":   "\nnetns: a\na",
		"netnsctl delete -- '" + odd + "'; netnsctl exec --all":  "a: a",
		"$FACES/ip/ip netns exec a":                              "old",
		"$FACES/ip-netns/ip-netns exec a":                        "old",
		"$FACES/ip/ip netns exec --no-sysfs a":                   "a",
		"ln -s a /run/netns/link; netnsctl exec link":            "link",
		"echo exec a printenv NETNS | netnsctl -batch -; exit; ": "a",
	} {
		w.shell("netnsctl add -- '" + odd + "' 2>/dev/null || true; rm -f /run/netns/link")
		if a := w.command("/bin/sh", "-c", line+" printenv NETNS"); a.status != "0" || a.stdout != want+"\n" {
			t.Errorf("%s: %q, want %q: %v", line, a.stdout, want, a)
		}
	}
	w.env = append(w.env, "NETNS=older")
	if a := w.command("/bin/sh", "-c", "netnsctl exec a env | grep ^NETNS="); a.stdout != "NETNS=a\n" {
		t.Errorf("more than one variable: %v", a)
	}
}

// TestExecSys: what is below /sys stays, or all of it.
func TestExecSys(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`
		netnsctl add x
		mount -t tmpfs none /sys/fs; mkdir -p /sys/fs/a/b
		mount -t tmpfs none /sys/fs/a/b; : >/sys/fs/a/b/seen
		ip link add here0 type veth peer name here1 2>/dev/null || true`)
	for _, c := range []struct{ flag, want string }{
		{"--keep-sys", "lo\n/sys/fs/a/b/seen\n2\n"},
		{"--no-sysfs", strings.ReplaceAll(w.shell("ls /sys/class/net"), " ", "\n") + "/sys/fs/a/b/seen\n2\n"},
	} {
		a := w.run("exec", c.flag, "x", "sh", "-c", "ls /sys/class/net; ls /sys/fs/a/b/seen; grep -cE ' /sys/fs(/a/b)? ' /proc/self/mountinfo")
		if a.status != "0" || a.stdout != c.want || a.stderr != "" {
			t.Errorf("%s: status %s: %q, want %q\n%s", c.flag, a.status, a.stdout, c.want, a.stderr)
		}
	}
	out := w.shell(`netnsctl exec x sh -c 'ls /sys/fs/a' 2>&1 || true; ls /sys/fs/a/b`)
	if !strings.HasSuffix(out, "seen\n") || strings.HasPrefix(out, "b") {
		t.Errorf("plain exec: %s", out)
	}
	// Root of a user namespace that does not own the network namespace.
	if !isRoot() {
		return
	}
	const foreign = `unshare -U -r netnsctl exec `
	a := w.command("/bin/sh", "-c", foreign+"x true")
	b := w.command("/bin/sh", "-c", foreign+"--keep-sys x true")
	if a.status != "255" || b.status != "255" || !strings.HasPrefix(b.stderr, "netnsctl: enter network namespace") {
		t.Errorf("foreign: %v\n%v", a, b)
	}
}

// TestExecNoSysfs: where /sys may not be mounted, plain exec says what iproute2 says,
// a flag of ours what to do.
func TestExecNoSysfs(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	// A mount over part of /sys that cannot be taken off keeps the kernel from
	// mounting another sysfs (mount_too_revealing in fs/namespace.c).
	const container = `unshare -U -r -m -n --propagation private sh -c 'mount -t tmpfs none /run; netnsctl add x; `
	w.shell(`umount /sys 2>/dev/null || true; mount -t sysfs none /sys; mount -t tmpfs none /sys/kernel`)
	plain := w.command("/bin/sh", "-c", container+"netnsctl exec x true'")
	if plain.status != "255" || plain.stderr != "mount of /sys failed: Operation not permitted\n" {
		t.Fatalf("plain: %v", plain)
	}
	ours := w.command("/bin/sh", "-c", container+"netnsctl exec --keep-sys x true'")
	if ours.status != "255" || !strings.Contains(ours.stderr, "use --no-sysfs\n") {
		t.Errorf("a flag: %v", ours)
	}
	without := w.command("/bin/sh", "-c", container+"netnsctl exec --no-sysfs x readlink /proc/self/ns/net'")
	if without.status != "0" || !strings.HasPrefix(without.stdout, "net:[") || without.stderr != "" {
		t.Errorf("--no-sysfs: %v", without)
	}
}

// TestExecFleeting: a file over a link is warned of, where a flag of ours is given.
func TestExecFleeting(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add x; mkdir -p /etc/netns/x; echo over | tee /etc/netns/x/resolv.conf >/etc/netns/x/hosts
		echo real >/run/resolv; ln -sf /run/resolv /etc/resolv.conf`)
	const says = "netnsctl: warning: /etc/resolv.conf is a symbolic link: /etc/netns/x/resolv.conf covers only its target, until that file is replaced; to prevent that: --dns=isolated\n"
	if a := w.run("exec", "--keep-sys", "x", "cat", "/etc/resolv.conf"); a != (answer{"over\n", says, "0"}) {
		t.Errorf("%v", a)
	}
	if a := w.run("exec", "x", "cat", "/etc/resolv.conf"); a != (answer{"over\n", "", "0"}) {
		t.Errorf("plain: %v", a)
	}
	// What is warned of does happen.
	out := w.shell(`
		netnsctl exec x sh -c '
			cat /etc/resolv.conf
			echo >/run/ready
			while ! test -e /run/go; do sleep 0.01; done
			cat /etc/resolv.conf' &
		settle /run/ready
		echo new >/run/new; mv /run/new /run/resolv
		: >/run/go
		wait`)
	if out != "over\nnew\n" {
		t.Errorf("replaced: %q", out)
	}
}

// TestExecAll: whole lines after their names, and a summary.
func TestExecAll(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`
		for i in 1 2 3 4 5 6; do netnsctl add n$i; done
		: >/run/netns/dead
		mkdir -p /etc/netns/n4; echo 4 >/etc/netns/n4/hosts`)
	script := []string{"/bin/sh", "-c", `
		cat
		n=$(netnsctl identify)
		for i in 1 2 3 4 5 6 7 8 9; do echo $n; echo $n >&2; done
		printf $(cat /etc/hosts | wc -w)
		case $n in n2) exit 7;; n3) kill -9 $$;; esac`}
	for _, words := range [][]string{{"exec", "--all", "--parallel", "3"}, {"-all", "exec", "--parallel=7"}, {"exec", "--all"}} {
		a := w.run(append(words, script...)...)
		if a.status != "1" {
			t.Errorf("%q: status %s", words, a.status)
		}
		var want string
		for _, line := range strings.SplitAfter(a.stdout, "\n") {
			name, rest, _ := strings.Cut(line, ": ")
			if line == "" {
				continue
			}
			if end := map[string]string{"n3": "killed", "n4": "1\n"}[name]; rest != name+"\n" && rest != end && rest != "2\n" {
				t.Errorf("%q: line %q", words, line)
			}
			if !strings.HasPrefix(want, name) && strings.Contains(want, name) {
				t.Errorf("%q: the output of %s is mixed with others:\n%s", words, name, a.stdout)
			}
			want = name + want
		}
		if n := strings.Count(a.stdout, "n1: "); n != 10 {
			t.Errorf("%q: %d lines of n1: %s", words, n, a.stdout)
		}
		last := lastLine([]byte(a.stderr))
		for _, says := range []string{"netnsctl: 4 of 7 ended with status 0: not ", "n2 (status 7)", "n3 (signal 9, killed)", "dead (not run)"} {
			if !strings.Contains(last, says) {
				t.Errorf("%q: the summary lacks %q: %s", words, says, last)
			}
		}
	}
	a := w.run("-j", "exec", "--all", "--parallel", "2", "sh", "-c", `printf 'a\377'; echo b >&2`)
	var names []string
	for line := range strings.Lines(a.stdout) {
		var o struct {
			Name, Stderr, Error string
			Status              *int
			Stdout              any
			Seconds             float64 `json:"duration_seconds"`
		}
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		names = append(names, o.Name)
		if o.Name == "dead" && o.Error == "" || o.Name != "dead" && (o.Status == nil || *o.Status != 0 || o.Stderr != "b\n" || o.Seconds <= 0) {
			t.Errorf("%+v", o)
		}
	}
	if slices.Sort(names); a.status != "1" || strings.Join(names, " ") != "dead n1 n2 n3 n4 n5 n6" || a.stderr != "" {
		t.Errorf("status %s, %q: %s", a.status, names, a.stderr)
	}
	w.shell(`netnsctl delete dead`)
	if a := w.run("exec", "--all", "--parallel", "4", "true"); a != (answer{"", "netnsctl: 6 of 6 ended with status 0\n", "0"}) {
		t.Errorf("%v", a)
	}
}

// TestExecParallel: N commands run at the same time, and no more. Each command says
// that it has started and waits until it is let go. When two wait and netnsctl does,
// too, there is no third; when one has ended, there are two again.
func TestExecParallel(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`
		for i in 1 2 3 4; do netnsctl add n$i; mkfifo /run/n$i; done
		netnsctl exec --all --parallel 2 sh -c '
			n=$(netnsctl identify)
			echo $n >>/run/started
			read go </run/$n' 2>/run/summary & parent=$!
		started() { cat /run/started 2>/dev/null | wc -l; }
		for ended in 0 1 2; do
			until test $(started) = $((ended + 2)); do sleep 0.01; done
			quiet $parent
			test $(started) = $((ended + 2))
			test $(pgrep -c -P $parent) = 2
			echo go >/run/$(sed -n $((ended + 1))p /run/started)
		done
		echo go >/run/$(sed -n 4p /run/started)
		wait $parent
		grep -q '4 of 4 ended with status 0' /run/summary`)
}

// TestExecWords: the flags come first, and a batch goes on after such a line.
func TestExecWords(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add x; netnsctl add -- --user
		test "$(netnsctl exec x echo --user --all)" = "--user --all"`)
	for _, words := range []string{
		"exec --keep-sys", "exec --keep-sys --no-sysfs x true", "exec --parallel 2 x true",
		"exec --all", "exec --all --parallel 0 true", "exec --all --parallel many true", "exec --keep-sys --nonsense x true", "exec --user",
		"exec --keep-sys --json x true", "exec x --all", "exec x --keep-sys",
	} {
		if a := w.run(strings.Fields(words)...); a.status != "2" || !strings.HasPrefix(a.stderr, "netnsctl: ") || a.stdout != "" {
			t.Errorf("%s: %v", words, a)
		}
	}
	out := w.shell(`
		cat >/run/b <<-END
			exec --no-sysfs x echo one
			exec --no-sysfs x false
			exec --no-sysfs x echo two
		END
		netnsctl -force -batch /run/b 2>&1 || echo $?`)
	if out != "one\nCommand failed /run/b:2\ntwo\n1\n" {
		t.Errorf("batch: %q", out)
	}
}
