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
		"run/systemd/transient/job.service":                     "NetworkNamespacePath = /run/netns/%N\n#NetworkNamespacePath=/run/netns/comment\n",
		"usr/lib/systemd/system/netns@.service":                 "ExecStart=/sbin/ip netns add %I\nExecStop=/sbin/ip netns del %I\n",
		"run/systemd/units/invocation:netns@my\\x2dlab.service": "",
		"run/systemd/units/invocation:netnsctl@vpn.service":     "",
		"opt/linked.service":                                    "NetworkNamespacePath=/run/netns/linked\n",
	})
	if err := os.Symlink("/usr/lib/systemd/system/app@.service", root+"/etc/systemd/system/multi-user.target.wants/app@enabled.service"); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"/etc/systemd/system/linked.service": root + "/opt/linked.service", "/etc/systemd/system/masked.service": "/dev/null", "/etc/systemd/system/lost.service": "/nothing/here"} {
		if err := os.Symlink(to, root+link); err != nil {
			t.Fatal(err)
		}
	}
	units, unread := Units(root)
	want := []Unit{
		{"netnsctl@vpn.service", "/run/netns/vpn", ""},
		{"linked.service", "/run/netns/linked", "/etc/systemd/system/linked.service"},
		{"web.service", "/run/netns/vpn", "/etc/systemd/system/web.service"},
		{"app@one.service", "/run/netns/only-one", "/etc/systemd/system/app@one.service.d/netns.conf"},
		{"db.service", "/var/run/netns/db", "/etc/systemd/system/db.service.d/netns.conf"},
		{"job.service", "/run/netns/job", "/run/systemd/transient/job.service"},
		{"app@enabled.service", "/run/netns/app-enabled", "/usr/lib/systemd/system/app@.service"},
		{"app@active.service", "/run/netns/app-active", "/usr/lib/systemd/system/app@.service"},
		{`netns@my\x2dlab.service`, "/run/netns/my-lab", "/usr/lib/systemd/system/netns@.service"},
		{`netns@my\x2dlab.service`, "/run/netns/my-lab", "/usr/lib/systemd/system/netns@.service"},
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

// TestCommands: the names in the commands of a unit.
func TestCommands(t *testing.T) {
	for line, want := range map[string][]string{
		"ExecStart=/usr/bin/ip netns exec vpn /usr/sbin/openvpn --config a": {"/run/netns/vpn"},
		"ExecStartPre=-/usr/bin/netnsctl attach --force vpn 7":              {"/run/netns/vpn"},
		"ExecStart=sh -c 'ip -n vpn link; ip -netns lab link'":              {"/run/netns/vpn", "/run/netns/lab"},
		"ExecStart = nsenter --net=/var/run/netns/vpn web":                  {"/run/netns/vpn"},
		"ExecStart=sh -c 'ip netns add vpn'":                                {"/run/netns/vpn"},
		"ExecStart=/usr/bin/netnsctl list":                                  nil,
		"#ExecStart=ip netns exec vpn true":                                 nil,
		"Description=ip netns exec vpn":                                     nil,
		"NetworkNamespacePath=":                                             nil,
	} {
		if got := netnsOf(line + "\n"); !slices.Equal(got, want) {
			t.Errorf("%s: %v", line, got)
		}
	}
}
