package discover

import (
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// TestGaps: where a scan does not see what pid 1 sees, a critical gap says so.
func TestGaps(t *testing.T) {
	usual := map[string]string{
		"self":                  "-> " + strconv.Itoa(os.Getpid()),
		"thread-self/ns/net":    "-> /proc/self/ns/net",
		"thread-self/ns/mnt":    "-> mnt:[500]",
		"thread-self/ns/pid":    "-> " + initialPIDs,
		"1/ns/net":              "-> net:[77]",
		"1/ns/mnt":              "-> mnt:[500]",
		"1/ns/pid":              "-> " + initialPIDs,
		"1/root":                "-> /",
		"1/stat":                "1 (init) S" + zeros(18) + " 100 0 0\n",
		"thread-self/mountinfo": "",
	}
	for _, test := range []struct {
		situation string
		change    map[string]string // of the recorded procfs; "" is for what is not there
		gap       string
		pids      bool
		mounts    uint64 // pid 1's
	}{
		{situation: "as usual", pids: true, mounts: 500},
		{
			situation: "pid 1 is not readable", change: map[string]string{"1/ns/net": "", "1/ns/mnt": "", "1/ns/pid": "", "1/root": ""},
			gap: GapHost, pids: true, mounts: 500,
		},
		{
			situation: "another mount namespace", change: map[string]string{"1/ns/mnt": "-> mnt:[400]"},
			gap: GapMountNamespace, pids: true, mounts: 400,
		},
		{
			situation: "another root", change: map[string]string{"1/root": "-> /proc"},
			gap: GapRoot, pids: true, mounts: 500,
		},
		{
			situation: "a directory of the same file system as root", change: map[string]string{"1/root": "-> /etc"},
			gap: GapRoot, pids: true, mounts: 500,
		},
		{
			situation: "another pid namespace than the initial one", change: map[string]string{"1/ns/pid": "-> pid:[7]", "thread-self/ns/pid": "-> pid:[7]"},
			gap: GapForeignMounts + " on RUNDIR", mounts: 500,
		},
		{
			situation: "pid 1 is in another pid namespace", change: map[string]string{"1/ns/pid": "-> pid:[7]"},
			gap: GapPIDNamespace, pids: true, mounts: 500,
		},
		{
			situation: "the procfs of another pid namespace", change: map[string]string{"self": "-> 7"},
			gap: GapProcfs + ": ROOT shows another", pids: true, mounts: 500,
		},
	} {
		t.Run(test.situation, func(t *testing.T) {
			files := maps.Clone(usual)
			maps.Copy(files, test.change)
			maps.DeleteFunc(files, func(path, text string) bool { return text == "" && path != "thread-self/mountinfo" })
			at := netnsctl.Host{ProcRoot: nstest.Tree(t, files), RunDir: t.TempDir()}
			v, err := newVantage(at)
			nstest.Must(t, err)
			defer v.close()
			var found []string
			for _, gap := range v.gaps {
				if gap.Critical && !strings.HasPrefix(gap.What, "what takes CAP_") { // of an ordinary user
					found = append(found, gap.What)
				}
			}
			want := strings.NewReplacer("RUNDIR", at.RunDir, "ROOT", at.ProcRoot).Replace(test.gap)
			if strings.Join(found, "; ") != want {
				t.Errorf("gaps %q, want %q", found, want)
			}
			if v.allPIDs != test.pids || v.hostMounts != test.mounts || v.ownMounts != 500 {
				t.Errorf("all pids %v, mount namespaces %d and %d", v.allPIDs, v.hostMounts, v.ownMounts)
			}
			if v.own.Ino != inode(t, "/proc/self/ns/net") {
				t.Errorf("our own is %v", v.own)
			}
			if first := test.change["1/ns/net"]; v.host1.Ino != 77 && first != "" {
				t.Errorf("pid 1's is %v", v.host1)
			}
		})
	}
}

// TestPrivilege: who lacks capabilities is told what he does not see.
func TestPrivilege(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		has := func() (has bool) {
			v, err := newVantage(host)
			nstest.Must(t, err)
			defer v.close()
			return slices.Contains(v.gaps, Gap{What: GapPrivilege, Critical: true, Vantage: true})
		}
		if has() {
			t.Error("root is told so, too")
		}
		told := false
		sys.OnThrowAwayThread(func() {
			if err := dropCapabilities(); err != nil {
				t.Error(err)
			}
			told = has()
		})
		if !told {
			t.Error("without capabilities: no gap")
		}
	})
}

// TestHostUnknown: where pid 1's namespaces cannot be read, a path of ours is not taken for
// one of pid 1's.
func TestHostUnknown(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		v := recorded(t, nil)
		v.ownMounts, v.hostMounts = 500, 500
		m := &Mount{Path: bound(t), Host: true, Namespace: 500}
		if _, err := v.openMount(m, v.own.Ino); err == nil {
			t.Error("opened")
		}
		v.host1 = netID(77)
		fd, err := v.openMount(m, v.own.Ino)
		nstest.Must(t, err)
		sys.Close(fd)
	})
}

// bound mounts the namespace of the test, and gives the path.
func bound(t *testing.T) string {
	const path = "/run/bound"
	nstest.Must(t, os.WriteFile(path, nil, 0o600))
	nstest.Must(t, sys.BindMount("/proc/self/ns/net", path))
	return path
}

// TestGapOrder: the gaps of a scan are in the order of the sources, those of the vantage
// first.
func TestGapOrder(t *testing.T) {
	v := recorded(t, map[string]string{
		"9000001/ns/net": "-> no namespace", "9000001/task/9000001/stat": "9000001 (x) S" + zeros(50),
		"netns": "no directory",
	})
	v.critical(GapHost)
	gaps, err := v.look(func(_ string, run func()) { run() })
	nstest.Must(t, err)
	var order []string
	for _, gap := range gaps {
		order = append(order, gap.What)
	}
	want := []string{GapHost, GapProcesses, GapUnusedMountNamespaces, "the names in " + v.host.Dir(), GapInvisible}
	if !slices.Equal(order, want) {
		t.Errorf("gaps %q\nwant %q", order, want)
	}
}

// dropCapabilities takes all capabilities from the calling thread.
func dropCapabilities() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	return unix.Capset(&header, &none[0])
}

// TestForeignMounts: a run directory that is older than our pid namespace may be in mount
// namespaces that we cannot see.
func TestForeignMounts(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, os.MkdirAll("/run/netns", 0o755))
		for _, test := range []struct {
			dir  string
			born bool // before the pid namespace
		}{
			{dir: "/run/netns"},
			{dir: "/etc", born: true},
		} {
			snap := scanned(t, netnsctl.Host{RunDir: test.dir}, Options{})
			if has := hasGap(snap, GapForeignMounts+" on "+test.dir+""); has != test.born {
				t.Errorf("%s: %v", test.dir, snap.Gaps)
			}
		}
	})
}

// TestLookFromElsewhere: a process that scans from another mount namespace than pid 1's
// finds pid 1's names, and sees every process, but does not call anything an orphan.
func TestLookFromElsewhere(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		nstest.Must(t, host.Add("y"))
		nstest.Shell(t, "touch /run/moved; mount --bind /run/netns/y /run/moved; umount /run/netns/y; rm /run/netns/y")
		var snap *Snapshot
		err := error(nil)
		sys.OnThrowAwayThread(func() {
			if err = sys.NewMountNamespace(); err == nil {
				snap, err = Scan(host, Options{Everything: true})
			}
		})
		nstest.Must(t, err)
		defer snap.Close()
		if !hasGap(snap, GapMountNamespace) {
			t.Error(snap.Gaps)
		}
		if ns := snap.named(t, "x"); ns.Verdict != Idle || ns.Reason != "no process" {
			t.Errorf("%s, %q", ns.Verdict, ns.Reason)
		}
		if ns := snap.named(t, "/run/moved"); ns.Verdict != Unknown || ns.Seen() != Orphan || !strings.HasPrefix(ns.Reason, CannotTell) {
			t.Errorf("%s, %q", ns.Verdict, ns.Reason)
		}
	})
}

// TestChrooted: mounts of a mount namespace whose only process is chrooted are read from
// inside.
func TestChrooted(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		pid := holder(t, "mount", "x")
		nstest.Must(t, host.Delete("x"))
		nstest.Must(t, os.MkdirAll("/run/jail", 0o755))
		chrooted := exec.Command("nsenter", "-t", strconv.Itoa(pid), "-m", "sh", "-c", "mount --rbind / /run/jail; exec chroot /run/jail sh -c 'echo; exec sleep infinity'")
		out, err := chrooted.StdoutPipe()
		nstest.Must(t, err)
		nstest.Must(t, chrooted.Start())
		_, err = out.Read(make([]byte, 1))
		nstest.Must(t, err)
		end(t, pid)
		for _, ns := range scanned(t, host, Options{}).Namespaces {
			for _, p := range ns.Pins {
				if p.Kind == MountPin && p.Mount.Path == "/run/c/ns" && p.Mount.Through == chrooted.Process.Pid {
					return
				}
			}
		}
		t.Error("the mount is not found")
	})
}
