package sys

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestHoldNoLinks: no symbolic link is followed, with and without openat2(2).
func TestHoldNoLinks(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	must(t, os.WriteFile(dir+"/file", nil, 0o600))
	must(t, os.Symlink(dir, dir+"/link"))
	must(t, os.Symlink("file", dir+"/last"))
	for what, hold := range map[string]func(string) (int, error){
		"cached": func(path string) (int, error) { return HoldCached(-1, path, NoLinks) },
		"hold":   func(path string) (int, error) { return Hold(-1, path, NoLinks) },
		"walk":   func(path string) (int, error) { return walkNoLinks(-1, path, NoLinks) },
	} {
		for path, there := range map[string]bool{"/file": true, "/none": false, "/link/file": false, "/last": false} {
			fd, err := hold(dir + path)
			held := err == nil && isRegular(t, fd)
			if err == nil {
				unix.Close(fd)
			}
			if held != there {
				t.Errorf("%s, %s: %v", what, path, err)
			}
		}
	}
}

func isRegular(t *testing.T, fd int) bool {
	t.Helper()
	var st FileStat
	must(t, StatFD(fd, &st))
	return st.Kind() == KindRegular
}

// TestHoldBeneath: no path leads out of the directory, with and without openat2(2).
func TestHoldBeneath(t *testing.T) {
	dir := t.TempDir()
	must(t, os.MkdirAll(dir+"/top/sub", 0o700))
	must(t, os.WriteFile(dir+"/secret", nil, 0o600))
	must(t, os.WriteFile(dir+"/top/sub/file", nil, 0o600))
	must(t, os.Symlink("sub", dir+"/top/link"))
	top, err := OpenPath(dir + "/top")
	must(t, err)
	defer unix.Close(top)
	for what, hold := range map[string]func(int, string) (int, error){
		"openat2": func(dirfd int, path string) (int, error) { return Hold(dirfd, path, NoLinks|Beneath) },
		"walk":    func(dirfd int, path string) (int, error) { return walkNoLinks(dirfd, path, NoLinks|Beneath) },
	} {
		for path, there := range map[string]bool{
			"sub/file": true, "sub": true, "sub//file": true, "none": false, "link/file": false,
			"../secret": false, "sub/../../secret": false, dir + "/secret": false,
		} {
			fd, err := hold(top, path)
			if err == nil {
				unix.Close(fd)
			}
			if (err == nil) != there {
				t.Errorf("%s, %s: %v", what, path, err)
			}
		}
	}
}
