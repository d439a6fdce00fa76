package container

import (
	"slices"
	"sync"
)

// Runtime is what netnsctl knows of a program that keeps network namespaces. A pattern is one of
// [path.Match]; that of a directory matches at the end of a path, since the root of a container
// may be above it, and with "/**" at its end also everything below.
type Runtime struct {
	Name string
	// Dirs are where it mounts namespaces. What lies there is reported and not touched.
	Dirs []string
	// Files are patterns of the empty files that it mounts namespaces on, in directories that it uses
	// for nothing else; each asterisk stands for one name. A pattern that begins with "{exec-root}"
	// stands for each directory in which docker has its state.
	Files []string
	// Own are mounts that the runtime itself uses as long as they are there: the network of all
	// its containers, which no container's record has.
	Own []string
	// Names are the names that it gives in the run directory.
	Names []string
	// Records are its state files. Record is what is read of each.
	Records []Records
	// Home are the state files of ordinary users, below their home directories.
	Home []Records
	// Mentions are databases with the names of all namespaces that it knows, as text. What
	// neither these nor the records have, the runtime does not know. Without Mentions nobody can
	// say so.
	Mentions []string
	// RecordsOf is the runtime among whose records its own are. Partial says that its records do not
	// have all namespaces that it wants.
	RecordsOf string
	Partial   bool
	// Helpers are the commands of processes that it keeps for its namespaces.
	Helpers []string
	// Source is from where this is known.
	Source string
}

// Records are files below the root, and how they are read. A pattern that begins with
// "{data-root}" stands for each directory in which docker has its data.
type Records struct {
	Files string
	read  func(record) []Record
}

// uuid is any name in the form of a UUID.
const uuid = "????????-????-????-????-????????????"

// task is where containerd has the bundles of its tasks below its state directory. Each directory
// is one of its namespaces.
const task = "/io.containerd.runtime.v2.task/*/*/config.json"

// slirp are the programs that give a rootless network its way out.
var slirp = []string{"slirp4netns", "pasta", "pasta.avx2", "rootlesskit", "vpnkit"}

// Runtimes returns the table of all runtimes.
func Runtimes() []Runtime { return slices.Clone(runtimes()) }

// AnyRuntime reports whether a runtime of the table fits.
func AnyRuntime(fits func(Runtime) bool) bool { return slices.ContainsFunc(runtimes(), fits) }

// runtimes makes the table when it is first needed.
var runtimes = sync.OnceValue(func() []Runtime {
	return []Runtime{
		{
			Name: "docker", Dirs: []string{"/run/docker/netns", "/run/snap.docker/netns", "/run/user/*/docker/netns"},
			Files:    []string{"/run/docker/netns/*", "/run/snap.docker/netns/*", "/run/user/*/docker/netns/*", "{exec-root}/netns/*"},
			Own:      []string{"/dockerd-rootless/netns", "/tmp/rootlesskit*/netns"},
			Records:  []Records{{"{data-root}/containers/*/config.v2.json", dockerContainer}},
			Home:     []Records{{".local/share/docker/containers/*/config.v2.json", dockerContainer}},
			Mentions: []string{"{data-root}/network/files/local-kv.db"},
			Helpers:  append([]string{"dockerd", "docker-proxy"}, slirp...),
			Source:   "https://github.com/moby/moby/blob/master/daemon/libnetwork/osl/namespace_linux.go, https://github.com/moby/moby/blob/master/contrib/dockerd-rootless.sh, https://github.com/canonical/docker-snap",
		},
		{
			Name: "balena", Dirs: []string{"/run/balena-engine/netns", "/run/balena-host/netns"},
			Files: []string{"/run/balena-engine/netns/*", "/run/balena-host/netns/*"},
			Records: []Records{
				{"/var/lib/balena-engine/containers/*/config.v2.json", dockerContainer},
				{"/mnt/data/docker/containers/*/config.v2.json", dockerContainer},
			},
			Mentions: []string{"/var/lib/balena-engine/network/files/local-kv.db", "/mnt/data/docker/network/files/local-kv.db"},
			Helpers:  []string{"balenad", "balena-engine-daemon", "balena-engine-proxy"},
			Source:   "https://github.com/balena-os/meta-balena/tree/master/meta-balena-common/recipes-containers/balena",
		},
		{
			Name: "podman", Dirs: []string{"/run/user/*/netns", "/podman-run-*/netns"},
			Files:   []string{"/run/user/*/netns/*", "/run/user/*/containers/networks/rootless-netns/rootless-netns"},
			Own:     []string{"/rootless-netns/rootless-netns", "/netns/rootless-netns-*"},
			Names:   []string{"netns-????????-????-????-????-????????????"},
			Records: []Records{{"/var/lib/containers/storage/*-containers/containers.json", storage}},
			Home:    []Records{{".local/share/containers/storage/*-containers/containers.json", storage}},
			Mentions: []string{
				"/var/lib/containers/storage/db.sql", "/var/lib/containers/storage/db.sql-wal", "/var/lib/containers/storage/libpod/bolt_state.db",
			},
			Helpers: append([]string{"conmon", "netavark", "aardvark-dns", "catatonit"}, slirp[:3]...),
			Source:  "https://github.com/containers/common/blob/main/pkg/netns/netns_linux.go, https://github.com/containers/common/blob/main/libnetwork/internal/rootlessnetns/netns_linux.go",
		},
		{
			Name: "nerdctl", Own: []string{"/containerd-rootless/netns"}, Helpers: slirp,
			Source: "https://github.com/containerd/nerdctl/blob/main/extras/rootless/containerd-rootless.sh",
		},
		{
			Name: "microk8s", Dirs: []string{"/var/snap/microk8s/common/run/**"}, Names: []string{"cni-*"},
			Records:  []Records{{"/var/snap/microk8s/common/run/containerd" + task, bundles("microk8s")}},
			Mentions: []string{"/var/snap/microk8s/common/var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db"},
			Helpers:  []string{"kubelite"},
			Source:   "https://github.com/canonical/microk8s/blob/master/microk8s-resources/default-args/containerd",
		},
		{
			Name: "containerd", Dirs: []string{"/run/containerd/**"}, Names: []string{"cni-*"},
			Records:  []Records{{"/run/containerd" + task, bundles("containerd")}},
			Mentions: []string{"/var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db"},
			Helpers:  []string{"containerd", "containerd-shim", "containerd-shim-runc-v2"},
			Source:   "https://github.com/containerd/containerd/blob/main/pkg/netns/netns_linux.go, https://github.com/containerd/containerd/blob/main/docs/ops.md",
		},
		{
			Name: "k3s", Dirs: []string{"/run/k3s/**", "/run/k0s/**"}, Names: []string{"cni-*"},
			Records: []Records{{"/run/k3s/containerd" + task, bundles("k3s")}, {"/run/k0s/containerd" + task, bundles("k0s")}},
			Mentions: []string{
				"/var/lib/rancher/*/agent/containerd/io.containerd.metadata.v1.bolt/meta.db", "/var/lib/k0s/containerd/io.containerd.metadata.v1.bolt/meta.db",
			},
			Helpers: []string{"k3s", "k3s-server", "k3s-agent", "rke2", "k0s"},
			Source:  "https://docs.k3s.io/advanced, https://docs.k0sproject.io/stable/runtime/",
		},
		{
			Name: "cri-o", Dirs: []string{"/run/crio/**", "/run/ipcns", "/run/utsns"},
			Names: []string{uuid}, RecordsOf: "podman", // the names are of the form of nomad's, too
			Helpers: []string{"crio", "conmon", "pinns"},
			Source:  "https://github.com/cri-o/cri-o/blob/main/internal/config/nsmgr/nsmgr_linux.go, https://github.com/cri-o/cri-o/blob/main/docs/crio.conf.5.md (records: those of podman)",
		},
		{
			Name: "lxc", Dirs: []string{
				"/run/lxc/**", "/run/incus/**", "/var/lib/incus/**", "/var/lib/lxd/**", "/var/snap/lxd/common/**",
			},
			Helpers: []string{"lxc-start", "[lxc monitor]", "lxc-monitord", "lxd", "incusd", "forkproxy"},
			Source:  "https://github.com/lxc/lxc/blob/main/src/lxc/start.c, https://linuxcontainers.org/incus/docs/main/environment/",
		},
		{
			Name: "systemd-nspawn", Dirs: []string{"/run/systemd/nspawn/**", "/run/systemd/netif/**"},
			Records: []Records{{"/run/systemd/machines/*", machine}},
			Helpers: []string{"systemd-nspawn", "systemd-machined"},
			Source:  "https://www.freedesktop.org/software/systemd/man/latest/systemd-nspawn.html, https://github.com/systemd/systemd/blob/main/src/machine/machine.c",
		},
		{
			Name: "firejail", Dirs: []string{"/run/firejail/**"}, Helpers: []string{"firejail", "firetunnel"},
			Source: "https://github.com/netblue30/firejail/blob/master/src/include/rundefs.h",
		},
		{
			Name: "libvirt", Dirs: []string{"/run/libvirt/**"},
			Records: []Records{{"/run/libvirt/lxc/*.xml", domain}, {"/etc/libvirt/lxc/*.xml", domain}},
			Helpers: []string{"libvirtd", "libvirt_lxc", "virtlxcd", "virtqemud", "qemu-system-x86", "qemu-system-aar", "qemu-kvm"},
			Source:  "https://github.com/libvirt/libvirt/blob/master/src/lxc/lxc_conf.h, https://libvirt.org/drvlxc.html",
		},
		{
			Name: "kata", Dirs: []string{"/run/vc/**", "/run/kata-containers/**"},
			Records: []Records{{"/run/vc/sbs/*/persist.json", kata}},
			Helpers: []string{"containerd-shim-kata-v2", "kata-runtime", "cloud-hypervisor", "firecracker", "virtiofsd"},
			Source:  "https://github.com/kata-containers/kata-containers/blob/main/src/runtime/virtcontainers/persist/api/network.go",
		},
		{
			Name: "gvisor", Dirs: []string{"/run/runsc/**"},
			Records: []Records{{"/run/runsc/*.state", gvisor}, {"/run/containerd/runsc/*/*.state", gvisor}},
			Helpers: []string{"runsc", "runsc-sandbox", "runsc-gofer", "containerd-shim-runsc-v1"},
			Source:  "https://github.com/google/gvisor/blob/master/runsc/container/state_file.go",
		},
		{
			Name: "buildkit", Dirs: []string{"/net/cni", "/buildkit/**"}, Files: []string{"/var/lib/buildkit/net/cni/*"}, Helpers: []string{"buildkitd", "buildkit-runc"},
			Source: "https://github.com/moby/buildkit/blob/master/util/network/cniprovider/createns_linux.go",
		},
		{
			Name: "nomad", Names: []string{uuid}, Records: []Records{
				{"/opt/nomad/data/alloc/*", allocation},
				{"/opt/nomad/alloc/*", allocation},
				{"/var/lib/nomad/alloc/*", allocation},
				{"/var/nomad/alloc/*", allocation},
			},
			Helpers: []string{"nomad"},
			Source:  "https://github.com/hashicorp/nomad/blob/main/client/lib/nsutil/netns_linux.go, https://developer.hashicorp.com/nomad/docs/concepts/filesystem",
		},
		{
			Name: "mesos", Dirs: []string{"/run/mesos/**"}, Files: []string{"/run/mesos/isolators/network/cni/*/ns"},
			Records: []Records{{"/run/mesos/isolators/network/cni/*/ns", isolated}},
			Helpers: []string{"mesos-slave", "mesos-agent", "mesos-containerizer", "mesos-executor"},
			Source:  "https://github.com/apache/mesos/blob/master/src/slave/containerizer/mesos/isolators/network/cni/paths.hpp",
		},
		{
			Name: "neutron", Names: []string{"qdhcp-*", "qrouter-*", "snat-*", "fip-*", "qlbaas-*", "ovnmeta-*"},
			Records: []Records{
				{"/var/lib/neutron/dhcp/*", network("qdhcp-")},
				{"/var/lib/neutron/ha_confs/*", network("qrouter-", "snat-")},
				{"/var/lib/neutron/ovn-metadata-proxy/*.conf", network("ovnmeta-")},
			},
			Partial: true,
			Helpers: []string{"neutron-dhcp-agent", "neutron-l3-agent", "neutron-ovn-metadata-agent"},
			Source:  "https://github.com/openstack/neutron/blob/master/neutron/agent/l3/namespaces.py, https://github.com/openstack/neutron/blob/master/neutron/agent/ovn/metadata/agent.py",
		},
	}
})
