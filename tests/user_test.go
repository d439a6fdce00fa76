package tests

import (
	"strings"
	"testing"
	"time"
)

// newUserWorld has a name, a few users in /etc, and a getent that knows others and writes down
// for what it is asked.
func newUserWorld(t *testing.T) *machine {
	t.Helper()
	w := newMachine(t)
	if !isRoot() {
		unable(t, "another user needs root")
	}
	getent, err := findProgram("getent")
	if err != nil {
		unable(t, err)
	}
	w.shell(`netnsctl add x
		printf 'root:x:0:0::/root:/bin/sh\nalice:x:1234:2345::/home/alice:/bin/zsh\n+::::::\nplain:x:77:77::\nempty:x:78:78:::\n' >/etc/passwd
		printf 'root:x:0:\nalice:x:2345:\nstaff:x:50:alice,ldap\n' >/etc/group
		cat >/run/getent <<-'END'
			#!/bin/sh
			echo "$*" >>/run/asked
			case "$1 $2" in
			"passwd ldap" | "passwd 5000" | "passwd LDAP@EXAMPLE.ORG") echo 'ldap:*:5000:5001:L. Dap:/home/ldap:/bin/bash';;
			"initgroups ldap") echo 'ldap                  6000 6001';;
			"group lgroup") echo 'lgroup:*:7000:ldap';;
			"passwd two") printf 'two:*:1:1::/:/bin/sh\ntwo:*:2:2::/:/bin/sh\n';;
			"passwd short") echo 'short:*:1:1::/';;
			"passwd word") echo 'word:*:one:1::/:/bin/sh';;
			"passwd huge") echo 'huge:*:4294967295:1::/:/bin/sh';;
			"passwd nameless") echo ':*:1:1::/:/bin/sh';;
			"passwd home") echo 'home:*:1:1::tmp:/bin/sh';;
			"passwd shell") echo 'shell:*:1:1::/:sh';;
			"passwd 5005") echo 'root:*:0:0::/root:/bin/sh';;
			"passwd groups") echo 'groups:*:1:1::/:/bin/sh';;
			"initgroups groups") echo 'groups 12 x';;
			"group short") echo 'short:*:1';;
			"group minus") echo 'minus:*:-1:';;
			"passwd slow") exec sleep 1000;;
			*) exit 2;;
			esac
		END
		chmod 755 /run/getent; mount --bind /run/getent ` + getent)
	return w
}

// TestUserEnvironment: --user gives the command the environment of the user, as his entry has
// it, and nothing that leads to the session or the start files of the caller.
func TestUserEnvironment(t *testing.T) {
	t.Parallel()
	w := newUserWorld(t)
	w.shell("mkdir -p /run/user/1234 /run/user/77; chown 1234 /run/user/1234; ln -s 1234 /run/user/78")
	w.env = append(w.env, "HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/sh", "MAIL=m", "TMPDIR=/root/tmp", "ENV=e", "BASH_ENV=e",
		"XDG_RUNTIME_DIR=/run/user/0", "XDG_CONFIG_HOME=/root/c", "DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/0/bus", "DISPLAY=:0", "LANG=de")
	const kept = "DISPLAY=:0\nLANG=de\n"
	identity := func(home, name, shell, runtime string) string {
		text := kept + "HOME=" + home + "\nUSER=" + name + "\nLOGNAME=" + name + "\nSHELL=" + shell + "\n"
		if runtime != "" {
			text += "XDG_RUNTIME_DIR=" + runtime + "\n"
		}
		return text
	}
	for user, want := range map[string]string{
		"alice":       identity("/home/alice", "alice", "/bin/zsh", "/run/user/1234"),
		"1234:50":     identity("/home/alice", "alice", "/bin/zsh", "/run/user/1234"),
		"ldap":        identity("/home/ldap", "ldap", "/bin/bash", ""),
		"empty":       identity("/", "empty", "/bin/sh", ""), // /run/user/78 is a link
		"77:77":       identity("/", "77", "/bin/sh", ""),    // its line has no shell, and root made /run/user/77
		"root":        identity("/root", "root", "/bin/sh", ""),
		"4321:lgroup": identity("/", "4321", "/bin/sh", ""),
	} {
		for _, call := range []string{"exec --user " + user + " x", "run --user=" + user, "exec --user " + user + " --keep-sys x"} {
			a := w.command("/bin/sh", "-c", "netnsctl "+call+" env | grep -vE '^(LIBRARY|HOLD|LC_ALL|PATH|PWD|OLDPWD|NETNS|_)=|^[^A-Z]|^$'")
			if !strings.HasSuffix(a.stdout, want) || strings.Count(a.stdout, "\n") != strings.Count(want, "\n") || a.stderr != "" {
				t.Errorf("%s: %s, want\n%s%s", call, a.stdout, want, a.stderr)
			}
		}
	}
	for _, call := range []string{"exec --user alice --keep-env x", "run --keep-env --user alice", "exec --all --user alice --keep-env"} {
		a := w.command("/bin/sh", "-c", "netnsctl "+call+` sh -c 'id -u; echo "$HOME $USER $TMPDIR $XDG_RUNTIME_DIR $ENV"'`)
		if got := strings.ReplaceAll(a.stdout, "x: ", ""); got != "1234\nroot root /root/tmp /run/user/0 e\n" && got != "1234\n/root root /root/tmp /run/user/0 e\n" {
			t.Errorf("%s: %v", call, a)
		}
	}
}

// TestUserOfNameService: who is not in /etc/passwd is asked for by getent, wherever PATH leads,
// with all groups; who is in there is not.
func TestUserOfNameService(t *testing.T) {
	t.Parallel()
	w := newUserWorld(t)
	w.shell(`mkdir /run/evil; printf '#!/bin/sh\ntouch /run/evil/ran\n' >/run/evil/getent; chmod 755 /run/evil/getent`)
	for _, c := range []struct{ user, want, asked string }{
		{"alice", "1234 2345 50 2345", ""},
		{"1234:50", "1234 50 50 2345", ""},
		{"ldap", "5000 5001 50 5001 6000 6001", "passwd ldap,initgroups ldap"},
		{"5000", "5000 5001 50 5001 6000 6001", "passwd 5000,initgroups ldap"},
		{"LDAP@EXAMPLE.ORG", "5000 5001 50 5001 6000 6001", "passwd LDAP@EXAMPLE.ORG,initgroups ldap"},
		{"ldap:staff", "5000 50 50 5001 6000 6001", "passwd ldap,initgroups ldap"},
		{"alice:lgroup", "1234 7000 50 2345", "group lgroup"},
		{"9999:7", "9999 7", "passwd 9999"},
	} {
		w.shell(": >/run/asked")
		a := w.command("/bin/sh", "-c", "PATH=/run/evil:$PATH netnsctl exec --user "+c.user+" x sh -c 'echo $(id -u) $(id -g) $(grep ^Groups: /proc/self/status | cut -f2)'")
		if a.stdout != c.want+"\n" || a.stderr != "" {
			t.Errorf("%s: %v, want %s", c.user, a, c.want)
		}
		if asked := strings.TrimSuffix(strings.ReplaceAll(w.shell("cat /run/asked"), "\n", ","), ","); asked != c.asked {
			t.Errorf("%s: getent was asked for %q, want %q", c.user, asked, c.asked)
		}
	}
	w.shell("! test -e /run/evil/ran")
	for user, says := range map[string]string{
		"two": "odd answer", "short": "odd answer", "word": "odd answer", "huge": "odd answer", "nameless": "odd answer", "home": "odd answer",
		"shell": "odd answer", "5005:1": "odd answer", "groups": "not a valid user or group ID", "alice:short": "odd answer", "alice:minus": "odd answer",
		"bob": "no user bob in /etc/passwd or by getent", "alice:none": "no group none in /etc/group or by getent", "-x": "no user -x", "plain": "no user plain",
		"9999": "user 9999 has no entry in /etc/passwd or by getent: give the group, too, as 9999:GID",
	} {
		if a := w.run("exec", "--user="+user, "x", "true"); a.status != "2" || !strings.Contains(a.stderr, says) {
			t.Errorf("%s: %v", user, a)
		}
	}
	a := w.command("/bin/sh", "-c", "trap '' CHLD; exec netnsctl exec --user ldap x id -u")
	if a.stdout != "5000\n" {
		t.Errorf("SIGCHLD is ignored: %v", a)
	}
	before := living()
	start := time.Now()
	if a := w.run("run", "--user", "slow", "true"); a.status != "2" || !strings.Contains(a.stderr, "getent passwd slow does not answer") {
		t.Errorf("no answer: %v after %v", a, time.Since(start))
	}
	if after := living(); after != before {
		t.Errorf("left running:\n%s\nbefore:\n%s", after, before)
	}
	w.shell("umount $(command -v getent); mount --bind /dev/null $(command -v getent)")
	if a := w.run("exec", "--user", "ldap", "x", "true"); a.status != "2" || !strings.Contains(a.stderr, "no user ldap in /etc/passwd, and there is no getent to ask") {
		t.Errorf("no getent: %v", a)
	}
}
