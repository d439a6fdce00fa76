package clean_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/clean"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func hoursAgo(n int) time.Time { return now.Add(-time.Duration(n) * time.Hour) }

// leak is an orphan that a mount in another mount namespace pins.
func leak() *discover.Namespace {
	return &discover.Namespace{
		Identity: netnsctl.Identity{ID: netnsctl.ID{Dev: 4, Ino: 100}, Cookie: 7}, Born: hoursAgo(5), Verdict: discover.Orphan,
		Pins: []discover.Pin{{Kind: discover.MountPin, FD: -1, Mount: &discover.Mount{
			Namespace: 50, Path: "/run/c/ns", Through: 812, File: "0:25:/c/ns",
		}}},
	}
}

func deadFile() *discover.Name {
	return &discover.Name{
		Name: "dead", Verdict: discover.Stale, Cause: discover.DeadFile,
		File: discover.File{Dev: 25, Ino: 9, Kind: discover.Regular, Born: hoursAgo(5)},
	}
}

func idle() (*discover.Name, *discover.Namespace) {
	id := netnsctl.ID{Dev: 4, Ino: 200}
	ns := &discover.Namespace{
		Identity: netnsctl.Identity{ID: id, Cookie: 8}, Names: []string{"vpn"}, Verdict: discover.Idle, Born: hoursAgo(5),
		Pins: []discover.Pin{{Kind: discover.MountPin, FD: -1, Mount: &discover.Mount{
			Namespace: 40, Path: "/run/netns/vpn", Host: true, Name: "vpn", Usable: true,
		}}},
	}
	return &discover.Name{Name: "vpn", ID: id, Verdict: discover.Idle, Mounted: true, Top: id}, ns
}

func snapshot(things ...any) *discover.Snapshot {
	s := &discover.Snapshot{Taken: now}
	for _, thing := range things {
		switch thing := thing.(type) {
		case *discover.Namespace:
			s.Namespaces = append(s.Namespaces, thing)
		case *discover.Name:
			s.Names = append(s.Names, thing)
		case discover.Gap:
			s.Gaps = append(s.Gaps, thing)
		}
	}
	return s
}

// decide gives the plan as text: what is removed or released, and why the rest is skipped.
func decide(s *discover.Snapshot, targets ...string) string {
	return decideOn(s, clean.Request{Targets: targets, MinAge: clean.DefaultMinAge})
}

func decideOn(s *discover.Snapshot, req clean.Request) string {
	plan, err := clean.Make(s, req)
	if err != nil {
		return "refused: " + err.Error()
	}
	var lines []string
	subject := func(n *discover.Name, ns *discover.Namespace) string {
		if n != nil {
			return n.Name
		}
		return ns.String()
	}
	for _, step := range plan.Steps {
		line := string(step.Action) + " " + subject(step.Name, step.Namespace)
		for _, pin := range step.Left {
			line += ", left: " + pin.String()
		}
		for _, u := range step.Uncovers {
			line += ", uncovers " + u.ID.String() + " at " + u.Path
		}
		for _, e := range step.AlsoDeleted {
			line += ", deletes " + e.Device
		}
		lines = append(lines, line)
	}
	for _, skipped := range plan.Skipped {
		line := "skip " + subject(skipped.Name, skipped.Namespace) + ": " + skipped.Why
		if skipped.Gap != nil {
			line += ": " + skipped.Gap.String()
		}
		if skipped.Cover != "" {
			line += ", below " + skipped.Cover
		}
		if skipped.Unmount != "" {
			line += ", unmount " + skipped.Unmount
		}
		if skipped.Other != "" {
			line += ", release " + skipped.Other
		}
		if h := skipped.Holder; h != nil && h.UID != 0 {
			line += fmt.Sprintf(", uid %d", h.UID)
		}
		if skipped.IfNamed {
			line += ", unless named"
		}
		lines = append(lines, line)
	}
	for _, missing := range plan.Missing {
		lines = append(lines, "missing "+missing)
	}
	return strings.Join(lines, "\n")
}

// world is a dead file, a healthy idle name vpn (net:[200]) and an orphan (net:[100]).
type world struct {
	dead   *discover.Name
	vpn    *discover.Name
	idle   *discover.Namespace
	orphan *discover.Namespace
	mount  *discover.Mount // of the orphan
	snap   *discover.Snapshot
}

func newWorld() world {
	w := world{dead: deadFile(), orphan: leak()}
	w.vpn, w.idle = idle()
	w.mount = w.orphan.Pins[0].Mount
	w.snap = snapshot(w.dead, w.vpn, w.idle, w.orphan)
	return w
}

func TestMake(t *testing.T) {
	const all = "remove dead\nrelease net:[100]"
	for _, c := range []struct {
		name    string
		change  func(w world) // nil for none
		targets string        // separated by commas
		want    string
	}{
		{name: "everything", want: all},
		{name: "a name", targets: "dead", want: "remove dead"},
		{name: "the path of a name", targets: "/run/netns/dead", want: "remove dead"},
		{name: "an ID", targets: "net:[100]", want: "release net:[100]"},
		{name: "a number", targets: "100", want: "release net:[100]"},
		{name: "the path of a mount", targets: "/run/c/ns in mnt:[50]", want: "release net:[100]"},
		{name: "a directory with mounts", targets: "/run/c in mnt:[50]", want: "release net:[100]"},
		{name: "a directory farther above", targets: "/run in mnt:[50]", want: "release net:[100]"},
		{
			name: "a directory farther above what a user holds", targets: "/run in mnt:[50]", want: "skip net:[100]: held by descriptor 3 of pid 9 (sleep), uid 1000, unless named",
			change: func(w world) {
				w.orphan.Pins = append(w.orphan.Pins, discover.Pin{Kind: discover.Descriptor, PID: 9, FD: 3, Command: "sleep", UID: 1000})
			},
		},
		{name: "a directory farther above what is in use", targets: "/run in mnt:[50]", want: "", change: func(w world) { w.orphan.Verdict = discover.InUse }},
		{
			name: "a directory farther above what is mounted here", targets: "/run", want: "skip net:[100]: mounted at /run/c/ns, unless named",
			change: func(w world) { w.mount.Host, w.mount.Own = true, true },
		},
		{name: "a directory with a slash", targets: "/run/c/ in mnt:[50]", want: "release net:[100]"},
		{name: "the path of a mount in another mount namespace", targets: "/run/c/ns,/run/c/ns in mnt:[51]", want: "missing /run/c/ns\nmissing /run/c/ns in mnt:[51]"},
		{
			name: "the path of a mount here", targets: "/run/c/ns,/run/c/ns in mnt:[50]", want: "release net:[100]\nmissing /run/c/ns in mnt:[50]",
			change: func(w world) { w.mount.Host, w.mount.Own = true, true },
		},
		{
			name: "a directory here, with the mount namespace", targets: "/run/c in mnt:[50]", want: "release net:[100]",
			change: func(w world) { w.mount.Host, w.mount.Own, w.snap.OwnMounts = true, true, 50 },
		},
		{
			name: "a mount with its copies elsewhere", targets: "/run/docker/netns/x", want: "release net:[100]",
			change: func(w world) { w.copyElsewhere("/run/docker/netns/x", w.mount.File) },
		},
		{
			name: "a mount, and one on another file at the same path elsewhere", targets: "/run/docker/netns/x",
			change: func(w world) { w.copyElsewhere("/run/docker/netns/x", "0:26:/x") },
			want:   "skip net:[100]: mounted at /run/docker/netns/x in mnt:[60] of pid 9, owned by docker, unless named",
		},
		{
			name: "a mount, and a copy elsewhere that is a name", targets: "/run/docker/netns/x",
			change: func(w world) {
				m := w.copyElsewhere("/run/docker/netns/x", w.mount.File)
				m.Path, m.Name, m.Usable = "/run/netns/x", "x", true
			},
			want: "skip net:[100]: it has the name x there: mounted at /run/netns/x in mnt:[60] of pid 9, unless named",
		},
		{
			name: "a dead file whose path is that of a name elsewhere", targets: "/run/netns/dead", want: "remove dead",
			change: func(w world) { w.mount.Path, w.mount.Name, w.mount.Usable = "/run/netns/dead", "dead", true },
		},
		{name: "a part of a path, and the root", targets: "/run/c/n in mnt:[50],/,/ in mnt:[50]", want: "missing /run/c/n in mnt:[50]\nmissing /\nmissing / in mnt:[50]"},
		{name: "a name comes before a number", targets: "100", want: "remove 100", change: func(w world) { w.dead.Name = "100" }},

		{name: "rule 2: an idle name that is named", targets: "vpn", want: "remove vpn"},
		{name: "rule 2: the directory of the names", targets: "/run/netns", want: "missing /run/netns"},
		{
			name: "rule 3: a young idle name", targets: "vpn", want: "skip vpn: younger than 10m",
			change: func(w world) { w.idle.Born = now },
		},
		{
			name:   "rule 3: young",
			change: func(w world) { w.setAges(now.Add(-clean.DefaultMinAge + time.Second)) },
			want:   "skip dead: younger than 10m, unless named\nskip net:[100]: younger than 10m, unless named",
		},
		{
			name:   "rule 3: from the future",
			change: func(w world) { w.setAges(now.Add(time.Hour)) },
			want:   "skip dead: younger than 10m, unless named\nskip net:[100]: younger than 10m, unless named",
		},
		{
			name:   "rule 3: of unknown age",
			change: func(w world) { w.setAges(time.Time{}) },
			want:   "skip dead: its age is not known, it may be younger than 10m, unless named\nskip net:[100]: its age is not known, it may be younger than 10m, unless named",
		},
		{
			name: "rule 4: a critical gap",
			change: func(w world) {
				w.snap.Gaps = []discover.Gap{{What: "processes not readable", Count: 7, Critical: true, Vantage: true}}
			},
			want: "refused: nothing can be called unused, not seen: processes not readable: 7",
		},
		{
			name: "rule 6: a gap of a process hides no user of a dead name",
			change: func(w world) {
				w.snap.Gaps = []discover.Gap{{What: discover.GapSockets, Count: 2, Critical: true, PID: 812, Command: "sleep"}}
			},
			want: "remove dead\nskip net:[100]: it may be in use: sockets not readable: 2",
		},
		{
			name: "rule 6: a gap of a process, and an idle name that is named", targets: "vpn",
			change: func(w world) {
				w.snap.Gaps = []discover.Gap{{What: discover.GapSockets, Count: 2, Critical: true, PID: 812, Command: "sleep"}}
			},
			want: "skip vpn: it may be in use: sockets not readable: 2",
		},
		{
			name:   "rule 9: devices that could not be listed",
			change: func(w world) { w.orphan.Unlisted = true },
			want:   "remove dead\nskip net:[100]: its devices could not be listed, one of them may be a physical device",
		},
		{
			name:   "rule 4: another gap",
			change: func(w world) { w.snap.Gaps = []discover.Gap{{What: "listns"}} },
			want:   all,
		},
		{
			name:   "rule 4: a name that cannot be looked at",
			change: func(w world) { w.dead.Verdict, w.dead.Detail = discover.Unknown, "permission denied" },
			want:   "release net:[100]\nskip dead: it cannot be looked at: permission denied",
		},
		{
			name:   "rule 5: a directory of docker's",
			change: func(w world) { w.mount.Path = "/host/var/run/docker/netns/x" },
			want:   "remove dead\nskip net:[100]: mounted at /host/var/run/docker/netns/x in mnt:[50] of pid 812, owned by docker, unless named",
		},
		{
			name:   "rule 5: a directory of podman's",
			change: func(w world) { w.mount.Path = "/run/user/1000/netns/x" },
			want:   "remove dead\nskip net:[100]: mounted at /run/user/1000/netns/x in mnt:[50] of pid 812, owned by podman, unless named",
		},
		{
			name: "rule 5: a directory of buildkit's that is named", targets: "/var/lib/buildkit/net/cni in mnt:[50]", want: "release net:[100]",
			change: func(w world) { w.mount.Path = "/var/lib/buildkit/net/cni/x" },
		},
		{
			name:   "a mount that the host reaches may be there on purpose",
			change: func(w world) { w.mount.Host = true },
			want:   "remove dead\nskip net:[100]: mounted at /run/c/ns, unless named",
		},
		{
			name: "a mount that the host reaches and that is named", targets: "/run/c/ns", want: "release net:[100]",
			change: func(w world) { w.mount.Host, w.mount.Own = true, true },
		},
		{
			name: "a mount of the host's that nobody reaches", want: all,
			change: func(w world) { w.mount.Host, w.mount.Covered = true, true },
		},
		{name: "rule 6: pid 1's namespace", change: world.makeHost, want: all},
		{name: "rule 6: its name", targets: "vpn", change: world.makeHost, want: "skip vpn: it is the namespace of pid 1"},
		{name: "rule 6: its ID", targets: "net:[200]", change: world.makeHost, want: "skip net:[200]: it is the namespace of pid 1"},
		{
			name: "rule 7: physical devices", targets: "vpn,100",
			change: func(w world) { w.idle.Hardware, w.orphan.Hardware = []string{"eth1"}, []string{"eth0", "wlan0"} },
			want:   "skip vpn: it holds a physical device: eth1\nskip net:[100]: it holds a physical device: eth0, wlan0",
		},
		{
			name: "rule 7: a device that another name keeps", targets: "vpn", want: "remove vpn",
			change: func(w world) { w.idle.Hardware, w.idle.Names = []string{"eth1"}, []string{"vpn", "other"} },
		},
		{
			name: "held by a socket, even if it is named", targets: "net:[100]",
			change: func(w world) {
				w.orphan.Pins = append(w.orphan.Pins, discover.Pin{Kind: discover.SocketPin, PID: 812, FD: 7, Command: "dockerd", Detail: "netlink"})
			},
			want: "skip net:[100]: held by socket netlink, descriptor 7 of pid 812 (dockerd)",
		},
		{
			name: "in use by the device of a user, even if it is named", targets: "net:[100]",
			change: func(w world) {
				w.orphan.Pins = append(w.orphan.Pins, discover.Pin{Kind: discover.TunTap, PID: 812, FD: 7, Command: "qemu", Detail: "tap0", UID: 1000, Uses: true})
			},
			want: "skip net:[100]: in use by tun/tap device tap0 that was moved in, descriptor 7 of pid 812 (qemu), uid 1000",
		},
		{
			name: "held by nothing that is visible",
			change: func(w world) {
				w.orphan.Pins, w.orphan.Reason = nil, "held by something not visible"
			},
			want: "remove dead\nskip net:[100]: held by something not visible",
		},
		{
			name: "in use", targets: "vpn",
			change: func(w world) {
				w.vpn.Verdict, w.idle.Verdict = discover.InUse, discover.InUse
				w.idle.Pins = append(w.idle.Pins, discover.Pin{Kind: discover.Process, PID: 9, Command: "nginx"})
			},
			want: "skip vpn: in use by pid 9 (nginx)",
		},
		{name: "a name in another mount namespace", change: world.nameElsewhere, want: "remove dead"},
		{name: "a name in another mount namespace, by its ID", targets: "100", change: world.nameElsewhere, want: "release net:[100]"},
		{
			name: "the ID of a namespace with a name", targets: "200", want: "skip net:[200]: it has the name vpn: remove that",
		},
		{
			name:   "rule 10: a mount that carries another one",
			change: func(w world) { w.mount.Covered, w.mount.Carries = true, true },
			want:   "remove dead\nskip net:[100]: something else is mounted on its mount at /run/c/ns in mnt:[50] of pid 812",
		},
		{
			name: "rule 10: a covered mount whose file carries another one is unmounted, and the file stays",
			change: func(w world) {
				w.mount.Covered = true
				w.snap.OnFile.On = map[string][]discover.FileMount{w.mount.File: {{Namespace: 40, Path: "/srv/x", Ino: 200, Net: true}}}
			},
			want: all,
		},
		{
			name:   "rule 13: a mount that is locked",
			change: func(w world) { w.mount.Stays = "locked: ends with pid 812 (sleep)" },
			want:   "remove dead\nskip net:[100]: locked: ends with pid 812 (sleep)",
		},
		{
			name: "rule 13: a mount that is covered, and that is named", targets: "/run/c/ns in mnt:[50]",
			change: func(w world) { w.mount.Covered, w.mount.Stays = true, "covered by the mount at /run" },
			want:   "skip net:[100]: covered by the mount at /run",
		},
		{
			name: "rule 13: a mount of ours that is covered, and that is named", targets: "/run/c/ns",
			change: func(w world) {
				w.mount.Own, w.mount.Covered, w.mount.Cover, w.mount.Stays = true, true, "/run/c", "covered by the mount at /run/c"
			},
			want: "skip net:[100]: covered by the mount at /run/c, below /run/c",
		},
		{
			name: "rule 10: an unmount that propagates to something else",
			change: func(w world) {
				w.mount.Spreads = true
				w.snap.OnFile.On = map[string][]discover.FileMount{w.mount.File: {{Namespace: 40, Through: 7, Path: "/srv/x"}}}
			},
			want: "remove dead\nskip net:[100]: something is mounted on its file at /srv/x in mnt:[40] of pid 7",
		},
		{
			name: "rule 10: a dead file that carries a mount elsewhere",
			change: func(w world) {
				w.dead.On = "0:25:/netns/dead"
				w.snap.OnFile.On = map[string][]discover.FileMount{w.dead.On: {{Namespace: 40, Path: "/srv/x", Ino: 7, Net: true}}}
			},
			want: "release net:[100]\nskip dead: net:[7] is mounted on its file at /srv/x in mnt:[40]",
		},
		{
			name: "rule 9: something else is mounted on a name", targets: "dead",
			change: func(w world) { w.dead.Cause, w.dead.Mounted = discover.NoNamespace, true },
			want:   "skip dead: something that is not a namespace is mounted on it",
		},
		{
			name:   "rule 9: a file with content",
			change: func(w world) { w.dead.Cause, w.dead.File.Size = discover.NoNamespace, 5 },
			want:   "release net:[100]\nskip dead: it has content, unless named",
		},
		{
			name: "rule 9: a file with content that is named", targets: "dead", want: "remove dead",
			change: func(w world) { w.dead.Cause, w.dead.File.Size = discover.NoNamespace, 5 },
		},
		{
			name: "rule 11: a directory that is not empty, named", targets: "dead", want: "skip dead: it is a directory that is not empty",
			change: func(w world) {
				w.dead.Cause, w.dead.File.Kind, w.dead.File.Full = discover.NoNamespace, discover.Directory, true
			},
		},
		{
			name: "rule 11: a run directory in which nothing can be removed", targets: "dead,vpn",
			want:   "skip dead: the run directory is on a read-only mount\nskip vpn: the run directory is on a read-only mount",
			change: func(w world) { w.snap.Obstacle = netnsctl.ReadOnly },
		},
		{
			name: "rule 9: a fifo", targets: "dead", want: "remove dead",
			change: func(w world) { w.dead.Cause, w.dead.File.Kind = discover.NoNamespace, discover.Fifo },
		},
		{
			name: "a dead name that a runtime knows", want: "release net:[100]\nskip dead: it is in the records of docker for container web, unless named",
			change: func(w world) { w.dead.Keeper = "docker for container web" },
		},
		{
			name: "a dead name that a runtime knows, named", targets: "dead", want: "remove dead",
			change: func(w world) { w.dead.Keeper = "docker for container web" },
		},
		{
			name: "an open file", want: "release net:[100]\nskip dead: its file is open: descriptor 3 of pid 9 (sleep), unless named",
			change: func(w world) {
				w.dead.Opener = &discover.Pin{Kind: discover.Descriptor, PID: 9, FD: 3, Command: "sleep"}
			},
		},
		{
			name: "a mapped file", want: "release net:[100]\nskip dead: its file is open, but no descriptor of it was found, unless named",
			change: func(w world) { w.dead.Open = true },
		},
		{name: "a mapped file, named", targets: "dead", want: "remove dead", change: func(w world) { w.dead.Open = true }},
		{
			name: "rule 5: the run directory is docker's", want: "release net:[100]\nskip dead: the run directory is a directory of docker, unless named",
			change: func(w world) { w.snap.RunDirOwner = "docker" },
		},
		{
			name: "rule 5: the run directory is docker's, named", targets: "dead,vpn", want: "remove dead\nremove vpn",
			change: func(w world) { w.snap.RunDirOwner = "docker" },
		},
		{
			name: "a link to another process", want: "release net:[100]\nskip dead: it leads to net:[300], which is alive: pid 7 is younger than the link, unless named",
			change: func(w world) {
				w.dead.Cause, w.dead.Detail, w.dead.Top = discover.RecycledPID, "pid 7 is younger than the link", netnsctl.ID{Dev: 4, Ino: 300}
			},
		},
		{
			name: "a namespace of another type", want: "release net:[100]\nskip dead: a namespace of type mnt is mounted on it, unless named",
			change: func(w world) {
				w.dead.Cause, w.dead.Detail, w.dead.Mounted, w.dead.Top = discover.WrongType, "of type mnt", true, netnsctl.ID{Dev: 4, Ino: 300}
			},
		},
		{
			name: "a fifo", want: "release net:[100]\nskip dead: it is a fifo, unless named",
			change: func(w world) {
				w.dead.Cause, w.dead.File.Kind, w.dead.Detail = discover.NoNamespace, discover.Fifo, "a fifo"
			},
		},
		{name: "a dangling link", want: all, change: func(w world) { w.dead.Cause, w.dead.File.Kind = discover.DanglingLink, discover.Link }},
		{
			name: "a link that leads to a namespace elsewhere", want: "release net:[100]\nskip dead: it leads to net:[7] in mnt:[8], unless named",
			change: func(w world) {
				w.dead.Cause, w.dead.File.Kind, w.dead.Elsewhere = discover.DanglingLink, discover.Link, "net:[7] in mnt:[8]"
			},
		},
		{
			name: "rule 9: a file that cannot be seen", targets: "dead", want: "skip dead: the file under the mount cannot be seen",
			change: func(w world) { w.dead.File = discover.File{} },
		},
		{
			name:   "a dead file on which a covered namespace is mounted",
			change: world.coverName,
			want: "skip dead: net:[100] is mounted on it, but covered by the mount at /run/netns, below /run/netns\n" +
				"skip net:[100]: the name dead would lead to it, but is covered by the mount at /run/netns, below /run/netns, unless named",
		},
		{
			name:   "a dead file that covers another one, on which a namespace is mounted",
			change: func(w world) { w.coverName(); w.dead.On = "0:26:/netns/dead" },
			want:   "remove dead\nskip net:[100]: the name dead would lead to it, but is covered by the mount at /run/netns, below /run/netns, unless named",
		},
		{
			name:   "a name that is covered with all of /run",
			change: func(w world) { w.coverName(); w.mount.Cover, w.dead.On = "/run", "0:26:/netns/dead" },
			want:   "remove dead\nskip net:[100]: the name dead would lead to it, but is covered by the mount at /run, unless named",
		},
		{name: "a covered name, by its ID", targets: "100", change: world.coverName, want: "release net:[100]"},
		{
			name: "a covered name, by its ID, where only its file ends it", targets: "100", want: "release net:[100]",
			change: func(w world) { w.coverName(); w.mount.ByFile = true },
		},
		{
			name: "a covered name, by its ID, where something else would end with its file", targets: "100",
			want: "skip net:[100]: net:[200] is mounted on its file at /srv/x in mnt:[40]",
			change: func(w world) {
				w.coverName()
				w.mount.ByFile = true
				w.snap.OnFile.On = map[string][]discover.FileMount{w.mount.File: {{Namespace: 40, Path: "/srv/x", Ino: 200, Net: true}}}
			},
		},
		{
			name: "a dead file below two names that are covered", targets: "dead",
			change: func(w world) {
				w.coverName()
				w.idle.Pins = append(w.idle.Pins, discover.Pin{Kind: discover.MountPin, Mount: w.mount})
			},
			want: "skip dead: net:[200] is mounted on it, but covered by the mount at /run/netns, below /run/netns",
		},
		{
			name: "without a cookie, and not held open", targets: "100",
			change: func(w world) { w.orphan.Cookie = 0 },
			want:   "skip net:[100]: it could not be opened, so it might be mistaken for another: mount /run/c/ns in mnt:[50] of pid 812",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			if c.change != nil {
				c.change(w)
			}
			if got := decide(w.snap, splitTargets(c.targets)...); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// splitTargets are the targets of a case.
func splitTargets(text string) []string {
	return slices.DeleteFunc(strings.Split(text, ","), func(word string) bool { return word == "" })
}

// copyElsewhere moves the mount of the orphan to a path here, and adds another one at that path in
// mnt:[60], on a file.
func (w world) copyElsewhere(path, file string) *discover.Mount {
	w.mount.Host, w.mount.Own, w.mount.Path = true, true, path
	m := &discover.Mount{Namespace: 60, Through: 9, Path: path, File: file}
	w.orphan.Pins = append(w.orphan.Pins, discover.Pin{Kind: discover.MountPin, FD: -1, Mount: m})
	return m
}

func (w world) setAges(born time.Time) { w.dead.File.Born, w.orphan.Born = born, born }

// coverName makes the orphan the namespace of a name that another mount covers.
func (w world) coverName() {
	w.mount.Host, w.mount.Own, w.mount.Covered, w.mount.Cover = true, true, true, "/run/netns"
	w.mount.Path, w.mount.Name = "/run/netns/dead", "dead"
	w.dead.On = w.mount.File
}

func (w world) makeHost() {
	w.vpn.Verdict, w.idle.Verdict, w.idle.Reason = discover.Own, discover.Own, "the namespace of pid 1"
}

func (w world) nameElsewhere() {
	w.orphan.Verdict, w.mount.Name, w.mount.Usable = discover.Idle, "x", true
}
