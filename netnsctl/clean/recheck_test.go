package clean_test

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// note writes the record of a container whose namespace is at a path.
func note(t *testing.T, path string) {
	t.Helper()
	const dir = "/run/containerd/io.containerd.runtime.v2.task/k8s.io/web"
	nstest.Must(t, os.MkdirAll(dir, 0o755))
	nstest.Must(t, os.WriteFile(dir+"/config.json", []byte(`{"linux":{"namespaces":[{"type":"network","path":"`+path+`"}]}}`), 0o600))
}

// TestNotedMeanwhile: an orphan that a runtime has noted since the plan is left alone.
func TestNotedMeanwhile(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		pid := leakNamespace(t)
		snap, plan := planned(t)
		note(t, "/proc/"+pid+"/root/run/c/ns")
		if got, want := outcomes(snap, plan), "spared: kept by containerd for container web"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		id := plan.Steps[0].Namespace.ID
		snap.Close()
		if !alive(t, id) {
			t.Error("it is gone")
		}
		if got, want := outcomes(planned(t, id.String())), "released"; got != want {
			t.Errorf("named: %q, want %q", got, want)
		}
	})
}

// TestNameNotedMeanwhile: so is a name.
func TestNameNotedMeanwhile(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, os.MkdirAll("/run/netns", 0o755))
		nstest.Must(t, os.WriteFile("/run/netns/dead", nil, 0))
		snap, plan := planned(t)
		note(t, "/var/run/netns/dead")
		if got, want := outcomes(snap, plan), "spared: it is in the records of containerd for container web"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if got, want := outcomes(planned(t, "dead")), "removed"; got != want {
			t.Errorf("named: %q, want %q", got, want)
		}
	})
}

// TestSilentRecordsMeanwhile: where records do not answer, nothing is left over.
func TestSilentRecordsMeanwhile(t *testing.T) {
	nstest.NeedRoot(t, "only root has /dev/fuse in a sandbox")
	nstest.Run(t, func(t *testing.T) {
		leakNamespace(t)
		nstest.Must(t, os.WriteFile("/run/netns/dead", nil, 0))
		snap, plan := planned(t)
		const root = "/run/root"
		nstest.Must(t, os.MkdirAll(root+"/var/lib/docker", 0o755))
		nstest.MountFUSE(t, root+"/var/lib/docker").Hang(nstest.FUSELookup, nstest.FUSEGetattr, nstest.FUSEOpendir)
		snap.Host.StateRoot = root
		const silent = " it: records of container runtimes lie on a file system that does not answer"
		want := "spared: a runtime may have noted" + silent + ", spared: a runtime may keep" + silent
		if got := outcomes(snap, plan); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

// TestMapped: a dry run knows an open file without a descriptor, too.
func TestMapped(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Must(t, os.MkdirAll("/run/netns", 0o755))
		nstest.Must(t, os.WriteFile("/run/netns/dead", nil, 0))
		f, err := os.Open("/run/netns/dead")
		nstest.Must(t, err)
		memory, err := unix.Mmap(int(f.Fd()), 0, 1, unix.PROT_READ, unix.MAP_SHARED)
		nstest.Must(t, err)
		f.Close()
		snap, plan := planned(t)
		if len(plan.Steps) != 0 || len(plan.Skipped) != 1 || !strings.HasPrefix(plan.Skipped[0].Why, "its file is open") || !plan.Skipped[0].IfNamed {
			t.Errorf("%+v, skipped %+v", plan.Steps, plan.Skipped)
		}
		snap.Close()
		nstest.Must(t, unix.Munmap(memory))
		if got := outcomes(planned(t)); got != "removed" {
			t.Errorf("afterwards: %q", got)
		}
	})
}

// TestOpenedMeanwhile: an empty file that a process has opened since the plan may be its lock.
func TestOpenedMeanwhile(t *testing.T) {
	for _, test := range []struct {
		target string
		flags  int
		want   string
	}{
		{"", os.O_RDONLY, "spared: its file is open"},
		{"", os.O_WRONLY, "spared: its file is open"},
		{"dead", os.O_RDONLY, "removed"},
	} {
		nstest.Run(t, func(t *testing.T) {
			nstest.Must(t, os.MkdirAll("/run/netns", 0o755))
			nstest.Must(t, os.WriteFile("/run/netns/dead", nil, 0))
			snap, plan := planned(t, strings.Fields(test.target)...)
			f, err := os.OpenFile("/run/netns/dead", test.flags, 0)
			nstest.Must(t, err)
			defer f.Close()
			if got := outcomes(snap, plan); got != test.want {
				t.Errorf("%s: %q, want %q", test.target, got, test.want)
			}
		})
	}
}
