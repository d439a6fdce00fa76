package tests

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// hungCommands are the commands that take a namespace, those that `make test` runs first. They end, and
// where they need the namespace they say what does not answer.
var hungCommands = []struct {
	line string
	says bool
}{
	{"exec WORD true", true},
	{"inspect WORD", true},
	{"delete --force-orphans --min-age 0 WORD", false},
	{"pids WORD", true},
	{"pids --verbose WORD", true},
	{"find WORD", false},
	{"graph WORD", false},
	{"shell WORD", true},
	{"-n WORD list", true},
	{"-n WORD list-id", true},
	{"attach y WORD", true},
	{"attach --replace red WORD", true},
	{"identify self", false},
	{"identify --all 1", false},
	{"list", false},
	{"list --verbose", false},
	{"list --idle", false},
	{"list-id", false},
	{"snapshot -", false},
	{"graph", false},
	{"exec --all true", false},
	{"delete --dry-run WORD", false},
	{"delete --force-orphans --dry-run WORD", false},
	{"-batch /run/batch", true},
}

// hungNameCommands take no path.
var hungNameCommands = []struct {
	line string
	says bool
}{
	{"set WORD 5", true},
	{"add WORD", false},
	{"attach WORD 1", false},
	{"ip netns list", false},
	{"ip netns exec WORD true", true},
	{"ip -all netns exec true", false},
	{"ip netns pids WORD", true},
	{"ip netns set WORD 5", true},
	{"ip -n WORD netns list-id", true},
	{"ip netns identify self", false},
	{"ip netns attach WORD 1", false},
	{"ip -batch /run/ip-batch", true},
	{"ip netns delete WORD", false},
}

// TestAttackHungName: a path, or the link of a name, leads to a file system that does not answer.
func TestAttackHungName(t *testing.T) {
	for _, test := range []struct{ name, build, word, silent string }{
		{"link into a directory", `ln -s /run/f/d/x /run/netns/hung`, "hung", "/run/netns/hung"},
		{"link to a file that was looked up", `cat /run/f/f1; ln -s /run/f/f1 /run/netns/hung`, "hung", "/run/netns/hung"},
		{"link to another file", `ln -s /run/f/f2 /run/netns/hung`, "hung", "/run/netns/hung"},
		{"link to a link", `ln -s f/f2 /run/link; ln -s ../link /run/netns/hung`, "hung", "/run/netns/hung"},
		{"path", `cat /run/f/f1`, "/run/f/f1", "/run/f/f1"},
		{"path of another file", ``, "/run/f/f2", "/run/f/f2"},
		{"path with a slash", ``, "/run/f/d/", "/run/f/d/"},
		{"path below a link", `ln -s /run/f/d /run/link`, "/run/link/f3", "/run/link/f3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBattlefield(t)
			b.fuseDevice()
			b.shell(`mkdir /run/f; netnsctl add red; netnsctl set red 7`)
			a := b.rootAttack("fuse", "/run/f")
			b.shell(test.build)
			b.shell(`echo exec ` + test.word + ` true >/run/batch; echo netns exec ` + test.word + ` true >/run/ip-batch`)
			b.victims()
			a.tell(hangAll)
			b.shell(`timeout -k 15 1 netnsctl monitor --all-namespaces >/dev/null || test $? -eq 124`)
			commands, isName := hungCommands, !strings.Contains(test.word, "/")
			if !attacksInFull {
				commands = commands[:3]
			}
			if isName {
				commands = append(slices.Clip(commands), hungNameCommands...)
			}
			for _, c := range commands {
				line := strings.ReplaceAll(c.line, "WORD", test.word)
				said := b.brisk(strings.Fields(line)...)
				if t.Failed() {
					return
				}
				if c.says {
					expectParts(t, line, said, said.status, said.stderr, strconv.Quote(test.silent)+" does not answer")
				}
				if c.says && said.status == "0" {
					t.Errorf("%s: succeeds", line)
				}
			}
			// A person can still delete the link.
			if here := b.shell(`ls /run/netns`); strings.Contains(here, "hung") || !strings.Contains(here, "red") {
				t.Errorf("the run directory has %s", here)
			}
		})
	}
}
