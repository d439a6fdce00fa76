package discover

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestPinOrder: whatever order a scan finds pins in, they are told in one.
func TestPinOrder(t *testing.T) {
	mount := func(ns uint64, path string, host, own bool) Pin {
		return Pin{Kind: MountPin, FD: -1, Mount: &Mount{Namespace: ns, Path: path, Host: host, Own: own}}
	}
	ordered := []Pin{
		{Kind: Process, PID: 9, FD: -1},
		{Kind: Process, PID: 10, FD: -1},
		{Kind: Thread, PID: 8, TID: 11, FD: -1},
		{Kind: Descriptor, PID: 8, FD: 3},
		{Kind: Descriptor, PID: 8, FD: 12},
		{Kind: SocketPin, PID: 8, FD: 4},
		{Kind: Descriptor, PID: 12, FD: 3},
		mount(70, "/z", true, false),
		mount(90, "/y", false, true),
		mount(50, "/a", false, false),
		mount(50, "/b", false, false),
		mount(60, "/a", false, false),
		{Kind: Invisible, FD: -1},
	}
	for range 20 {
		pins := slices.Clone(ordered)
		rand.Shuffle(len(pins), func(i, j int) { pins[i], pins[j] = pins[j], pins[i] })
		if slices.SortFunc(pins, comparePins); !slices.Equal(pins, ordered) {
			t.Fatalf("got %v", pins)
		}
	}
}

// TestMountText: the process that scans is not named as the one that sees a mount.
func TestMountText(t *testing.T) {
	for want, m := range map[string]Mount{
		"mount /x":                                  {Path: "/x", Host: true, Through: 1},
		"mount /x in our own mount namespace":       {Path: "/x", Own: true, Namespace: 5},
		"mount /x in mnt:[5] of pid 7 (sh)":         {Path: "/x", Own: true, Namespace: 5, Through: 7},
		"mount /x in mnt:[5], which has no process": {Path: "/x", Namespace: 5},
		"covered mount /x in mnt:[5] of pid 7 (sh)": {Path: "/x", Namespace: 5, Through: 7, Covered: true},
	} {
		if got := (Pin{Kind: MountPin, Command: "sh", Mount: &m}).String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
