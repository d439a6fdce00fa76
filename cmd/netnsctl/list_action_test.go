package main

import (
	"testing"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// TestActions: the column ACTION is the plan of prune, with one word for each reason.
func TestActions(t *testing.T) {
	now := time.Now()
	old, young := now.Add(-time.Hour), now.Add(-time.Minute)
	dead := func(name string, change func(*discover.Name)) row {
		n := &discover.Name{Name: name, Verdict: discover.Stale, Cause: discover.DeadFile, File: discover.File{Kind: discover.Regular, Born: old}}
		change(n)
		return row{name: n, verdict: n.Verdict}
	}
	ino := uint64(100)
	orphan := func(pins ...discover.Pin) row {
		ino++
		ns := &discover.Namespace{Identity: netnsctl.Identity{ID: netnsctl.ID{Dev: 4, Ino: ino}, Cookie: ino}, Verdict: discover.Orphan, Born: old, Pins: pins}
		return row{ns: ns, verdict: ns.Verdict}
	}
	mount := func(m discover.Mount) discover.Pin {
		return discover.Pin{Kind: discover.MountPin, Mount: &m, FD: -1}
	}
	rows := map[string]row{
		"remove":                 dead("gone", func(*discover.Name) {}),
		"skip (young)":           dead("new", func(n *discover.Name) { n.File.Born = young }),
		"skip (held)":            dead("open", func(n *discover.Name) { n.Opener = &discover.Pin{Kind: discover.Descriptor, PID: 7} }),
		"skip (kept)":            dead("noted", func(n *discover.Name) { n.Keeper = "docker for container web" }),
		"skip (not a netns)":     dead("full", func(n *discover.Name) { n.Cause = discover.NoNamespace }),
		"skip (protected)":       dead("fixed", func(n *discover.Name) { n.Obstacle = netnsctl.ImmutableFile }),
		"skip (other directory)": dead("/var/run/netns/x", func(n *discover.Name) {}),
		"release":                orphan(mount(discover.Mount{Path: "/run/copy/x", Through: 9, Namespace: 5})),
		"skip (docker's)":        orphan(mount(discover.Mount{Path: "/run/docker/netns/x", Through: 9, Namespace: 5})),
		"skip (mounted)":         orphan(mount(discover.Mount{Path: "/srv/x", Host: true})),
		"-":                      {},
	}
	snap := &discover.Snapshot{Host: netnsctl.Host{RunDir: "/run/my"}, Taken: now}
	for _, r := range rows {
		if r.name != nil {
			snap.Names = append(snap.Names, r.name)
		}
		if r.ns != nil {
			snap.Namespaces = append(snap.Namespaces, r.ns)
		}
	}
	planned := actionsOf(snap, false)
	for want, r := range rows {
		if got := dash(planned.of(r)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	snap.Gaps = []discover.Gap{{What: discover.GapPrivilege, Critical: true, Vantage: true}}
	if got := actionsOf(snap, false).of(rows["remove"]); got != "refuse" {
		t.Errorf("without privilege: %q", got)
	}
	if got := skipText(clean.Skipped{Kind: clean.InUse}); got != "skip (in use)" {
		t.Errorf("%q", got)
	}
}
