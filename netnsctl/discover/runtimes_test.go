package discover

import "testing"

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
