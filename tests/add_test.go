package tests

import "testing"

// TestAddUp: lo is up in the new namespace, in every face, or there is no name.
func TestAddUp(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	faceIP, faceIPNetns := faces[2].program(), faces[1].program()
	w.shell(`
		ip() { ` + faceIP + ` "$@"; }
		up() { test "$(netnsctl exec $1 cat /sys/class/net/lo/flags)" = 0x9; }
		netnsctl add --up a && up a
		` + faceIPNetns + ` add --up b && up b
		ip netns add --up c && up c
		ip netns add d --up && up d
		printf 'netns add --up e\nnetns add f\nnetns add --up g h\n' >/run/batch
		ip -batch /run/batch && up e && ! up f && up g && up h
		printf 'add --up i\n' | netnsctl -batch - && up i
		netnsctl add --up --up j && up j`)
	expectAnswer(t, "several", w.run("add", "--up", "k", "l"), "0", "added k\nadded l\n", "")
	expectAnswer(t, "without a name", w.run("add", "--up"), "2", "",
		"netnsctl: NAME is missing; nothing was done, try \"netnsctl help add\"\n")
	expectAnswer(t, "a name that exists", w.run("add", "--up", "m", "a"), "1", "", "netnsctl: the name a exists; nothing was done\n")
	expectAnswer(t, "with a value", w.run("add", "--up=no", "m"), "2", "",
		"netnsctl: option --up takes no value; nothing was done, try \"netnsctl help add\"\n")
	w.shell(`test ! -e /run/netns/m`)
	for _, words := range [][]string{{w.program(), "add"}, {faceIP, "netns", "add"}} {
		argv := append([]string{"setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin"}, words...)
		expectAnswer(t, words[0]+" may not bring lo up", w.command(append(argv, "--up", "m")...), "1", "",
			"netnsctl: cannot add m: bring up lo: operation not permitted\n")
	}
	expectAnswer(t, "and nothing is left", w.run("list", "--stale"), "0", "", "")
}

// TestAddUnseen: who watches the run directory is not told of a name for which there is no
// namespace.
func TestAddUnseen(t *testing.T) {
	t.Parallel()
	w := newMachine(t)
	a := w.command("unshare", "-Urmnpf", "--mount-proc", "--propagation", "private", "sh", "-c", `
		mount -t tmpfs none /run; netnsctl add first
		netnsctl monitor >/run/events & until grep -qs inotify /proc/$!/fdinfo/*; do :; done
		echo 3 >/proc/sys/user/max_net_namespaces
		ip() { `+faces[2].program()+` "$@"; }
		netnsctl add second; netnsctl add third; ip netns add third; ip netns add --up third; ip netns attach third 9999
		ip netns add first; netnsctl delete second
		until grep -q delete /run/events; do :; done
		kill $!; cat /run/events`)
	expectAnswer(t, "events", answer{a.stdout, "", a.status}, "0", "add second\ndelete second\n", "")
}
