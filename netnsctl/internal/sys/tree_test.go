package sys

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// TestTreeSwapped: whatever others put in the place of a file, or of a directory on the way,
// is not opened.
func TestTreeSwapped(t *testing.T) {
	const tries = 20_000
	for what, other := range others(t) {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			must(t, os.Mkdir(dir+"/sub", 0o700))
			must(t, os.WriteFile(dir+"/sub/file", []byte("text"), 0o600))
			must(t, os.Mkdir(dir+"/trap", 0o700))
			must(t, os.Symlink(other, dir+"/trap/file"))
			opened := watchOpens(t, other)
			exchange(t, dir+"/sub", dir+"/trap")
			tree := OpenTree(dir)
			defer tree.Close()
			var yes, no int
			for range tries {
				text, err := tree.Read("sub/file", 100)
				switch {
				case err != nil:
					no++
				case string(text) == "text":
					yes++
				default:
					t.Fatalf("%q", text)
				}
			}
			if yes == 0 || no == 0 {
				t.Errorf("read %d times, refused %d times: nothing was swapped", yes, no)
			}
			if what != "device" && opened() > 0 {
				t.Errorf("%s was opened", what)
			}
		})
	}
}

// TestTree: only regular files of a size within the limit are read.
func TestTree(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Mkdir(dir+"/sub", 0o700))
	must(t, os.WriteFile(dir+"/sub/file", []byte("1234"), 0o600))
	must(t, unix.Mkfifo(dir+"/sub/fifo", 0o600))
	must(t, os.Symlink(dir, dir+"/link"))
	tree := OpenTree(dir + "/link")
	defer tree.Close()
	for path, limit := range map[string]int{"sub/file": 3, "sub/fifo": 100, "sub": 100, "none": 100, "link/sub/file": 100, "../etc/passwd": 1 << 20} {
		if text, err := tree.Read(path, limit); err == nil {
			t.Errorf("%s: %q", path, text)
		}
	}
	if text, err := tree.Read("sub/file", 4); string(text) != "1234" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	if names, err := tree.Names("sub"); len(names) != 2 || err != nil {
		t.Errorf("%q, %v", names, err)
	}
	none := OpenTree(dir + "/none")
	defer none.Close()
	if names, err := none.Names(""); err == nil {
		t.Errorf("%q", names)
	}
}
