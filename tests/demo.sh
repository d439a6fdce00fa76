#!/bin/bash
# demo.sh NETNSCTL: walks through the commands on the real kernel, each with its
# output, in a sandbox.
set -eu
if [ "${NETNSCTL_DEMO-}" = "" ]; then
	export NETNSCTL_DEMO=$$
	exec "$(dirname "$0")/sandbox.sh" "$0" "$(realpath "$1")"
fi

mkdir /run/demo /run/etc
# An /etc of its own, for /etc/netnsctl/keep.d.
cp -RP /etc/passwd /etc/group /etc/nsswitch.conf /etc/ld.so.cache /etc/alternatives /run/etc 2>/dev/null || true
mount --bind /run/etc /etc
ln -s "$1" /run/demo/netnsctl
ln -s "$1" /run/demo/ip-netns
PATH=/run/demo:$PATH
cd /run/demo

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then bold=$'\e[1m' plain=$'\e[0m'; fi

act() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
show() { printf '%s$ %s%s\n' "$bold" "$*" "$plain"; }
run() {
	show "${@@Q}" | sed "s/'\([A-Za-z0-9_./=:-]*\)'/\1/g"
	"$@"
}

# What background processes say arrives on two pipes, for which we wait.
mkfifo events ready
exec 3<>events 4<>ready
event() {
	local line
	read -r -t 20 line <&3 || die 'the monitor says nothing'
	echo "   monitor says: $line"
}
started() { read -r -t 20 _ <&4 || die 'a process has not started'; }
die() {
	echo "demo: $*" >&2
	exit 1
}

act 'A sandbox without a name'
run netnsctl list

act 'Somebody watches'
show 'netnsctl monitor &'
netnsctl monitor >&3 4>&- &
monitor=$!
until grep -qs '^inotify wd' /proc/$monitor/fdinfo/*; do kill -0 $monitor; done

act 'Two namespaces'
run netnsctl add blue
event
run netnsctl add green
event
run netnsctl list

act 'A command inside one: the same process, another network, its exit status'
run readlink /proc/self/ns/net
run netnsctl exec blue readlink /proc/self/ns/net
run netnsctl exec blue ls /sys/class/net
status=0
run netnsctl exec blue sh -c 'exit 7' || status=$?
echo "   exit status $status"

act 'A namespace that a process has made gets a name'
unshare --net sh -c 'echo >&4; exec sleep infinity' &
container=$!
started
show "unshare --net sleep infinity &    # process $container"
run netnsctl attach red $container
event
run netnsctl identify $container

act 'Who is in there?'
netnsctl exec blue sh -c 'echo >&4; exec sleep infinity' &
sleeper=$!
started
show "netnsctl exec blue sleep infinity &    # process $sleeper"
run netnsctl pids blue
run netnsctl identify $sleeper

act 'Numbers, as rtnetlink uses them'
run netnsctl set blue 7
run netnsctl set green auto
run netnsctl list
run netnsctl list-id
run netnsctl -json -pretty list-id nsid 7

act 'Mistakes: one line that says what is wrong, and a status'
status=0
run netnsctl add blue 2>&1 || status=$?
echo "   exit status $status"
status=0
run netnsctl set red 7 2>&1 || status=$?
echo "   exit status $status"

act 'The alias'
run ip-netns list

act 'What is stale, what is orphaned, and what only looks like it'
show ': > /run/netns/crashed    # as an add that was killed leaves it'
: >/run/netns/crashed
event
run netnsctl add leaked
event
: >kept
unshare --mount sh -c 'mount --bind /run/netns/leaked kept; echo >&4; exec sleep infinity' &
keeper=$!
started
show "unshare --mount …    # process $keeper mounts a copy of leaked where only it can see it"
run netnsctl delete leaked
event
run netnsctl add idle
event
status=0
run netnsctl list --stale --idle || status=$?
echo "   exit status $status: something was found"
run netnsctl prune --older-than 0 --dry-run || true
run netnsctl prune --older-than 0 --wait=20
event
run netnsctl list --stale --idle || true
kill $keeper
wait $keeper 2>/dev/null || true

act 'All names go'
kill $container $sleeper
wait $container $sleeper 2>/dev/null || true
run netnsctl delete red
event
run netnsctl -all delete
event
event
event
run netnsctl list
kill $monitor

# in_use makes namespaces that are in use, each in a way of its own; but for that of the process,
# `ip netns pids` shows nobody.
in_use() {
	printf 'add %s\n' cni-web cni-db vpn held uplink | netnsctl -batch -
	netnsctl exec cni-web sh -c 'echo >&4; exec sleep infinity' &
	running+=($!)
	started
	local record=/run/containerd/io.containerd.runtime.v2.task/k8s.io/0123456789abcdef
	mkdir -p $record /etc/netnsctl/keep.d
	cat >$record/config.json <<-'END'
		{"annotations": {"io.kubernetes.cri.sandbox-namespace": "shop", "io.kubernetes.cri.sandbox-name": "db-0"},
		 "linux": {"namespaces": [{"type": "network", "path": "/var/run/netns/cni-db"}]}}
	END
	echo 'vpn  # waits for its tunnel' >/etc/netnsctl/keep.d/vpn.conf
	sh -c 'echo >&4; exec sleep infinity' 9</run/netns/held &
	running+=($!)
	started
	netnsctl delete held >/dev/null
	: >uplink
	mount --bind /run/netns/uplink uplink
	if command -v ip >/dev/null; then
		ip -n cni-web link add eth1 type veth peer name to-web netns uplink
	else
		echo 'no ip(8) here: the namespace that carries traffic for another one is only held by a mount'
	fi
	netnsctl delete uplink >/dev/null
}

# left_over makes 40 names and namespaces that nobody uses, of five kinds.
left_over() {
	local i
	{
		for i in {1..14}; do printf 'add cni-%04x\n' $((i * 4591)); done
		for i in {1..6}; do printf 'add qrouter-%04x\n' $((i * 7883)); done
		for i in {1..4}; do echo "add netns-$i"; done
	} | netnsctl -batch -
	for i in {1..10}; do : >/run/netns/test-$i; done
	for i in {1..6}; do ln -s /proc/"$(sh -c 'echo $$')"/ns/net /run/netns/runsc-$i; done
	# What a process with a mount namespace of its own has mounted outlives the name.
	cp "$(command -v sleep)" node-agent
	mkdir agent
	unshare --mount --propagation private sh -c 'mount -t tmpfs none agent
		for i in 1 2 3 4; do : >agent/$i; mount --bind /run/netns/netns-$i agent/$i; done
		echo >&4; exec ./node-agent infinity' &
	running+=($!)
	started
	netnsctl delete netns-{1..4} >/dev/null
}

everything() { netnsctl list --all-namespaces -o NAME,ID --noheadings | sort; }

act 'A host with 40 left-over names and namespaces of five kinds, beside five that are in use'
running=()
in_use
before=$(everything)
left_over
show 'netnsctl list | wc -l'
netnsctl list 2>/dev/null | wc -l
run netnsctl prune --idle --older-than 0 --dry-run || true
run netnsctl prune --idle --older-than 0 --yes || true
[ "$(everything)" = "$before" ] || die 'what is left is not what was in use'
kill -0 "${running[@]}" || die 'a process has ended'
echo '   the five that are in use are as they were'
run netnsctl list --stale --idle || true
kill "${running[@]}"
