package clean_test

import (
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

const bob = 1000

// bobs makes the mount of the orphan one of bob's.
func (w world) bobs() { w.orphan.Pins[0].UID, w.orphan.Pins[0].User = bob, "bob" }

// hold adds a pin of a user on the orphan.
func (w world) hold(uid int64) {
	pin := discover.Pin{Kind: discover.Descriptor, PID: 9, FD: 3, Command: "sleep", UID: uid}
	if uid != 0 {
		pin.User = "bob"
	}
	w.orphan.Pins = append(w.orphan.Pins, pin)
}

// onFile mounts something on the file of the dead name, in a mount namespace of bob's. only
// says that nobody else is there.
func (w world) onFile(only bool) {
	w.dead.On = "0:25:/netns/dead"
	on := discover.FileMount{Namespace: 40, Through: 7, Path: "/run/netns/dead", Command: "sleep", UID: bob, User: "bob"}
	w.snap.OnFile.On = map[string][]discover.FileMount{w.dead.On: append(w.snap.OnFile.On[w.dead.On], on)}
	if w.snap.OnlyUsers = map[uint64]int64{}; only {
		w.snap.OnlyUsers[40] = bob
	}
}

// inTree mounts the namespace of the orphan on the file of the dead name in a detached tree of a
// user's. The pin of the tree is on the namespace, too.
func (w world) inTree(uid int64) {
	w.dead.On, w.snap.OwnMounts = "0:25:/netns/dead", 1
	w.snap.OnFile.On = map[string][]discover.FileMount{w.dead.On: {
		{Through: 7, Tree: "detached mount tree, descriptor 3", Path: "/dead", UID: uid, Ino: 100, Net: true, Private: true},
	}}
	w.orphan.Pins = append(w.orphan.Pins, discover.Pin{Kind: discover.DetachedTree, PID: 7, FD: 3, UID: uid, Mount: &discover.Mount{Path: "/dead"}})
}

// copy makes the mount of the orphan one on the file of the dead name.
func (w world) copy() {
	w.dead.On, w.mount.ID = "0:25:/netns/dead", 31
	w.snap.OnFile.On = map[string][]discover.FileMount{w.dead.On: {
		{Namespace: 50, ID: 31, Through: 812, Path: "/run/c/ns", Ino: 100, Net: true, Private: true},
	}}
}

// lookedPast adds a gap that is not critical.
func (w world) lookedPast(what string, uid int64) {
	w.gap(what, uid)
	w.snap.Gaps[len(w.snap.Gaps)-1].Critical = false
}

// coverPrepared moves the mount of the orphan to a covered directory of an application in pid 1's
// mount namespace. A pair of devices leads to the namespace.
func (w world) coverPrepared() {
	w.mount.Host, w.mount.Own, w.mount.Covered, w.mount.Path, w.mount.Cover = true, true, true, "/srv/a/x", "/srv/a"
	w.orphan.FarEnds = []discover.FarEnd{{Device: "far"}}
}

// gap adds something of a user's that the scan could not look at.
func (w world) gap(what string, uid int64) {
	w.snap.Gaps = append(w.snap.Gaps, discover.Gap{What: what, Count: 1, Critical: true, PID: 7, UID: uid})
}

// unseen adds a gap that is not critical.
func (w world) unseen(what string, uid int64) {
	w.gap(what, uid)
	w.snap.Gaps[len(w.snap.Gaps)-1].Critical = false
}

// TestVeto: what an ordinary user does keeps no target, where that harms nobody but him.
func TestVeto(t *testing.T) {
	const onFile = "skip dead: something is mounted on its file at /run/netns/dead in mnt:[40] of pid 7 of user bob (sleep), uid 1000"
	const onCopy = "skip dead: net:[100] is mounted on its file at /run/c/ns in mnt:[50] of pid 812"
	const first = ", release net:[100]"
	const heldByBob = "skip net:[100]: held by descriptor 3 of pid 9 of user bob (sleep), uid 1000"
	for _, c := range []struct {
		name    string
		change  func(w world)
		targets string
		want    string
	}{
		{
			name: "a mount on a dead name", change: func(w world) { w.onFile(true) },
			want: "release net:[100]\n" + onFile + ", unless named",
		},
		{name: "a mount on a dead name that is named", targets: "dead", change: func(w world) { w.onFile(true) }, want: "remove dead"},
		{name: "others are there, too", change: func(w world) { w.onFile(false) }, want: "release net:[100]\n" + onFile},
		{name: "others are there, too, named", targets: "dead", change: func(w world) { w.onFile(false) }, want: onFile},
		{
			name: "another has a mount on it, too", targets: "dead", want: "skip dead: something is mounted on its file at /srv in mnt:[41] of pid 8",
			change: func(w world) {
				w.onFile(true)
				w.snap.OnFile.On[w.dead.On] = append(w.snap.OnFile.On[w.dead.On], discover.FileMount{Namespace: 41, Through: 8, Path: "/srv"})
			},
		},
		{name: "a copy of the orphan", change: func(w world) { w.copy() }, want: "remove dead\nrelease net:[100]"},
		{
			name: "a copy that is younger than the scan", change: func(w world) { w.copy(); w.mount.ID++ },
			want: "release net:[100]\n" + onCopy + first,
		},
		{
			name: "a copy of an orphan that stays", change: func(w world) { w.copy(); w.orphan.Hardware = []string{"eth0"} },
			want: onCopy + "\nskip net:[100]: it holds a physical device: eth0",
		},
		{
			name: "a name in another mount namespace", targets: "dead", change: func(w world) { w.copy(); w.nameElsewhere() }, want: onCopy + first,
		},
		{
			name: "a copy of an orphan that has a name elsewhere, too", want: onCopy + first,
			change: func(w world) { w.copy(); w.orphan.Verdict = discover.Idle },
		},
		{
			name: "a copy of a name here", want: "remove dead",
			change: func(w world) { w.copy(); w.orphan.Verdict, w.orphan.Names = discover.Idle, []string{"other"} },
		},
		{
			name: "a copy that gets unmounts", want: "release net:[100]\n" + onCopy + first,
			change: func(w world) { w.copy(); w.snap.OnFile.On[w.dead.On][0].Private = false },
		},

		{
			name: "a mount on an idle name that is named", targets: "vpn", want: "remove vpn",
			change: func(w world) {
				w.onFile(true)
				w.vpn.On, w.dead.On = w.dead.On, ""
			},
		},

		{name: "a descriptor", change: func(w world) { w.hold(bob) }, want: "remove dead\n" + heldByBob + ", unless named"},
		{name: "a descriptor, named", targets: "100", change: func(w world) { w.hold(bob) }, want: "release net:[100], left: descriptor 3 of pid 9 of user bob (sleep)"},
		{name: "a descriptor, the mount is named", targets: "/run/c/ns in mnt:[50]", change: func(w world) { w.hold(bob) }, want: "release net:[100], left: descriptor 3 of pid 9 of user bob (sleep)"},
		{name: "root's descriptor", change: func(w world) { w.hold(0) }, want: "remove dead\nskip net:[100]: held by descriptor 3 of pid 9 (sleep)"},
		{name: "root's descriptor, named", targets: "100", change: func(w world) { w.hold(0) }, want: "skip net:[100]: held by descriptor 3 of pid 9 (sleep)"},
		{
			name: "two descriptors, one is root's", targets: "100", want: "skip net:[100]: held by descriptor 3 of pid 9 (sleep)",
			change: func(w world) { w.hold(bob); w.hold(0) },
		},
		{
			name: "nothing but a descriptor", targets: "100", want: heldByBob,
			change: func(w world) { w.hold(bob); w.orphan.Pins = w.orphan.Pins[1:] },
		},
		{
			name: "hardware stays whoever holds it", targets: "100", want: "skip net:[100]: it holds a physical device: eth0",
			change: func(w world) { w.hold(bob); w.orphan.Hardware = []string{"eth0"} },
		},

		{
			name: "hidden descriptors", change: func(w world) { w.gap(discover.GapDescriptors, bob) },
			want: "remove dead\nskip net:[100]: it may be in use: descriptors not readable: 1, uid 1000",
		},
		{
			name: "hidden descriptors of the user whose it is",
			want: "remove dead\nskip net:[100]: it may be in use: descriptors not readable: 1, uid 1000, unless named",
			change: func(w world) {
				w.gap(discover.GapDescriptors, bob)
				w.orphan.UID = bob
			},
		},
		{
			name: "hidden descriptors of the user whose it is, named", targets: "100", want: "release net:[100]",
			change: func(w world) {
				w.gap(discover.GapDescriptors, bob)
				w.orphan.UID = bob
			},
		},
		{
			name: "hidden descriptors of root, too", targets: "100", want: "skip net:[100]: it may be in use: sockets not readable: 1",
			change: func(w world) {
				w.gap(discover.GapDescriptors, bob)
				w.gap(discover.GapSockets, 0)
				w.orphan.UID = bob
			},
		},
		{
			name: "hidden descriptors of another user", targets: "100", want: "skip net:[100]: it may be in use: descriptors not readable: 1, uid 1001",
			change: func(w world) {
				w.gap(discover.GapDescriptors, bob+1)
				w.orphan.UID = bob
			},
		},
		{
			name: "a hidden mount namespace of a user's", change: func(w world) { w.gap(discover.GapMountNamespaces, bob) },
			want: "remove dead\nskip net:[100]: it may be in use: mount namespaces not readable: 1, uid 1000",
		},
		{
			name: "a hidden mount namespace of root's", targets: "dead", change: func(w world) { w.gap(discover.GapMountNamespaces, 0) },
			want: "skip dead: something may be mounted on its file: mount namespaces not readable: 1",
		},
		{
			name: "a hidden descriptor in flight of a user's", targets: "dead", want: "remove dead",
			change: func(w world) { w.unseen(discover.GapInFlight, bob) },
		},
		{
			name: "a hidden descriptor in flight of root's", change: func(w world) { w.unseen(discover.GapInFlight, 0) },
			want: "release net:[100]\nskip dead: something may be mounted on its file: descriptors in flight not readable: 1, unless named",
		},
		{
			name: "a hidden file of an io_uring of root's", change: func(w world) { w.unseen(discover.GapIOUring, 0) },
			want: "release net:[100]\nskip dead: something may be mounted on its file: io_uring files not readable: 1, unless named",
		},

		{
			name: "a detached tree of root's", targets: "dead", change: func(w world) { w.inTree(0) },
			want: "skip dead: net:[100] is mounted on its file at /dead in a detached mount tree, descriptor 3 of pid 7",
		},
		{name: "a detached tree of his", targets: "dead", change: func(w world) { w.inTree(bob) }, want: "remove dead"},
		{
			name: "a tree that could not be looked at", change: func(w world) { w.lookedPast(discover.GapDetachedTrees, 0) },
			want: "release net:[100]\nskip dead: something may be mounted on its file: detached mount trees not readable: 1, unless named",
		},
		{
			name: "a descriptor in flight", change: func(w world) { w.lookedPast(discover.GapInFlight, 0) },
			want: "release net:[100]\nskip dead: something may be mounted on its file: descriptors in flight not readable: 1, unless named",
		},
		{name: "a descriptor in flight of his", change: func(w world) { w.lookedPast(discover.GapInFlight, bob) }, want: "remove dead\nrelease net:[100]"},

		{
			name: "a covered mount here that an application may find again", change: func(w world) { w.coverPrepared() },
			want: "remove dead\nskip net:[100]: mounted at /srv/a/x, but covered by the mount at /srv/a, below /srv/a, unless named",
		},
		{
			name: "a covered mount here, named", targets: "100", change: func(w world) { w.coverPrepared() },
			want: "release net:[100], deletes far",
		},
		{
			name: "a runtime's path in a mount namespace of his",
			want: "remove dead\nskip net:[100]: mounted at /run/docker/netns/x in mnt:[50] of pid 812 of user bob, owned by docker, uid 1000, unless named",
			change: func(w world) {
				w.bobs()
				w.mount.Path = "/run/docker/netns/x"
			},
		},
		{
			name: "an unmount that spreads to a mount of his", targets: "100", want: "release net:[100]",
			change: func(w world) {
				w.onFile(true)
				w.mount.Spreads, w.mount.File = true, w.dead.On
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			c.change(w)
			if got := decide(w.snap, splitTargets(c.targets)...); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
