package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// TestKeepers: one line for a process, however much it holds, and one for a path,
// in however many mount namespaces.
func TestKeepers(t *testing.T) {
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
	got := keepers(pins, 7)
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
