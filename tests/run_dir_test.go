package tests

import (
	"strings"
	"testing"
)

// inFaces runs a test with a call in each face: the words before and after the place of the
// object.
func inFaces(t *testing.T, test func(t *testing.T, w *machine, f face, run func(before, after string) answer)) {
	for _, f := range faces {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			w := newMachine(t)
			test(t, w, f, func(before, after string) answer {
				words := append([]string{f.program()}, strings.Fields(before)...)
				if f.object {
					words = append(words, "netns")
				}
				return w.command(append(words, strings.Fields(after)...)...)
			})
		})
	}
}

// TestRunDirOption: every command works on the directory of --run-dir, or of the environment,
// and says so in its messages.
func TestRunDirOption(t *testing.T) {
	t.Parallel()
	inFaces(t, func(t *testing.T, w *machine, f face, run func(before, after string) answer) {
		const option = "--run-dir /run/lab"
		expectAnswer(t, "add", run(option, "add red"), "0", "", "")
		w.shell(`test -e /run/lab/red; ! test -e /run/netns; grep -q ' /run/lab .* shared:' /proc/self/mountinfo`)
		expectAnswer(t, "list", run("-run-dir=/run/lab/", "list"), "0", "red\n", "")
		expectAnswer(t, "the usual directory", run("", "list"), "0", "", "")
		expectAnswer(t, "-netns before it", run("-n red "+option, "identify"), "0", "red\n", "")
		expectAnswer(t, "exec", run(option, "exec red cat /proc/net/dev_mcast"), "0", "", "")
		expectAnswer(t, "-all", run(option+" -all", "exec true"), "0", "\nnetns: red\n", "")
		w.shell(`echo netns list >/run/lines`)
		a := w.command(append([]string{f.program()}, strings.Fields(option+" -batch /run/lines")...)...)
		expectAnswer(t, "-batch", a, "0", "red\n", "")
		if f.name != "netnsctl" {
			expectAnswer(t, "again", run(option, "add red"), "1", "", "Cannot create namespace file \"/run/lab/red\": File exists\n")
			expectAnswer(t, "no such name", run(option, "delete blue"), "1", "", "Cannot remove namespace file \"/run/lab/blue\": No such file or directory\n")
		}
		expectAnswer(t, "no such directory above", run("--run-dir /run/no/lab", "add red"), "1", "", "mkdir /run/no/lab failed: No such file or directory\n")
		w.env = append(w.env, "NETNSCTL_RUN_DIR=/run/lab")
		expectAnswer(t, "the variable", run("", "list"), "0", "red\n", "")
		expectAnswer(t, "the option comes first", run("--run-dir /run/other", "list"), "0", "", "")
		expectAnswer(t, "delete", run("", "delete red"), "0", "", "")
		w.shell(`test -z "$(ls -A /run/lab)"`)
	})
}

// TestRunDirOfAnother: a clean-up without --run-dir leaves alone what is in a directory that another
// call has chosen.
func TestRunDirOfAnother(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl --run-dir /run/lab add red
		netnsctl prune --yes --older-than 0 >/run/said || test $? = 3`)
	if said := w.shell(`cat /run/said`); !strings.Contains(said, "mounted at /run/lab/red, owned by the program that uses /run/lab") {
		t.Error(said)
	}
	expectAnswer(t, "the name", w.run("--run-dir", "/run/lab", "list"), "0", "red\n", "")
}

// TestRunDirMisuse: a value that cannot be right ends the call before anything is done.
func TestRunDirMisuse(t *testing.T) {
	t.Parallel()
	inFaces(t, func(t *testing.T, w *machine, f face, run func(before, after string) answer) {
		status, tail := "255", "\n"
		if f.name == "netnsctl" {
			status, tail = "2", "; nothing was done, try \"netnsctl help\"\n"
		}
		for option, says := range map[string]string{
			"--run-dir run/lab":            `--run-dir: "run/lab" is not an absolute path`,
			"--run-dir=":                   "--run-dir: the value is empty",
			"--run-dir /":                  "--run-dir: the root directory cannot hold names",
			"--run-dir /run/../run/lab":    `--run-dir: "/run/../run/lab" has .. in it`,
			"--run-dir /a -4 --run-dir=/a": "--run-dir is given more than once",
		} {
			expectAnswer(t, option, run(option, "add red"), status, "", "netnsctl: "+says+tail)
		}
		w.env = append(w.env, "NETNSCTL_RUN_DIR=lab")
		expectAnswer(t, "the variable", run("", "add red"), status, "", `netnsctl: NETNSCTL_RUN_DIR: "lab" is not an absolute path`+tail)
		w.shell(`! test -e /run/netns && ! test -e /run/lab && ! test -e /lab`)
		if f.object { // the real ip knows no such option
			w.env = append(w.env, "NETNSCTL_IP=/bin/echo")
			a := w.command(f.program(), "--run-dir", "/run/lab", "link")
			expectAnswer(t, "another object", a, "255", "", "netnsctl: --run-dir is for the object netns only: the real ip looks for names in its own directory\n")
			expectAnswer(t, "the variable is no matter for others", w.command(f.program(), "link"), "0", "link\n", "")
		}
	})
}

// ownersWorld has directories and links of root and of others.
const ownersWorld = `
	mkdir /run/lab
	install -d -o 1000 /run/u /run/u/netns
	install -d -m 775 -g 1000 /run/group /run/group/root
	install -d -m 777 /run/world /run/world/root
	install -d -m 1777 /run/sticky; mkdir /run/sticky/root; install -d -o 1000 /run/sticky/other
	ln -s /run/u/netns /run/to; ln -s u /run/above; ln -s sticky/../lab /run/round
	ln -s /run/lab /run/sticky/own; ln -s /run/lab /run/sticky/others; chown -h 1000 /run/sticky/others
`

// TestRunDirOwners: root takes no directory that somebody else may exchange or change.
func TestRunDirOwners(t *testing.T) {
	if !isRoot() {
		unable(t, "needs a second user")
	}
	t.Parallel()
	inFaces(t, func(t *testing.T, w *machine, f face, run func(before, after string) answer) {
		status, tail := "255", "\n"
		if f.name == "netnsctl" {
			status, tail = "2", "; nothing was done, try \"netnsctl help\"\n"
		}
		w.shell(ownersWorld)
		before := w.shell("cat /proc/self/mountinfo; find /run")
		for dir, why := range map[string]string{
			"/run/u/netns":       `"/run/u" belongs to uid 1000`,
			"/run/u/new":         `"/run/u" belongs to uid 1000`,
			"/run/to":            `"/run/u" belongs to uid 1000`,
			"/run/above/netns":   `"/run/u" belongs to uid 1000`,
			"/run/group":         `others than root can write into "/run/group"`,
			"/run/group/root":    `others than root can write into "/run/group"`,
			"/run/world/root":    `others than root can write into "/run/world"`,
			"/run/sticky":        `others than root can write into "/run/sticky"`,
			"/run/sticky/other":  `"/run/sticky/other" belongs to uid 1000`,
			"/run/sticky/others": `"/run/sticky/others" belongs to uid 1000`,
			"/run/sticky/new":    `others than root could make "/run/sticky/new", which does not exist`,
		} {
			says := "netnsctl: --run-dir: \"" + dir + "\" is not safe for root: " + why + tail
			expectAnswer(t, dir, run("--run-dir "+dir, "add red"), status, "", says)
			expectAnswer(t, dir, run("--run-dir "+dir+" -all", "delete"), status, "", says)
		}
		for _, command := range []string{"list", "prune --yes", "exec red true"} {
			a := run("--run-dir /run/to", command)
			expectParts(t, command, a, status, a.stderr, "is not safe for root")
		}
		if after := w.shell("cat /proc/self/mountinfo; find /run"); after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
		for _, dir := range []string{"/run/lab", "/var/run/lab", "/run/new", "/run/sticky/root", "/run/sticky/own", "/run/round", "/proc/1/root/run/lab", "/run/no/dir"} {
			expectAnswer(t, dir, run("--run-dir "+dir, "list"), "0", "", "")
		}
		w.env = append(w.env, "NETNSCTL_RUN_DIR=/run/to")
		a := run("", "add red")
		expectParts(t, "the variable", a, status, a.stderr, `NETNSCTL_RUN_DIR: "/run/to" is not safe for root`)
		for _, who := range []string{"", "unshare -Ur "} {
			a := w.command("/bin/sh", "-c", "setpriv --reuid=1000 --regid=1000 --clear-groups "+who+w.program()+" --run-dir /run/u/netns list")
			expectAnswer(t, who+"the owner", a, "0", "", "")
		}
	})
}

// varRun makes /var/run a directory of its own, and a file that the tests take for the real ip: its
// text is what iproute2's has.
const varRun = `
	mount -t tmpfs none /var
	mkdir -p /var/run /var/lib /run/bin
	fakeIP() { printf '#!/bin/sh\n# %s\n' "$1" >/run/bin/ip; chmod 755 /run/bin/ip; }
`

// TestRunDirOfIP: where /var/run is no link to /run, the names are where those of the real ip
// are.
func TestRunDirOfIP(t *testing.T) {
	t.Parallel()
	inFaces(t, func(t *testing.T, w *machine, f face, run func(before, after string) answer) {
		w.env = append(w.env, "NETNSCTL_IP=/run/bin/ip")
		w.shell(varRun + `fakeIP 'iproute2 has /var/run/netns'`)
		expectAnswer(t, "add", run("", "add red"), "0", "", "")
		w.shell(`test -e /var/run/netns/red; ! test -e /run/netns; grep -q ' /var/run/netns .* shared:' /proc/self/mountinfo`)
		expectAnswer(t, "list", run("", "list"), "0", "red\n", "")
		if f.name != "netnsctl" {
			expectAnswer(t, "again", run("", "add red"), "1", "", "Cannot create namespace file \"/var/run/netns/red\": File exists\n")
		}
		expectAnswer(t, "--run-dir", run("--run-dir /run/netns", "list"), "0", "", "")
		w.shell(varRun[strings.Index(varRun, "fakeIP"):] + `fakeIP 'Debian has /run/netns'`)
		expectAnswer(t, "Debian's", run("", "list"), "0", "", "")
		w.shell(`rm /run/bin/ip`)
		expectAnswer(t, "no ip, and one directory", run("", "list"), "0", "red\n", "")
		w.shell(`mkdir /run/netns`)
		expectAnswer(t, "no ip, and both directories", run("", "list"), "0", "", "")
		w.shell(`cp ` + w.program() + ` /run/bin/ip`)
		expectAnswer(t, "a copy of netnsctl tells nothing", run("", "list"), "0", "", "")
		w.shell(`rm -r /run/bin/ip /run/netns; mkfifo /run/bin/ip; chmod 755 /run/bin/ip`)
		expectAnswer(t, "a fifo is not read", run("", "list"), "0", "red\n", "")
		w.shell(varRun[strings.Index(varRun, "fakeIP"):] + `rm /run/bin/ip; fakeIP 'Debian has /run/netns'; mount --bind /run /var/run`)
		expectAnswer(t, "the same directory", run("", "list"), "0", "", "")
	})
}

// twoDirectories is a host beside Debian's ip, whose directory is /run/netns, with names of another
// build of iproute2.
const twoDirectories = varRun + `
	fakeIP 'Debian has /run/netns'
	netnsctl add here
	netnsctl --run-dir /var/run/netns add pod
	netnsctl --run-dir /var/run/netns exec pod true
	: >/var/run/netns/dead
`

// TestTwoRunDirectories: the names in the directory of another build of iproute2 are names, too. They
// have their whole path.
func TestTwoRunDirectories(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.env = append(w.env, "NETNSCTL_IP=/run/bin/ip")
	w.shell(twoDirectories)
	expectAnswer(t, "list", w.run("list"), "0", "here\n", "")
	expectAnswer(t, "list --all-namespaces", w.run("list", "--all-namespaces", "--noheadings", "-o", "NAME,STATE"), "3", ""+
		"/var/run/netns/dead  stale\n/var/run/netns/pod   idle\nhere                 idle\nhost                 host\n", "")
	expectAnswer(t, "list --stale", w.run("list", "--stale", "--noheadings", "-o", "NAME,REASON"), "3", "/var/run/netns/dead  dead-file\n", "")
	expectAnswer(t, "inspect", w.run("inspect", "pod"), "1", "",
		"netnsctl: pod is not a name in the run directory, but /var/run/netns/pod is one; to use it: netnsctl inspect /var/run/netns/pod\n")
	expectAnswer(t, "find", w.run("find", "pod", "--noheadings", "-o", "NAMESPACE,MATCH"), "0", "/var/run/netns/pod  name /var/run/netns/pod\n", "")
	const toDelete = "to delete it: netnsctl --run-dir /var/run/netns delete pod\n"
	expectAnswer(t, "delete NAME", w.run("delete", "pod"), "1", "",
		"netnsctl: pod is not a name in the run directory, but /var/run/netns/pod is one; nothing was done; "+toDelete)
	expectAnswer(t, "delete PATH", w.run("delete", "/var/run/netns/pod"), "1", "",
		"netnsctl: /var/run/netns/pod is not in the run directory; nothing was done; "+toDelete)
	for words, useful := range map[string]string{
		"set pod 5":          "--run-dir /var/run/netns set pod NSID",
		"identify --all pod": "identify --all /var/run/netns/pod",
		"exists -v pod":      "exists /var/run/netns/pod",
	} {
		if a := w.run(strings.Fields(words)...); a.status != "1" || !strings.HasSuffix(a.stderr, "; to use it: netnsctl "+useful+"\n") {
			t.Errorf("%s: %v", words, a)
		} else if a := w.run(strings.Fields(strings.ReplaceAll(useful, "NSID", "5"))...); a.status != "0" {
			t.Errorf("%s: %v", useful, a)
		}
	}
	a := w.run("--run-dir", "/var/run/netns", "list", "--all-namespaces", "--noheadings", "-o", "NAME,STATE")
	expectAnswer(t, "the other way round", a, "3", "dead             stale\n/run/netns/here  idle\npod              idle\nhost             host\n", "")
	a = w.run("check", "--min-age", "0", "--json")
	expectParts(t, "check", a, "3", a.stdout, `"orphans":0,`, `"stale":1,`)
	a = w.run("metrics")
	expectParts(t, "metrics", a, "0", a.stdout, "netnsctl_names 3\n", `netnsctl_stale_names{cause="dead-file"} 1`, `netnsctl_namespaces{state="orphan"} 0`)
}

// TestTwoRunDirectoriesCleanUp: a clean-up takes what is stale in both directories, and a name in the
// other one goes if its path is a target.
func TestTwoRunDirectoriesCleanUp(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.env = append(w.env, "NETNSCTL_IP=/run/bin/ip")
	w.shell(twoDirectories + "ln -s /var/run/netns /run/names; netnsctl --run-dir /run/lab add x; : >/run/lab/dead")
	expectAnswer(t, "--run-dir elsewhere", w.run("--run-dir", "/run/lab", "prune", "--older-than", "0", "--dry-run"), "3",
		"would remove dead (dead-file)\n"+
			"would skip /var/run/netns/dead: it is not in the run directory; to remove it anyway: netnsctl --run-dir /run/lab prune /var/run/netns/dead\n"+
			"3 idle names were not considered; to include them: --idle\n", "")
	w.shell(`netnsctl --run-dir /run/lab delete dead; netnsctl --run-dir /run/lab delete x`)
	expectAnswer(t, "young", w.run("prune", "--dry-run"), "3",
		"would skip /var/run/netns/dead: younger than 10m; to remove it anyway: netnsctl prune /var/run/netns/dead\n"+
			"2 idle names were not considered; to include them: --idle\n", "")
	w.shell(`mount -o remount,bind,ro /var/run/netns; : >/run/netns/dead`)
	expectAnswer(t, "read-only", w.run("prune", "--older-than", "0"), "3", "removed dead (dead-file)\n"+
		"skipped /var/run/netns/dead: the run directory is on a read-only mount\n1 removed, 0 released, 1 skipped\n"+
		"2 idle names were not considered; to include them: --idle\n", "")
	w.shell(`mount -o remount,bind,rw /var/run/netns`)
	expectAnswer(t, "prune", w.run("prune", "--older-than", "0"), "0",
		"removed /var/run/netns/dead (dead-file)\n1 removed, 0 released, 0 skipped\n2 idle names were not considered; to include them: --idle\n", "")
	expectAnswer(t, "a target", w.run("prune", "/run/names/pod"), "0", "removed /var/run/netns/pod (idle)\n1 removed, 0 released, 0 skipped\n", "")
	w.shell(`test -z "$(ls -A /var/run/netns)"; netnsctl exec here true`)
	// A process inside, and a lock of the other directory.
	w.shell(`netnsctl --run-dir /var/run/netns add pod; setsid netnsctl --run-dir /var/run/netns exec pod sleep 1000 >/dev/null 2>&1 & asleep $!; : >/var/run/netns/dead`)
	a := w.run("prune", "/var/run/netns/pod")
	expectParts(t, "in use", a, "3", a.stdout, "skipped", "in use by")
	w.shell(`setsid flock /var/run/netns sh -c 'echo >/run/locked; exec sleep 1000' >/dev/null 2>&1 & settle /run/locked`)
	a = w.run("prune", "/var/run/netns/dead")
	expectParts(t, "locked", a, "1", a.stdout+a.stderr, "lock run directory /var/run/netns", "the run directory is locked")
	w.shell(`netnsctl --run-dir /var/run/netns exec pod true; test -e /var/run/netns/dead`)
}

// TestTwoPathsOfOneDirectory: a bind mount shows the run directory a second time, with the mounts of
// its own. What is a live name at one of the paths is neither an orphan nor removed at the other.
func TestTwoPathsOfOneDirectory(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.env = append(w.env, "NETNSCTL_IP=/run/bin/ip")
	w.shell(varRun + `
		fakeIP 'Debian has /run/netns'
		mkdir -p /run/netns /var/run/netns
		mount --make-private /run
		mount --bind /run/netns /var/run/netns; mount --make-private /var/run/netns
		: >/var/run/netns/pod; unshare -n mount --bind /proc/self/ns/net /var/run/netns/pod`)
	expectAnswer(t, "list", w.run("list", "--all-namespaces", "--noheadings", "-o", "NAME,STATE"), "3",
		"pod                 stale\n/var/run/netns/pod  idle\nhost                host\n", "")
	w.run("prune", "--older-than", "0")
	w.shell(`netnsctl exec /var/run/netns/pod true; test -e /run/netns/pod`)
}

// TestOneDirectoryTwice: a file without a namespace is one stale name where a bind mount shows the run
// directory a second time, with or without the mounts below it.
func TestOneDirectoryTwice(t *testing.T) {
	t.Parallel()
	for _, bind := range []string{"--bind", "--rbind"} {
		t.Run(bind, func(t *testing.T) {
			t.Parallel()
			w := newMachine(t)
			w.env = append(w.env, "NETNSCTL_IP=/run/bin/ip")
			w.shell(varRun + `
			fakeIP 'Debian has /run/netns'
			netnsctl add x; : >/run/netns/dead
			mkdir /var/run/netns; mount ` + bind + ` /run/netns /var/run/netns`)
			expectAnswer(t, bind, w.run("list", "--stale", "--noheadings", "-o", "NAME,REASON"), "3", "dead  dead-file\n", "")
			a := w.run("check", "--min-age", "0", "--max-stale", "1")
			expectParts(t, bind, a, "0", a.stdout, " 1 stale")
			a = w.run("metrics")
			expectParts(t, bind, a, "0", a.stdout, `netnsctl_stale_names{cause="dead-file"} 1`)
			expectAnswer(t, bind, w.run("prune", "--older-than", "0", "dead"), "0", "removed dead (dead-file)\n1 removed, 0 released, 0 skipped\n", "")
		})
	}
}
