package container

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	id1 = "1111111111111111111111111111111111111111111111111111111111111111"
	id2 = "2222222222222222222222222222222222222222222222222222222222222222"
)

// write makes the files of a tree.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestRead(t *testing.T) {
	root := write(t, map[string]string{
		// Reduced to what is read, of files that the runtimes wrote.
		"var/lib/docker/containers/" + id1 + "/config.v2.json": `{"StreamConfig":{},"State":{"Running":true,"Pid":99},"ID":"` + id1 + `",
			"Config":{"Labels":{}},"NetworkSettings":{"SandboxID":"f00","SandboxKey":"/var/run/docker/netns/f00d"},"Name":"/web"}`,
		"var/lib/docker/containers/broken/config.v2.json": `{"ID":`,
		"var/lib/docker/containers/empty/hostname":        "x",
		"var/lib/containers/storage/overlay-containers/containers.json": `[{"id":"` + id1 + `","names":["quirky_pike"],"layer":"l"},
			{"id":"` + id2 + `","names":["k8s_POD_a_b_c_0"]}]`,
		"var/lib/containers/storage/overlay-containers/" + id1 + "/userdata/config.json": `{"annotations":{"io.container.manager":"libpod"},
			"linux":{"namespaces":[{"type":"pid"},{"type":"network","path":"/run/netns/netns-77"}]}}`,
		"run/containers/storage/overlay-containers/" + id2 + "/userdata/config.json": `{"annotations":{"io.kubernetes.cri-o.ContainerType":"sandbox",
			"io.kubernetes.pod.name":"a","io.kubernetes.pod.namespace":"b","io.kubernetes.container.name":"POD"},
			"linux":{"namespaces":[{"type":"network","path":"/var/run/netns/cr"}]}}`,
		"run/containerd/io.containerd.runtime.v2.task/k8s.io/" + id1 + "/config.json": `{"annotations":{"io.kubernetes.cri.container-type":"sandbox",
			"io.kubernetes.cri.sandbox-name":"dns","io.kubernetes.cri.sandbox-namespace":"kube-system"},
			"linux":{"namespaces":[{"type":"network","path":"/var/run/netns/cni-1"}]}}`,
		"run/containerd/io.containerd.runtime.v2.task/default/plain/config.json":    `{"linux":{"namespaces":[{"type":"network"}]}}`,
		"run/containerd/io.containerd.runtime.v2.task/moby/" + id1 + "/config.json": `{}`,
		"run/containerd/io.containerd.runtime.v2.task/k8s.io/" + id2 + "/init.pid":  `1`,
		"var/lib/cni/results/cbr0-" + id1 + "-eth0": `{"kind":"cniCacheV1","containerId":"` + id1 + `","config":"e30=","ifName":"eth0","networkName":"cbr0",
			"result":{"cniVersion":"0.4.0","interfaces":[{"name":"cni0"},{"name":"eth0","sandbox":"/var/run/netns/cni-1"}],
			"ips":[{"version":"4","interface":1,"address":"10.244.0.5/24"},{"address":"fd00::5/64"}]}}`,
		"var/lib/cni/results/cbr0-x":                   `[]`,
		"var/lib/cni/networks/cbr0/10.244.0.5":         id1 + "\r\neth0",
		"var/lib/cni/networks/cbr0/10.244.0.9":         id2 + "\neth0",
		"var/lib/cni/networks/cbr0/last_reserved_ip.0": "10.244.0.9",
		"var/lib/cni/networks/cbr0/lock":               "",
	})
	want := State{
		Records: []Record{
			{Runtime: "docker", ID: id1, Name: "web", Netns: "/var/run/docker/netns/f00d"},
			{Runtime: "podman", ID: id1, Name: "quirky_pike", Netns: "/run/netns/netns-77"},
			{Runtime: "cri-o", ID: id2, Name: "POD", Pod: "b/a", Netns: "/var/run/netns/cr"},
			{Runtime: "containerd", ID: "plain"},
			{Runtime: "containerd", ID: id1, Pod: "kube-system/dns", Netns: "/var/run/netns/cni-1"},
		},
		Leases: []Lease{
			{Network: "cbr0", Container: id1, Address: "10.244.0.5/24", Netns: "/var/run/netns/cni-1", File: "/var/lib/cni/results/cbr0-" + id1 + "-eth0"},
			{Network: "cbr0", Container: id1, Address: "fd00::5/64", Netns: "/var/run/netns/cni-1", File: "/var/lib/cni/results/cbr0-" + id1 + "-eth0"},
			{Network: "cbr0", Container: id2, Address: "10.244.0.9", File: "/var/lib/cni/networks/cbr0/10.244.0.9"},
		},
	}
	got := Read(root, nil)
	if diff := cmp.Diff(want.Records, got.Records) + cmp.Diff(want.Leases, got.Leases); diff != "" {
		t.Error(diff)
	}
}

// TestReadNothing: what is not there, or is something else, is no failure.
func TestReadNothing(t *testing.T) {
	if got := Read(t.TempDir(), nil); len(got.Records)+len(got.Leases) > 0 {
		t.Error(got)
	}
	root := write(t, map[string]string{"secret": `{"ID":"` + id1 + `","Name":"/x"}`, "var/lib/docker/containers/" + id1 + "/hostname": "", "var/lib/cni": ""})
	if err := os.Symlink(root+"/secret", root+"/var/lib/docker/containers/"+id1+"/config.v2.json"); err != nil {
		t.Fatal(err)
	}
	if got := Read(root, nil); len(got.Records)+len(got.Leases) > 0 {
		t.Error(got)
	}
}

func TestCopied(t *testing.T) {
	for _, c := range []struct {
		path, original string
		copied         bool
	}{
		{"/var/run/netns/x", "/run/netns/x", true},
		{"/run/netns//x", "/var/run/netns/x", true},
		{"/host/run/netns/x", "/run/netns/x", true},
		{"/run/netns/x", "/run/netns/y", false},
		{"/run/netns/x", "/host/run/netns/x", false},
		{"/x", "", false},
		{"/x", "x", false},
	} {
		if Copied(c.path, c.original) != c.copied {
			t.Error(c)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"containerId":"x","networkName":"n","result":{"ips":[{"address":"10.0.0.1/8"}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		Read(write(t, map[string]string{
			"var/lib/docker/containers/x/config.v2.json":                    string(data),
			"var/lib/containers/storage/overlay-containers/containers.json": string(data),
			"var/lib/cni/results/x":                                         string(data), "var/lib/cni/networks/n/10.0.0.1": string(data),
			"run/vc/sbs/x/persist.json": string(data), "run/runsc/x.state": string(data), "etc/docker/daemon.json": string(data),
		}), nil)
	})
}
