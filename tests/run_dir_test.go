package tests

import (
	"path/filepath"
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

// TestRunDirMisuse: a value that cannot be right ends the call before anything is done.
func TestRunDirMisuse(t *testing.T) {
	t.Parallel()
	inFaces(t, func(t *testing.T, w *machine, f face, run func(before, after string) answer) {
		status, tail := "255", "\n"
		if f.name == "netnsctl" {
			status, tail = "2", "; nothing was done, try \"netnsctl help\"\n"
		}
		for option, says := range map[string]string{
			"--run-dir run/lab":                           `--run-dir: "run/lab" is not an absolute path`,
			"--run-dir=":                                  "--run-dir: the value is empty",
			"--run-dir /":                                 "--run-dir: the root directory cannot hold names",
			"--run-dir /run/../run/lab":                   `--run-dir: "/run/../run/lab" has .. in it`,
			"--run-dir /run/lab -j --run-dir /run/lab":    "--run-dir is given more than once",
			"--run-dir /run/lab --run-dir=/run/netns -4 ": "--run-dir is given more than once",
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
		w.env = append(w.env, "PATH="+filepath.Dir(f.program())+":/run/bin")
		sh := func(script string) { w.shell("PATH=/usr/bin:/bin\n" + script) }
		sh(varRun + `fakeIP 'iproute2 has /var/run/netns'`)
		expectAnswer(t, "add", run("", "add red"), "0", "", "")
		sh(`test -e /var/run/netns/red; ! test -e /run/netns; grep -q ' /var/run/netns .* shared:' /proc/self/mountinfo`)
		expectAnswer(t, "list", run("", "list"), "0", "red\n", "")
		if f.name != "netnsctl" {
			expectAnswer(t, "again", run("", "add red"), "1", "", "Cannot create namespace file \"/var/run/netns/red\": File exists\n")
		}
		expectAnswer(t, "--run-dir", run("--run-dir /run/netns", "list"), "0", "", "")
		sh(varRun[strings.Index(varRun, "fakeIP"):] + `fakeIP 'Debian has /run/netns'`)
		expectAnswer(t, "Debian's", run("", "list"), "0", "", "")
		sh(`rm /run/bin/ip`)
		expectAnswer(t, "no ip, and one directory", run("", "list"), "0", "red\n", "")
		sh(`mkdir /run/netns`)
		expectAnswer(t, "no ip, and both directories", run("", "list"), "0", "", "")
		sh(`cp ` + w.program() + ` /run/bin/ip`)
		expectAnswer(t, "a copy of netnsctl tells nothing", run("", "list"), "0", "", "")
		sh(`rm -r /run/bin/ip /run/netns; mkfifo /run/bin/ip; chmod 755 /run/bin/ip`)
		expectAnswer(t, "a fifo is not read", run("", "list"), "0", "red\n", "")
		sh(varRun[strings.Index(varRun, "fakeIP"):] + `rm /run/bin/ip; fakeIP 'Debian has /run/netns'; mount --bind /run /var/run`)
		expectAnswer(t, "the same directory", run("", "list"), "0", "", "")
	})
}
