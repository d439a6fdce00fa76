package discover

import (
	"os"
	"strconv"
	"syscall"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// TestWords: each kind of word leads to the same namespace, in a scan and by itself.
func TestWords(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		nstest.Must(t, host.Add("7"))
		nstest.Must(t, os.WriteFile("/run/file", nil, 0o600))
		pid := strconv.Itoa(holder(t, "process", "x"))
		x, own := inode(t, host.NamePath("x")), inode(t, "/proc/self/ns/net")
		snap := scanned(t, host, Options{})
		for _, test := range []struct {
			word string
			ino  uint64 // 0 if it means none
			name bool   // which is not for Open
		}{
			{word: "x", ino: x, name: true},
			{word: "7", ino: inode(t, host.NamePath("7")), name: true}, // a name before a number
			{word: "pid:" + pid, ino: x},
			{word: "pid:0"},
			{word: "pid:"},
			{word: "pid:x"},
			{word: "pid:4194304"},
			{word: "net:[" + strconv.FormatUint(x, 10) + "]", ino: x},
			{word: strconv.FormatUint(x, 10), ino: x},
			{word: "net:[1]"},
			{word: "net:[]"},
			{word: "1"},
			{word: host.NamePath("x"), ino: x},
			{word: "/proc/" + pid + "/ns/net", ino: x},
			{word: "/proc/" + pid + "/ns/uts"},
			{word: "/run/file"},
			{word: "/run/none"},
			{word: "host", ino: own},
			{word: "nonsense"},
			{word: ""},
		} {
			got := uint64(0)
			if ns := snap.Lookup(test.word); ns != nil {
				got = ns.ID.Ino
			}
			if got != test.ino {
				t.Errorf("Lookup(%q): %d, not %d", test.word, got, test.ino)
			}
			if test.name {
				continue
			}
			fd, err := Open(host, test.word)
			if test.ino == 0 {
				if err != syscall.ENOENT {
					t.Errorf("Open(%q): %v", test.word, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("Open(%q): %v", test.word, err)
				continue
			}
			if _, ino, _ := sys.Fstat(int(fd)); ino != test.ino {
				t.Errorf("Open(%q): %d, not %d", test.word, ino, test.ino)
			}
			fd.Close()
		}
	})
}

// TestOpenOwn: our own namespace can be opened where no process but ours is in it.
func TestOpenOwn(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		fd, err := Open(host, strconv.FormatUint(inode(t, "/proc/self/ns/net"), 10))
		if err != nil || !fd.IsOpen() {
			t.Fatal(err)
		}
		fd.Close()
	})
}

// TestResolve: a host takes the words where it has no such name.
func TestResolve(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, host.Add("x"))
		resolving := netnsctl.Host{Resolve: Open}
		named, err := resolving.Identity("x")
		nstest.Must(t, err)
		byNumber, err := resolving.Identity(named.ID.String())
		if err != nil || byNumber != named {
			t.Errorf("%v, %v", byNumber, err)
		}
	})
}

// TestOpenRefused: who may not look is told so, since the namespace may be there.
func TestOpenRefused(t *testing.T) {
	nstest.NeedRoot(t, "only root becomes another user")
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, os.Mkdir("/run/locked", 0))
		nstest.Must(t, syscall.Setuid(65534)) // in all threads
		if _, err := Open(host, "/run/locked/x"); err != syscall.EACCES {
			t.Error(err)
		}
	})
}

// TestOpenNoNamespace: only a file of nsfs is opened.
func TestOpenNoNamespace(t *testing.T) {
	root := nstest.Tree(t, map[string]string{"thread-self/ns/net": "-> /proc/self/ns/net", "9000001/ns/net": "text"})
	if _, err := Open(netnsctl.Host{ProcRoot: root}, "pid:9000001"); err != syscall.ENOENT {
		t.Errorf("a file that is no namespace: %v", err)
	}
}
