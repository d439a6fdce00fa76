package discover

import (
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestRunDirOwner: a run directory that is a runtime's, by whatever way, is told from one that is only
// visible elsewhere.
func TestRunDirOwner(t *testing.T) {
	for script, want := range map[string]string{
		`mkdir /run/netns`:                                                                                                        "",
		`ln -s /run/docker/netns netns`:                                                                                           "docker",
		`ln -s /run/docker netns.d; ln -s netns.d/netns netns`:                                                                    "docker",
		`mkdir netns; mount --bind docker/netns netns`:                                                                            "docker",
		`mkdir netns; mount --rbind docker/netns netns`:                                                                           "docker",
		`mkdir netns; mount --bind netns docker/netns`:                                                                            "docker",
		`rmdir docker/netns; mkdir netns; ln -s /run/netns docker/netns`:                                                          "docker",
		`mkdir d; mount --bind docker d; ln -s d/netns netns`:                                                                     "docker",
		`mkdir -p data/netns netns; rmdir docker/netns docker; ln -s data docker; mount --bind data/netns netns`:                  "docker",
		`mkdir -p netns user/1000/docker/netns; mount --bind user/1000/docker/netns netns`:                                        "docker",
		`mkdir -p root/etc/docker root/e/netns; echo '{"exec-root":"/e"}' >root/etc/docker/daemon.json; ln -s root/e/netns netns`: "the program that uses /e/netns",
		`mkdir -p netns containerd/c/rootfs/run/netns; mount --bind netns containerd/c/rootfs/run/netns`:                          "",
		`mkdir -p netns srv/netns; mount --bind netns srv/netns`:                                                                  "",
	} {
		t.Run(script, func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				nstest.Shell(t, `mkdir -p /run/docker/netns; cd /run; `+script+`; : >/run/netns/dead`)
				h := host
				if want != "docker" {
					h.StateRoot = "/run/root"
				}
				if got := scanned(t, h, Options{Files: true}).RunDirOwner; got != want {
					t.Errorf("%q, want %q", got, want)
				}
			})
		})
	}
}
