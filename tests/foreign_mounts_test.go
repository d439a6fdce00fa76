package tests

import "testing"

// TestForeignMounts: what a container shares with its host looks unused there, where a process of the
// host, or a mount of another container, uses it. A clean-up in the container leaves it alone.
func TestForeignMounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, propagation string
		before, after     string // scripts of the host, before and after the container begins
		prune             string // its arguments in the container
		dir               string // that it refuses to judge
		alive             string // a script of the host
	}{
		{
			name: "a mount received from the host", propagation: "slave",
			before: `mkdir /run/my; : >/run/my/ns; sleep 0.1`, // no container begins with its host's /run
			after:  `setsid unshare -n sleep 1000 >/dev/null 2>&1 & asleep $!; mount --bind /proc/$!/ns/net /run/my/ns`,
			prune:  "/run/my/ns", dir: "/run/my", alive: `netnsctl inspect /run/my/ns | grep -q in-use`,
		},
		{
			name: "a file of the host's docker", propagation: "private",
			before: `mkdir -p /run/docker/netns; sleep 0.1`,
			after:  `: >/run/docker/netns/x; unshare -n mount --bind /proc/self/ns/net /run/docker/netns/x`,
			prune:  "/run/docker/netns", dir: "/run/docker/netns", alive: `test "$(stat -f -c %T /run/docker/netns/x)" = nsfs`,
		},
		{
			name: "a file system that the host mounted later", propagation: "slave",
			before: "sleep 0.1",
			after: `mkdir /run/netns; mount -t tmpfs t /run/netns
				elsewhere 'unshare -n true; : >/run/netns/x; unshare -n mount --bind /proc/self/ns/net /run/netns/x'`,
			dir: "/run/netns", alive: `test -f /run/netns/x`,
		},
		{
			name: "a volume made just before", propagation: "private",
			before: `mkdir /run/netns; mount -t tmpfs t /run/netns`,
			after:  `netnsctl add x`,
			dir:    "/run/netns", alive: `netnsctl exec x true`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newMachine(t)
			w.shell(c.before + `; mkfifo /run/up /run/go`)
			a := w.command("/bin/sh", "-c", library+`unshare -m -p -f --mount-proc --propagation `+c.propagation+` sh -c '
					echo >/run/up; read go </run/go; exec netnsctl prune --older-than 0 `+c.prune+`' & container=$!
				read up </run/up; `+c.after+`
				echo >/run/go; wait $container`)
			expectParts(t, "in the container", a, "1", a.stderr,
				"netnsctl: refusing to clean up: mounts of other pid namespaces could not be inspected: "+c.dir+" may be shared with them; ")
			w.shell(c.alive)
		})
	}
}
