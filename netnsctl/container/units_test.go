package container

import (
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestUnits: unit files, drop-ins, and the instances of a template that are enabled or active.
func TestUnits(t *testing.T) {
	root := write(t, map[string]string{
		"etc/systemd/system/web.service":                        "[Service]\nExecStart=/bin/web\nNetworkNamespacePath=/run/netns/vpn\n",
		"usr/lib/systemd/system/db.service":                     "[Service]\nPrivateNetwork=yes\n",
		"etc/systemd/system/db.service.d/netns.conf":            "[Service]\n NetworkNamespacePath=/var/run/netns/db\n",
		"usr/lib/systemd/system/app@.service":                   "NetworkNamespacePath=/run/netns/app-%i\n",
		"etc/systemd/system/app@one.service.d/netns.conf":       "NetworkNamespacePath=/run/netns/only-%i\n",
		"run/systemd/units/invocation:app@active.service":       "",
		"etc/systemd/system/multi-user.target.wants/no.service": "",
	})
	if err := os.Symlink("/usr/lib/systemd/system/app@.service", root+"/etc/systemd/system/multi-user.target.wants/app@enabled.service"); err != nil {
		t.Fatal(err)
	}
	units, unread := Units(root)
	want := []Unit{
		{"web.service", "/run/netns/vpn", "/etc/systemd/system/web.service"},
		{"app@one.service", "/run/netns/only-one", "/etc/systemd/system/app@one.service.d/netns.conf"},
		{"db.service", "/var/run/netns/db", "/etc/systemd/system/db.service.d/netns.conf"},
		{"app@enabled.service", "/run/netns/app-enabled", "/usr/lib/systemd/system/app@.service"},
		{"app@active.service", "/run/netns/app-active", "/usr/lib/systemd/system/app@.service"},
	}
	if diff := cmp.Diff(want, units); diff != "" || len(unread) > 0 {
		t.Errorf("%s, not read %v", diff, unread)
	}
	if err := os.Remove(root + "/etc/systemd/system/web.service"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(root+"/etc/systemd/system/web.service", make([]byte, maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, unread := Units(root); !slices.Equal(unread, []string{"/etc/systemd/system/web.service"}) {
		t.Errorf("not read: %v", unread)
	}
}
