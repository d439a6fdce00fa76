#!/bin/bash
# soak.sh NETNSCTL: adds, executes in, leaks and cleans N namespaces, 500 at a
# time, then looks at MANY at once, under the eyes of a monitor. At the end the
# kernel has as many network namespaces as at the start, nobody needed more memory
# or descriptors than in the first tenth, nor more than 64 MiB for the many.
set -eu
N=${N:-100000}
if [ -z "${NETNSCTL_SOAK-}" ]; then
	sandbox=("$(dirname "$0")/sandbox.sh" "$0" "$(realpath "$1")")
	# A user namespace of its own has its own count of network namespaces.
	[ "$(id -u)" != 0 ] || sandbox=(unshare --user --map-root-user --fork --kill-child -- "${sandbox[@]}")
	NETNSCTL_SOAK=1 exec "${sandbox[@]}"
fi
netnsctl=$1
at_once=500
rounds=$(((N + at_once - 1) / at_once))
dir=/run/soak
mkdir -p $dir/kept /run/netns

die() { echo "soak: $*" >&2; exit 1; }

# at_most N: tells whether the kernel has no more than N network namespaces of this
# user namespace: one more is made where N + 1 are allowed.
limit=/proc/sys/user/max_net_namespaces
allowed=$(cat $limit)
at_most() {
	local fits=1
	echo $(($1 + 1)) >$limit
	! "$netnsctl" add count 2>/dev/null || fits=0
	echo "$allowed" >$limit
	[ $fits != 0 ] || "$netnsctl" delete count
	return $fits
}
start=0
until at_most $start; do start=$((start + 1)); done

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
	[ $((round % 20)) != 0 ] || echo "$((round * at_once)) namespaces"
done

late=$most
late_monitor=$(state | tr '\n' ' ')
# All of many at once fit into 64 MiB.
many=${MANY:-10000}
for ((i = 1; i <= many; i++)); do
	echo "add m$i" >&3
	echo "delete m$i" >&4
done 3>$dir/add 4>$dir/delete
large=
while read -r words; do
	most=0
	# shellcheck disable=SC2086 # a list of words
	peak $words
	large+=$(printf '%7d KiB  %s' $most "$words")$'\n'
	((many > 10000 || most <= 65536)) || die "$words needs $most KiB with $many namespaces"
done <<EOF
-batch $dir/add
list
list-id
identify 1
pids m1
list --stale
list --all-namespaces
list --all-namespaces -j
find dev:lo
inspect m1
graph m1
delete --force-orphans --dry-run
-batch $dir/delete
EOF
most=$late

read -r early_memory early_fds <<<"$early_monitor"
read -r late_memory late_fds <<<"$late_monitor"
lines=$(wc -l <$dir/monitor)
kill $monitor
end=more
for ((i = 0; i < 600; i++)); do
	! at_most $start || { end=$start; break; }
	sleep 0.2
done
expected=$((rounds * (2 * at_once + 40) + 2 * many))
cat <<EOF
namespaces        $((rounds * at_once)) made, then $many; the kernel had $start before, and has $end
peak memory, KiB  $early in the first tenth, $most later
monitor           $lines lines, $expected expected; $early_memory KiB and $early_fds descriptors after a tenth, $late_memory and $late_fds at the end
with $many at once, at most
$large
EOF
[ "$end" = "$start" ] || die 'namespaces are left'
# The runtime's first garbage collection, at 4 MiB, opens its poller's two descriptors.
((rounds < 10 || most <= early * 5 / 4 && late_memory <= early_memory + 4096 && late_fds <= early_fds + 2)) || die 'memory or descriptors grow'
((lines == expected)) || die 'the monitor has missed something'
