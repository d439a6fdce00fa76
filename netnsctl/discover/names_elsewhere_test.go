package discover

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// TestNameOfThread: the root directory of a thread counts, too, where its process has another.
func TestNameOfThread(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		leaked(t, "thread-root")
		snap := scanned(t, host, Options{})
		if ns := movedNamespace(t, snap); ns.Verdict != Idle || !strings.HasPrefix(ns.Reason, "named jailed in") {
			t.Errorf("%s: %s", ns.Verdict, ns.Reason)
		}
	})
}

// movedNamespace is the one that is mounted in another mount namespace only.
func movedNamespace(t *testing.T, snap *Snapshot) *Namespace {
	t.Helper()
	for _, ns := range snap.Namespaces {
		for _, p := range ns.Pins {
			if p.Kind == MountPin && !p.Mount.Own {
				return ns
			}
		}
	}
	t.Fatal("no namespace")
	return nil
}

// holdByThreadRoot makes the namespace the name of a thread with a mount namespace and a root
// directory of its own.
func holdByThreadRoot(file string) error {
	ready := make(chan error)
	go func() {
		runtime.LockOSThread()
		var err error
		for _, step := range []func() error{
			func() error { return unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_FS) },
			func() error { return sys.PrivateMount("/") },
			func() error { return unix.Mount("t", "/mnt", "tmpfs", 0, "") },
			func() error { return os.MkdirAll("/mnt/run/netns", 0o755) },
			func() error { return os.WriteFile("/mnt/run/netns/jailed", nil, 0o600) },
			func() error { return sys.BindMount(file, "/mnt/run/netns/jailed") },
			func() error { return sys.Detach(file) },
			func() error { return unix.Chroot("/mnt") },
		} {
			if err == nil {
				err = step()
			}
		}
		ready <- err
		_ = unix.Pause()
	}()
	return <-ready
}
