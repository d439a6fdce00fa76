package sys

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// TestIsOpenElsewhere: only another open file counts, and a look leaves no lease.
func TestIsOpenElsewhere(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(dir+"/x", nil, 0))
	must(t, os.Symlink("x", dir+"/link"))
	must(t, os.Mkdir(dir+"/dir", 0o700))
	at, err := OpenDir(dir)
	must(t, err)
	defer unix.Close(at)
	is := func(name string, want bool) {
		t.Helper()
		if got := IsOpenElsewhere(at, name, 0); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	for _, name := range []string{"x", "link", "dir", "none"} {
		is(name, false)
	}
	held, err := OpenPath(dir + "/x")
	must(t, err)
	is("x", false)
	unix.Close(held)
	must(t, os.Chmod(dir+"/x", 0o600))
	for _, flags := range []int{os.O_RDONLY, os.O_WRONLY, os.O_RDWR} {
		f, err := os.OpenFile(dir+"/x", flags, 0)
		must(t, err)
		is("x", true)
		f.Close()
		is("x", false)
	}
}
