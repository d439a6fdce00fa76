package tests

import (
	"strings"
	"testing"
)

// foreignCase is a namespace without a process that a runtime keeps.
type foreignCase struct {
	name string
	// path is where it is mounted, in a mount namespace of its own where elsewhere is set.
	path      string
	elsewhere bool
	// listed is part of the line of `list --stale --idle`; it is idle where kept is set.
	listed string
	kept   bool
}

var foreignCases = []foreignCase{
	{name: "docker", path: "/run/docker/netns/1-0uh9tm6y2o", listed: "orphan docker held by mount /run/docker/netns/1-0uh9tm6y2o"},
	{name: "snap", path: "/run/snap.docker/netns/1-0uh9tm6y2o", elsewhere: true, listed: "orphan docker held by mount /run/snap.docker/netns/1-0uh9tm6y2o"},
	{name: "exec-root", path: "/run/data/exec/netns/f00", elsewhere: true, listed: "orphan"},
	{name: "rootless docker", path: "/run/user/1000/docker/netns/f00", elsewhere: true, listed: "orphan docker held by mount"},
	{
		name: "rootlesskit", path: "/run/user/1000/dockerd-rootless/netns", elsewhere: true,
		listed: "idle docker kept by docker, whose network it is", kept: true,
	},
	{
		name: "rootless podman", path: "/run/user/1000/containers/networks/rootless-netns/rootless-netns", elsewhere: true,
		listed: "idle podman kept by podman, whose network it is", kept: true,
	},
	{name: "rootless podman's container", path: "/run/user/1000/netns/netns-1", elsewhere: true, listed: "orphan podman held by mount"},
	{name: "mesos elsewhere", path: "/run/mesos/isolators/network/cni/x/ns", elsewhere: true, listed: "orphan mesos, container x held by mount"},
	{name: "mesos", path: "/run/mesos/isolators/network/cni/x/ns", listed: "idle mesos, container x kept by mesos for container x", kept: true},
	{name: "buildkit", path: "/run/lib/buildkit/net/cni/x", elsewhere: true, listed: "orphan buildkit held by mount"},
}

// TestForeign: what lies in a runtime's directory is reported, and stays until it is named.
func TestForeign(t *testing.T) {
	t.Parallel()
	for _, c := range foreignCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newMachine(t)
			mount := `mkdir -p "$(dirname ` + c.path + `)"; : >` + c.path + `; mount --bind /run/netns/leak ` + c.path
			if c.elsewhere {
				mount = `elsewhere '` + mount + `; readlink /proc/self/ns/mnt >/run/mnt'`
			}
			ino := lastWord(w.shell("leak\n" + mount + "\nnetnsctl delete leak; cat /run/ino"))
			target := c.path
			if c.elsewhere {
				target += " in " + strings.TrimSpace(w.shell("cat /run/mnt"))
			}
			listed := squeeze(w.run("list", "--stale", "--idle", "--noheadings", "-o", "state,owner,reason").stdout)
			if !strings.Contains(listed, c.listed) || strings.Contains(listed, "no runtime knows it") {
				t.Errorf("%s\nwant %s", listed, c.listed)
			}
			a := w.run("delete", "--force-orphans", "--min-age", "0")
			named := "to release it anyway: netnsctl delete --force-orphans 'net:["
			if c.kept == strings.Contains(a.stdout, named) || !w.finds(ino) {
				t.Errorf("unnamed, status %s: %s%s", a.status, a.stdout, a.stderr)
			}
			if a = w.run("delete", "--force-orphans", "--wait", target); a.status != "0" || w.finds(ino) {
				t.Errorf("named, status %s: %s%s", a.status, a.stdout, a.stderr)
			}
		})
	}
}

// TestNoRuntimeKnowsIt: the names that containers have left behind can be told from others, and
// one line removes them.
func TestNoRuntimeKnowsIt(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	w.shell(`for n in cni-dead1 cni-dead2 cni-live router; do netnsctl add $n; done
		d=/run/containerd/io.containerd.runtime.v2.task/k8s.io/9f3c; mkdir -p $d
		echo '{"annotations":{"io.kubernetes.cri.sandbox-namespace":"shop","io.kubernetes.cri.sandbox-name":"web-0"},
			"linux":{"namespaces":[{"type":"network","path":"/var/run/netns/cni-live"}]}}' >$d/config.json`)
	const filter = "reason=*no runtime knows cni-*"
	if a := w.run("list", "--idle", "--quiet", "--filter", filter); a.stdout != "cni-dead1\ncni-dead2\n" {
		t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	if a := w.run("list", "--idle", "--json", "--filter", filter); strings.Count(a.stdout, `"no_runtime":true`) != 2 {
		t.Errorf("status %s: %s%s", a.status, a.stdout, a.stderr)
	}
	w.shell(`netnsctl list --idle --quiet --filter '` + filter + `' | xargs netnsctl delete --force-orphans
		test "$(netnsctl list | sort)" = "$(printf 'cni-live\nrouter')"`)
}

// TestForeignRunDirectory: where the run directory is docker's, its sandboxes and its dead files stay
// until they are named, and so does what `ip netns` has made there.
func TestForeignRunDirectory(t *testing.T) {
	t.Parallel()
	for _, script := range []string{
		`ln -s /run/docker/netns /run/netns`,
		`mkdir /run/netns; mount --bind /run/docker/netns /run/netns`,
		`mkdir /run/netns; mount --rbind /run/docker/netns /run/netns`,
	} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			w := newMachine(t)
			w.shell(`mkdir -p /run/docker/netns; : >/run/docker/netns/box; unshare -n mount --bind /proc/self/ns/net /run/docker/netns/box
				: >/run/docker/netns/dead; ` + script + `; netnsctl add mine`)
			list := w.run("list", "--stale", "--idle", "-o", "NAME,ACTION", "-n").stdout
			for line := range strings.Lines(list) {
				if !strings.HasPrefix(line, "net:[") && !strings.HasSuffix(line, "skip (docker's)\n") {
					t.Error(list)
				}
			}
			a := w.run("prune", "--idle", "--yes", "--older-than", "0", "--verbose")
			for _, name := range []string{"dead", "mine"} {
				line := "skipped " + name + ": the run directory is a directory of docker; to remove it anyway: netnsctl prune " + name + "\n"
				if !strings.Contains(a.stdout, line) {
					t.Errorf("%s%s, want %s", a.stdout, a.stderr, line)
				}
			}
			w.run("prune", "--older-than", "0")
			if names := w.names(); names != "box dead mine" {
				t.Errorf("left %q", names)
			}
			w.run("prune", "dead")
			w.run("delete", "mine")
			if names := w.names(); names != "box" {
				t.Errorf("left %q", names)
			}
		})
	}
}
