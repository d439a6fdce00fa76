package sys

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestWalkTo: what follows a path part by part finds what the kernel finds.
func TestWalkTo(t *testing.T) {
	dir := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(dir+"/a/b", 0o755))
	must(os.WriteFile(dir+"/a/file", []byte("x"), 0o600))
	for name, target := range map[string]string{
		"absolute": dir + "/a", "relative": "a/b", "up": "a/../a/file", "loop": "loop", "dangling": "nowhere", "chain": "absolute/b",
		"a/back": "../a/file", "net": "/proc/self/ns/net", "root": "/proc/self/root", "slash": "a/", "out": "../../..",
	} {
		must(os.Symlink(target, filepath.Join(dir, name)))
	}
	must(os.Mkdir(dir+"/shared", 0o700))
	must(os.Symlink("../a", dir+"/shared/foreign"))
	must(os.Chmod(dir+"/shared", 0o777|os.ModeSticky))
	if os.Geteuid() == 0 {
		must(os.Lchown(dir+"/shared/foreign", 1000, 1000)) // see fs.protected_symlinks
	}
	fd, err := OpenDir(dir)
	must(err)
	defer Close(fd)
	for _, path := range []string{
		"a", "a/", "a//b", "./a/./file", "a/file/x", "a/none", "a/file/", "loop/", "none/a", "..", "a/../a/file", ".", "",
		"absolute", "absolute/b", "relative", "up", "loop", "loop/x", "dangling", "chain", "a/back", "net", "net/x", "slash", "slash/b",
		"shared/foreign", "shared/foreign/", "shared/foreign/b",
		"root" + dir + "/a", "out", "/proc/self/ns/net", "/proc/self/exe", dir + "/a/b", "/", "//a", "/proc/self/fd",
	} {
		for _, how := range []How{0, Follow, NoLinks, NoLinks | Beneath, Follow | DirectoryOnly} {
			if how&Beneath != 0 && strings.HasPrefix(path, "a/..") {
				continue // which walkTo takes for a way out
			}
			want, wantErr := Hold(fd, path, how)
			got, gotErr := walkTo(fd, path, how)
			var a, b FileStat
			if wantErr == nil && gotErr == nil {
				must(StatFD(want, &a))
				must(StatFD(got, &b))
			}
			if (wantErr == nil) != (gotErr == nil) || a.Dev != b.Dev || a.Ino != b.Ino || a.MountID != b.MountID {
				t.Errorf("%q, %d: %v and %v, %v and %v", path, how, a.Ino, b.Ino, wantErr, gotErr)
			}
			if wantErr != gotErr && gotErr != unix.EXDEV {
				t.Errorf("%q, %d: %v, want %v", path, how, gotErr, wantErr)
			}
			for _, fd := range []int{want, got} {
				if fd >= 0 {
					Close(fd)
				}
			}
		}
	}
}
