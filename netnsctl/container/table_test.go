package container

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netnsctl/netnsctl/netnsctl/internal/budget"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

const sandbox = "9f3c0000000000000000000000000000000000000000000000000000000000aa"

// spec is the part of a bundle's config.json that gives the path of the network namespace.
const spec = `{"linux":{"namespaces":[{"type":"network","path":"/var/run/netns/x"}]}}`

// fixtures are, for each row of the table, files as the runtime writes them, reduced to what is
// read, with the record that they give; and paths of mounts.
var fixtures = map[string]struct {
	files   map[string]string
	record  Record
	mounts  []string
	own     []string
	name    string
	helpers []string
}{
	"docker": {
		files: map[string]string{
			"etc/docker/daemon.json":                                `{"data-root":"/data/docker"}`,
			"data/docker/containers/" + sandbox + "/config.v2.json": `{"ID":"` + sandbox + `","Name":"/web","NetworkSettings":{"SandboxKey":"/run/docker/netns/f00"}}`,
		},
		record:  Record{Runtime: "docker", ID: sandbox, Name: "web", Netns: "/run/docker/netns/f00"},
		mounts:  []string{"/run/docker/netns/f00", "/run/snap.docker/netns/1-x", "/run/user/1000/docker/netns/f00"},
		own:     []string{"/run/user/1000/dockerd-rootless/netns", "/tmp/rootlesskit123/netns"},
		helpers: []string{"dockerd", "slirp4netns"},
	},
	"balena": {
		files:   map[string]string{"mnt/data/docker/containers/" + sandbox + "/config.v2.json": `{"ID":"` + sandbox + `"}`},
		record:  Record{Runtime: "balena", ID: sandbox},
		mounts:  []string{"/run/balena-engine/netns/f00"},
		helpers: []string{"balenad", "balena-engine-d"},
	},
	"podman": {
		files: map[string]string{
			"var/lib/containers/storage/vfs-containers/containers.json":                      `[{"id":"` + sandbox + `","names":["web"]}]`,
			"var/lib/containers/storage/vfs-containers/" + sandbox + "/userdata/config.json": spec,
		},
		record:  Record{Runtime: "podman", ID: sandbox, Name: "web", Netns: "/var/run/netns/x"},
		mounts:  []string{"/run/user/1000/netns/netns-1"},
		own:     []string{"/run/user/1000/containers/networks/rootless-netns/rootless-netns", "/run/user/1000/netns/rootless-netns-a1b2"},
		name:    "netns-ce5ee4ce-f2b5-4b5e-8a0f-7f7c8a6dcf5a",
		helpers: []string{"conmon", "pasta.avx2"},
	},
	"nerdctl": {own: []string{"/run/user/1000/containerd-rootless/netns"}, helpers: []string{"rootlesskit"}},
	"containerd": {
		files:   map[string]string{"run/containerd/io.containerd.runtime.v2.task/k8s.io/" + sandbox + "/config.json": spec},
		record:  Record{Runtime: "containerd", ID: sandbox, Netns: "/var/run/netns/x"},
		mounts:  []string{"/run/containerd/io.containerd.grpc.v1.cri/netns/cni-1"},
		name:    "cni-ce5ee4ce-f2b5-4b5e-8a0f-7f7c8a6dcf5a",
		helpers: []string{"containerd", "containerd-shim"},
	},
	"k3s": {
		files:   map[string]string{"run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/" + sandbox + "/config.json": spec},
		record:  Record{Runtime: "k3s", ID: sandbox, Netns: "/var/run/netns/x"},
		mounts:  []string{"/run/k3s/containerd/x/netns/cni-1"},
		name:    "cni-1",
		helpers: []string{"k3s-server"},
	},
	"microk8s": {
		files:   map[string]string{"var/snap/microk8s/common/run/containerd/io.containerd.runtime.v2.task/k8s.io/" + sandbox + "/config.json": spec},
		record:  Record{Runtime: "microk8s", ID: sandbox, Netns: "/var/run/netns/x"},
		mounts:  []string{"/var/snap/microk8s/common/run/containerd/x/netns/cni-1"},
		name:    "cni-1",
		helpers: []string{"kubelite"},
	},
	"cri-o": {
		files: map[string]string{
			"var/lib/containers/storage/overlay-containers/containers.json": `[{"id":"` + sandbox + `","names":["k8s_POD"]}]`,
			"run/containers/storage/overlay-containers/" + sandbox + "/userdata/config.json": `{"annotations":{"io.kubernetes.cri-o.SandboxID":"x",
				"io.kubernetes.pod.name":"a","io.kubernetes.pod.namespace":"b"},"linux":{"namespaces":[{"type":"network","path":"/var/run/netns/y"}]}}`,
		},
		record:  Record{Runtime: "cri-o", ID: sandbox, Name: "k8s_POD", Pod: "b/a", Netns: "/var/run/netns/y"},
		mounts:  []string{"/run/crio/ns/x/net", "/run/ipcns/x", "/run/utsns/x"},
		name:    "ce5ee4ce-f2b5-4b5e-8a0f-7f7c8a6dcf5a",
		helpers: []string{"crio", "conmon"},
	},
	"lxc": {mounts: []string{"/run/lxc/x", "/var/snap/lxd/common/ns/x", "/run/incus/x/net"}, helpers: []string{"[lxc monitor]", "incusd"}},
	"systemd-nspawn": {
		files: map[string]string{
			"run/systemd/machines/web": "# This is private data. Do not parse.\nNAME=web\nSCOPE=machine-web.scope\nSERVICE=systemd-nspawn\nROOT=/var/lib/machines/web\n" +
				"ID=53f8f3ea6cbd44a5af42fb5bb4ce9e43\nLEADER=812\nCLASS=container\nREALTIME=1\nMONOTONIC=1\nNETIF=7\n",
			"run/systemd/machines/host": "NAME=host\nLEADER=813\nCLASS=container\n",
		},
		record:  Record{Runtime: "systemd-nspawn", ID: "web", Name: "web", Netns: "/proc/812/ns/net"},
		mounts:  []string{"/run/systemd/nspawn/x/net"},
		helpers: []string{"systemd-nspawn", "systemd-machine"},
	},
	"firejail": {mounts: []string{"/run/firejail/network/x"}, helpers: []string{"firejail"}},
	"libvirt": {
		files: map[string]string{
			"run/libvirt/lxc/web.xml": "<domstatus state='running' reason='booted' pid='812'>\n  <domain type='lxc' id='812' xmlns:lxc='http://libvirt.org/schemas/domain/lxc/1.0'>\n" +
				"    <name>web</name>\n    <lxc:namespace>\n      <lxc:sharenet type='netns' value='red'/>\n    </lxc:namespace>\n  </domain>\n</domstatus>\n",
			"etc/libvirt/lxc/own.xml": "<domain type='lxc'>\n  <name>own</name>\n  <lxc:namespace>\n    <lxc:sharenet type='pid' value='12'/>\n  </lxc:namespace>\n</domain>\n",
		},
		record:  Record{Runtime: "libvirt", ID: "web", Name: "web", Netns: "/var/run/netns/red"},
		mounts:  []string{"/run/libvirt/lxc/x"},
		helpers: []string{"libvirt_lxc", "qemu-system-x86"},
	},
	"kata": {
		files:   map[string]string{"run/vc/sbs/" + sandbox + "/persist.json": `{"SandboxContainer":"x","Network":{"NetworkID":"/var/run/netns/x","NetworkCreated":false}}`},
		record:  Record{Runtime: "kata", ID: sandbox, Netns: "/var/run/netns/x"},
		mounts:  []string{"/run/vc/sbs/x/net"},
		helpers: []string{"containerd-shim"},
	},
	"gvisor": {
		files:   map[string]string{"run/containerd/runsc/k8s.io/a_sandbox:a.state": `{"id":"` + sandbox + `","spec":` + spec + `}`},
		record:  Record{Runtime: "gvisor", ID: sandbox, Netns: "/var/run/netns/x"},
		mounts:  []string{"/run/runsc/x"},
		helpers: []string{"runsc-sandbox"},
	},
	"buildkit": {mounts: []string{"/var/lib/buildkit/net/cni/x", "/home/u/.local/share/buildkit/net/cni/x"}, helpers: []string{"buildkitd"}},
	"nomad": {
		files:   map[string]string{"opt/nomad/data/alloc/ce5ee4ce-f2b5-4b5e-8a0f-7f7c8a6dcf5a/alloc/logs": ""},
		record:  Record{Runtime: "nomad", ID: "ce5ee4ce-f2b5-4b5e-8a0f-7f7c8a6dcf5a", Netns: "/var/run/netns/ce5ee4ce-f2b5-4b5e-8a0f-7f7c8a6dcf5a"},
		name:    "ce5ee4ce-f2b5-4b5e-8a0f-7f7c8a6dcf5a",
		helpers: []string{"nomad"},
	},
	"mesos": {
		files:   map[string]string{"run/mesos/isolators/network/cni/" + sandbox + "/ns": ""},
		record:  Record{Runtime: "mesos", ID: sandbox, Netns: "/run/mesos/isolators/network/cni/" + sandbox + "/ns"},
		mounts:  []string{"/run/mesos/isolators/network/cni/x/ns", "/var/run/mesos/netns/x"},
		helpers: []string{"mesos-agent", "mesos-container"},
	},
	"neutron": {
		files:   map[string]string{"var/lib/neutron/ovn-metadata-proxy/a1.conf": "global"},
		record:  Record{Runtime: "neutron", ID: "a1", Netns: "/var/run/netns/ovnmeta-a1"},
		name:    "qrouter-ce5ee4ce-f2b5-4b5e-8a0f-7f7c8a6dcf5a",
		helpers: []string{"neutron-l3-agen"},
	},
}

// TestTable: each row is recognised by what its fixture has.
func TestTable(t *testing.T) {
	for _, r := range Runtimes() {
		t.Run(r.Name, func(t *testing.T) {
			f, ok := fixtures[r.Name]
			if !ok || !strings.HasPrefix(r.Source, "https://") {
				t.Fatalf("fixture %v, source %q", ok, r.Source)
			}
			records := Read(write(t, f.files), nil).Records
			if f.files != nil && (len(records) == 0 || cmp.Diff(f.record, records[len(records)-1]) != "") {
				t.Errorf("records %+v, want %+v", records, f.record)
			}
			for _, mount := range append(f.mounts, f.own...) {
				if got := At(mount); got != r.Name {
					t.Errorf("%s is of %q", mount, got)
				}
				if got := At("/proc/1/root" + mount); got != r.Name {
					t.Errorf("%s below a root is of %q", mount, got)
				}
			}
			for _, mount := range f.own {
				if Owner(mount) != r.Name {
					t.Errorf("%s is used by %q", mount, Owner(mount))
				}
			}
			if r.Gives(f.name) != (f.name != "") || r.Gives("router") {
				t.Errorf("name %q", f.name)
			}
			for _, helper := range f.helpers {
				if !strings.Contains(strings.Join(Helps(helper), " ")+" ", r.Name+" ") {
					t.Errorf("%s helps %v", helper, Helps(helper))
				}
			}
		})
	}
	for _, mount := range []string{"/run/netns/x", "/run/c/ns", "/run/dockernetns/x"} {
		if At(mount) != "" || Owner(mount) != "" {
			t.Errorf("%s is of %q", mount, At(mount))
		}
	}
}

// TestManual: the manual has every pattern of the table.
func TestManual(t *testing.T) {
	text, err := os.ReadFile("../../man/netnsctl.8")
	if err != nil {
		t.Fatal(err)
	}
	manual := strings.NewReplacer(`\-`, "-", `\:`, "").Replace(string(text))
	for _, r := range Runtimes() {
		patterns := append(append(append([]string{r.Name}, r.Dirs...), r.Own...), append(r.Names, r.Mentions...)...)
		for _, records := range append(r.Records, r.Home...) {
			patterns = append(patterns, records.Files)
		}
		source, _, _ := strings.Cut(r.Source, " (")
		patterns = append(patterns, strings.Split(source, ", ")...)
		for _, pattern := range append(patterns, r.Helpers...) {
			if !strings.Contains(manual, pattern) {
				t.Errorf("%s: %s is not in the manual", r.Name, pattern)
			}
		}
	}
}

// TestReadHome: the records of a user are read up to a number.
func TestReadHome(t *testing.T) {
	const dir = ".local/share/containers/storage/overlay-containers/"
	files := map[string]string{
		".local/share/docker/containers/" + sandbox + "/config.v2.json": `{"ID":"` + sandbox + `","Name":"/web","NetworkSettings":{"SandboxKey":"/run/user/1000/docker/netns/f00"}}`,
		dir + "containers.json":                 `[{"id":"` + sandbox + `","names":["db"]}` + strings.Repeat(`,{"id":"x"}`, 5000) + `]`,
		dir + sandbox + "/userdata/config.json": spec,
	}
	fd, err := sys.OpenPath(write(t, files))
	if err != nil {
		t.Fatal(err)
	}
	home := sys.TreeOnMount(fd)
	defer home.Close()
	records := ReadHome(home)
	want := []Record{
		{Runtime: "docker", ID: sandbox, Name: "web", Netns: "/run/user/1000/docker/netns/f00"},
		{Runtime: "podman", ID: sandbox, Name: "db", Netns: "/var/run/netns/x"},
	}
	if len(records) < 2 {
		t.Fatalf("%+v", records)
	}
	if diff := cmp.Diff(want, records[:2]); diff != "" {
		t.Error(diff)
	}
	for _, file := range [][2]string{{"small", "1"}, {"large", strings.Repeat("x", 17<<20)}} {
		name, text := file[0], file[1]
		tree := tree{Tree: home, account: budget.New(maxHome, nil)}
		if err := os.WriteFile(sys.FDPath(fd)+"/"+name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, first := tree.Read(name, 32<<20)
		if _, second := tree.Read("small", 1); first != nil || (second != nil) != (name == "large") {
			t.Errorf("%s: %v, then %v", name, first, second)
		}
	}
}

// TestDataRoot: docker's own command line says where its data is.
func TestDataRoot(t *testing.T) {
	root := write(t, map[string]string{
		"run/docker.pid": "812\n",
		"data/containers/" + sandbox + "/config.v2.json": `{"ID":"` + sandbox + `"}`,
	})
	for _, line := range []string{"dockerd --data-root=/data", "dockerd -D --data-root /data", "dockerd -g /data"} {
		s := Read(root, func(pid int) []string {
			if pid != 812 {
				t.Errorf("asks for pid %d", pid)
			}
			return strings.Fields(line)
		})
		if len(s.Records) != 1 {
			t.Errorf("%s: %+v", line, s.Records)
		}
	}
	if s := Read(root, func(int) []string { return []string{"dockerd", "--data-root"} }); len(s.Records) != 0 {
		t.Errorf("%+v", s.Records)
	}
}
