package tests

import (
	"regexp"
	"strings"
	"testing"
)

// talkWorld is what all worlds of two containers begin with: state on a tmpfs, the unified
// cgroup hierarchy, a busybox as root file system of each.
const talkWorld = library + `
	mount -t tmpfs none /var/lib; mount -t tmpfs none /opt; mount -t cgroup2 none /sys/fs/cgroup
	for c in one two; do
		mkdir -p /run/root/$c/bin /run/root/$c/proc /run/root/$c/dev /run/root/$c/sys /run/root/$c/etc /run/root/$c/run /run/root/$c/tmp /run/root/$c/usr
		cp "$(command -v busybox)" /run/root/$c/bin/busybox
		for p in sh sleep ip; do ln -s busybox /run/root/$c/bin/$p; done
	done
	mkdir -p /etc/containers/networks /etc/cni/net.d /etc/docker
	for p in iptables ip6tables; do ln -sf /usr/sbin/xtables-nft-multi /etc/alternatives/$p; done
	printf '{"default":[{"type":"insecureAcceptAnything"}]}' >/etc/containers/policy.json
	printf '#!/bin/sh\nexec crun --cgroup-manager=disabled "$@"\n' >/run/oci; chmod 755 /run/oci
	ip link set lo up
`

// runtimeTalks are runtimes with the script that starts the containers one and two. It writes
// the pid of a process in one to /run/pid, and the address of two to /run/address.
var runtimeTalks = []struct {
	name     string
	programs []string
	script   string
}{
	{"podman", []string{"podman", "busybox"}, `
		podman() { command podman --cgroup-manager=cgroupfs --events-backend=file "$@"; }
		for c in one two; do podman run -d --cgroups=disabled --name $c --restart=no --rootfs /run/root/$c sleep 1000; done
		podman inspect -f '{{.State.Pid}}' one >/run/pid; podman inspect -f '{{.NetworkSettings.IPAddress}}' two >/run/address`},
	{"rootless podman", []string{"podman", "busybox", "slirp4netns", "newuidmap"}, `
		echo box:x:1000:1000::/opt/home:/bin/sh >>/etc/passwd; echo box:x:1000: >>/etc/group
		echo box:100000:65536 | tee /etc/subuid >/etc/subgid
		mount -t tmpfs none /dev/net; mknod -m 666 /dev/net/tun c 10 200 # udev's mode
		mkdir -p /opt/home /run/user/1000; chown -R 1000:1000 /opt/home /run/user/1000 /run/root
		user() { setpriv --reuid 1000 --regid 1000 --clear-groups env -i PATH=$PATH HOME=/opt/home USER=box XDG_RUNTIME_DIR=/run/user/1000 "$@"; }
		podman() { user podman --cgroup-manager=cgroupfs --events-backend=file --storage-driver=vfs "$@"; }
		cd /opt/home; podman network create n
		for c in one two; do podman run -d --cgroups=disabled --name $c --restart=no --network n --rootfs /run/root/$c sleep 1000; done
		podman inspect -f '{{.State.Pid}}' one >/run/pid
		podman inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' two >/run/address
		kill -9 $(pidof slirp4netns) # which leaves the bridge between them in a namespace without a process`},
	{"docker", []string{"dockerd", "docker", "crun", "busybox"}, `
		setsid dockerd -H unix:///run/d.sock --iptables=false --ip6tables=false --storage-driver=vfs \
			--add-runtime oci=/run/oci --default-runtime oci >/run/log 2>&1 </dev/null &
		export DOCKER_HOST=unix:///run/d.sock
		until docker version >/dev/null 2>&1; do sleep 0.05; done
		tar -C /run/root/one -c . | docker import - box
		for c in one two; do docker run -d --name $c box /bin/sleep 1000; done
		docker inspect -f '{{.State.Pid}}' one >/run/pid; docker inspect -f '{{.NetworkSettings.IPAddress}}' two >/run/address`},
	{"containerd with CNI", []string{"containerd", "ctr", "crun", "busybox", "/usr/lib/cni/bridge"}, `
		mkdir -p /opt/cni; ln -s /usr/lib/cni /opt/cni/bin
		echo '{"cniVersion":"0.4.0","name":"net","plugins":[{"type":"bridge","bridge":"cni0","isGateway":true,
			"ipam":{"type":"host-local","ranges":[[{"subnet":"10.22.0.0/24"}]]}}]}' >/etc/cni/net.d/10-net.conflist
		setsid containerd -a /run/c.sock --root /var/lib/c --state /run/containerd >/run/log 2>&1 </dev/null &
		until ctr -a /run/c.sock version >/dev/null 2>&1; do sleep 0.05; done
		for c in one two; do ctr -a /run/c.sock run -d --cni --runc-binary /run/oci --rootfs /run/root/$c $c /bin/sleep 1000; done
		pid() { ctr -a /run/c.sock task ls | awk -v c=$1 '$1 == c { print $2 }'; }
		pid one >/run/pid; nsenter -n -t $(pid two) ip -4 -o addr show dev eth0 | awk '{ sub("/.*", "", $4); print $4 }' >/run/address`},
	{"LXC", []string{"lxc-start", "busybox"}, `
		mkdir -p /var/lib/lxc /etc/lxc; ip link add br0 type bridge; ip link set br0 up
		i=1; for c in one two; do
			i=$((i+1)); mkdir /var/lib/lxc/$c
			printf '%s\n' lxc.uts.name=$c lxc.rootfs.path=dir:/run/root/$c lxc.net.0.type=veth lxc.net.0.link=br0 lxc.net.0.flags=up \
				lxc.net.0.ipv4.address=10.33.0.$i/24 lxc.apparmor.profile=unconfined 'lxc.init.cmd=/bin/sleep 1000' >/var/lib/lxc/$c/config
			lxc-start -n $c
		done
		lxc-info -n one -p -H >/run/pid; echo 10.33.0.3 >/run/address`},
	{"systemd-nspawn", []string{"systemd-nspawn", "busybox"}, `
		echo 0123456789abcdef0123456789abcdef >/etc/machine-id; ip link add br0 type bridge; ip link set br0 up
		i=1; for c in one two; do
			i=$((i+1)); echo ID=box >/run/root/$c/etc/os-release
			SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 setsid systemd-nspawn -q --register=no --keep-unit --network-bridge=br0 -M $c -D /run/root/$c \
				/bin/sh -c "ip link set host0 up; ip addr add 10.44.0.$i/24 dev host0; exec sleep 1000" >/run/log.$c 2>&1 </dev/null &
			until ip -o link show master br0 | grep -q "vb-$c.*UP"; do sleep 0.05; done
		done
		# The host name of a container is its name.
		pid() { for p in $(pidof sleep); do [ "$(nsenter -u -t $p uname -n)" != $1 ] || echo $p; done; }
		until pid one | grep . >/run/pid; do sleep 0.05; done; echo 10.44.0.3 >/run/address`},
}

var noneLost = regexp.MustCompile(`(\d+) packets transmitted, (\d+) received`)

// TestRuntimesTalk: two containers of a real runtime talk to each other while clean-up runs a
// hundred times. No packet is lost, and what is dead beside them is removed each time.
func TestRuntimesTalk(t *testing.T) {
	for _, r := range runtimeTalks {
		t.Run(r.name, func(t *testing.T) {
			needRuntime(t, append(r.programs, "ping")...)
			w := newMachine(t)
			if a := w.command("/bin/sh", "-ec", talkWorld+r.script); a.status != "0" {
				log := w.command("/bin/sh", "-c", "cat /run/log* 2>/dev/null")
				t.Fatalf("status %s: %s%s%s", a.status, a.stdout, a.stderr, log.stdout)
			}
			const ping = `nsenter -n -t $(cat /run/pid) ping -q -i 0.01 -W 2 -c `
			// The first packet waits for the address, and bridges forward after a while.
			w.shell(`until ` + ping + `1 $(cat /run/address) >/dev/null; do sleep 0.05; done`)
			before := w.run("list", "--all-namespaces", "--noheadings", "-o", "id,state,owner")
			for i := range 100 {
				a := w.command("/bin/sh", "-c", `mkdir -p /run/netns; : >/run/netns/dead; `+ping+`20 $(cat /run/address) >/run/ping & 
					netnsctl delete --force-orphans --min-age 0; echo "status $?"; wait; cat /run/ping`)
				m := noneLost.FindStringSubmatch(a.stdout)
				if m == nil || m[1] != "20" || m[2] != m[1] || !strings.Contains(a.stdout, "removed dead ") {
					t.Fatalf("clean-up %d: %s%s\nbefore:\n%s\nafter:\n%s", i+1, a.stdout, a.stderr, before.stdout,
						w.run("list", "--all-namespaces", "--noheadings", "-o", "id,state,owner").stdout)
				}
			}
			t.Logf("2000 packets answered during 100 clean-ups of:\n%s", before.stdout)
		})
	}
}
