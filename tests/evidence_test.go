package tests

import (
	"encoding/json"
	"strings"
	"testing"
)

// idleWorld has idle names of all kinds: without any sign of life, and each with one.
const idleWorld = `
	for n in cni-dead1 cni-dead2 cni-lease cni-record cni-listens cni-link cni-router cni-held plain; do netnsctl add $n; done
	ip link add cni0 type bridge; ip link set cni0 up
	for n in 1 2; do ip link add h$n type veth peer name eth0 netns cni-dead$n; ip link set h$n master cni0 up; done
	mkdir -p /var/lib/docker/containers/abc /var/lib/cni/results /run/containerd/io.containerd.runtime.v2.task/k8s.io/web
	echo '{"ID":"abc","Name":"/web"}' >/var/lib/docker/containers/abc/config.v2.json
	lease() { echo '{"containerId":"'$1'","networkName":"cbr0","netns":"/var/run/netns/'$2'","result":{"ips":[{"address":"'$3'"}]}}' >/var/lib/cni/results/$2; }
	lease abc cni-lease 10.2.1.14/24; lease gone cni-dead1 10.2.1.15/24; lease lost cni-none 10.2.1.16/24
	echo '{"linux":{"namespaces":[{"type":"network","path":"/var/run/netns/cni-record"}]}}' >/run/containerd/io.containerd.runtime.v2.task/k8s.io/web/config.json
	holdIn cni-listens 'import socket; s = socket.socket(); s.bind(("0.0.0.0", 80)); s.listen(5)
a, b = socket.socketpair(); socket.send_fds(a, [b"x"], [s.fileno()]); s.close()' >/dev/null
	setsid unshare -n sleep 1000 >/dev/null 2>&1 </dev/null & asleep $!
	ip -n cni-link link add v1 type veth peer name v2 netns $!
	for n in 1 2; do ip -n cni-router link add e$n type veth peer name r$n netns 1; done
	netnsctl exec cni-router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	setsid sleep 1000 3</run/netns/cni-held >/dev/null 2>&1 & asleep $!
`

// TestEvidence: prune --idle takes only the names that nothing speaks for, and says why the others stay.
func TestEvidence(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(idleWorld)
	plan := w.run("prune", "--idle", "--older-than", "0", "--dry-run", "--verbose")
	for _, want := range []string{
		"would remove cni-dead1 (no process, no runtime knows it (docker, containerd asked), its address 10.2.1.15/24 is leased to container gone, " +
			"which does not exist, eth0 leads to h1 of the host, which is up, in cni0); h1 of the host is deleted with it\n",
		"would remove plain (no process, no runtime knows it (docker, containerd asked), no device leads out of it)\n",
		"would skip cni-lease: its address 10.2.1.14/24 is leased to container abc, which exists",
		"would skip cni-record: known to containerd for container web; to remove it anyway: netnsctl prune cni-record\n",
		"would skip cni-link: v1 joins v2 of net:[",
		"would skip cni-router: forwards between r1 of the host and r2 of the host",
		"would skip cni-held: held by descriptor 3 of pid ",
		"would skip cni-listens: ",
	} {
		if !strings.Contains(plan.stdout, want) {
			t.Errorf("no %q in\n%s%s", want, plan.stdout, plan.stderr)
		}
	}
	inspected := w.run("inspect", "cni-listens", "cni-dead2")
	for _, want := range []string{
		" for life: 1 socket listens in it: tcp 0.0.0.0:80\n", "against: eth0 leads to h2 of the host, which is up, in cni0\n",
	} {
		if !strings.Contains(inspected.stdout, want) {
			t.Errorf("no %q in\n%s%s", want, inspected.stdout, inspected.stderr)
		}
	}
	if a := w.run("prune", "--idle", "--older-than", "0", "--yes"); a.status != "0" || !strings.HasSuffix(a.stdout, "\n3 removed, 0 released, 6 skipped\n") {
		t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	if names := w.names(); names != "cni-held cni-lease cni-link cni-listens cni-record cni-router" {
		t.Errorf("left %q", names)
	}
}

// TestUnreadIsNoAbsence: where a record cannot be read, no idle name goes.
func TestUnreadIsNoAbsence(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`netnsctl add cni-1; mkdir -p /var/lib/docker/containers/abc; echo '{"ID":' >/var/lib/docker/containers/abc/config.v2.json`)
	a := w.run("prune", "--idle", "--older-than", "0", "--yes")
	if !strings.HasPrefix(a.stdout, "skipped cni-1: it may be in use: could not be read: /var/lib/docker/containers/abc/config.v2.json; ") {
		t.Errorf("%s%s", a.stdout, a.stderr)
	}
	w.shell(`rm -r /var/lib/docker; cp "$(command -v sleep)" /run/containerd; setsid /run/containerd 1000 >/dev/null 2>&1 & until grep -qx containerd /proc/$!/comm; do sleep 0.01; done`)
	a = w.run("prune", "--idle", "--older-than", "0", "--yes")
	if !strings.HasPrefix(a.stdout, "skipped cni-1: it may be in use: containerd runs (pid ") || w.names() != "cni-1" {
		t.Errorf("%s%s", a.stdout, a.stderr)
	}
}

// TestConfigured: a name that the configuration of the host has is wanted, with nothing in it.
func TestConfigured(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`for n in podman unit exec files none; do netnsctl add $n; done
		mkdir -p /var/lib/containers/storage/libpod /run/systemd/units /run/systemd/system /etc/netns/files
		echo '"path":"/run/netns/podman"' >/var/lib/containers/storage/libpod/bolt_state.db
		ln -s 1f /run/systemd/units/invocation:netnsctl@unit.service
		echo 'ExecStart=/usr/bin/ip netns exec exec /usr/bin/backup' >/run/systemd/system/backup.service`)
	a := w.run("prune", "--idle", "--older-than", "0", "--yes", "--verbose")
	expectParts(t, "prune --idle", a, "0", a.stdout, "removed none (", "skipped podman: the database of a runtime has netns/podman",
		"skipped unit: netnsctl@unit.service of systemd uses it", "skipped files: it has the configuration /etc/netns/files",
		"skipped exec: backup.service of systemd uses it (/run/systemd/system/backup.service)")
	if names := w.names(); names != "exec files podman unit" {
		t.Errorf("left %q", names)
	}
}

// TestLostLease: an address of CNI's that leads to no namespace is reported by list --idle, and
// stays.
func TestLostLease(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(idleWorld + `mkdir -p /var/lib/cni/networks/cbr0; echo dead1 >/var/lib/cni/networks/cbr0/10.2.1.17; echo pool >/var/lib/cni/networks/cbr0/10.2.1.18
		ip -n plain addr add 10.2.1.17/24 dev lo; find /var/lib/cni -type f | sort >/run/before`)
	const cached = "netnsctl: lost lease: 10.2.1.16/24 of CNI network cbr0 for container lost, which does not exist (/var/lib/cni/results/cni-none)\n"
	const pool = "netnsctl: lost lease: 10.2.1.18 of CNI network cbr0 for container pool, which does not exist (/var/lib/cni/networks/cbr0/10.2.1.18)\n"
	if a := w.run("list", "--idle"); a.stderr != cached+pool {
		t.Errorf("%s%s", a.stdout, a.stderr)
	}
	var document struct {
		Lost []struct{ Network, Address, Container, File string } `json:"lost_leases"`
	}
	if a := w.run("list", "--idle", "--json"); json.Unmarshal([]byte(a.stdout), &document) != nil || len(document.Lost) != 2 || document.Lost[1].Container != "pool" {
		t.Errorf("%s%s", a.stdout, a.stderr)
	}
	if a := w.run("list", "--stale", "--json"); strings.Contains(a.stdout+a.stderr, "lost") {
		t.Errorf("without --idle: %s%s", a.stdout, a.stderr)
	}
	w.shell(`netnsctl prune --idle --older-than 0 --yes || :; find /var/lib/cni -type f | sort | cmp - /run/before`)
}
