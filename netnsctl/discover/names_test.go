package discover

import (
	"os"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestNames: every kind of entry that a run directory can have.
func TestNames(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("good"))
		nstest.Must(t, host.Add("second"))
		pid := holder(t, "process", "second")
		nstest.Shell(t, `cd /run/netns
			touch dead uts mounted covered
			echo text >content
			mkdir directory
			mkfifo fifo
			mount --bind /proc/self/ns/uts uts
			mount --bind /etc/passwd mounted
			mount --bind good covered
			mount --make-private covered
			mount --bind /proc/self/ns/uts covered
			ln -s loop loop
			ln -s /run/nowhere dangling
			ln -s content link
			ln -s good alias
			ln -s /proc/$1/ns/net process
			ln -s /proc/$1/ns/uts process-uts
			ln -s /proc/4194304/ns/net ended`, strconv.Itoa(pid))
		nstest.Must(t, unix.Mknod(host.NamePath("socket"), syscall.S_IFSOCK|0o600, 0))
		snap := scanned(t, host, Options{})
		good, second := snap.named(t, "good"), snap.named(t, "second")
		want := map[string]Name{
			"good":        {Verdict: Idle, ID: good.ID, Mounted: true},
			"second":      {Verdict: InUse, ID: second.ID, Mounted: true},
			"alias":       {Verdict: Idle, ID: good.ID},
			"process":     {Verdict: InUse, ID: second.ID},
			"dead":        {Verdict: Stale, Cause: DeadFile},
			"uts":         {Verdict: Stale, Cause: WrongType, Detail: "of type uts", Mounted: true},
			"covered":     {Verdict: Stale, Cause: WrongType, Detail: "of type uts", Mounted: true},
			"mounted":     {Verdict: Stale, Cause: NoNamespace, Detail: "a mount of something else", Mounted: true},
			"content":     {Verdict: Stale, Cause: NoNamespace, Detail: "a file with content"},
			"directory":   {Verdict: Stale, Cause: NoNamespace, Detail: "a directory"},
			"fifo":        {Verdict: Stale, Cause: NoNamespace, Detail: "a fifo"},
			"socket":      {Verdict: Stale, Cause: NoNamespace, Detail: "a socket"},
			"loop":        {Verdict: Stale, Cause: LinkLoop},
			"dangling":    {Verdict: Stale, Cause: DanglingLink, Detail: "to /run/nowhere"},
			"ended":       {Verdict: Stale, Cause: DanglingLink, Detail: "to /proc/4194304/ns/net"},
			"link":        {Verdict: Stale, Cause: NoNamespace, Detail: "a link to content"},
			"process-uts": {Verdict: Stale, Cause: WrongType, Detail: "of type uts"},
		}
		if len(snap.Names) != len(want) {
			t.Errorf("%d names, not %d", len(snap.Names), len(want))
		}
		for i, n := range snap.Names {
			if i > 0 && n.Name <= snap.Names[i-1].Name {
				t.Errorf("%s is after %s", n.Name, snap.Names[i-1].Name)
			}
			w := want[n.Name]
			if n.Verdict != w.Verdict || n.Cause != w.Cause || n.Detail != w.Detail || n.ID != w.ID || n.Mounted != w.Mounted {
				t.Errorf("%s: %s, %s, %q, %v, mounted %v", n.Name, n.Verdict, n.Cause, n.Detail, n.ID, n.Mounted)
			}
			if n.Entry().Name != n.Name {
				t.Errorf("%s: entry %+v", n.Name, n.Entry())
			}
		}
		if len(good.Names) != 2 || len(second.Names) != 2 {
			t.Errorf("names %q and %q", good.Names, second.Names)
		}
	})
}

// TestNoRunDir: without a run directory there are no names; where it cannot be read, that is
// a critical gap.
func TestNoRunDir(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		if snap := scanned(t, host, Options{}); len(snap.Names) != 0 || hasGap(snap, "the names in /run/netns") {
			t.Errorf("%v, %v", snap.Names, snap.Gaps)
		}
		nstest.Must(t, os.WriteFile("/run/netns", nil, 0o600))
		if snap := scanned(t, host, Options{}); !hasGap(snap, "the names in /run/netns") {
			t.Error(snap.Gaps)
		}
	})
}

// hasGap reports whether a snapshot has a critical gap.
func hasGap(s *Snapshot, what string) bool {
	return slices.ContainsFunc(s.Critical(), func(g Gap) bool { return g.What == what })
}

// TestOtherRunDir: names are read where the host has them, and those of the usual directories
// with their paths.
func TestOtherRunDir(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		other := netnsctl.Host{RunDir: "/run/other"}
		nstest.Must(t, other.Add("x"))
		nstest.Must(t, os.Symlink("/run/other", "/run/link"))
		nstest.Must(t, host.Add("y"))
		nstest.Must(t, os.WriteFile("/run/netns/dead", nil, 0o600))
		nstest.Must(t, os.Symlink("y", "/run/netns/link"))
		holder(t, "nothing", "y") // sees /run/netns, too
		y, err := host.Identity("y")
		nstest.Must(t, err)
		x, err := other.Identity("x")
		nstest.Must(t, err)
		for _, h := range []netnsctl.Host{other, {RunDir: "/run/link"}} {
			snap := scanned(t, h, Options{Files: true})
			got := ""
			for _, n := range snap.Names {
				got += n.Name + " " + string(n.Verdict) + " " + n.Path(h) + "\n"
			}
			if want := "/run/netns/dead stale /run/netns/dead\n/run/netns/link idle /run/netns/link\n/run/netns/y idle /run/netns/y\nx idle " + h.RunDir + "/x\n"; got != want {
				t.Errorf("%s: %s", h.RunDir, got)
			}
			ns := snap.named(t, y.ID.String())
			if ns.Verdict != Idle || !slices.Equal(ns.Names, []string{"/run/netns/link", "/run/netns/y"}) || len(ns.Pins) == 0 || ns.Pins[0].Mount.Name != "/run/netns/y" {
				t.Errorf("%s: what is in /run/netns: %s, %q, %+v", h.RunDir, ns.Verdict, ns.Names, ns.Pins)
			}
		}
		// What is in a directory that nobody has named is an orphan, as before.
		if ns := scanned(t, host, Options{}).named(t, x.ID.String()); ns.Verdict != Orphan {
			t.Errorf("what is in /run/other: %s", ns.Verdict)
		}
	})
}
