package netnsctl

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestValidName(t *testing.T) {
	for _, name := range []string{
		"a", "...", ".a", "-x", " ", "\n", "\xff", "a b", "(id: 0)", strings.Repeat("n", 255), strings.Repeat("é", 127),
	} {
		if !ValidName(name) {
			t.Errorf("%q is no name", name)
		}
	}
	for _, name := range []string{"", ".", "..", "/", "a/b", "/a", "a/", "../a", strings.Repeat("n", 256), strings.Repeat("é", 128)} {
		if ValidName(name) {
			t.Errorf("%q is a name", name)
		}
	}
}

// recordedHost has two namespaces, links to those of the test, under four names, and five
// processes.
func recordedHost(t *testing.T) Host {
	t.Helper()
	root := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(root+"/run", 0o755))
	must(os.Symlink("/proc/self/ns/net", root+"/one"))
	must(os.Symlink("/proc/self/ns/uts", root+"/two"))
	must(os.Symlink("../one", root+"/run/a"))
	must(os.Symlink("../two", root+"/run/b"))
	must(os.Symlink("a", root+"/run/link"))
	must(os.Symlink("nowhere", root+"/run/dangling"))
	for pid, ns := range map[string]string{"1": "two", "10": "one", "9": "one", "self": "one", "x9": "one", "12x": "two"} {
		must(os.MkdirAll(root+"/proc/"+pid+"/ns", 0o755))
		must(os.Symlink(root+"/"+ns, root+"/proc/"+pid+"/ns/net"))
	}
	must(os.MkdirAll(root+"/proc/11", 0o755)) // not to be looked at
	return Host{RunDir: root + "/run", ProcRoot: root + "/proc", EtcDir: root + "/etc"}
}

func TestRecordedNames(t *testing.T) {
	h := recordedHost(t)
	id, err := h.IDOfPID("9")
	if err != nil {
		t.Fatal(err)
	}
	names, err := h.NamesOf(id)
	slices.Sort(names) // the directory's order is the file system's
	if diff := cmp.Diff([]string{"a", "link"}, names); diff != "" || err != nil {
		t.Errorf("names (-want +got):\n%s%v", diff, err)
	}
	all, err := h.Names()
	slices.Sort(all)
	if diff := cmp.Diff([]string{"a", "b", "dangling", "link"}, all); diff != "" || err != nil {
		t.Errorf("all (-want +got):\n%s%v", diff, err)
	}
}

func TestRecordedPIDs(t *testing.T) {
	h := recordedHost(t)
	for name, want := range map[string][]int{"a": {9, 10}, "link": {9, 10}, "b": {1}} {
		pids, err := h.PIDs(name)
		slices.Sort(pids)
		// "12x" is no process, and nothing that procfs has.
		pids = slices.DeleteFunc(pids, func(pid int) bool { return pid == 0 })
		if diff := cmp.Diff(want, pids); diff != "" || err != nil {
			t.Errorf("%s (-want +got):\n%s%v", name, diff, err)
		}
	}
}

// TestInvalidName: no name leads out of the run directory.
func TestInvalidName(t *testing.T) {
	dir := t.TempDir()
	victim := dir + "/victim"
	if err := os.WriteFile(victim, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	host := Host{RunDir: dir + "/run"}
	if err := os.Mkdir(host.RunDir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../victim", "../new", "", ".", "..", "a/b", strings.Repeat("n", 256)} {
		for what, err := range map[string]error{
			"Add": host.Add(name), "Delete": host.Delete(name), "Attach": host.Attach(name, "/proc/self/ns/net"),
			"AttachAny": host.AttachAny(name, "x"), "Deleter": host.NewDeleter().Delete(name), "Adder": host.NewAdder().Add(name),
		} {
			if op, ok := errors.AsType[*OpError](err); !ok || what != "AttachAny" && !errors.Is(op, ErrInvalidName) {
				t.Errorf("%s %q: %v", what, name, err)
			}
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("%v, %v: something was made or removed", entries, err)
	}
}

// FuzzValidName: a name is valid if, and only if, the kernel makes a file of it
// directly in the directory.
func FuzzValidName(f *testing.F) {
	for _, seed := range []string{
		"a", "", ".", "..", "...", "a/b", "/", "-x", "\x1b[2J", "a\x00b", "\x00", "\xff", strings.Repeat("x", 255), strings.Repeat("x", 256),
		strings.Repeat("é", 128), "new\nline",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		dir := t.TempDir()
		path := dir + "/" + name
		err := os.Mkdir(path, 0o700)
		entries, _ := os.ReadDir(dir)
		made := err == nil && len(entries) == 1 && entries[0].Name() == name
		if ValidName(name) != made {
			t.Errorf("%q is valid: %v; %v, made: %v", name, ValidName(name), err, made)
		}
	})
}
