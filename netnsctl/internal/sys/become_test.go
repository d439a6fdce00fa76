package sys

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// TestBecome: what a thread has beyond its user does not come with it to another user.
func TestBecome(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("another user needs root")
	}
	for _, uid := range []uint32{0, 65534} {
		OnThrowAwayThread(func() {
			prepareCapabilities(t)
			before, keysErr := unix.KeyctlGetKeyringID(unix.KEY_SPEC_SESSION_KEYRING, true)
			if err := Become(uid, 65534, nil); err != nil {
				t.Error(err)
				return
			}
			header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
			var data [2]unix.CapUserData
			if err := unix.Capget(&header, &data[0]); err != nil {
				t.Error(err)
			}
			if data[0].Inheritable != 0 || data[1].Inheritable != 0 {
				t.Errorf("uid %d has inheritable capabilities: %x", uid, data)
			}
			if none := data == [2]unix.CapUserData{}; none == (uid == 0) {
				t.Errorf("uid %d has capabilities %x", uid, data)
			}
			if set, err := unix.PrctlRetInt(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_IS_SET, unix.CAP_NET_ADMIN, 0, 0); err == nil && set != 0 {
				t.Errorf("uid %d has an ambient capability", uid)
			}
			if after, err := unix.KeyctlGetKeyringID(unix.KEY_SPEC_SESSION_KEYRING, false); keysErr == nil && (err != nil || after == before) {
				t.Errorf("uid %d has the session keyring %d of before (%d), %v", uid, after, before, err)
			}
		})
	}
}

// prepareCapabilities gives the calling thread inheritable and ambient capabilities, and
// makes the others outlive a change of the user.
func prepareCapabilities(t *testing.T) {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		t.Error(err)
	}
	data[0].Inheritable = data[0].Permitted
	if err := unix.Capset(&header, &data[0]); err != nil {
		t.Error(err)
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_RAISE, unix.CAP_NET_ADMIN, 0, 0); err != nil {
		t.Error(err)
	}
	if err := unix.Prctl(unix.PR_SET_KEEPCAPS, 1, 0, 0, 0); err != nil {
		t.Error(err)
	}
}
