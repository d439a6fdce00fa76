package tests

import (
	"encoding/json"
	"strings"
	"testing"
)

// containerWorld has the state files of runtimes, which lie on a tmpfs.
const containerWorld = `mount -t tmpfs none /var/lib
	bundle() { # RUNTIME-DIRECTORY ID NETNS ANNOTATIONS
		mkdir -p "$1/$2"; echo "{\"annotations\":{$4},\"linux\":{\"namespaces\":[{\"type\":\"network\",\"path\":\"$3\"}]}}" >"$1/$2/config.json"
	}
	tasks=/run/containerd/io.containerd.runtime.v2.task/k8s.io
	pod='"io.kubernetes.cri.sandbox-name":"dns\u001b[2J","io.kubernetes.cri.sandbox-namespace":"kube"'
	id=$(printf '%064d' 7)
`

// TestContainerKnown: a namespace is an orphan until a runtime's record leads to it;
// one that leads to another namespace, or nowhere, is none.
func TestContainerKnown(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(containerWorld + `leak; mkdir -p /run/docker/netns; : >/run/docker/netns/f00
		mount --bind /run/netns/leak /run/docker/netns/f00; netnsctl delete leak; netnsctl add other`)
	for netns, state := range map[string]string{
		"/run/docker/netns/f00":     "idle",
		"/var/run/docker/netns/f00": "idle",
		"/run/netns/other":          "orphan",
		"/run/docker/netns/none":    "orphan",
		"":                          "orphan",
	} {
		w.shell(`mkdir -p /var/lib/docker/containers/d
			echo '{"ID":"d","Name":"/web","NetworkSettings":{"SandboxKey":"` + netns + `"}}' >/var/lib/docker/containers/d/config.v2.json`)
		a := w.run("list", "--idle", "-o", "name,state", "--noheadings")
		if !strings.Contains(squeeze(a.stdout), "] "+state) {
			t.Errorf("%q: %s", netns, a.stdout)
		}
	}
}

// TestContainerNames: an orphan is told with its pod, and the addresses that it
// still has; one that is known is idle.
func TestContainerNames(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(containerWorld + `
		netnsctl add gone; netnsctl add kept
		elsewhere 'mkdir /run/c; mount -t tmpfs none /run/c; mkdir -p /run/c/run/netns; : >/run/c/run/netns/gone
			mount --bind /run/netns/gone /run/c/run/netns/gone'
		netnsctl delete gone
		mkdir -p /run/docker/netns; : >/run/docker/netns/f00
		mount --bind /run/netns/kept /run/docker/netns/f00
		netnsctl delete kept
		bundle $tasks $id /var/run/netns/gone "$pod"
		mkdir -p /var/lib/cni/results /var/lib/docker/containers/d
		cat >/var/lib/cni/results/x <<-END
			{"containerId":"$id","networkName":"cbr0","netns":"/var/run/netns/gone",
			 "result":{"ips":[{"address":"10.244.0.5/24"}]}}
		END
		echo '{"ID":"d","Name":"/web","NetworkSettings":{"SandboxKey":"/run/docker/netns/f00"}}' >/var/lib/docker/containers/d/config.v2.json`)
	a := w.run("list", "--idle", "-o", "state,owner,reason", "--noheadings")
	lines := strings.Split(strings.TrimSpace(a.stdout), "\n")
	if a.status != "3" || len(lines) != 2 {
		t.Fatalf("status %s:\n%s%s", a.status, a.stdout, a.stderr)
	}
	orphan, idle := squeeze(lines[0]), squeeze(lines[1])
	for _, want := range []string{"orphan ", `containerd, pod kube/dns\x1b[2J, container 000000000000`, "has 10.244.0.5/24 of CNI network cbr0"} {
		if !strings.Contains(orphan, want) {
			t.Errorf("no %q in %s", want, orphan)
		}
	}
	if idle != "idle docker, container web kept by docker for container web" {
		t.Error(idle)
	}
	var list struct {
		Namespaces []struct {
			State string
			Owner struct {
				Pod  string `json:"pod_name"`
				Name string `json:"container_name"`
			}
			CNI []struct{ Address, File string }
		}
	}
	a = w.run("list", "--stale", "-j")
	if err := json.Unmarshal([]byte(a.stdout), &list); err != nil || len(list.Namespaces) != 1 || len(list.Namespaces[0].CNI) != 1 ||
		list.Namespaces[0].Owner.Pod != "kube/dns\x1b[2J" || list.Namespaces[0].CNI[0].File != "/var/lib/cni/results/x" {
		t.Errorf("%v: %s", err, a.stdout)
	}
	cleaned := w.run("delete", "--force-orphans", "--min-age", "0", "--wait")
	if cleaned.status != "0" || !strings.Contains(cleaned.stdout, "0 removed, 1 released, 0 skipped") {
		t.Errorf("status %s: %s%s", cleaned.status, cleaned.stdout, cleaned.stderr)
	}
	// Named, it is its owner's will.
	cleaned = w.run("delete", "--force-orphans", "--min-age", "0", "--wait", "/run/docker/netns/f00")
	if cleaned.status != "0" || !strings.Contains(cleaned.stdout, "1 released") {
		t.Errorf("named, status %s: %s%s", cleaned.status, cleaned.stdout, cleaned.stderr)
	}
}

// TestContainerAddress: a lease whose namespace has gone from its path is known by
// the address that an orphan still has; one that is another's is not.
func TestContainerAddress(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(containerWorld + `leak; netnsctl add other
		ip -n leak link set lo up; for a in 10.88.0.7/32 10.88.0.8/32 10.88.0.9/32; do ip -n leak address add $a dev lo; done
		elsewhere 'mkdir /run/c; : >/run/c/ns; mount --bind /run/netns/leak /run/c/ns'; netnsctl delete leak
		mkdir -p /var/lib/cni/results /var/lib/cni/networks/podman
		lease() {
			cat >/var/lib/cni/results/$1 <<-END
				{"containerId":"$1","networkName":"podman","netns":"$2",
				 "result":{"ips":[{"address":"$3/16"}]}}
			END
		}
		lease a /run/netns/gone 10.88.0.7; lease b /run/netns/other 10.88.0.8; lease c /run/netns/gone 10.88.0.1
		printf 'a\r\neth0' >/var/lib/cni/networks/podman/10.88.0.9`)
	a := w.run("list", "--stale", "-o", "reason", "--noheadings")
	if a.status != "3" || strings.Count(a.stdout, ", has ") != 2 || !strings.Contains(a.stdout, ", has 10.88.0.7/16 of CNI network podman") ||
		!strings.Contains(a.stdout, ", has 10.88.0.9 of CNI network podman") {
		t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
}
