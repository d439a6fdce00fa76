package discover

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// TestKeptByUser: the records in the home directory of a user keep his own namespaces, and no others,
// whatever that directory is.
func TestKeptByUser(t *testing.T) {
	nstest.NeedRoot(t, "only root makes namespaces of other users, and has /dev/fuse in a sandbox")
	const (
		mounted    = "/run/user/65534/netns/netns-1"
		kept       = "kept by podman for container web of user nobody"
		containers = "/.local/share/containers/storage/overlay-containers"
	)
	at := netnsctl.Host{StateRoot: "/run/state"}
	home := at.StateRoot + procfs.Home(65534)
	file := home + containers + "/c1/userdata/config.json"
	hang := func(t *testing.T, dir string) {
		nstest.Must(t, os.MkdirAll(dir, 0o755))
		nstest.MountFUSE(t, dir).Hang(nstest.FUSELookup, nstest.FUSEGetattr, nstest.FUSEOpendir)
	}
	for _, test := range []struct {
		name, user string
		change     func(t *testing.T)
		reason     string // if it is kept
	}{
		{name: "his own", user: "65534", reason: kept},
		{name: "root's", user: "0"},
		{name: "no home", user: "65534", change: func(t *testing.T) { nstest.Must(t, os.RemoveAll(home)) }},
		{name: "a home that hangs", user: "65534", change: func(t *testing.T) { hang(t, home) }},
		{name: "a directory that hangs", user: "65534", change: func(t *testing.T) { hang(t, home+"/.local/share") }},
		{name: "a link", user: "65534", change: func(t *testing.T) {
			nstest.Must(t, os.Rename(file, "/run/other"))
			nstest.Must(t, os.Symlink("/run/other", file))
		}},
		{name: "a fifo", user: "65534", change: func(t *testing.T) {
			nstest.Must(t, os.Remove(file))
			nstest.Shell(t, `mkfifo "$1"`, file)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				for path, text := range map[string]string{
					home + containers + "/containers.json": `[{"id":"c1","names":["web"]}]`,
					file:                                   `{"linux":{"namespaces":[{"type":"network","path":"` + mounted + `"}]}}`,
					mounted:                                "",
				} {
					nstest.Must(t, os.MkdirAll(filepath.Dir(path), 0o755))
					nstest.Must(t, os.WriteFile(path, []byte(text), 0o600))
				}
				if test.change != nil {
					test.change(t)
				}
				nstest.Shell(t, `setpriv --reuid "$1" --clear-groups unshare -Un sleep 1000 >/dev/null 2>&1 &
					until [ "$(cat /proc/$!/comm)" = sleep ]; do sleep 0.01; done
					mount --bind /proc/$!/ns/net "$2"; kill $!; wait $! || true`, test.user, mounted)
				begin := time.Now()
				snap := scanned(t, at, Options{})
				if took := time.Since(begin); took > 10*time.Second {
					t.Errorf("takes %v", took)
				}
				found := false
				for _, ns := range snap.Namespaces {
					if ns.mountedAt(mounted) {
						found = true
						if test.reason != "" && (ns.Verdict != Idle || ns.Reason != test.reason) || test.reason == "" && ns.Verdict != Orphan {
							t.Errorf("%s, %q", ns.Verdict, ns.Reason)
						}
					}
				}
				if !found {
					t.Errorf("not found: %+v", snap.Namespaces)
				}
			})
		})
	}
}
