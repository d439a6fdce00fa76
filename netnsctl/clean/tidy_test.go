package clean_test

import (
	"os"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestTidyRights: the file of a mount that was named goes where the owner of the mount
// namespace could remove it himself, and nowhere else.
func TestTidyRights(t *testing.T) {
	if os.Getuid() != 0 {
		nstest.Lacks(t, "other users need root")
	}
	const inUserNamespace = `setpriv --reuid 1000 --regid 1000 --clear-groups unshare -Urm --propagation private`
	for _, c := range []struct {
		name  string
		as    string // makes the mount namespace
		build string // makes the file /run/v/x
		stays bool
	}{
		{name: "his file in his directory", as: inUserNamespace, build: `chown 1000:1000 /run/v /run/v/x`},
		{name: "root's file in his directory", as: inUserNamespace, build: `chown 1000:1000 /run/v`},
		{name: "root's file in root's directory", as: inUserNamespace, stays: true},
		{name: "his file in root's directory", as: inUserNamespace, build: `chown 1000:1000 /run/v/x`, stays: true},
		{name: "another user's file in a sticky directory", as: inUserNamespace, build: `chmod 1777 /run/v; chown 1001 /run/v/x`, stays: true},
		{name: "a directory of his group", as: inUserNamespace, build: `chgrp 1000 /run/v; chmod 775 /run/v`, stays: true},
		{
			name: "a directory of a group of nobody's", as: inUserNamespace,
			build: `chgrp 65534 /run/v; chmod 775 /run/v`, stays: true,
		},
		{name: "a user namespace that root has made", as: `unshare -Urm --propagation private`, stays: true},
		{name: "a mount namespace of root", as: `unshare -m --propagation private`},
		{
			name: "a read-only mount in a mount namespace of root", as: `unshare -m --propagation private`,
			build: `mount --bind /run/v /run/v; mount -o remount,bind,ro /run/v`, stays: true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				nstest.Shell(t, `chmod 755 /run; mkdir /run/v; : >/run/v/x
					`+c.build+`
					mkfifo -m 666 /run/ready
					`+c.as+` sh -ec '
						unshare -n mount --bind /proc/self/ns/net /run/v/x
						echo >/run/ready; exec sleep 1000' >/dev/null 2>&1 &
					read -r _ </run/ready`)
				snap, plan := planned(t, "/run/v/x in mnt:[*]")
				if got := outcomes(snap, plan); got != "released" {
					t.Error(got)
				}
				nstest.Shell(t, `umount /run/v 2>/dev/null || true`)
				if _, err := os.Lstat("/run/v/x"); (err == nil) != c.stays {
					t.Errorf("stays %v: %v", c.stays, err)
				}
			})
		})
	}
}

// TestLocked: a mount that a user namespace has locked is skipped, with the process whose end
// ends it.
func TestLocked(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		leakByScript(t, `touch /run/c/ns; mount --bind "$1" /run/c/ns
			mkfifo /run/locked
			unshare -Urm --propagation private sh -c "echo >/run/locked; exec sleep 1000" &
			read -r _ </run/locked; umount -l /run/c/ns`)
		_, plan := planned(t, "/run/c/ns in mnt:[*]")
		if len(plan.Steps) != 0 || len(plan.Skipped) != 1 || !strings.HasPrefix(plan.Skipped[0].Why, "locked: ends with pid ") ||
			!strings.HasSuffix(plan.Skipped[0].Why, " (sleep)") || plan.Skipped[0].Holder == nil {
			t.Errorf("%+v", plan)
		}
	})
}
