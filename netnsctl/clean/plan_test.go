package clean_test

import (
	"errors"
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
		case discover.Blind:
			s.Blind = append(s.Blind, thing)
		}
	}
	return s
}

// decide gives the plan in a line: what is removed or released, and why what is
// spared is.
func decide(t *testing.T, s *discover.Snapshot, targets ...string) string {
	t.Helper()
	plan, err := clean.Make(s, clean.Request{Targets: targets, MinAge: clean.DefaultMinAge})
	if err != nil {
		return "refused: " + err.Error()
	}
	var words []string
	subject := func(n *discover.Name, ns *discover.Namespace) string {
		if n != nil {
			return n.Name
		}
		return ns.String()
	}
	for _, step := range plan.Steps {
		words = append(words, string(step.Action)+" "+subject(step.Name, step.Namespace))
	}
	for _, spared := range plan.Spared {
		words = append(words, "spare "+subject(spared.Name, spared.Namespace)+": "+spared.Why)
	}
	for _, missing := range plan.Missing {
		words = append(words, "missing "+missing)
	}
	return strings.Join(words, "\n")
}

func check(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestStaleAndLeaked(t *testing.T) {
	check(t, decide(t, snapshot(deadFile(), leak())), "remove dead\nrelease net:[100]")
	check(t, decide(t, snapshot(deadFile(), leak()), "dead"), "remove dead")
	check(t, decide(t, snapshot(deadFile(), leak()), "/run/netns/dead"), "remove dead")
	for _, target := range []string{"net:[100]", "100", "/run/c/ns", "/run/c", "/run/c/"} {
		check(t, decide(t, snapshot(deadFile(), leak()), target), "release net:[100]")
	}
	check(t, decide(t, snapshot(leak()), "/run/c/n", "/"), "missing /run/c/n\nmissing /")
}

// A name that looks like a number comes before the ID.
func TestNameComesFirst(t *testing.T) {
	n := deadFile()
	n.Name = "100"
	check(t, decide(t, snapshot(n, leak()), "100"), "remove 100")
}

// Rule 2: empty is not stale.
func TestIdleIsSpared(t *testing.T) {
	n, ns := idle()
	check(t, decide(t, snapshot(n, ns)), "")
	check(t, decide(t, snapshot(n, ns), "vpn"), "remove vpn")
	check(t, decide(t, snapshot(n, ns), "/run"), "missing /run")
	ns.Born = now
	check(t, decide(t, snapshot(n, ns), "vpn"), "spare vpn: younger than --min-age 10m0s")
}

// Rule 3: what is young, or may be, is only reported.
func TestYoungIsSpared(t *testing.T) {
	for _, born := range []time.Time{now.Add(-clean.DefaultMinAge + time.Second), now.Add(time.Hour), {}} {
		n, ns := deadFile(), leak()
		n.File.Born, ns.Born = born, born
		got := decide(t, snapshot(n, ns))
		if strings.Count(got, "--min-age") != 2 || strings.Contains(got, "release") || strings.Contains(got, "remove") {
			t.Errorf("born %v: %s", born, got)
		}
	}
}

// Rule 4: cannot see is never unused.
func TestBlindRefuses(t *testing.T) {
	s := snapshot(deadFile(), leak(), discover.Blind{What: "processes not readable", Count: 7, Grave: true})
	_, err := clean.Make(s, clean.Request{})
	var blind *clean.BlindError
	if !errors.As(err, &blind) || !strings.Contains(err.Error(), "processes not readable: 7") {
		t.Errorf("got %v", err)
	}
	s = snapshot(deadFile(), discover.Blind{What: "listns"})
	check(t, decide(t, s), "remove dead")
}

// Nor is a name without mention that could not be looked at.
func TestUnknownIsSpared(t *testing.T) {
	n := deadFile()
	n.Verdict, n.Detail = discover.Unknown, "permission denied"
	check(t, decide(t, snapshot(n)), "spare dead: it cannot be looked at: permission denied")
}

// Rule 5: a runtime's directory is foreign land, in any mount namespace.
func TestForeignLandIsSpared(t *testing.T) {
	for _, dir := range []string{
		"/run/docker/netns", "/host/var/run/docker/netns", "/run/user/1000/netns", "/var/lib/buildkit/net/cni",
	} {
		ns := leak()
		ns.Pins[0].Mount.Path = dir + "/x"
		if got := decide(t, snapshot(ns)); !strings.HasPrefix(got, "spare net:[100]: mounted at "+dir) {
			t.Errorf("%s: %s", dir, got)
		}
		check(t, decide(t, snapshot(ns), dir), "release net:[100]")
	}
}

// A mount that the host reaches may be somebody's on purpose.
func TestHostMountIsSpared(t *testing.T) {
	ns := leak()
	ns.Pins[0].Mount.Host = true
	check(t, decide(t, snapshot(ns)), "spare net:[100]: mounted at /run/c/ns: name it to release it")
	check(t, decide(t, snapshot(ns), "/run/c/ns"), "release net:[100]")
	ns.Pins[0].Mount.Covered = true
	check(t, decide(t, snapshot(ns)), "release net:[100]")
}

// Rule 6: pid 1's namespace and our own, under whatever name.
func TestHostIsSpared(t *testing.T) {
	n, ns := idle()
	n.Verdict, ns.Verdict, ns.Reason = discover.Own, discover.Own, "the namespace of pid 1"
	check(t, decide(t, snapshot(n, ns)), "")
	check(t, decide(t, snapshot(n, ns), "vpn"), "spare vpn: it is the namespace of pid 1")
	check(t, decide(t, snapshot(n, ns), "net:[200]"), "spare net:[200]: it is the namespace of pid 1")
}

// Rule 7: a physical device would be lost.
func TestHardwareIsSpared(t *testing.T) {
	n, ns := idle()
	orphan := leak()
	ns.Hardware, orphan.Hardware = []string{"eth1"}, []string{"eth0", "wlan0"}
	check(t, decide(t, snapshot(n, ns, orphan), "vpn", "100"),
		"spare vpn: it holds a physical device: eth1\nspare net:[100]: it holds a physical device: eth0, wlan0")
}

// What only its holder can give up is reported with the holder.
func TestHeldIsSpared(t *testing.T) {
	ns := leak()
	ns.Pins = append(ns.Pins, discover.Pin{Kind: discover.SocketPin, PID: 812, FD: 7, Command: "dockerd", Detail: "netlink"})
	check(t, decide(t, snapshot(ns)), "spare net:[100]: held by socket netlink, descriptor 7 of pid 812 (dockerd)")
	check(t, decide(t, snapshot(ns), "net:[100]"), "spare net:[100]: held by socket netlink, descriptor 7 of pid 812 (dockerd)")
	ns.Pins, ns.Reason = nil, "held by something not visible"
	check(t, decide(t, snapshot(ns)), "spare net:[100]: held by something not visible")
}

func TestInUseIsSpared(t *testing.T) {
	n, ns := idle()
	n.Verdict, ns.Verdict = discover.InUse, discover.InUse
	ns.Pins = append(ns.Pins, discover.Pin{Kind: discover.Process, PID: 9, Command: "nginx"})
	check(t, decide(t, snapshot(n, ns), "vpn"), "spare vpn: in use by pid 9 (nginx)")
	check(t, decide(t, snapshot(n, ns)), "")
}

// A mount namespace may have names of its own, which somebody there uses.
func TestNameElsewhereIsSpared(t *testing.T) {
	ns := leak()
	ns.Verdict = discover.Idle
	ns.Pins[0].Mount.Name, ns.Pins[0].Mount.Usable = "x", true
	check(t, decide(t, snapshot(ns)), "")
	check(t, decide(t, snapshot(ns), "100"), "release net:[100]")
}

// What would take a healthy mount with it stays.
func TestCarriedMountIsSpared(t *testing.T) {
	ns := leak()
	ns.Pins[0].Mount.Covered, ns.Pins[0].Mount.Carries = true, true
	check(t, decide(t, snapshot(ns)), "spare net:[100]: something else is mounted on its mount at /run/c/ns")

	ns = leak()
	ns.Pins[0].Mount.Covered = true
	s := snapshot(ns)
	file := ns.Pins[0].Mount.File
	s.OnFile.On = map[string][]discover.FileMount{file: {{Namespace: 40, Path: "/srv/x", Ino: 200}}}
	check(t, decide(t, s),
		"spare net:[100]: covered, and another namespace is mounted on its file at /srv/x in mnt:[40]")
}

// Rule 9: only an empty file or a link, never what lies under a foreign mount.
func TestOddEntries(t *testing.T) {
	odd := func(change func(*discover.Name)) *discover.Snapshot {
		n := deadFile()
		n.Cause = discover.NoNamespace
		change(n)
		return snapshot(n)
	}
	check(t, decide(t, odd(func(n *discover.Name) { n.Mounted = true })),
		"spare dead: something that is not a namespace is mounted on it")
	check(t, decide(t, odd(func(n *discover.Name) { n.File.Size = 5 })), "spare dead: it has content: name it to remove it")
	check(t, decide(t, odd(func(n *discover.Name) { n.File.Size = 5 }), "dead"), "remove dead")
	check(t, decide(t, odd(func(n *discover.Name) { n.File.Kind = discover.Fifo })), "remove dead")
}

// A dead file may be the lower half of a name that something covers.
func TestCoveredNameIsSpared(t *testing.T) {
	n, ns := deadFile(), leak()
	m := ns.Pins[0].Mount
	m.Host, m.Covered, m.Name = true, true, "dead"
	check(t, decide(t, snapshot(n, ns)),
		"spare dead: net:[100] is mounted on it, but covered by another mount: unmount that\n"+
			"spare net:[100]: the name dead leads to it, but is covered by another mount: unmount that")
}

// Without a cookie, or the namespace held open, its number may be another's.
func TestUnidentifiedIsSpared(t *testing.T) {
	ns := leak()
	ns.Cookie = 0
	check(t, decide(t, snapshot(ns)), "spare net:[100]: it could not be opened, so it might be mistaken for another")
}
