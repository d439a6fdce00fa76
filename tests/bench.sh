#!/bin/bash
# bench.sh NETNSCTL: times netnsctl beside the real ip, and beside lsns where that
# is the peer, in a sandbox. A round times both with hyperfine, one right after
# the other; what is printed are medians over the rounds: of the time, and of the
# ratios of time and of CPU time. ROUNDS=, NAMES= and PROCESSES= change how much is done.
set -eu
rounds=${ROUNDS:-5}
processes=${PROCESSES:-5000}
names=${NAMES:-100 1000 10000}
if [ "${NETNSCTL_BENCH-}" = "" ]; then
	PATH=$PATH:/usr/sbin:/sbin
	for program in ip hyperfine; do
		command -v $program >/dev/null || { echo "bench: no $program here" >&2; exit 1; }
	done
	export NETNSCTL_BENCH=$$
	exec "$(dirname "$0")/sandbox.sh" "$0" "$(realpath "$1")"
fi
ip=$(command -v ip)
dir=/run/bench
mkdir $dir
bench=$(mktemp -d "$1.XXXX")
trap 'rm -r "$bench"' EXIT
built=$1
netnsctl=$bench/netnsctl
standin=$bench/ip
ln -s netnsctl "$standin"
export NETNSCTL_IP=$ip

# fresh makes it an installed file: what the linker wrote lies in the page cache in
# single pages, which costs every start. Where the pages of a copy lie does, too, up
# to a tenth: so there are several.
fresh() {
	rm -f "$netnsctl"
	install "$built" "$netnsctl"
}
fresh

median() { sort -g | awk '{ v[NR] = $1 } END { printf "%.2f", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }
column() { cut -d' ' -f"$1" $dir/all | median; }

# compare LABEL RUNS PEER OURS [PREPARE]: both commands, RUNS times a round.
compare() {
	local label=$1 runs=$2 peer=$3 ours=$4 prepare=()
	[ $# -lt 5 ] || prepare=(--prepare "sh -c '{ $5; } 2>/dev/null; $dir/settle'")
	: >$dir/all
	for ((round = 0; round < rounds; round++)); do
		((round % 20)) || fresh
		hyperfine -N -i --warmup 1 --runs "$runs" --style none --export-csv $dir/csv \
			"${prepare[@]}" "$peer" "$ours" >/dev/null 2>&1
		awk -F, 'NR == 2 { wall = $4; cpu = $5 + $6 }
			NR == 3 { print wall * 1000, $4 * 1000, $4 / wall, ($5 + $6) / cpu }' $dir/csv >>$dir/all
	done
	printf '| %-34s | %8s | %8s | %5s | %5s |\n' "$label" "$(column 1)" "$(column 2)" "$(column 3)" "$(column 4)"
}

# The kernel takes deleted namespaces apart in the background.
cat >$dir/settle <<'EOF'
#!/bin/sh
count() { awk '$1 == "net_namespace" { print $2 }' /proc/slabinfo 2>/dev/null; }
now=$(count)
while last=$now; sleep 0.2; now=$(count); [ "$now" != "$last" ]; do :; done
EOF
chmod +x $dir/settle

# quick is compare for what takes milliseconds: by turns, many times, so that
# what else the machine does meets both.
quick() { rounds=$((rounds * 60)) compare "$1" 1 "$2" "$3"; }

# netns LABEL RUNS WORDS: the words are those after `ip netns`.
netns() { compare "$1" "$2" "$ip netns $3" "$netnsctl $3"; }

# lines VERB FROM TO [SUFFIX]: a batch file.
lines() { for ((i = $2; i <= $3; i++)); do echo "netns $1 n$i${4:+ $i}"; done; }

# memory WORDS: the most that both had in memory.
memory() {
	local peak=/usr/bin/time
	[ -x $peak ] || return 0
	printf '\n%s: at most %s KiB of memory, ip %s\n' "$*" \
		"$($peak -f %M "$netnsctl" "$@" 2>&1 >/dev/null)" "$($peak -f %M "$ip" netns "$@" 2>&1 >/dev/null | tail -1)"
}

# sources COUNT: what list --stale spends its time on, of five scans.
sources() {
	printf '\n| list --stale by source, %s | ms |\n|---|---|\n' "$1"
	for ((i = 0; i < 5; i++)); do "$netnsctl" metrics; done |
		sed -n 's/^netnsctl_scan_step_duration_seconds{source="\(.*\)"}/\1/p' >$dir/steps
	awk '!seen[$1]++ { print $1 }' $dir/steps | while read -r source; do
		printf '| %s | %s |\n' "$source" "$(awk -v s="$source" '$1 == s { print $2 * 1000 }' $dir/steps | median)"
	done
}

# holding LABEL REDIRECTION: list --stale with 5,000 processes that have a file open.
holding() {
	# With its own signals' default actions each ends with the sandbox.
	for ((i = 0; i < processes; i++)); do eval "sleep infinity $2 &"; done
	stale "$1"
}

# stale LABEL: list --stale beside lsns. The row before it has less to look at.
stale() { compare "$1" 3 'lsns -t net' "$netnsctl list --stale"; }

end_sleeps() {
	pkill -P $$ sleep
	wait 2>/dev/null
}

head() {
	printf '\n| %-34s | %8s | %8s | %5s | %5s |\n' "$1" "$2, ms" 'ours, ms' wall CPU
	echo '|---|---|---|---|---|'
}

printf 'netnsctl %s, %s, Linux %s, %s processors, %s\n' "$("$netnsctl" -Version | sed 's/.*netnsctl-//')" \
	"$("$ip" -Version | sed 's/.*iproute2-\([^,]*\).*/iproute2 \1/')" "$(uname -r)" "$(nproc)" "$(date +%F)"

head 'single calls' ip
mkdir /run/netns
quick 'list, no names' "$ip netns list" "$netnsctl list"
quick 'identify, no names' "$ip netns identify" "$netnsctl identify"
"$ip" netns add n1
quick 'exec NAME true' "$ip netns exec n1 true" "$netnsctl exec n1 true"
quick '-n NAME list' "$ip -n n1 netns list" "$netnsctl -n n1 list"
quick 'pids NAME' "$ip netns pids n1" "$netnsctl pids n1"
quick 'ip link show lo, handed over' "$ip link show lo" "$standin link show lo"
quick 'ip -n NAME addr, handed over' "$ip -n n1 addr" "$standin -n n1 addr"
"$ip" netns add x
compare 'add NAME' 10 "$ip netns add x" "$netnsctl add x" "$ip netns delete x"
compare 'delete NAME' 10 "$ip netns delete x" "$netnsctl delete x" "$ip netns add x"
"$ip" netns delete x 2>/dev/null || true

head 'bulk' ip
lines add 2 1001 >$dir/add
lines delete 2 1001 >$dir/delete
mixed() { for ((i = 2; i <= 301; i++)); do printf 'netns add n%s\nlink %s lo %s\n' $i "$1" "$2"; done; }
mixed set up >$dir/set
compare '-batch, 300 adds, 300 link set' 1 "$ip -batch $dir/set" "$standin -batch $dir/set" "$ip -force -batch $dir/delete"
mixed show '' >$dir/show
compare '-batch, 300 adds, 300 link show' 1 "$ip -batch $dir/show" "$standin -batch $dir/show" "$ip -force -batch $dir/delete"
"$ip" -force -batch $dir/add 2>/dev/null || true
compare '-batch, 1000 adds' 1 "$ip -batch $dir/add" "$netnsctl -batch $dir/add" "$ip -force -batch $dir/delete"
rounds=$((rounds * 5)) compare '-batch, 1000 deletes' 1 "$ip -batch $dir/delete" "$netnsctl -batch $dir/delete" "$ip -force -batch $dir/add"
compare '-all delete, 1000 names' 1 "$ip -all netns delete" "$netnsctl -all delete" "$ip -force -batch $dir/add"
lines add 1 200 | "$ip" -force -batch - 2>/dev/null || true
lines delete 201 1001 | "$ip" -force -batch - 2>/dev/null || true
compare '-all exec true, 200 names' 2 "$ip -all netns exec true" "$netnsctl -all exec true"

have=200
for n in $names; do
	if [ "$n" -lt $have ]; then lines delete $((n + 1)) $have | "$ip" -batch -; fi
	if [ "$n" -gt $have ]; then lines add $((have + 1)) "$n" | "$netnsctl" -batch -; fi
	have=$n
	runs=$((20000 / n > 20 ? 20 : 20000 / n))
	head "$n names" ip
	netns 'list' $runs list
	compare '-json list' $runs "$ip -json netns list" "$netnsctl -json list"
	netns 'identify' $runs identify
	netns 'pids NAME' $runs 'pids n1'
	lines set 1 "$n" nsid | "$ip" -force -batch - 2>/dev/null || true
	head "$n names with nsids" ip
	netns 'list' $runs list
	compare '-json list' $runs "$ip -json netns list" "$netnsctl -json list"
	netns 'list-id' $runs list-id
	memory list
	if [ "$n" = 1000 ]; then
		head "$n names" lsns
		compare 'list --stale' 5 'lsns -t net' "$netnsctl list --stale"
		sources "$n names"
		"$ip" -n n500 addr add 10.9.8.7/24 dev lo
		head "$n names" 'ip, in a loop'
		compare 'find ADDRESS' 1 \
			"sh -c 'for n in \$($ip netns list | cut -d \" \" -f 1); do $ip -n \$n -br addr; done | grep -F 10.9.8.7'" \
			"$netnsctl find 10.9.8.7"
		head "$n names" lsns
		holding "list --stale, $processes processes" ''
		sources "$n names, $processes processes"
		head "$processes processes" ip
		netns 'pids NAME' 5 'pids n1'
		netns 'identify, 1000 names' 5 identify
		end_sleeps
		head "$n names, $processes processes" lsns
		holding 'each with /proc/net/dev open' '3</proc/self/net/dev'
		sources 'open files of /proc/net'
		end_sleeps
		holding 'each with a tun descriptor' '3<>/dev/net/tun'
		# An orphan makes the scan look at the records of runtimes, and at what leads to the orphan.
		"$ip" netns add gone
		unshare --mount --propagation private sh -c \
			">$dir/held; mount --bind /run/netns/gone $dir/held; umount /run/netns/gone; >$dir/ready; exec sleep infinity" &
		until [ -e $dir/ready ]; do sleep 0.1; done
		"$ip" netns delete gone
		stale 'and an orphan'
		task=/run/containerd/io.containerd.runtime.v2.task/k8s.io
		for ((i = 0; i < 1000; i++)); do mkdir -p $task/$i && echo '{"linux":{"namespaces":[]}}' >$task/$i/config.json; done
		stale 'and 1000 records of containerd'
		for ((i = 0; i < 1000; i++)); do unshare --net sleep infinity & done
		stale 'and 1000 namespaces in use'
		sources 'the same'
		rm -r /run/containerd
		end_sleeps
	fi
	# New ones have no nsids.
	lines delete 1 "$n" | "$ip" -batch -
	have=0
	$dir/settle
done

head 'bulk' ip
lines add 1 10000 >$dir/add
lines delete 1 10000 >$dir/delete
rounds=1 compare '-batch, 10000 adds' 2 "$ip -batch $dir/add" "$netnsctl -batch $dir/add" "$ip -force -batch $dir/delete"
rounds=1 compare '-batch, 10000 deletes' 2 "$ip -batch $dir/delete" "$netnsctl -batch $dir/delete" "$ip -force -batch $dir/add"

# What people do without netnsctl. It keeps one name.
cat >$dir/loop <<EOF
#!/bin/sh
for name in \$(ls /run/netns | grep -v keep); do $ip netns delete \$name; done
EOF
# leak is 3000 orphans, which the mount namespace of a process keeps, in place of earlier ones.
cat >$dir/leak <<EOF
#!/bin/sh
[ ! -e $dir/leaker ] || kill \$(cat $dir/leaker)
rm -f $dir/leaked
mkdir -p $dir/copy
setsid unshare --mount --propagation private sh -c "mount -t tmpfs none /run/netns; $ip -batch $dir/add
	mount --move /run/netns $dir/copy; >$dir/leaked; exec sleep infinity" </dev/null >/dev/null 2>&1 &
echo \$! >$dir/leaker
until [ -e $dir/leaked ]; do sleep 0.1; done
EOF
chmod +x $dir/loop $dir/leak

# clean LABEL PREPARE [WORD]: a loop over ip netns delete, and prune.
clean() { rounds=1 compare "$1" 1 $dir/loop "$netnsctl prune --yes --older-than 0 ${3-}" "$2"; }

head 'clean-up' 'a loop'
"$ip" netns add keep
clean '10000 dead names' 'cd /run/netns && seq 10000 | xargs touch'
lines add 1 5000 >$dir/add
clean '5000 idle names' "$ip -batch $dir/add" --idle
# The loop has 3000 names, and prune, which leaves the names alone, 3000 orphans beside them.
lines add 1 3000 >$dir/add
clean '3000 orphans' "$ip -force -batch $dir/add; $dir/leak"
kill "$(cat $dir/leaker)"
