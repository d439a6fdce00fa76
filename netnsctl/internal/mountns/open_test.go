package mountns

import (
	"os"
	"syscall"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// TestOpenMounted: what is mounted elsewhere is opened without entering, symbolic links are
// not followed, and other files are not opened.
func TestOpenMounted(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		pid, ino := isolated(t, `
			mkdir /run/dir; : >/run/dir/ns; mount --bind /proc/self/ns/uts /run/dir/ns
			ln -s dir /run/link; ln -s dir/ns /run/last; : >/run/file`)
		m := New("/proc", ino)
		m.AddMembers(pid)
		defer m.Close()
		fd, err := m.OpenMounted("/run/dir/ns")
		nstest.Must(t, err)
		defer sys.Close(fd)
		if _, is, _ := sys.Fstat(fd); is != inoOf(t, "/proc/self/ns/uts") {
			t.Errorf("it is %d", is)
		}
		for path, want := range map[string]error{
			"/run/link/ns": syscall.ELOOP, "/run/last": syscall.ELOOP, "/run/file": sys.ErrNotNamespace, "/run/none": syscall.ENOENT,
		} {
			if fd, err := m.OpenMounted(path); err != want {
				t.Errorf("%s: %d, %v", path, fd, err)
			}
		}
		if _, err := OpenHere(nil, "/run/dir/ns"); err != sys.ErrNotNamespace {
			t.Errorf("it is not mounted here: %v", err)
		}
	})
}

// TestNotOpenedIn: a mount namespace that could not be opened where it is mounted is not one
// that is gone, and the owner of the path answers for it.
func TestNotOpenedIn(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		pid, ino := isolated(t, `ln -s /dev/null /run/moved`)
		in := New("/proc", ino)
		in.AddMembers(pid)
		defer in.Close()
		m := New("/proc", ino+1)
		if err := m.OpenIn(in, "/run/moved"); err != syscall.ELOOP {
			t.Errorf("opened: %v", err)
		}
		if err := m.Open(); err != syscall.ELOOP {
			t.Errorf("later: %v", err)
		}
		if m.Owner() != int64(os.Getuid()) || m.OfRoot() {
			t.Errorf("owner %d, root's: %v", m.Owner(), m.OfRoot())
		}
		if err := m.OpenIn(in, "/run/none"); err != syscall.ENOENT {
			t.Errorf("not there: %v", err)
		}
	})
}
