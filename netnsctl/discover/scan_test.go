package discover

import (
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// TestScanFinds: whatever alone holds a namespace is found, with its process.
func TestScanFinds(t *testing.T) {
	for _, test := range []struct {
		hold    string
		kind    Kind
		detail  string
		verdict Verdict
		reason  string
		open    bool // by [Open]: the pin leads to the namespace
	}{
		{hold: "process", kind: Process, verdict: InUse, reason: "1 process", open: true},
		{hold: "thread", kind: Thread, verdict: Orphan, reason: "held by thread ", open: true},
		{hold: "leaderless", kind: Process, verdict: InUse, reason: "1 process", open: true},
		{hold: "descriptor", kind: Descriptor, verdict: Orphan, reason: "held by descriptor ", open: true},
		{hold: "path-descriptor", kind: Descriptor, verdict: Orphan, reason: "held by descriptor ", open: true},
		{hold: "thread-descriptor", kind: Descriptor, verdict: Orphan, reason: " of thread ", open: true},
		{hold: "socket", kind: SocketPin, detail: "udp", verdict: Orphan, reason: "held by socket udp, descriptor ", open: true},
		{hold: "tuntap", kind: TunTap, detail: "tun7", verdict: Orphan, reason: "held by tun/tap device tun7, descriptor ", open: true},
		{hold: "unattached-tun", kind: TunTap, verdict: Orphan, reason: "held by tun/tap device, descriptor ", open: true},
		{hold: "in-flight", kind: InFlight, verdict: Orphan, reason: "held by descriptor in flight, descriptor "},
		{hold: "socket-in-flight", kind: InFlight, verdict: Orphan, reason: "held by descriptor in flight, descriptor "},
		{hold: "inotify", kind: Inotify, verdict: Orphan, reason: "held by inotify mark, descriptor "},
		{hold: "fanotify", kind: Fanotify, verdict: Orphan, reason: "held by fanotify mark, descriptor "},
		{hold: "io_uring", kind: IOUring, verdict: Orphan, reason: "held by io_uring file, descriptor "},
		{hold: "socket-io_uring", kind: IOUring, verdict: Orphan, reason: "held by io_uring file, descriptor ", open: true},
		{hold: "mount", kind: MountPin, verdict: Orphan, reason: "held by mount /run/c/ns in mnt:[", open: true},
		{hold: "mount-covered", kind: MountPin, verdict: Orphan, reason: "held by covered mount /run/c/ns in mnt:[", open: true},
		{hold: "mount-named", kind: MountPin, verdict: Idle, reason: "named x in the mount namespace of pid ", open: true},
		{hold: "detached-tree", kind: DetachedTree, verdict: Orphan, reason: "held by detached mount tree, descriptor "},
	} {
		t.Run(test.hold, func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				pid, id := leaked(t, test.hold)
				snap := scanned(t, host, Options{Everything: true})
				ns := snap.named(t, id.String())
				if ns.Verdict != test.verdict || !strings.Contains(ns.Reason, test.reason) {
					t.Errorf("%s, %q", ns.Verdict, ns.Reason)
				}
				i := slices.IndexFunc(ns.Pins, func(p Pin) bool { return p.Kind == test.kind })
				if i < 0 {
					t.Fatalf("pins: %v", ns.Pins)
				}
				p := ns.Pins[i]
				if p.Detail != test.detail || p.Command == "" || p.PID != pid && (p.Mount == nil || p.Mount.Through != pid) {
					t.Errorf("pid %d: %+v", pid, p)
				}
				if !slices.Contains(Kinds(), test.kind) {
					t.Errorf("Kinds has no %s", test.kind)
				}
				owner := pid
				if test.verdict == Idle { // whoever sees a name is not its owner
					owner = 0
				}
				if ns.Owner.PID != owner {
					t.Errorf("owner: %+v", ns.Owner)
				}
				// The age is that of the file of the namespace, where something keeps that.
				ageless := !test.open || slices.Contains([]Kind{Process, Thread, SocketPin, TunTap}, test.kind)
				if ns.Born.IsZero() != ageless {
					t.Errorf("born %v", ns.Born)
				}
				if p.Kind == MountPin && snap.MountNamespaces[p.Mount.Namespace] == nil {
					t.Error("the mount namespace is not kept for a clean-up")
				}
				fd, err := Open(host, id.String())
				if (err == nil) != test.open {
					t.Fatalf("open: %v", err)
				}
				if test.open {
					if _, ino, _ := sys.Fstat(int(fd)); ino != id.Ino {
						t.Errorf("opened %d", ino)
					}
					fd.Close()
				}
			})
		})
	}
}

// TestScanRecorded scans a recorded procfs, with its own run directory.
func TestScanRecorded(t *testing.T) {
	dev, _, err := sys.Stat("/proc/self/ns/net")
	nstest.Must(t, err)
	nsfs := strconv.FormatUint(uint64(unix.Minor(dev)), 16) // its major number is 0
	at := netnsctl.Host{RunDir: t.TempDir(), StateRoot: t.TempDir(), ProcRoot: nstest.Tree(t, map[string]string{
		"self":               "-> " + strconv.Itoa(os.Getpid()),
		"thread-self/ns/net": "-> /proc/self/ns/net",
		"thread-self/ns/mnt": "-> mnt:[500]",
		"thread-self/ns/pid": "-> pid:[7]",
		"1/ns/net":           "-> net:[70]", "1/ns/mnt": "-> mnt:[500]", "1/ns/pid": "-> pid:[7]", "1/root": "-> /",
		"1/mountinfo":    "22 1 8:1 / / rw - ext4 /dev/vda rw\n31 22 0:4 net:[71] /run/c/ns rw - nsfs nsfs rw\n",
		"1/comm":         "init\n",
		"9000001/ns/net": "-> net:[72]", "9000001/ns/mnt": "-> mnt:[500]", "9000001/comm": "nc\n",
		"9000001/cgroup": "0::/system.slice/nc.service\n",
		"9000002/ns/net": "-> net:[70]", "9000002/ns/mnt": "-> mnt:[500]", "9000002/comm": "watcher\n",
		"9000002/fd/5":                  "-> anon_inode:inotify",
		"9000002/fd/anon_inode:inotify": "-> /proc/self/fd/" + strconv.Itoa(eventFile(t)),
		"9000002/fdinfo/5":              "inotify wd:1 ino:48 sdev:" + nsfs + " mask:404 ignored_mask:0\n", // 0x48 is 72
	})}
	nstest.Must(t, os.WriteFile(at.NamePath("dead"), nil, 0o600))
	snap := scanned(t, at, Options{Everything: true})
	var got []string
	for _, ns := range snap.Namespaces {
		if ns.ID != snap.Own {
			got = append(got, ns.String()+" "+string(ns.Verdict)+": "+ns.Reason)
		}
	}
	foreign := CannotTell + "mounts of other pid namespaces could not be inspected: " + at.RunDir + " may be shared with them; "
	why := foreign
	if !sys.Privileged() {
		why = CannotTell + "CAP_SYS_ADMIN, CAP_SYS_PTRACE and CAP_NET_ADMIN are needed; "
	}
	want := []string{
		"net:[70] host: the namespace of pid 1",
		"net:[71] unknown: " + why + "held by mount /run/c/ns",
		"net:[72] in-use: 1 process",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	used := snap.named(t, "72")
	if len(used.Pins) != 2 || used.Pins[0].Command != "nc" || used.Pins[1].Kind != Inotify || used.Owner.Unit != "nc.service" {
		t.Errorf("%+v, owner %+v", used.Pins, used.Owner)
	}
	if len(snap.Names) != 1 || snap.Names[0].Verdict != Unknown || snap.Names[0].Seen() != Stale || snap.Names[0].Reason() != foreign+"dead-file" {
		t.Errorf("names %+v", snap.Names)
	}
}

// eventFile is an open file that has no name.
func eventFile(t *testing.T) int {
	t.Helper()
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	nstest.Must(t, err)
	t.Cleanup(func() { unix.Close(fd) })
	return fd
}

// TestScanMountedMountNamespace: a mount namespace without a process is found where it is
// mounted, and what is mounted in it.
func TestScanMountedMountNamespace(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		// The kernel mounts a mount namespace only where that is not handed on.
		nstest.Must(t, sys.PrivateMount("/"))
		nstest.Must(t, os.WriteFile("/run/m", nil, 0o600))
		id := mountedAt(t, "/run/m")
		snap := scanned(t, host, Options{Files: true})
		ns := snap.named(t, id.String())
		if len(ns.Pins) != 1 || ns.Pins[0].Mount == nil || ns.Pins[0].Mount.Through != 0 || ns.Pins[0].Mount.Usable {
			t.Fatalf("pins: %+v", ns.Pins)
		}
		if ns.Verdict != Orphan || !strings.HasSuffix(ns.Reason, ", which has no process") {
			t.Errorf("%s, %q", ns.Verdict, ns.Reason)
		}
		if m := snap.MountNamespaces[ns.Pins[0].Mount.Namespace]; m == nil || !m.Empty() {
			t.Errorf("the mount namespace is not kept: %+v", snap.MountNamespaces)
		}
	})
}

// mountedAt mounts a mount namespace, in which a network namespace is mounted that it
// gives, and ends the process in it. The kernel mounts those only that have a greater number
// than ours (mnt_ns_loop in fs/namespace.c), and each processor counts on its own since
// Linux 6.18: it is tried on each, since one of them has made ours.
func mountedAt(t *testing.T, path string) netnsctl.ID {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all unix.CPUSet
	nstest.Must(t, unix.SchedGetaffinity(0, &all))
	defer unix.SchedSetaffinity(0, &all)
	err := error(nil)
	for cpu := range 1024 { // as many as a CPUSet has
		if !all.IsSet(cpu) {
			continue
		}
		var one unix.CPUSet
		one.Set(cpu)
		nstest.Must(t, unix.SchedSetaffinity(0, &one))
		pid, id := leaked(t, "mount")
		err = sys.BindMount("/proc/"+strconv.Itoa(pid)+"/ns/mnt", path)
		end(t, pid)
		if err == nil {
			return id
		}
	}
	t.Fatal("mount a mount namespace:", err)
	return netnsctl.ID{}
}

// TestOptions: what is held open and filled in.
func TestOptions(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("idle"))
		nstest.Must(t, host.Add("used"))
		holder(t, "process", "used")
		_, orphan := leaked(t, "descriptor")
		for _, test := range []struct {
			situation            string
			opts                 Options
			holds, cookies, born bool // of healthy namespaces
			commands, orphanHeld bool
		}{
			{situation: "none", orphanHeld: true},
			{situation: "hold", opts: Options{Hold: true}, holds: true, cookies: true, born: true, orphanHeld: true},
			{situation: "identity only", opts: Options{IdentityOnly: true}, cookies: true},
			{situation: "everything", opts: Options{Everything: true}, cookies: true, born: true, commands: true, orphanHeld: true},
		} {
			snap := scanned(t, host, test.opts)
			idle, used, lost := snap.named(t, "idle"), snap.named(t, "used"), snap.named(t, orphan.String())
			if idle.Verdict != Idle || used.Verdict != InUse || lost.Verdict != Orphan {
				t.Errorf("%s: %s, %s, %s", test.situation, idle.Verdict, used.Verdict, lost.Verdict)
			}
			if idle.Held() != test.holds || used.Held() != test.holds || lost.Held() != test.orphanHeld {
				t.Errorf("%s: held: %v, %v, %v", test.situation, idle.Held(), used.Held(), lost.Held())
			}
			handles := Handles([]*Namespace{idle, lost, nil})
			if handles[0].IsOpen() != test.holds || handles[1].IsOpen() != test.orphanHeld || handles[2].IsOpen() {
				t.Errorf("%s: handles %v", test.situation, handles)
			}
			if (idle.Cookie != 0) != test.cookies || idle.Born.IsZero() == test.born {
				t.Errorf("%s: cookie %d, born %v", test.situation, idle.Cookie, idle.Born)
			}
			if used.Pins[0].Command != "" != test.commands {
				t.Errorf("%s: command %q", test.situation, used.Pins[0].Command)
			}
			fd := handles[1]
			snap.Close()
			if lost.Held() || lost.Descriptor().IsOpen() {
				t.Errorf("%s: still held", test.situation)
			}
			if _, _, err := sys.Fstat(int(fd)); test.orphanHeld && err == nil {
				t.Errorf("%s: descriptor %d is still open", test.situation, fd)
			}
		}
	})
}

// TestFiles: what is mounted on the file of a name, and of a mount of an unused namespace,
// in any mount namespace.
func TestFiles(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		pid := holder(t, "mount-named", "x")
		snap := scanned(t, host, Options{Files: true, Everything: true})
		if len(snap.Names) != 1 || snap.Names[0].On == "" {
			t.Fatalf("names: %+v", snap.Names)
		}
		var here, there bool
		for _, m := range snap.OnFile.On[snap.Names[0].On] {
			here = here || m.Namespace == snap.OwnMounts && m.Path == host.NamePath("x")
			there = there || m.Namespace != snap.OwnMounts && m.Through == pid && m.Ino == snap.Names[0].ID.Ino
		}
		if !here || !there {
			t.Errorf("on %s: %+v", snap.Names[0].On, snap.OnFile.On)
		}
	})
}

// TestSteps: the metrics show each source, and the verdicts.
func TestSteps(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		snap := scanned(t, host, Options{})
		var steps []string
		for _, s := range snap.Steps {
			if slices.Contains(steps, s.Source) {
				t.Errorf("%s twice", s.Source)
			}
			steps = append(steps, s.Source)
		}
		for _, s := range sources {
			if !slices.Contains(steps, s.name) {
				t.Errorf("no %s", s.name)
			}
		}
		if len(steps) != len(sources)+1 || !slices.Contains(steps, "verdicts") {
			t.Errorf("steps %q", steps)
		}
		if len(snap.Namespaces) != 1 || snap.Namespaces[0].Verdict != Own || snap.Namespaces[0].ID != snap.Own {
			t.Errorf("%+v", snap.Namespaces)
		}
	})
}

// TestForget: what only the kernel's list has counts if two scans see it.
func TestForget(t *testing.T) {
	invisible, socket := Pin{Kind: Invisible, FD: -1}, Pin{Kind: SocketPin, PID: 9}
	snap := &Snapshot{Namespaces: []*Namespace{
		{Identity: netnsctl.Identity{ID: netID(3)}, Pins: []Pin{invisible}},
		{Identity: netnsctl.Identity{ID: netID(4)}, Pins: []Pin{invisible}},
		{Identity: netnsctl.Identity{ID: netID(5)}, Pins: []Pin{socket}},
	}}
	snap.forget([]string{"net:[4]"})
	if len(snap.Namespaces) != 2 || snap.Lookup("net:[3]") != nil {
		t.Errorf("%v", snap.Namespaces)
	}
}

func TestScanWithoutProcfs(t *testing.T) {
	if _, err := Scan(netnsctl.Host{ProcRoot: t.TempDir()}, Options{}); err == nil || !strings.Contains(err.Error(), "/thread-self/ns/net") {
		t.Error(err)
	}
	if _, err := Open(netnsctl.Host{ProcRoot: t.TempDir()}, "4026531840"); err == nil {
		t.Error("opened without procfs")
	}
}
