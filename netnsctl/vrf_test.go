package netnsctl

import (
	"os"
	"testing"
)

func procHost(t *testing.T, file, text string) Host {
	t.Helper()
	root := t.TempDir()
	if err := os.MkdirAll(root+"/self", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(root+"/self/"+file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return Host{ProcRoot: root}
}

func TestVRFParent(t *testing.T) {
	for text, want := range map[string]string{
		"0::/vrf/red\n":                        "",
		"0::/a/b/vrf/red\n":                    "/a/b",
		"1:cpu:/vrf/x\n0::/user/me-ns/vrf/r\n": "/user/me-ns",
		"0::/vrf/a/vrf/b\n":                    "",
	} {
		if got, in := procHost(t, "cgroup", text).vrfParent(); !in || got != want {
			t.Errorf("%q: %q, %v; want %q", text, got, in, want)
		}
	}
	for _, text := range []string{"", "0::/\n", "0::/vrf\n", "0::/xvrf/red\n", "1:cpu:/vrf/red\n", "0::/vrfs/red\n"} {
		if got, in := procHost(t, "cgroup", text).vrfParent(); in {
			t.Errorf("%q: is in a VRF below %q", text, got)
		}
	}
	if _, in := (Host{ProcRoot: t.TempDir()}).vrfParent(); in {
		t.Error("no /proc is in a VRF")
	}
}

func TestCgroup2Root(t *testing.T) {
	h := procHost(t, "mounts", "proc /proc proc rw 0 0\ncgroup2 is no type rw 0 0\nnone /sys/fs/cgroup/unified cgroup2 rw 0 0\nnone /other cgroup2 rw 0 0\n")
	if got, err := h.cgroup2Root(); err != nil || got != "/sys/fs/cgroup/unified" {
		t.Errorf("%q, %v", got, err)
	}
}
