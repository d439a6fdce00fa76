package tests

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// podmanWorld is a machine on which podman runs a busybox, without images: state on
// a tmpfs, the unified cgroup hierarchy only, files instead of systemd.
const podmanWorld = library + `
	mount -t tmpfs none /var/lib; mkdir -p /var/lib/containers /run/rootfs/bin
	mount -t cgroup2 none /sys/fs/cgroup
	printf '{"default":[{"type":"insecureAcceptAnything"}]}' >/run/policy.json
	cp "$(command -v busybox)" /run/rootfs/bin/busybox; ln -s busybox /run/rootfs/bin/sleep
	for p in iptables ip6tables; do ln -sf /usr/sbin/xtables-nft-multi /etc/alternatives/$p; done
	mkdir -p /etc/containers/networks /etc/cni/net.d
	podman() { command podman --cgroup-manager=cgroupfs --events-backend=file "$@"; }
`

// TestPodman: a container that runs, is killed, leaks and is cleaned away, by a
// real runtime.
func TestPodman(t *testing.T) {
	needRuntime(t, "podman", "busybox")
	w := newMachine(t)
	shell := func(script string) {
		t.Helper()
		a := w.command("/bin/sh", "-ec", script)
		if a.status != "0" {
			t.Fatalf("status %s: %s%s", a.status, a.stdout, a.stderr)
		}
	}
	shell(podmanWorld + `podman run -d --cgroups=disabled --name web --restart=no --rootfs /run/rootfs sleep 1000 >/run/id`)

	running := w.run("list", "--all-namespaces", "--noheadings", "-o", "state,owner")
	if !strings.Contains(squeeze(running.stdout), "in-use podman, container web") {
		t.Errorf("running: %s%s", running.stdout, running.stderr)
	}

	// Killed with its monitor, so that nobody tidies up: podman still knows it.
	shell(`pid=$(pgrep -f '^sleep 1000'); pkill -9 conmon; kill -9 $pid; until ! test -e /proc/$pid/ns/net; do sleep 0.01; done`)
	killed := w.run("list", "--stale", "--idle", "--noheadings", "-o", "state,owner,reason")
	if strings.Contains(killed.stdout, "orphan") || !strings.Contains(squeeze(killed.stdout), "idle podman, container web") {
		t.Errorf("killed: %s%s", killed.stdout, killed.stderr)
	}

	// The name is taken away while a mount elsewhere keeps the namespace.
	shell(library + `name=$(basename /run/netns/netns-*); echo $name >/run/name
		elsewhere "mkdir /run/c; : >/run/c/ns; mount --bind /run/netns/$name /run/c/ns"; netnsctl delete $name`)
	leaked := w.run("list", "--stale", "--noheadings", "-o", "state,owner,reason")
	for _, want := range []string{"orphan podman, container web held by mount /run/c/ns in mnt:[", " of CNI network podman"} {
		if leaked.status != "3" || !strings.Contains(squeeze(leaked.stdout), want) {
			t.Errorf("leaked, status %s, no %q: %s%s", leaked.status, want, leaked.stdout, leaked.stderr)
		}
	}
	cleaned := w.run("delete", "--force-orphans", "--min-age", "0", "--wait=20")
	if cleaned.status != "0" || !strings.Contains(cleaned.stdout, "1 released") {
		t.Errorf("cleaned, status %s: %s%s", cleaned.status, cleaned.stdout, cleaned.stderr)
	}
}

// needRuntime skips unless asked for, as the programs are large.
func needRuntime(t *testing.T, programs ...string) {
	t.Helper()
	if os.Getenv("NETNSCTL_TEST_RUNTIMES") == "" {
		t.Skip("NETNSCTL_TEST_RUNTIMES is not set: make test-runtimes")
	}
	if !isRoot() {
		unable(t, "a runtime as root needs root")
	}
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			unable(t, err)
		}
	}
}

// containerdWorld starts containerd with all of its state on tmpfs.
const containerdWorld = `mount -t tmpfs none /var/lib; mount -t tmpfs none /opt; mount -t cgroup2 none /sys/fs/cgroup
	mkdir -p /run/rootfs/bin; cp "$(command -v busybox)" /run/rootfs/bin/sleep
	printf '#!/bin/sh\nexec crun --cgroup-manager=disabled "$@"\n' >/run/oci; chmod 755 /run/oci
	setsid containerd -a /run/c.sock --root /var/lib/c --state /run/containerd >/run/log 2>&1 </dev/null &
	until ctr -a /run/c.sock version >/dev/null 2>&1; do sleep 0.05; done
	netnsctl add cni-9
	ctr -a /run/c.sock run -d --runc-binary /run/oci --with-ns network:/var/run/netns/cni-9 --rootfs /run/rootfs web /bin/sleep 1000`

// TestContainerd: the bundles of a real containerd are where they are looked for.
func TestContainerd(t *testing.T) {
	needRuntime(t, "containerd", "ctr", "crun", "busybox")
	w := newMachine(t)
	if a := w.command("/bin/sh", "-ec", containerdWorld); a.status != "0" {
		t.Fatalf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	a := w.run("list", "--all-namespaces", "--noheadings", "-o", "name,state,owner")
	if !strings.Contains(squeeze(a.stdout), "cni-9 in-use containerd, container web") {
		t.Errorf("%s%s", a.stdout, a.stderr)
	}
}

// dockerWorld starts a docker without networks, all of its state on tmpfs.
const dockerWorld = library + `mount -t tmpfs none /var/lib; mount -t tmpfs none /opt; mount -t cgroup2 none /sys/fs/cgroup; mkdir /etc/docker
	mkdir -p /run/rootfs/bin; cp "$(command -v busybox)" /run/rootfs/bin/sleep
	printf '#!/bin/sh\nexec crun --cgroup-manager=disabled "$@"\n' >/run/oci; chmod 755 /run/oci
	setsid dockerd -H unix:///run/d.sock --bridge=none --iptables=false --ip6tables=false --storage-driver=vfs \
		--add-runtime oci=/run/oci --default-runtime oci >/run/log 2>&1 </dev/null &
	export DOCKER_HOST=unix:///run/d.sock
	until docker version >/dev/null 2>&1; do sleep 0.05; done
	tar -C /run/rootfs -c . | docker import - box
	docker run -d --network none --name web box /bin/sleep 1000`

// TestDocker: with docker and its container killed, the namespace is docker's.
func TestDocker(t *testing.T) {
	needRuntime(t, "dockerd", "docker", "crun", "busybox")
	w := newMachine(t)
	if a := w.command("/bin/sh", "-ec", dockerWorld); a.status != "0" {
		t.Fatalf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	a := w.run("list", "--all-namespaces", "--noheadings", "-o", "state,owner")
	if !strings.Contains(squeeze(a.stdout), "in-use docker, container web") {
		t.Errorf("running: %s%s", a.stdout, a.stderr)
	}
	w.command("/bin/sh", "-c", `pkill -9 dockerd; pkill -9 containerd; pid=$(pgrep -f '^/bin/sleep 1000'); kill -9 $pid
		while test -e /proc/$pid/ns/net; do sleep 0.01; done`)
	a = w.run("list", "--stale", "--idle", "--noheadings", "-o", "state,owner,reason")
	if a.status != "0" || !strings.Contains(squeeze(a.stdout), "idle docker, container web kept by docker for container web") {
		t.Errorf("killed, status %s: %s%s", a.status, a.stdout, a.stderr)
	}
}
