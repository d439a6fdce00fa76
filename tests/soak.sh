#!/bin/bash
# soak.sh NETNSCTL: adds, executes in, leaks and cleans N namespaces, 500 at a
# time, under the eyes of a monitor. At the end the kernel has as many network
# namespaces as at the start, and nobody needed more memory or descriptors than in
# the first tenth. It needs root: only root sees the kernel's count.
set -eu
N=${N:-100000}
if [ -z "${NETNSCTL_SOAK-}" ]; then
	NETNSCTL_SOAK=1 exec "$(dirname "$0")/sandbox.sh" "$0" "$(realpath "$1")"
fi
netnsctl=$1
at_once=500
rounds=$(((N + at_once - 1) / at_once))
slab=/sys/kernel/slab/net_namespace
dir=/run/soak
mkdir -p $dir/kept /run/netns

# count prints how many network namespaces the kernel has. What a processor keeps
# for itself counts as in use until the cache is shrunk (slub).
count() {
	echo 1 2>/dev/null >$slab/shrink || true
	awk '$1 == "net_namespace" { print $2 }' /proc/slabinfo
}
die() { echo "soak: $*" >&2; exit 1; }
[ -n "$(count 2>/dev/null)" ] || die 'no count of network namespaces in /proc/slabinfo: not root?'

for ((i = 1; i <= at_once; i++)); do
	echo "add n$i" >&3
	echo "delete n$i" >&4
done 3>$dir/add 4>$dir/delete

# peak WORDS: runs netnsctl and leaves the most memory it had, in KiB, in $memory.
peak() {
	/usr/bin/time -o $dir/time -f %M "$netnsctl" "$@" >$dir/out 2>&1 || { cat $dir/out >&2; die "$*"; }
	memory=$(tail -1 $dir/time)
	[ "$memory" -le "$most" ] || most=$memory
}

"$netnsctl" monitor >$dir/monitor &
monitor=$!
state() { awk '/^VmRSS/ { print $2 }' /proc/$monitor/status; ls /proc/$monitor/fd | wc -l; }

start=$(count)
most=0
for ((round = 1; round <= rounds; round++)); do
	peak -batch $dir/add
	peak -all exec true
	# Half are pinned by a mount elsewhere when their name goes, some names are left
	# without a namespace.
	for ((i = 1; i <= at_once; i += 2)); do
		: >$dir/kept/$i
		mount --bind /run/netns/n$i $dir/kept/$i
	done
	peak -batch $dir/delete
	touch /run/netns/dead{1..20}
	peak delete --force-orphans --min-age 0 $dir/kept $(echo dead{1..20})
	"$netnsctl" list --stale >$dir/left 2>/dev/null || { cat $dir/left >&2; die "round $round: something is left"; }
	[ -z "$(ls /run/netns $dir/kept | grep -v :)" ] || die "round $round: files are left"
	if ((round == (rounds + 9) / 10)); then
		early=$most
		most=0
		early_monitor=$(state | tr '\n' ' ')
	fi
	[ $((round % 20)) != 0 ] || echo "$((round * at_once)) namespaces, the kernel has $(count)"
done

for ((i = 0; i < 600 && $(count) > start; i++)); do sleep 0.2; done
end=$(count)
read -r early_memory early_fds <<<"$early_monitor"
read -r late_memory late_fds <<<"$(state | tr '\n' ' ')"
lines=$(wc -l <$dir/monitor)
cat <<EOF
namespaces        $((rounds * at_once)) made; the kernel had $start before, has $end
peak memory, KiB  $early in the first tenth, $most later
monitor           $lines lines, $((rounds * (2 * at_once + 40))) expected; $early_memory KiB and $early_fds descriptors after a tenth, $late_memory and $late_fds at the end
EOF
((end <= start)) || die 'namespaces are left'
((rounds < 10 || most <= early * 5 / 4 && late_memory <= early_memory * 5 / 4 && late_fds <= early_fds)) || die 'memory or descriptors grow'
((lines == rounds * (2 * at_once + 40))) || die 'the monitor has missed something'
