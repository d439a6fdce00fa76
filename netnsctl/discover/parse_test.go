package discover

import (
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// The lines are those of Linux 6.18.
func TestParseMark(t *testing.T) {
	for line, want := range map[string]mark{
		"inotify wd:1 ino:f0000305 sdev:4 mask:404 ignored_mask:0 fhandle-bytes:10 fhandle-type:f1 f_handle:70db00000000000000000040050300f0\n": {0xf0000305, 4, sys.TypeNet},
		"inotify wd:1 ino:f0000305 sdev:4 mask:404 ignored_mask:0\n":                                                                            {0xf0000305, 4, 0},
		"fanotify ino:2a sdev:800001 mflags:0 mask:20 ignored_mask:0 fhandle-bytes:8 ":                                                          {0x2a, 0x801, 0},
	} {
		got, ok := parseMark([]byte(line))
		if !ok || got != want {
			t.Errorf("%q: %+v, %v", line, got, ok)
		}
	}
	for _, line := range []string{"", "pos:\t0\n", "inotify wd:1", "fanotify flags:0 event-flags:0", "fanotify mnt_id:20 mflags:0", "inotify ino:1 sdev:x"} {
		if m, ok := parseMark([]byte(line)); ok {
			t.Errorf("%q: %+v", line, m)
		}
	}
}

func TestRuntimeOf(t *testing.T) {
	for path, want := range map[string]string{
		"/run/docker/netns/1-x":           "docker",
		"/host/run/docker/netns/default":  "docker",
		"/run/user/1000/netns/netns-1":    "podman",
		"/var/lib/buildkit/net/cni/abc":   "buildkit",
		"/run/netns/cni-1":                "",
		"/run/dockerish/netns/x":          "",
		"/home/u/run/docker/netns/deep/x": "",
	} {
		if got := runtimeOf(path); got != want {
			t.Errorf("%s: %q", path, got)
		}
	}
}
