package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

func descriptors(pid, from, to int) (pins []discover.Pin) {
	for fd := from; fd <= to; fd++ {
		pins = append(pins, discover.Pin{Kind: discover.Descriptor, PID: pid, FD: fd, Command: "sh"})
	}
	return pins
}

func TestKeepersOf(t *testing.T) {
	inside := discover.Pin{Kind: discover.Process, PID: 9, FD: -1, Command: "nginx"}
	socket := discover.Pin{Kind: discover.SocketPin, PID: 9, FD: 4, Command: "nginx", Detail: "tcp"}
	mount := func(ns uint64, host bool) discover.Pin {
		return discover.Pin{Kind: discover.MountPin, FD: -1, Command: "sh", Mount: &discover.Mount{Namespace: ns, Path: "/run/x", Host: host, Through: 1}}
	}
	for _, c := range []struct {
		name  string
		pins  []discover.Pin
		lines string
		short string
	}{
		{"many descriptors", descriptors(104, 5, 20004), "pid 104 (sh): descriptor 5 and 19999 more", "pid 104 (sh): descriptor 5 and 19999 more"},
		{"inside", []discover.Pin{inside, socket}, "pid 9 (nginx): -g", "pid 9 (nginx)"},
		{
			"inside, and more", slices.Concat([]discover.Pin{inside, socket}, descriptors(9, 7, 8)),
			"pid 9 (nginx): -g; it also has descriptor 7 and 1 more", "pid 9 (nginx)",
		},
		{
			"several processes", slices.Concat([]discover.Pin{inside}, descriptors(104, 5, 5), descriptors(105, 5, 6)),
			"pid 9 (nginx): -g|pid 104 (sh): descriptor 5|pid 105 (sh): descriptor 5 and 1 more", "pid 9 (nginx); pid 104 (sh): descriptor 5 and 1 more process",
		},
		{
			"mounts",
			[]discover.Pin{mount(1, true), mount(2, false), mount(3, false), mount(4, false)},
			"mount /run/x|mount /run/x in mnt:[2] of pid 1 (sh) and in 2 more mount namespaces", "mount /run/x and 1 more",
		},
		{"layers", []discover.Pin{mount(1, true), mount(1, true)}, "mount /run/x and 1 more mount at this path", "mount /run/x and 1 more mount at this path"},
		{"nothing seen", []discover.Pin{{Kind: discover.Invisible, FD: -1}}, "something not visible", "something not visible"},
		{"nothing", nil, "", "-"},
	} {
		var lines []string
		for _, k := range keepersOf(c.pins) {
			line := k.line("")
			if k.pid == 9 {
				line = k.line(": -g")
			}
			lines = append(lines, line)
		}
		if got := strings.Join(lines, "|"); got != c.lines {
			t.Errorf("%s: %s, want %s", c.name, got, c.lines)
		}
		if got := pinsText(c.pins); got != c.short {
			t.Errorf("%s: in one line %s, want %s", c.name, got, c.short)
		}
	}
}

// TestKeeperLines checks that a process with many pins is one line, and a path in many
// mount namespaces too.
func TestKeeperLines(t *testing.T) {
	var pins []discover.Pin
	for fd := range 20000 {
		pins = append(pins, discover.Pin{Kind: discover.Descriptor, PID: 104, FD: fd + 3, Command: "sh"})
	}
	mount := func(namespace uint64, path string, through int, command string) discover.Pin {
		return discover.Pin{Kind: discover.MountPin, FD: -1, Command: command, Mount: &discover.Mount{Namespace: namespace, Path: path, Through: through}}
	}
	pins = append(pins,
		mount(9, "/run/docker/netns/cf51", 12, "docker_monitor"),
		mount(8, "/run/kept", 33, "sh"),
		mount(7, "/run/kept", 1, "init"), // ours
		mount(6, "/run/c", 0, ""),
		discover.Pin{Kind: discover.SocketPin, PID: 70, FD: 5, Detail: "tcp", Command: "nginx"},
		discover.Pin{Kind: discover.Process, PID: 70, FD: -1, Command: "nginx"},
		discover.Pin{Kind: discover.Thread, PID: 50, TID: 51, FD: -1, Command: "x"},
		discover.Pin{Kind: discover.Invisible, FD: -1},
	)
	want := []string{
		"pid 70 (nginx)",
		"pid 50 (x): thread 51",
		"pid 104 (sh): descriptor 3 and 19999 more",
		"something not visible",
		"mount /run/kept, also in 1 other mount namespace",
		"mount /run/c in mnt:[6], which has no process",
		"mount /run/docker/netns/cf51 in the mount namespace of pid 12 (docker_monitor)",
	}
	got := keeperLines(pins, 7)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	few := firstFew(got, false)
	if len(few) != fewKeepers+1 || few[fewKeepers] != "and 2 more (--verbose shows all)" {
		t.Errorf("the first few: %q", few)
	}
	if all := firstFew(got, true); len(all) != len(want) {
		t.Errorf("all: %q", all)
	}
}
