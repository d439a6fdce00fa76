package helper

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestResolve: a path is resolved as the kernel does, and no further than it leads.
func TestResolve(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	nstest.Must(t, err)
	nstest.Must(t, os.MkdirAll(top+"/a/b", 0o755))
	nstest.Must(t, os.WriteFile(top+"/a/b/file", nil, 0o600))
	for link, target := range map[string]string{
		"down": "a/b", "up": "../" + filepath.Base(top) + "/a", "far": top + "/down", "loop": "loop", "none": "nothing/x", "a/b/end": "file",
	} {
		nstest.Must(t, os.Symlink(target, top+"/"+link))
	}
	t.Chdir(top + "/a")
	for file, want := range map[string]string{
		top + "/a/b/file": "/a/b/file", top + "//a/./b/": "/a/b", top + "/down/file": "/a/b/file", top + "/far/end": "/a/b/file",
		top + "/up/b": "/a/b", top + "/down/../b": "/a/b", top + "/far/../../down": "/a/b",
		top + "/none": "/nothing/x", top + "/a/gone/../x": "/a/x", top + "/a/b/file/x": "/a/b/file/x",
		"b/end": "/a/b/file", "./b": "/a/b", "../down": "/a/b", top + "/loop": "ELOOP",
	} {
		got, err := new(Helper).Resolve(file)
		if err == syscall.ELOOP {
			got, err = top+"ELOOP", nil
		}
		if err != nil || strings.TrimPrefix(got, top) != want {
			t.Errorf("%s: %q, %v, want %s", file, got, err, want)
		}
	}
	if got, err := new(Helper).Resolve("/proc/self/root/run"); got != "/proc/self/root/run" || err != nil {
		t.Errorf("procfs: %q, %v", got, err)
	}
}

// TestResolveTrust: the link of another user leads nowhere, at the end of a path or on the way.
func TestResolveTrust(t *testing.T) {
	nstest.NeedRoot(t, "another user's link needs root")
	top, err := filepath.EvalSymlinks(t.TempDir())
	nstest.Must(t, err)
	nstest.Must(t, os.Symlink("/etc", top+"/his"))
	nstest.Must(t, os.Lchown(top+"/his", 1000, 1000))
	nstest.Must(t, os.Symlink("his", top+"/mine"))
	for _, file := range []string{"/his", "/his/passwd", "/mine"} {
		if got, err := new(Helper).Resolve(top + file); err != syscall.EACCES {
			t.Errorf("%s: %q, %v", file, got, err)
		}
	}
}
