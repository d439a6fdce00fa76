#!/bin/bash
# demo.sh NETNSCTL: walks through the commands on the real kernel, each with its
# output, in a sandbox.
set -eu
if [ "${NETNSCTL_DEMO-}" = "" ]; then
	export NETNSCTL_DEMO=$$
	exec "$(dirname "$0")/sandbox.sh" "$0" "$(realpath "$1")"
fi

mkdir /run/demo
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

act 'The end'
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
