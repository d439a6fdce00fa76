package rundir

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

const runDir = "/run/netns"

// opened makes a run directory with an entry of each kind, and opens it.
func opened(t *testing.T, script string, words ...string) *Dir {
	t.Helper()
	nstest.Must(t, os.MkdirAll(runDir, 0o755))
	nstest.Shell(t, "cd "+runDir+"\n"+script, words...)
	d, err := Open(runDir, "/proc", nil)
	nstest.Must(t, err)
	t.Cleanup(d.Close)
	return d
}

func TestLook(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		sleep := exec.Command("sleep", "infinity")
		nstest.Must(t, sleep.Start())
		pid := sleep.Process.Pid
		d := opened(t, `
			touch dead net uts mounted
			echo text >content
			mkdir directory
			mkfifo fifo
			mount --bind /proc/self/ns/net net
			mount --bind /proc/self/ns/uts uts
			mount --bind /etc/passwd mounted
			ln -s loop loop
			ln -s /run/nowhere dangling
			ln -s content/x through-file
			ln -s content link
			ln -s net to-name
			ln -s /proc/$1/ns/net to-process`, strconv.Itoa(pid))
		type seen struct {
			kind     uint32
			size     uint64
			target   string
			mounted  bool
			nsType   int
			pid      int
			linkErr  error
			isAbsent bool
		}
		for name, want := range map[string]seen{
			"dead":         {kind: sys.KindRegular},
			"content":      {kind: sys.KindRegular, size: 5},
			"directory":    {kind: sys.KindDirectory},
			"fifo":         {kind: sys.KindFifo},
			"net":          {kind: sys.KindRegular, mounted: true, nsType: sys.TypeNet},
			"uts":          {kind: sys.KindRegular, mounted: true, nsType: unix.CLONE_NEWUTS},
			"mounted":      {kind: sys.KindRegular, mounted: true},
			"loop":         {kind: sys.KindLink, target: "loop", linkErr: syscall.ELOOP},
			"dangling":     {kind: sys.KindLink, target: "/run/nowhere", linkErr: syscall.ENOENT},
			"through-file": {kind: sys.KindLink, target: "content/x", linkErr: syscall.ENOTDIR},
			"link":         {kind: sys.KindLink, target: "content"},
			"to-name":      {kind: sys.KindLink, target: "net", nsType: sys.TypeNet},
			"to-process":   {kind: sys.KindLink, target: "/proc/" + strconv.Itoa(pid) + "/ns/net", nsType: sys.TypeNet, pid: pid},
			"absent":       {isAbsent: true},
		} {
			e, there := d.Look(name)
			got := seen{e.File.Type, e.File.Size, e.File.Target, e.Mounted, e.Namespace.Type, e.Process.PID, e.LinkErr, !there}
			if got != want || there && (e.Err != nil || e.Name != name) {
				t.Errorf("%s: %+v, %v\nwant %+v", name, got, e.Err, want)
			}
			if there && e.File.Born.IsZero() {
				t.Errorf("%s has no birth", name)
			}
			if (e.Process.StartTicks != 0) != (want.pid != 0) {
				t.Errorf("%s leads to a process that started at %d", name, e.Process.StartTicks)
			}
			if empty := name == "dead" || want.mounted; there && e.File.Empty() != empty {
				t.Errorf("%s is empty: %v", name, !empty)
			}
			again, _ := d.Look(name)
			if !e.SameFile(again) || !e.SameTarget(again) {
				t.Errorf("%s is another one at the second look", name)
			}
		}
		_, there := d.Look(strings.Repeat("x", 300))
		if !there {
			t.Error("an entry that cannot be looked at is not there")
		}
	})
}

// TestLookChanged: a file that was made anew is another file, a mount that came is another
// target.
func TestLookChanged(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		d := opened(t, "touch again mounted")
		again, _ := d.Look("again")
		mounted, _ := d.Look("mounted")
		nstest.Shell(t, `cd /run/netns; echo x >new; mv new again; mount --bind /proc/self/ns/net mounted`)
		if now, _ := d.Look("again"); again.SameFile(now) || !again.SameTarget(now) {
			t.Errorf("file %v, target %v", again.SameFile(now), again.SameTarget(now))
		}
		if now, _ := d.Look("mounted"); !mounted.SameFile(now) || mounted.SameTarget(now) {
			t.Errorf("file %v, target %v", mounted.SameFile(now), mounted.SameTarget(now))
		}
		refused := again
		refused.Err = syscall.EACCES // no longer to be told where it leads
		if again.SameTarget(refused) {
			t.Error("what cannot be looked at is the same")
		}
		if unseen := (Entry{}); !unseen.SameFile(again) {
			t.Error("a file that was not seen is another one")
		}
	})
}

func TestRemove(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		d := opened(t, `touch dead mounted; mkdir empty full full/x; mount --bind /proc/self/ns/net mounted`)
		for _, test := range []struct {
			name string
			err  error
		}{
			{name: "dead"},
			{name: "empty"},
			{name: "full", err: syscall.ENOTEMPTY},
			{name: "mounted", err: syscall.EBUSY},
		} {
			e, _ := d.Look(test.name)
			if err := d.Remove(e); err != test.err {
				t.Errorf("%s: %v", test.name, err)
			}
			if _, there := d.Look(test.name); there != (test.err != nil) {
				t.Errorf("%s is there: %v", test.name, there)
			}
		}
	})
}

// TestRemoveEverywhere: the file goes with the mounts on it, also in another mount
// namespace.
func TestRemoveEverywhere(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		d := opened(t, `touch x; mount --bind /proc/self/ns/net x`)
		pid := strings.TrimSpace(nstest.Shell(t, `
			mkfifo /run/ready
			unshare -m --propagation private sh -c 'echo >/run/ready; exec sleep infinity' >/dev/null 2>&1 &
			echo $!
			read _ </run/ready`))
		nstest.Must(t, d.RemoveEverywhere("x"))
		if _, there := d.Look("x"); there {
			t.Error("the file is there")
		}
		text, err := os.ReadFile("/proc/" + pid + "/mountinfo")
		nstest.Must(t, err)
		if strings.Contains(string(text), "/run/netns/x") {
			t.Error("the mount elsewhere is there")
		}
		if err := d.RemoveEverywhere("x"); err != syscall.ENOENT {
			t.Error(err)
		}
	})
}

func TestDir(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		d := opened(t, "")
		if d.MountID() == 0 || !d.OnTmpfs() || !d.Current() {
			t.Errorf("mount %d, on tmpfs %v, current %v", d.MountID(), d.OnTmpfs(), d.Current())
		}
		_, err := d.Lock(time.Second)
		nstest.Must(t, err)
		other, err := os.Open(runDir)
		nstest.Must(t, err)
		defer other.Close()
		if err := unix.Flock(int(other.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != unix.EWOULDBLOCK {
			t.Error("not locked:", err)
		}
		d.Unlock()
		nstest.Must(t, unix.Flock(int(other.Fd()), unix.LOCK_EX|unix.LOCK_NB))
		nstest.Must(t, syscall.Mount(runDir, runDir, "", syscall.MS_BIND, ""))
		if d.Current() {
			t.Error("current below a new mount of the same directory")
		}
		nstest.Must(t, syscall.Unmount(runDir, 0))
		nstest.Must(t, os.Rename(runDir, runDir+"-old"))
		if d.Current() {
			t.Error("current after a rename")
		}
	})
}

// TestOpenErrors: neither a procfs nor a directory.
func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir, filepath.Join(dir, "none"), nil); err != syscall.ENOENT {
		t.Error("procfs:", err)
	}
	if _, err := Open(filepath.Join(dir, "none"), "/proc", nil); err != syscall.ENOENT {
		t.Error("directory:", err)
	}
}
