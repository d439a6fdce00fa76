#!/bin/bash
# arm64.sh NETNSCTL: what the binary for arm64 does under qemu's user mode, in a
# sandbox. QEMU passes on its system calls, but no rtnetlink message about nsids
# (EOPNOTSUPP): what needs one is not told anything here.
set -eu
if [ -z "${NETNSCTL_ARM64-}" ]; then
	NETNSCTL_ARM64=1 exec "$(dirname "$0")/sandbox.sh" "$0" "$(realpath "$1")"
fi
passed=0
netnsctl() { qemu-aarch64-static "$binary" "$@" 2>/dev/null; }
# is WANT STATUS COMMAND…: the output and the status of a call.
is() {
	local want=$1 status=$2 got=0 out
	shift 2
	out=$("$@") || got=$?
	[ "$out" = "$want" ] && [ "$got" = "$status" ] || { printf '%s: status %s\n%s\nwant %s\n%s\n' "$*" "$got" "$out" "$status" "$want" >&2; exit 1; }
	passed=$((passed + 1))
}
binary=$1
is '' 0 netnsctl add a
is '' 1 netnsctl add a
is '' 0 netnsctl attach b 1
is $'b\na' 0 netnsctl list
is '[{"name":"b"},{"name":"a"}]' 0 netnsctl -j list
is lo 0 netnsctl exec a ls /sys/class/net
is '' 7 netnsctl exec a sh -c 'exit 7'
is b 0 netnsctl identify 1
is '' 0 netnsctl pids a
is $'c\nb\na' 0 netnsctl -b - <<<$'add c\nlist\ndel c'
is '' 255 netnsctl nonsense
: >/run/netns/dead
is dead 3 netnsctl list --stale -q
is $'removed dead (dead-file)\n1 removed, 0 released, 0 spared' 0 netnsctl delete --force-orphans --min-age 0
is '' 0 netnsctl delete a
is '' 0 netnsctl -all delete
is '' 0 ls /run/netns
echo "arm64: $passed calls as they should be"
