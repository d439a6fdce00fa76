package main

import (
	"syscall"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// TestAdvice checks the explanation of each kind of word for the commands that print it.
func TestAdvice(t *testing.T) {
	stale := func(cause discover.Cause, detail string, kind discover.FileKind) *discover.Name {
		return &discover.Name{Name: "a b", Verdict: discover.Stale, Cause: cause, Detail: detail, File: discover.File{Kind: kind, Target: "/proc/7/ns/net"}}
	}
	id := netnsctl.ID{Dev: 4, Ino: 77}
	pin := discover.Pin{Kind: discover.MountPin, FD: -1, Command: "dockerd", Mount: &discover.Mount{Namespace: 9, Path: "/run/netns/a b", Through: 812}}
	there := &namesake{&discover.Namespace{Identity: netnsctl.Identity{ID: id}}, pin}
	orphan := &discover.Namespace{Identity: netnsctl.Identity{ID: id}, Verdict: discover.Orphan, Pins: []discover.Pin{pin}}
	held := []string{"mount /run/c in the mount namespace of pid 12 (docker_monitor)"}
	dead := stale(discover.DeadFile, "", discover.Regular)
	for _, c := range []struct {
		advice  advice
		command string
		words   []string
		want    string
	}{
		{advice{word: "x"}, "exec", nil, ""},
		{advice{word: "/x", err: syscall.ENOENT}, "exec", nil, ""},
		{advice{word: "/x", err: syscall.EACCES}, "exec", nil, "/x cannot be inspected: permission denied"},
		{advice{word: "/x", thing: &discover.Thing{Kind: discover.Fifo}}, "exec", nil, "/x is a fifo, not a network namespace"},
		{advice{word: "/x", thing: &discover.Thing{Type: "ipc"}}, "inspect", nil, "/x is a namespace of type ipc, not a network namespace"},
		{
			advice{word: "/x", thing: &discover.Thing{Kind: discover.Link, Link: "/y", Dangling: true}},
			"inspect", nil,
			`/x is a symbolic link to "/y", where nothing is, not a network namespace`,
		},
		{advice{word: "a b", name: dead}, "exec", nil, `"a b" is a stale name (dead-file): no namespace is mounted on it; to remove the name: netnsctl delete 'a b'`},
		{
			advice{word: "a b", name: dead, elsewhere: there}, "exec", nil, `"a b" is a stale name (dead-file): no namespace is mounted on it; ` +
				`a namespace named "a b" lives in the mount namespace of pid 812 (dockerd): netnsctl exec 'net:[77]'`,
		},
		{
			advice{word: "a b", name: dead, elsewhere: there}, "set", nil, `"a b" is a stale name (dead-file): no namespace is mounted on it; ` +
				`a namespace named "a b" lives in the mount namespace of pid 812 (dockerd): netnsctl attach NEW 'net:[77]'`,
		},
		{
			advice{word: "a b", elsewhere: there},
			"pids", nil,
			`"a b" is not a name here, but the name of net:[77] in the mount namespace of pid 812 (dockerd); to use it: netnsctl pids --verbose 'net:[77]'`,
		},
		{
			advice{word: "a b", name: stale(discover.RecycledPID, "pid 7 is younger than the link", discover.Link)},
			"delete", nil,
			`"a b" is a stale name (recycled-pid): it is a link to a process that has ended, and pid 7 is younger than the link`,
		},
		{
			advice{word: "a b", name: stale(discover.DanglingLink, "to /proc/7/ns/net", discover.Link)},
			"delete", nil,
			`"a b" is a stale name (dangling-link): it is a link to /proc/7/ns/net, where nothing is`,
		},
		{
			advice{word: "a b", name: stale(discover.WrongType, "of type ipc", discover.Regular)},
			"delete", nil,
			`"a b" is a stale name (wrong-type): a namespace of type ipc is mounted on it`,
		},
		{
			advice{word: "a b", name: dead},
			"attach",
			[]string{"net:[5]"},
			`"a b" is a stale name (dead-file): no namespace is mounted on it; to replace it: netnsctl attach --replace 'a b' 'net:[5]'`,
		},
		{
			advice{word: "web", name: &discover.Name{Name: "web", ID: id, Verdict: discover.Idle}, ns: orphan},
			"attach", nil,
			"web is in use: net:[77]; delete it first: netnsctl delete web",
		},
		{advice{word: "net:[77]", ns: orphan, keepers: held, release: "RELEASE"}, "exec", nil, ""},
		{advice{word: "net:[77]", ns: orphan, keepers: held, release: "RELEASE"}, "inspect", nil, "to release it: RELEASE"},
		{advice{word: "net:[77]", ns: orphan, keepers: held, release: "RELEASE"}, "pids", nil, "no process inside; held by " + held[0] + "; to release it: RELEASE"},
		{advice{word: "77", ns: orphan, keepers: held, release: "RELEASE"}, "delete", nil, "net:[77] has no name to delete; it is an orphan, held by " + held[0] + "; to release it: RELEASE"},
		{
			advice{word: "/run/c", ns: orphan, keepers: held, skipped: "young"},
			"delete", nil,
			"/run/c (net:[77]) has no name to delete; it is an orphan, held by " + held[0] + "; clean-up skips it: young",
		},
	} {
		if got := c.advice.explain(c.command, c.words...).String(); got != c.want {
			t.Errorf("%s %s:\n%s\nwant\n%s", c.command, c.advice.word, got, c.want)
		}
	}
}
