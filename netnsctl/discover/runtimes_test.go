package discover

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/container"
	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

const containerID = "1111111111111111111111111111111111111111111111111111111111111111"

func TestRuntimeOf(t *testing.T) {
	for _, test := range []struct{ path, runtime string }{
		{path: "/run/docker/netns/1-x", runtime: "docker"},
		{path: "/host/run/docker/netns/default", runtime: "docker"},
		{path: "/run/user/1000/netns/netns-1", runtime: "podman"},
		{path: "/var/lib/buildkit/net/cni/abc", runtime: "buildkit"},
		{path: "/run/containerd/io.containerd/x", runtime: "containerd"},
		{path: "/var/run/crio/ns/abc/net", runtime: "cri-o"},
		{path: "/run/crio/x", runtime: "cri-o"},
		{path: "/run/ipcns/x", runtime: "cri-o"},
		{path: "/run/utsns/x", runtime: "cri-o"},
		{path: "/run/netns/cni-1"},
		{path: "/run/dockerish/netns/x", runtime: "the program that uses /run/dockerish/netns"},
		{path: "/data/exec/netns/1-x", runtime: "the program that uses /data/exec/netns"},
		{path: "/run/snap.docker/netns/1-x", runtime: "docker"},
		{path: "/run/user/1000/containers/networks/rootless-netns/rootless-netns", runtime: "podman"},
		{path: "/host/run/netns/cni-1"},
		{path: "/run/rootfs/var/run/netns/x"},
		{path: "/home/u/run/docker/netns/deep/x"},
	} {
		if got := (&Mount{Path: test.path}).Foreign(); got != test.runtime {
			t.Errorf("%s: %q", test.path, got)
		}
	}
}

func TestKeeper(t *testing.T) {
	for _, test := range []struct {
		record container.Record
		want   string
	}{
		{record: container.Record{Runtime: "docker", ID: "f00", Name: "web"}, want: "docker for container web"},
		{record: container.Record{Runtime: "cri-o", ID: "f00", Name: "POD", Pod: "b/a"}, want: "cri-o for container POD of pod b/a"},
		{record: container.Record{Runtime: "containerd", ID: "f00", Pod: "b/a"}, want: "containerd for pod b/a"},
		{record: container.Record{Runtime: "podman", ID: "f00"}, want: "podman for container f00"},
	} {
		if got := keeper(test.record); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

// What the cgroup of a process tells of a container is kept; the record of that container
// adds its name.
func TestNoted(t *testing.T) {
	record := container.Record{Runtime: "docker", ID: "f00", Name: "web", Pod: "b/a"}
	for _, test := range []struct {
		situation   string
		owner, want Owner
	}{
		{situation: "nothing is known", want: Owner{Container: "f00", Runtime: "docker", Name: "web", PodName: "b/a"}},
		{
			situation: "the same container", owner: Owner{Container: "f00", Runtime: "containerd"},
			want: Owner{Container: "f00", Runtime: "docker", Name: "web", PodName: "b/a"},
		},
		{situation: "another container", owner: Owner{Container: "ba5"}, want: Owner{Container: "ba5"}},
	} {
		if test.owner.noted(record); test.owner != test.want {
			t.Errorf("%s: %+v", test.situation, test.owner)
		}
	}
}

// keptBy makes a namespace that is mounted where a docker container has it.
func keptBy(t *testing.T, state map[string]string) (at netnsctl.Host, id netnsctl.ID) {
	t.Helper()
	at.StateRoot = "/run/state"
	for path, text := range state {
		file := filepath.Join(at.StateRoot, path)
		nstest.Must(t, os.MkdirAll(filepath.Dir(file), 0o755))
		nstest.Must(t, os.WriteFile(file, []byte(text), 0o600))
	}
	nstest.Must(t, at.Add("x"))
	identity, err := at.Identity("x")
	nstest.Must(t, err)
	return at, identity.ID
}

// moved mounts the namespace of the name x elsewhere, and deletes the name.
func moved(t *testing.T, at netnsctl.Host, path string) {
	t.Helper()
	nstest.Must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	nstest.Must(t, os.WriteFile(path, nil, 0o600))
	nstest.Must(t, sys.BindMount(at.NamePath("x"), path))
	nstest.Must(t, at.Delete("x"))
}

const dockerRecord = "var/lib/docker/containers/" + containerID + "/config.v2.json"

// TestKept: a namespace to which a runtime's record leads is not orphaned.
func TestKept(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		at, id := keptBy(t, map[string]string{
			dockerRecord: `{"ID":"` + containerID + `","NetworkSettings":{"SandboxKey":"/var/run/docker/netns/f00d"},"Name":"/web"}`,
		})
		moved(t, at, at.StateRoot+"/var/run/docker/netns/f00d")
		snap := scanned(t, at, Options{})
		ns := snap.named(t, id.String())
		if ns.Verdict != Idle || ns.Reason != "kept by docker for container web" {
			t.Errorf("%s, %q", ns.Verdict, ns.Reason)
		}
		if o := ns.Owner; o.Runtime != "docker" || o.Name != "web" || o.Container != containerID {
			t.Errorf("owner %+v", o)
		}
		if !ns.Held() || ns.Cookie == 0 {
			t.Errorf("held %v, cookie %d", ns.Held(), ns.Cookie)
		}
		// A scan for identities, which monitor makes all the time, reads no records.
		ns = scanned(t, at, Options{IdentityOnly: true}).named(t, id.String())
		if ns.Verdict != Orphan || ns.Owner != (Owner{}) {
			t.Errorf("%s, owner %+v", ns.Verdict, ns.Owner)
		}

		// The container goes, and its namespace does not.
		nstest.Must(t, os.RemoveAll(filepath.Dir(filepath.Join(at.StateRoot, dockerRecord))))
		ns = scanned(t, at, Options{}).named(t, id.String())
		if ns.Verdict != Orphan || !strings.HasPrefix(ns.Reason, "held by mount /run/state/var/run/docker/netns/f00d") || ns.Owner.Runtime != "docker" {
			t.Errorf("%s, %q, %+v", ns.Verdict, ns.Reason, ns.Owner)
		}
	})
}

// lease is an entry of libcni's cache.
func lease(container, path, address string) string {
	return `{"containerId":"` + container + `","networkName":"cbr0","netns":"` + path + `","result":{"ips":[{"address":"` + address + `"}]}}`
}

// TestLeases: an address that CNI has not taken back is told of the namespace that has it.
func TestLeases(t *testing.T) {
	for _, test := range []struct {
		situation string
		state     map[string]string
		leased    string // the reason has it
	}{
		{
			situation: "by the path of the mount",
			state:     map[string]string{"var/lib/cni/results/a": lease("f00", "/var/run/netns/cni-1", "10.0.0.5/24")},
			leased:    ", has 10.0.0.5/24 of CNI network cbr0",
		},
		{
			situation: "by the address that it has",
			state:     map[string]string{"var/lib/cni/networks/cbr0/10.0.0.9": "f00\neth0"},
			leased:    ", has 10.0.0.9 of CNI network cbr0",
		},
		{
			situation: "by its address, but of the path of another one",
			state: map[string]string{
				"var/lib/cni/results/a": lease("f00", "/var/run/netns/cni-2", "10.0.0.9/24"), "var/run/netns/cni-2": "",
			},
		},
		{
			situation: "another address",
			state:     map[string]string{"var/lib/cni/networks/cbr0/10.0.0.10": "f00\neth0"},
		},
	} {
		t.Run(test.situation, func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				at, id := keptBy(t, test.state)
				nstest.Shell(t, "ip -n x link set lo up; ip -n x addr add 10.0.0.9/24 dev lo")
				moved(t, at, "/run/host/var/run/netns/cni-1")
				ns := scanned(t, at, Options{}).named(t, id.String())
				want := "held by mount /run/host/var/run/netns/cni-1" + test.leased + ", no runtime knows it"
				if ns.Verdict != Orphan || ns.Reason != want {
					t.Errorf("%s, %q, want %q", ns.Verdict, ns.Reason, want)
				}
				if (len(ns.Leases) == 1) != (test.leased != "") {
					t.Errorf("leases %+v", ns.Leases)
				}
				if test.leased != "" && ns.Owner.Container != "f00" {
					t.Errorf("owner %+v", ns.Owner)
				}
			})
		})
	}
}

// TestLeaseOfName: the lease of a healthy namespace is told where everything is asked for.
func TestLeaseOfName(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		at, id := keptBy(t, map[string]string{
			"var/lib/cni/results/a": lease(containerID, "/var/run/netns/x", "10.0.0.5/24"),
			dockerRecord:            `{"ID":"` + containerID + `","Name":"/web"}`,
		})
		ns := scanned(t, at, Options{Everything: true}).named(t, id.String())
		if len(ns.Leases) != 1 || ns.Owner.Container != containerID || ns.Owner.Name != "web" || ns.Verdict != Idle {
			t.Errorf("%s, leases %+v, owner %+v", ns.Verdict, ns.Leases, ns.Owner)
		}
	})
}

// TestNoRuntime: which runtime knows a namespace is told by records and databases, and only where
// these tell of all.
func TestNoRuntime(t *testing.T) {
	const bundle = "run/containerd/io.containerd.runtime.v2.task/k8s.io/" + containerID + "/config.json"
	for _, test := range []struct {
		situation string
		state     map[string]string
		name      string // of an idle namespace
		path      string // of the mount of an orphan
		want      bool
	}{
		{situation: "a name of containerd's", name: "cni-1", want: true},
		{situation: "a name of podman's", name: "netns-ce5ee4ce-f2b5-4b5e-8a0f-7f7c8a6dcf5a", want: true},
		{situation: "a name by hand", name: "router"},
		{situation: "a name of Neutron's", name: "qrouter-1", want: true},
		{situation: "a name by hand on a host with containers", name: "router", state: map[string]string{dockerRecord: `{"ID":"f00"}`}, want: true},
		{situation: "a name beside a record that cannot be read", name: "cni-1", state: map[string]string{dockerRecord: `{"ID":`}},
		{
			situation: "a name in a record", name: "cni-1",
			state: map[string]string{bundle: `{"linux":{"namespaces":[{"type":"network","path":"/run/netns/cni-1"}]}}`},
		},
		{
			situation: "a name in a database", name: "cni-1",
			state: map[string]string{"var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db": "\x00\x07{\"NetNSPath\":\"/var/run/netns/cni-1\"}\x00"},
		},
		{
			situation: "the beginning of a name in a database", name: "cni-1", want: true,
			state: map[string]string{"var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db": "/var/run/netns/cni "},
		},
		{situation: "an orphan on a host without containers", path: "/run/c/ns"},
		{situation: "an orphan on a host with containers", path: "/run/c/ns", state: map[string]string{dockerRecord: `{"ID":"f00"}`}, want: true},
		{situation: "an orphan of an unknown program", path: "/run/x/netns/a", state: map[string]string{dockerRecord: `{"ID":"f00"}`}},
		{situation: "an orphan of a user's podman", path: "/run/user/1000/netns/netns-1", state: map[string]string{dockerRecord: `{"ID":"f00"}`}},
		{situation: "docker without records", path: "/run/docker/netns/f00"},
		{situation: "docker with others", path: "/run/docker/netns/f00", state: map[string]string{dockerRecord: `{"ID":"ba5"}`}, want: true},
		{
			situation: "a network of docker's", path: "/run/docker/netns/1-0uh9tm6y2o",
			state: map[string]string{dockerRecord: `{"ID":"f00"}`, "var/lib/docker/network/files/local-kv.db": `{"id":"0uh9tm6y2odq8oq4xw9u2w2xh"}`},
		},
	} {
		t.Run(test.situation, func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				at, id := keptBy(t, test.state)
				if test.path != "" {
					moved(t, at, test.path)
				} else {
					nstest.Must(t, os.MkdirAll(at.StateRoot+"/run", 0o755))
					nstest.Must(t, os.Symlink("/run/netns", at.StateRoot+"/run/netns"))
					nstest.Must(t, at.Attach(test.name, at.NamePath("x")))
					nstest.Must(t, at.Delete("x"))
				}
				ns := scanned(t, at, Options{Everything: true}).named(t, id.String())
				if ns.NoRuntime != test.want || strings.HasSuffix(ns.Reason, ", no runtime knows "+cmp.Or(test.name, "it")) != test.want {
					t.Errorf("%s, %q, %v", ns.Verdict, ns.Reason, ns.NoRuntime)
				}
			})
		})
	}
}

// TestNetworkOfRuntime: what a runtime uses itself is kept, as long as it is mounted.
func TestNetworkOfRuntime(t *testing.T) {
	for path, reason := range map[string]string{
		"/run/user/1000/containers/networks/rootless-netns/rootless-netns": "kept by podman, whose network it is",
		"/run/user/1000/dockerd-rootless/netns":                            "kept by docker, whose network it is",
		"/run/user/1000/containerd-rootless/netns":                         "kept by nerdctl, whose network it is",
	} {
		t.Run(path, func(t *testing.T) {
			nstest.Run(t, func(t *testing.T) {
				at, id := keptBy(t, nil)
				moved(t, at, path)
				if ns := scanned(t, at, Options{}).named(t, id.String()); ns.Verdict != Idle || ns.Reason != reason {
					t.Errorf("%s, %q", ns.Verdict, ns.Reason)
				}
			})
		})
	}
}

// TestRecordsDoNotAnswer: records on a file system that does not answer may tell that what looks like an
// orphan is kept. The scan ends, and says so.
func TestRecordsDoNotAnswer(t *testing.T) {
	nstest.NeedRoot(t, "only root has /dev/fuse in a sandbox")
	nstest.Run(t, func(t *testing.T) {
		at, id := keptBy(t, nil)
		moved(t, at, "/run/c/ns")
		data := at.StateRoot + "/var/lib/docker"
		nstest.Must(t, os.MkdirAll(data, 0o755))
		fuse := nstest.MountFUSE(t, data)
		fuse.Hang(nstest.FUSELookup, nstest.FUSEGetattr, nstest.FUSEOpendir)
		snap := scanned(t, at, Options{})
		if ns := snap.named(t, id.String()); ns.Verdict != Unknown || ns.Seen() != Orphan || ns.NoRuntime || !hasGap(snap, GapRecords) {
			t.Errorf("%s, %q, gaps %v", ns.Verdict, ns.Reason, snap.Gaps)
		}
		if snap = scanned(t, netnsctl.Host{StateRoot: "/run/other"}, Options{}); hasGap(snap, GapRecords) {
			t.Error(snap.Gaps)
		}
	})
}

// TestKeeperOfName: the path of a stale name may be in the records of a runtime.
func TestKeeperOfName(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		at, _ := keptBy(t, map[string]string{
			dockerRecord: `{"ID":"` + containerID + `","NetworkSettings":{"SandboxKey":"/var/run/netns/noted"},"Name":"/web"}`,
		})
		nstest.Must(t, os.WriteFile("/run/netns/noted", nil, 0o600))
		nstest.Must(t, os.WriteFile("/run/netns/other", nil, 0o600))
		for _, files := range []bool{true, false} {
			got := map[string]string{}
			for _, n := range scanned(t, at, Options{Files: files}).Names {
				got[n.Name] = n.Keeper
			}
			want := map[string]string{"noted": "docker for container web", "other": "", "x": ""}
			if !files {
				want["noted"] = ""
			}
			if !maps.Equal(got, want) {
				t.Errorf("files %v: %v", files, got)
			}
		}
	})
}
