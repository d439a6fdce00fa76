#!/bin/bash
# emulated.sh QEMU NETNSCTL: what the binary for another architecture does under qemu's
# user mode, in a sandbox. QEMU hands most system calls to the kernel. It does not know
# rtnetlink messages about nsids (EOPNOTSUPP), NS_GET_NSTYPE (ENOSYS) and the mount ID
# of statx: a clean-up cannot tell where the run directory lies, and must refuse.
set -eu
if [ -z "${NETNSCTL_EMULATED-}" ]; then
	NETNSCTL_EMULATED=1 exec "$(dirname "$0")/sandbox.sh" "$0" "$1" "$(realpath "$2")"
fi
passed=0
qemu=$1
binary=$2
netnsctl() { "$qemu" "$binary" "$@" 2>/dev/null; }
# is WANT STATUS COMMAND…: the output and the status of a call.
is() {
	local want=$1 status=$2 got=0 out
	shift 2
	out=$("$@") || got=$?
	[ "$out" = "$want" ] && [ "$got" = "$status" ] || {
		printf '%s: %s: status %s\n%s\nwant %s\n%s\n' "$qemu" "$*" "$got" "$out" "$status" "$want" >&2
		exit 1
	}
	passed=$((passed + 1))
}
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
printf '#!/bin/sh\necho handed over "$@"\n' >/run/ip; chmod 755 /run/ip
is 'handed over link' 0 env NETNSCTL_IP=/run/ip "$qemu" -0 ip "$binary" link
is '' 2 netnsctl nonsense
: >/run/netns/dead
is dead 3 netnsctl list --stale -q
is '' 1 netnsctl delete --force-orphans --min-age 0
is '' 0 netnsctl delete a
is '' 0 netnsctl -all delete
is '' 0 ls /run/netns
echo "$(basename "$qemu"): $passed calls as they should be"
