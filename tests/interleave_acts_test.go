package tests

import (
	"golang.org/x/sys/unix"
)

// interleaveShell has what acts use.
const interleaveShell = `
	E() { echo /proc/$(cat /run/E)/root$1; }
	stay() { setsid "$@" sleep 1000 >/dev/null 2>&1 </dev/null & until ! read -r comm </proc/$!/comm || test $comm = sleep; do :; done 2>/dev/null; }
	pair() { nsenter --net="$2" $REAL link add w${1}0 type veth peer name w${1}1 netns $(cat /run/live); }
	note() { printf '{"linux":{"namespaces":[{"type":"network","path":"%s"}]}}\n' "$(E $1)" >` + recordDir + `/config.json; }
	new() { : >/run/netns/$1; chmod 0 /run/netns/$1; unshare --net=/run/netns/$1 true; }
	del() { umount -l /run/netns/$1; rm -f /run/netns/$1; }
	all() { echo /run/netns/t /run/netns/idle /run/c/ns $(E /run/e/ns); }
`

// act is what an adversary does while a program is stopped, with sh(1), util-linux and the
// links of the real ip. Part of it fails where the program was faster.
type act struct {
	name   string
	script string
	do     func() error // instead of the script
	// machine says that it is for a machine of its own only.
	machine bool
	// few says that `make test` has it.
	few bool
}

var acts = []act{
	{name: "a process enters", script: `for ns in $(all); do stay nsenter --net=$ns; done`, few: true},
	{name: "a name is added", script: `i=0; for ns in /run/c/ns $(E /run/e/ns); do i=$((i+1)); : >/run/netns/n$i; mount --bind $ns /run/netns/n$i; done`, few: true},
	{name: "names are deleted", script: `del t; del idle; del d; del p`},
	{name: "names are re-added", script: `for n in t idle d; do del $n; new $n; done`, few: true},
	{name: "x is made by another", script: `new x`},
	{name: "CNI add: file", script: `: >/run/netns/cni`},
	{name: "CNI add: mount", script: `new cni; umount -l /run/netns/d; unshare --net=/run/netns/d true`, few: true},
	{name: "CNI add: devices", script: `new cni; pair c /run/netns/cni; pair e "$(E /run/e/ns)"; stay nsenter --net=/run/netns/cni`},
	{name: "a container copies /run", script: `stay unshare -m --propagation private`},
	{name: "a slave copies /run", script: `stay unshare -m --propagation slave`},
	{name: "a container adds a name", script: `stay unshare -m --propagation private sh -c ': >/run/netns/d; mount --bind /run/c/ns /run/netns/d; mount --bind '$(E /run/e/ns)' /run/netns/p; exec "$@"' sh`},
	{name: "a mount over a name", script: `for n in t d idle; do mount --bind /etc/hosts /run/netns/$n; done`},
	{name: "a mount over the names", script: `mount -t tmpfs none /run/netns`},
	{name: "a mount over /run", script: `mount -t tmpfs none /run`},
	{name: "a mount under a name", do: func() error { return mountBeneath("/run/netns/live", "/run/netns/t") }},
	{name: "a mount propagated", script: `unshare -m --propagation unchanged sh -c 'for n in d t; do mount --bind /run/netns/live /run/netns/$n; done'`},
	{name: "a runtime notes", script: `note /run/e/ns`},
	{name: "a runtime forgets", script: `rm ` + recordDir + `/config.json`},
	{name: "a second cleaner", script: `timeout 10 "$NETNSCTL" delete --force-orphans --min-age 0 >/dev/null; true`},
	{name: "a device moves in", script: `pair e "$(E /run/e/ns)"; pair f /run/c/ns`, few: true},
	{name: "a device moves out", script: `nsenter --net=/run/netns/t $REAL link set wt0 netns $(cat /run/live)`},
	{name: "a pid is recycled", script: `pid=$(cat /run/ended); echo $((pid-1)) >/proc/sys/kernel/ns_last_pid; stay nsenter --net=/run/netns/live; test $! = $pid`},
	{name: "the clock is set", script: `date -s @$(($(date +%s) + 86400)) >/dev/null`, machine: true, few: true},
	{name: "the clock is set back", script: `date -s @$(($(date +%s) - 172800)) >/dev/null`, machine: true, few: true},
}

// mountBeneath puts a bind of source below the topmost mount at target (Linux 6.5).
func mountBeneath(source, target string) error {
	fd, err := unix.OpenTree(unix.AT_FDCWD, source, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	const beneath = 0x200 // MOVE_MOUNT_BENEATH
	return unix.MoveMount(fd, "", unix.AT_FDCWD, target, unix.MOVE_MOUNT_F_EMPTY_PATH|beneath)
}

// perform does an act in the sandbox of a world.
func (w *faultWorld) perform(a act) {
	if a.do != nil {
		_ = a.do() // What it asks for may be gone.
		return
	}
	env := append(baseEnv(faces[0], w.dir), "NETNSCTL="+faces[0].program())
	c := command{path: "/bin/sh", argv: []string{"sh", "-c", interleaveShell + a.script}, env: env, dir: w.dir}
	if _, err := c.run(); err != nil {
		w.t.Fatal(err)
	}
}
