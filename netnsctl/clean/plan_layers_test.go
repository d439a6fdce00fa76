package clean_test

import (
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// TestMakeLayers: what else is mounted on the file of a name, and what the steps uncover and delete
// beyond it.
func TestMakeLayers(t *testing.T) {
	layer := func(path string, ino uint64) discover.Layer {
		return discover.Layer{FileMount: discover.FileMount{Path: path, Ino: ino, Net: ino >= 100}}
	}
	wrongType := func(w world, layers ...discover.Layer) {
		w.dead.Cause, w.dead.Mounted, w.dead.Top = discover.WrongType, true, netnsctl.ID{Dev: 4, Ino: 7}
		w.dead.Layers = append([]discover.Layer{layer("/run/netns/dead", 7)}, layers...)
	}
	for _, c := range []struct {
		name, targets, want string
		change              func(w world)
	}{
		{
			name: "a mount at another path", targets: "dead", want: "skip dead: a namespace of another type is mounted on its file at /run/copy/dead, unmount /run/copy/dead",
			change: func(w world) { w.dead.Beside = []discover.Layer{layer("/run/copy/dead", 7)} },
		},
		{
			name: "a mount that goes with those on the name", targets: "dead", want: "remove dead",
			change: func(w world) {
				w.dead.Beside = []discover.Layer{layer("/run/copy/dead", 7)}
				w.dead.Beside[0].Follows = true
			},
		},
		{
			name: "a mount of an orphan", targets: "dead", want: "skip dead: net:[100] is mounted on its file at /run/copy/dead, release net:[100]",
			change: func(w world) { w.dead.Beside = []discover.Layer{layer("/run/copy/dead", 100)} },
		},
		{
			name: "a covered mount", targets: "dead",
			want: "skip dead: something is mounted on its file at /run/netns/dead, but covered by the mount at /run/netns, below /run/netns",
			change: func(w world) {
				w.dead.Beside = []discover.Layer{layer("/run/netns/dead", 0)}
				w.dead.Beside[0].Cover = "/run/netns"
			},
		},
		{
			name: "a mount whose cover has mounts on it", targets: "dead",
			want: "skip dead: something is mounted on its file at /run/netns/dead, but covered by the mount at /run/netns",
			change: func(w world) {
				w.dead.Beside = []discover.Layer{layer("/run/netns/dead", 0)}
				w.dead.Beside[0].Cover, w.dead.Beside[0].CoverBears = "/run/netns", true
			},
		},
		{
			name: "the same namespace everywhere", targets: "dead", want: "remove dead",
			change: func(w world) { wrongType(w); w.dead.Beside = []discover.Layer{layer("/run/copy/dead", 7)} },
		},
		{
			name: "layers of several types", targets: "dead", want: "remove dead",
			change: func(w world) { wrongType(w, layer("/run/netns/dead", 8)) },
		},
		{
			name: "a layer that is no namespace", targets: "dead", want: "skip dead: something that is not a namespace is mounted on it",
			change: func(w world) { wrongType(w, layer("/run/netns/dead", 0)) },
		},
		{
			name: "a healthy namespace below", targets: "dead", want: "remove dead, uncovers net:[200] at /run/netns/dead",
			change: func(w world) {
				wrongType(w, layer("/run/netns/dead", 200), layer("/run/netns/dead", 0))
				w.dead.Beside = []discover.Layer{layer("/run/copy/dead", 9)}
			},
		},
		{
			name: "something else on a name", targets: "dead", want: "skip dead: something that is not a namespace is mounted on it, unmount /run/netns/dead",
			change: func(w world) { wrongType(w); w.dead.Top, w.dead.Layers[0].Ino = netnsctl.ID{}, 0 },
		},
		{
			name: "an orphan's mount on that of another namespace", targets: "100", want: "release net:[100], uncovers net:[200] at /run/c/ns",
			change: func(w world) {
				w.mount.ID, w.mount.ParentID, w.mount.ParentPath = 31, 30, "/run/c/ns"
				w.idle.Pins = append(w.idle.Pins, discover.Pin{Kind: discover.MountPin, Mount: &discover.Mount{Namespace: 50, ID: 30, Path: "/run/c/ns"}})
			},
		},
		{
			name: "a file that cannot be removed", targets: "dead", want: "skip dead: its file is immutable (chattr +i)",
			change: func(w world) { w.dead.Obstacle = netnsctl.ImmutableFile },
		},
		{
			name: "the other end of a pair", targets: "100 vpn", want: "remove vpn, deletes eth1\nrelease net:[100], deletes eth0",
			change: func(w world) {
				w.orphan.FarEnds, w.idle.FarEnds = []discover.FarEnd{{Device: "eth0"}}, []discover.FarEnd{{Device: "eth1"}}
				w.vpn.On, w.idle.Pins[0].Mount.File = "0:25:/netns/vpn", "0:25:/netns/vpn"
			},
		},
		{
			name: "the other end of a pair whose namespace has a second name", targets: "vpn", want: "remove vpn",
			change: func(w world) {
				w.idle.FarEnds = []discover.FarEnd{{Device: "eth1"}}
				w.vpn.On, w.idle.Pins[0].Mount.File = "0:25:/netns/vpn", "0:25:/netns/vpn"
				w.idle.Names = append(w.idle.Names, "other")
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			c.change(w)
			if got := decide(w.snap, strings.Fields(c.targets)...); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}
