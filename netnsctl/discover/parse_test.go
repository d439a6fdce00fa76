package discover

import (
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

func TestLinkIno(t *testing.T) {
	for in, want := range map[string]uint64{
		"net:[4026531840]": 4026531840, "net:[1]": 1, "net:[]": 0, "net:[x]": 0, "net:[1": 0, "mnt:[1]": 0, "": 0,
		"net:[-1]": 0, "net:[1] (deleted)": 0,
	} {
		got, ok := linkIno([]byte(in), "net:[")
		if got != want && ok || ok != (want != 0) {
			t.Errorf("%q: %d, %v", in, got, ok)
		}
	}
}

// The lines are Linux 6.18's.
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

func TestParseCgroup(t *testing.T) {
	const id = "9f3c1d6a2b7e48f09f3c1d6a2b7e48f09f3c1d6a2b7e48f09f3c1d6a2b7e48f0"
	for text, want := range map[string][3]string{
		"0::/system.slice/docker.service\n":                                    {"docker.service", "", ""},
		"12:pids:/docker/" + id + "\n0::/\n":                                   {"", id, ""},
		"0::/system.slice/docker-" + id + ".scope\n":                           {"docker-" + id + ".scope", id, ""},
		"0::/user.slice/user-1000.slice/session-3.scope\n":                     {"session-3.scope", "", ""},
		"0::/kubepods/burstable/pod1d6a2b7e-48f0-4f3c-9d6a-2b7e48f09f3c/" + id: {"", id, "1d6a2b7e-48f0-4f3c-9d6a-2b7e48f09f3c"},
		"0::/kubepods.slice/kubepods-pod1d6a2b7e_48f0_4f3c_9d6a_2b7e48f09f3c.slice/cri-containerd-" + id + ".scope": {
			"cri-containerd-" + id + ".scope", id, "1d6a2b7e-48f0-4f3c-9d6a-2b7e48f09f3c",
		},
		"nonsense": {},
	} {
		unit, container, pod := parseCgroup(text)
		if got := [3]string{unit, container, pod}; got != want {
			t.Errorf("%q: %q", text, got)
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

func TestProcLink(t *testing.T) {
	for target, want := range map[string]int{
		"/proc/12/ns/net": 12, "/proc/12/task/13/ns/net": 12, "/proc/self/ns/net": 0, "/proc/12": 0, "12/ns/net": 0, "/proc/-1/ns/net": 0,
	} {
		if got, ok := procLink(target, "/proc"); ok != (want != 0) || ok && got != want {
			t.Errorf("%s: %d, %v", target, got, ok)
		}
	}
}

func TestVerdict(t *testing.T) {
	s := &scan{self: facts{own: 1, first: 2}, snap: &Snapshot{}}
	process, thread := Pin{Kind: Process, PID: 9}, Pin{Kind: Thread, PID: 9, TID: 10}
	socket := Pin{Kind: SocketPin, PID: 9, FD: 3}
	elsewhere := Pin{Kind: MountPin, Mount: &Mount{Name: "x", Usable: true, Through: 9}}
	leaked := Pin{Kind: MountPin, Mount: &Mount{Path: "/run/c/ns"}}
	for _, c := range []struct {
		ino  uint64
		name string
		pins []Pin
		want Verdict
	}{
		{1, "x", nil, Own},
		{2, "", []Pin{process}, Own},
		{3, "x", []Pin{process}, InUse},
		{3, "", []Pin{process}, InUse},
		{3, "x", []Pin{thread}, InUse},
		{3, "x", []Pin{socket}, Idle},
		{3, "x", nil, Idle},
		{3, "", []Pin{thread}, Orphan},
		{3, "", []Pin{socket}, Orphan},
		{3, "", []Pin{leaked}, Orphan},
		{3, "", []Pin{elsewhere}, Idle},
		{3, "", []Pin{leaked, elsewhere}, Idle},
		{3, "", []Pin{elsewhere, thread}, Orphan},
		{3, "", nil, Orphan},
	} {
		ns := &Namespace{Pins: c.pins}
		ns.ID.Ino = c.ino
		if c.name != "" {
			ns.Names = []string{c.name}
		}
		if got, _ := s.verdict(ns); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
