package tests

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// privilege is a line of the threat model in the man page's SECURITY section: who
// tries what, and what comes of it.
//
// The script runs as root with names a and b, a shell function `user` that runs a
// command as an ordinary user, and copies of the program for everyone: plain in
// /run/plain/netnsctl and /run/plain/ip, with capabilities on the file in
// /run/caps, set-user-id in /run/suid.
type privilege struct {
	name   string
	script string
	want   string // standard output and error; * is any line
	caps   bool   // needs setcap(8)
}

const privilegeWorld = `
umask 022
user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
for d in plain caps suid; do
	mkdir /run/$d
	for n in netnsctl ip; do cp "$BIN" /run/$d/$n; done
done
chmod u+s /run/suid/*
for n in netnsctl ip; do ! test "$CAPS" || "$CAPS" cap_sys_admin,cap_net_admin,cap_dac_override,cap_sys_ptrace+ep /run/caps/$n || exit; done
mkdir /run/evil
printf '#!/bin/sh\necho evil\n' >/run/evil/ip; cp /run/evil/ip /run/evil/sleep
chmod 755 /run/evil/*
/run/plain/netnsctl add a; /run/plain/netnsctl add b
`

// allIsThere is how a script ends whose attempts must have changed nothing.
const allIsThere = `
/run/plain/netnsctl list | sort; stat -fc %T /run/netns/a /run/netns/b`

const unharmed = "a\nb\nnsfs\nnsfs\n"

var privileges = []privilege{
	{
		name: "an ordinary user changes nothing",
		script: `
			for c in "add x" "attach x 1" "delete a" "exec a id" "exec --user root a id" "exec --all id" \
				"exec pid:1 id" "delete --force-orphans --min-age 0"; do
				user /run/plain/netnsctl $c >/dev/null 2>&1 && echo "did $c"
			done` + allIsThere,
		want: unharmed,
	},
	{
		name: "capabilities on the file lend a caller nothing",
		caps: true,
		script: `
			for c in "add x" "attach x 1" "delete a" "exec a id" "exec --user root a id" "exec --all id" \
				"exec pid:1 id" "-n a list" "delete --force-orphans --min-age 0"; do
				user /run/caps/netnsctl $c >/dev/null 2>&1 && echo "did $c"
			done` + allIsThere,
		want: unharmed,
	},
	{
		name: "not even in a user namespace of theirs",
		caps: true,
		script: `
			user /run/caps/netnsctl run sh -c 'id -u; ip link set lo up; cat /sys/class/net/lo/flags; rm -f /run/netns/a 2>&1 | grep -c denied'
			for c in "add x" "delete a" "exec a id"; do
				user bash -c 'exec -a "$0" /run/caps/netnsctl "$@"' "$(printf '\1')65534:65534/netnsctl" $c >/dev/null 2>&1 && echo "did $c"
			done` + allIsThere,
		want: "0\n0x9\n1\n" + unharmed,
	},
	{
		name: "capabilities given on purpose stay, and no more than these",
		script: `caps=+net_admin,+sys_admin
			user --inh-caps $caps --ambient-caps $caps /run/plain/netnsctl exec a grep CapEff /proc/self/status`,
		want: "CapEff:\t0000000000201000\n",
	},
	{
		name: "but not with another user",
		script: `caps=+net_admin,+sys_admin,+setuid,+setgid,+dac_override
			mkdir -m 700 /run/private; cp /bin/sh /run/private/sh
			show='grep -E "Cap(Inh|Prm|Eff|Amb)|NoNewPrivs" /proc/self/status'
			setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps $caps --ambient-caps $caps \
				/run/plain/netnsctl exec --user 65534:65534 --no-sysfs a sh -c "$show"
			setpriv --inh-caps $caps --securebits +no_setuid_fixup /run/plain/netnsctl exec --user 65534:65534 a /run/private/sh -c "$show"`,
		want: "CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapAmb:\t0000000000000000\n" +
			"NoNewPrivs:\t0\nnetnsctl: run command /run/private/sh: permission denied\n",
	},
	{
		name: "a caller's NETNSCTL_IP and PATH choose the real ip",
		script: `user env NETNSCTL_IP=/run/evil/ip /run/plain/ip link
			user env PATH=/run/plain:/run/evil:/usr/bin:/bin /run/plain/ip link`,
		want: "evil\nevil\n",
	},
	{
		name: "unless the file has capabilities",
		caps: true,
		script: `user env NETNSCTL_IP=/run/evil/ip /run/caps/ip -V 2>&1 | grep -c evil
			user env PATH=/run/caps:/run/evil:/usr/bin:/bin /run/caps/ip -V 2>&1 | grep -c evil
			echo 'link' >/run/batch; echo 'netns' >>/run/batch
			user env NETNSCTL_IP=/run/evil/ip /run/caps/ip -b /run/batch 2>&1 | grep -c evil`,
		want: "0\n0\n0\n",
	},
	{
		name: "or is set-user-id",
		script: `user env NETNSCTL_IP=/run/evil/ip /run/suid/ip -V 2>&1 | grep -c evil
			user env PATH=/run/suid:/run/evil:/usr/bin:/bin /run/suid/ip -V 2>&1 | grep -c evil`,
		want: "0\n0\n",
	},
	{
		name: "nor does he choose the run directory then",
		script: `ln -s /proc/1/ns/net /run/evil/x
			user env NETNSCTL_RUN_DIR=/run/evil /run/suid/ip netns list | sort
			user /run/suid/ip --run-dir /run/evil netns delete x`,
		want: "a\nb\nnetnsctl: --run-dir: refused, because this program has more privileges than its caller\n",
	},
	{
		name: "root of a user namespace changes nothing outside",
		script: `user unshare -Urmn sh -c 'for c in "add x" "attach x 1" "delete a" "exec a true" "delete --force-orphans --min-age 0"; do
				/run/plain/netnsctl $c >/dev/null 2>&1 && echo "did $c"
			done'` + allIsThere,
		want: unharmed,
	},
	{
		name: "a container's root cannot have a name of its own removed",
		script: `mkfifo -m 666 /run/ready
			user unshare -Urmn --propagation private sh -c 'mount -t tmpfs none /run/evil && mkdir /run/evil/netns && : >/run/evil/netns/a &&
				mount --bind /run/netns/a /run/evil/netns/a; echo >/run/ready; exec sleep 1000' &
			read -r ready </run/ready
			/run/plain/netnsctl delete --force-orphans --min-age 0 >/dev/null 2>&1` + allIsThere,
		want: unharmed,
	},
	{
		name: "a container's process is seen in whatever namespaces it hides",
		script: `mkfifo -m 666 /run/ready
			user unshare -Urmnpf --mount-proc sh -c 'ip link set lo up 2>/dev/null; stat -Lc %i /proc/self/ns/net >/run/ready; exec sleep 1000' &
			read -r ino </run/ready
			/run/plain/netnsctl list --stale -o ID 2>/dev/null | grep -c "$ino"
			/run/plain/netnsctl delete --force-orphans --min-age 0 "$ino" | grep -c 'in use by'
			/run/plain/netnsctl list --all-namespaces --noheadings -o ID,STATE 2>/dev/null | grep "$ino" | tr -s ' ' | cut -d' ' -f2`,
		want: "0\n1\nin-use\n",
	},
	{
		name: "variables for the linker and the runtime change no answer",
		script: `LD_PRELOAD=/run/evil/ip LD_LIBRARY_PATH=/run/evil GODEBUG=madvdontneed=1,nonsense GOMAXPROCS=1000 GOGC=off GOMEMLIMIT=1 \
			GOTRACEBACK=crash TMPDIR=/run/evil HOME=/run/evil IFS=/ /run/plain/netnsctl list 2>&1 | sort`,
		want: "a\nb\n",
	},
	{
		name: "a command gets the environment unchanged but for NETNS",
		script: `set -- env -i GOMAXPROCS=7 GODEBUG=x NETNS=old TMPDIR=/t LD_X=1
			"$@" /run/plain/netnsctl exec a /usr/bin/env; "$@" /run/plain/ip netns exec a /usr/bin/env`,
		want: "GOMAXPROCS=7\nGODEBUG=x\nTMPDIR=/t\nLD_X=1\nNETNS=a\n" +
			"GOMAXPROCS=7\nGODEBUG=x\nNETNS=old\nTMPDIR=/t\nLD_X=1\n",
	},
	{
		name: "a link in the directory opens nothing and ends nothing",
		script: `echo secret >/run/shadow; ln -s /run/shadow /run/netns/l; ln -s b /run/netns/m
			for c in "exec l true" "-n l list" "pids l" "set l 5"; do /run/plain/netnsctl $c 2>&1; done | grep -c secret
			/run/plain/netnsctl delete l; /run/plain/netnsctl delete m; cat /run/shadow` + allIsThere,
		want: "0\nsecret\n" + unharmed,
	},
	{
		name: "a link in the place of an output file is not followed",
		script: `echo secret >/run/shadow; mkdir -m 1777 /run/tmp; user ln -s /run/shadow /run/tmp/m.prom
			for c in "metrics --output" snapshot; do /run/plain/netnsctl $c /run/tmp/m.prom 2>&1; done; cat /run/shadow; ls -A /run/tmp`,
		want: "netnsctl: /run/tmp/m.prom: not a regular file; not replaced\n" +
			"netnsctl: /run/tmp/m.prom: not a regular file; not replaced\nsecret\nm.prom\n",
	},
	{
		name: "a name does not drive the terminal of new views",
		script: `: >"$(printf '/run/netns/\033]0;owned\a\n\342\200\256')"
			/run/plain/netnsctl list --stale 2>&1 | grep -c "$(printf '\033')"
			/run/plain/netnsctl -j list --stale 2>&1 | grep -c "$(printf '\033')"
			/run/plain/netnsctl delete --force-orphans --dry-run --min-age 0 2>&1 | grep -c "$(printf '\033')"
			cp /bin/sleep "$(printf '/run/evil/\033[2J')"; /run/plain/netnsctl exec a "$(printf '/run/evil/\033[2J')" 1000 &
			until test "$(/run/plain/netnsctl pids a)"; do :; done
			for c in "check --min-age 0" metrics "list --all-namespaces" "completion --answer zsh -- netnsctl delete" \
				"completion --answer zsh -- netnsctl identify" "snapshot -"; do
				case $c in completion*) set -- ''; ;; *) set --; ;; esac
				/run/plain/netnsctl $c "$@" 2>&1 | grep -c "$(printf '\033')"
			done`,
		want: "0\n0\n0\n" + "0\n0\n0\n0\n0\n0\n",
	},
	{
		name: "a name leads out of the directory nowhere",
		script: `
			for n in ../x /run/x .. . ''; do
				/run/plain/netnsctl add "$n" 2>/dev/null
				/run/plain/netnsctl -all add "$n" 2>/dev/null
			done
			ls -d /run/x 2>&1` + allIsThere,
		want: "ls: cannot access '/run/x': No such file or directory\n" + unharmed,
	},
}

// TestPrivileges has a test for every line of the threat model.
func TestPrivileges(t *testing.T) {
	if !isRoot() {
		unable(t, "another user needs root")
	}
	setcap, err := findProgram("setcap")
	for _, p := range privileges {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			if p.caps && err != nil {
				unable(t, err)
			}
			box, err := newSandbox()
			if err != nil {
				unable(t, "no sandbox: ", err)
			}
			t.Cleanup(box.close)
			bin, err := exec.LookPath(faces[0].program())
			if err != nil {
				t.Fatal(err)
			}
			a, err := command{
				path: "/bin/sh", argv: []string{"sh", "-c", privilegeWorld + p.script}, dir: "/",
				env: append(os.Environ(), "BIN="+bin, "CAPS="+setcap, "LC_ALL=C"),
			}.run()
			if err != nil || a.status == "timeout" {
				t.Fatalf("%v %s", err, a.status)
			}
			if got := a.stdout + a.stderr; got != p.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, strings.TrimSpace(p.want))
			}
		})
	}
}

// TestThreatModel holds the tests to the lines of the man page.
func TestThreatModel(t *testing.T) {
	_, section, _ := strings.Cut(readMan(t), "\n.SS Threats\n")
	section, _, _ = strings.Cut(section, "\n.SH ")
	var lines []string
	for part := range strings.SplitSeq(section, "\n.TP\n") {
		line, _, _ := strings.Cut(part, "\n")
		lines = append(lines, strings.ToLower(line))
	}
	var tested []string
	for _, p := range privileges {
		tested = append(tested, strings.ToLower(p.name))
	}
	if !slices.Equal(lines[1:], tested) {
		t.Errorf("the page has\n%s\nand tested are\n%s", strings.Join(lines[1:], "\n"), strings.Join(tested, "\n"))
	}
}

// TestThreatModelTests: the tests that the man page names are there.
func TestThreatModelTests(t *testing.T) {
	_, section, _ := strings.Cut(readMan(t), "\n.SS Attackers\n")
	section, _, _ = strings.Cut(section, "\n.SS ")
	var code strings.Builder
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		code.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`\bTest[A-Z]\w+`).FindAllString(section, -1)
	if len(names) < 10 {
		t.Errorf("the page names few tests: %v", names)
	}
	for _, name := range names {
		if name != "TestAttack" && !strings.Contains(code.String(), "\nfunc "+name+"(t *testing.T)") {
			t.Errorf("there is no %s", name)
		}
	}
}
