package tests

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// worldParts are what a run directory may have, and what may lie over it; $n is a new name.
var worldParts = []string{
	`netnsctl add $n`,
	`netnsctl add $n; netnsctl exec $n sleep 1000 >/dev/null 2>&1 &
		while [ -z "$(netnsctl pids $n 2>/dev/null)" ]; do sleep 0.01; done`,
	`: >/run/netns/$n`,
	`ln -s /run/nowhere /run/netns/$n`,
	`ln -s /proc/1/ns/uts /run/netns/$n`,
	`mkdir /run/netns/$n`,
	`mkdir /run/netns/$n; : >/run/netns/$n/file`,
	`mkfifo /run/netns/$n`,
	`echo text >/run/netns/$n`,
	`: >/run/netns/$n; mount --bind /proc/self/ns/uts /run/netns/$n`,
	`: >/run/netns/$n; mount --bind /etc/hostname /run/netns/$n`,
	`mkdir /run/netns/$n; mount -t tmpfs none /run/netns/$n`,
	// layers
	`netnsctl add $n; mount --bind /proc/self/ns/uts /run/netns/$n`,
	`netnsctl add $n; mount --bind /run/netns/$n /run/netns/$n`,
	`netnsctl add $n; netnsctl add $n.2; mount --bind /run/netns/$n.2 /run/netns/$n`,
	`: >/run/netns/$n; netnsctl add $n.2; mount --bind /proc/self/ns/ipc /run/netns/$n; mount --bind /run/netns/$n.2 /run/netns/$n`,
	`: >/run/netns/$n; mount --bind /proc/self/ns/ipc /run/netns/$n; mount --bind /proc/self/ns/uts /run/netns/$n`,
	`netnsctl add $n; mount --bind /proc/self/ns/uts /run/netns/$n; mount --bind /etc/hostname /run/netns/$n`,
	`netnsctl add $n; mount --bind /etc/hostname /run/netns/$n; mount --bind /proc/self/ns/uts /run/netns/$n`,
	`: >/run/netns/$n; netnsctl add $n.2; mount --bind /etc/hostname /run/netns/$n; mount --bind /run/netns/$n.2 /run/netns/$n`,
	`echo text >/run/netns/$n; netnsctl add $n.2; mount --bind /run/netns/$n.2 /run/netns/$n`,
	`echo text >/run/netns/$n; mount --bind /proc/self/ns/uts /run/netns/$n`,
	`netnsctl add $n; netnsctl add $n.2; : >/run/$n; mount --bind /run/netns/$n /run/$n; mount --bind /run/netns/$n.2 /run/$n; netnsctl delete $n.2`,
	`netnsctl add $n; netnsctl add $n.2; : >/run/$n; mount --bind /run/netns/$n /run/$n; mount --bind /run/netns/$n.2 /run/$n; netnsctl delete $n; netnsctl delete $n.2`,
	// what cannot be removed
	`: >/run/netns/$n; chattr +i /run/netns/$n`,
	`: >/run/netns/$n; chattr +a /run/netns/$n`,
	`: >/run/netns/$n; chattr +i /run/netns/$n; netnsctl add $n.2; mount --bind /run/netns/$n.2 /run/netns/$n`,
	`: >/run/netns/$n; chattr +i /run/netns/$n; mount --bind /proc/self/ns/uts /run/netns/$n`,
	`mkdir /run/netns/$n; chattr +i /run/netns/$n`,
	// second paths to the file, and copies
	`netnsctl add $n; : >/run/$n; mount --bind /run/netns/$n /run/$n; umount /run/netns/$n`,
	`netnsctl add $n; : >/run/$n; mount --bind /run/netns/$n /run/$n; netnsctl delete $n`,
	`netnsctl add $n; elsewhere '' private; netnsctl delete $n`,
	`netnsctl add $n; elsewhere '' private; umount /run/netns/$n`,
	`netnsctl add $n; netnsctl add $n.2; elsewhere "umount /run/netns/$n; mount --bind /run/netns/$n.2 /run/netns/$n"; umount /run/netns/$n`,
	`netnsctl add $n; elsewhere ": >/run/$n; mount --bind /run/netns/$n /run/$n; umount /run/netns"; netnsctl delete $n`,
	`netnsctl add $n; unshare -Urm --propagation private sh -c 'echo >/run/settled; exec sleep 1000' >/dev/null 2>&1 & settle /run/settled; rm /run/settled; umount /run/netns/$n`,
	`netnsctl add $n; ip -n $n link add v1 type veth peer name v2; ip -n $n link set v2 netns 1`,
	`netnsctl add $n; elsewhere '' slave; netnsctl delete $n`,
	`netnsctl add $n; elsewhere "mount --bind /proc/self/ns/uts /run/netns/$n"; netnsctl delete $n`,
	`netnsctl add $n; elsewhere ": >/run/$n; mount --bind /run/netns/$n /run/$n; mount --bind /etc/hostname /run/$n"; netnsctl delete $n`,
	`netnsctl add $n; user "mount --bind /run/netns/$n /run/netns/$n"; umount /run/netns/$n`,
	`netnsctl add $n; user "mkdir /run/u$n; : >/run/u$n/ns; mount --bind /run/netns/$n /run/u$n/ns"; umount /run/netns/$n`,
	`netnsctl add $n; user "mkdir /run/u$n; : >/run/u$n/ns; mount --bind /run/netns/$n /run/u$n/ns; mount -t tmpfs none /run/u$n"; umount /run/netns/$n`,
	`netnsctl add $n; : >/run/$n; user "mount --bind /run/netns/$n /run/$n"; netnsctl delete $n`,
	`netnsctl add $n; user "unshare -m --propagation slave sleep 1000 & asleep \$!"; umount /run/netns/$n`,
	`: >/run/netns/$n; mkdir -p /run/second; mount --bind /run/netns /run/second; mount --make-private /run/second; mount --bind /proc/self/ns/uts /run/second/$n`,
	`netnsctl add $n; netnsctl add $n.2; mkdir -p /run/second; mount --rbind /run/netns /run/second; mount --make-rprivate /run/second; umount /run/second/$n; mount --bind /run/netns/$n.2 /run/second/$n`,
	`netnsctl add $n; mkdir -p /run/second; mount --rbind /run/netns /run/second; mount --bind /proc/self/ns/uts /run/second/$n`,
	`netnsctl add $n; mkdir -p /run/second; mount --rbind /run/netns /run/second; mount --make-rslave /run/second; mount --bind /run/netns/$n /run/second/$n`,
	// what covers
	`mount -t tmpfs none /run/netns`,
	`mount --bind /run/netns /run/netns`,
	`mkdir -p /run/netns; mount -t tmpfs -o mode=755 none /run; mkdir -p /run/netns`,
	`mkdir -p /run/second; mount --bind /run/netns /run/second`,
}

// userLand is a function that runs a script in a mount namespace and a user namespace of its own,
// and stays there: what is mounted there before is locked.
const userLand = `user() {
	rm -f /run/settled
	setsid unshare -Urm --propagation private sh -c "$LIBRARY $1
		echo >/run/settled; exec sleep 1000" >/dev/null 2>&1 </dev/null &
	settle /run/settled
}
`

// worldEnds come last.
var worldEnds = []string{
	`:`, `:`, `:`, `:`, `:`,
	`mount --bind /run/netns /run/netns; mount -o remount,bind,ro /run/netns`,
	`chattr +i /run/netns`, `chattr +a /run/netns`, `chmod 1777 /run/netns; chown -R 1000 /run/netns`,
}

// drawnWorld is a machine that is drawn at random, and the script that has made it.
func drawnWorld(t *testing.T, seed int) (w *machine, script string) {
	t.Helper()
	draw := rand.New(rand.NewPCG(uint64(seed), 0))
	lines := []string{userLand + "mkdir -p /run/netns"}
	for i := range 2 + draw.IntN(5) {
		lines = append(lines, fmt.Sprintf("n=n%d; { %s\n} || true", i, worldParts[draw.IntN(len(worldParts))]))
	}
	lines = append(lines, "{ "+worldEnds[draw.IntN(len(worldEnds))]+"\n} || true")
	w, script = newMachine(t), strings.Join(lines, "\n")
	w.shell(script)
	return w, script
}
