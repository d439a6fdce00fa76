package discover

import (
	"os"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

func TestAt(t *testing.T) {
	root := nstest.Tree(t, map[string]string{
		"file": "text", "directory/": "", "net": "-> /proc/self/ns/net", "uts": "-> /proc/self/ns/uts",
		"link": "-> file", "loop": "-> loop", "dangling": "-> none", "through": "-> file/x",
	})
	nstest.Must(t, unix.Mkfifo(root+"/fifo", 0o600))
	dev, ino, err := sys.Stat("/proc/self/ns/net")
	nstest.Must(t, err)
	for _, test := range []struct {
		path string
		want Thing
		text string
		err  error
	}{
		{path: "/file", want: Thing{Kind: Regular}, text: "a regular file"},
		{path: "/directory", want: Thing{Kind: Directory}, text: "a directory"},
		{path: "/fifo", want: Thing{Kind: Fifo}, text: "a fifo"},
		{path: "/link", want: Thing{Kind: Regular, Link: "file"}, text: "a regular file"},
		{path: "/loop", want: Thing{Kind: Link, Link: "loop", Dangling: true}, text: `a symbolic link to "loop", where nothing is`},
		{path: "/dangling", want: Thing{Kind: Link, Link: "none", Dangling: true}, text: `a symbolic link to "none", where nothing is`},
		{path: "/through", want: Thing{Kind: Link, Link: "file/x", Dangling: true}, text: `a symbolic link to "file/x", where nothing is`},
		{
			path: "/net", want: Thing{Type: "net", ID: netnsctl.ID{Dev: dev, Ino: ino}, Link: "/proc/self/ns/net"},
			text: "a namespace of type net",
		},
		{
			path: "/uts", want: Thing{Type: "uts", ID: netnsctl.ID{Dev: dev, Ino: inode(t, "/proc/self/ns/uts")}, Link: "/proc/self/ns/uts"},
			text: "a namespace of type uts",
		},
		{path: "/none", err: syscall.ENOENT},
		{path: "/file/x", err: syscall.ENOTDIR},
	} {
		got, err := At(netnsctl.Host{}, root+test.path)
		if err != test.err || got != test.want || err == nil && got.String() != test.text {
			t.Errorf("%s: %+v, %q, %v", test.path, got, got.String(), err)
		}
	}
	if got, err := At(netnsctl.Host{}, os.DevNull); err != nil || got.Kind != Device || got.String() != "a device" {
		t.Errorf("%+v, %v", got, err)
	}
}
