#!/bin/bash
# bench.sh NETNSCTL: times netnsctl beside the real ip, and beside lsns where that
# is the peer, in a sandbox. A round times both with hyperfine, one right after
# the other; what is printed are medians over the rounds: of the time, and of the
# ratios of time and of CPU time. ROUNDS= and NAMES= change how much is done.
set -eu
rounds=${ROUNDS:-5}
names=${NAMES:-100 1000 10000}
if [ "${NETNSCTL_BENCH-}" = "" ]; then
	PATH=$PATH:/usr/sbin:/sbin
	for program in ip hyperfine; do
		command -v $program >/dev/null || { echo "bench: no $program here" >&2; exit 1; }
	done
	export NETNSCTL_BENCH=$$
	exec "$(dirname "$0")/sandbox.sh" "$0" "$(realpath "$1")"
fi
netnsctl=$1
ip=$(command -v ip)
dir=/run/bench
mkdir $dir

median() { sort -g | awk '{ v[NR] = $1 } END { printf "%.2f", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }
column() { cut -d' ' -f"$1" $dir/all | median; }

# compare LABEL RUNS PEER OURS [PREPARE]: both commands, RUNS times a round.
compare() {
	local label=$1 runs=$2 peer=$3 ours=$4 prepare=()
	[ $# -lt 5 ] || prepare=(--prepare "sh -c '$5 2>/dev/null; true'")
	: >$dir/all
	for ((round = 0; round < rounds; round++)); do
		hyperfine -N -i --warmup 1 --runs "$runs" --style none --export-csv $dir/csv \
			"${prepare[@]}" "$peer" "$ours" >/dev/null 2>&1
		awk -F, 'NR == 2 { wall = $4; cpu = $5 + $6 }
			NR == 3 { print wall * 1000, $4 * 1000, $4 / wall, ($5 + $6) / cpu }' $dir/csv >>$dir/all
	done
	printf '| %-34s | %8s | %8s | %5s | %5s |\n' "$label" "$(column 1)" "$(column 2)" "$(column 3)" "$(column 4)"
}

# netns LABEL RUNS WORDS: the words are those after `ip netns`.
netns() { compare "$1" "$2" "$ip netns $3" "$netnsctl $3"; }

# lines VERB FROM TO [SUFFIX]: a batch file.
lines() { for ((i = $2; i <= $3; i++)); do echo "netns $1 n$i${4:+ $i}"; done; }

head() {
	printf '\n| %-34s | %8s | %8s | %5s | %5s |\n' "$1" "$2, ms" 'ours, ms' wall CPU
	echo '|---|---|---|---|---|'
}

printf 'netnsctl %s, %s, Linux %s, %s processors, %s\n' "$("$netnsctl" -Version | sed 's/.*netnsctl-//')" \
	"$("$ip" -Version | sed 's/.*iproute2-\([^,]*\).*/iproute2 \1/')" "$(uname -r)" "$(nproc)" "$(date +%F)"

head 'single calls' ip
"$ip" netns add n1
netns 'exec NAME true' 100 'exec n1 true'
compare '-n NAME list' 100 "$ip -n n1 netns list" "$netnsctl -n n1 list"
netns 'list' 100 list
netns 'identify' 100 identify
netns 'pids NAME' 100 'pids n1'
"$ip" netns add x
compare 'add NAME' 40 "$ip netns add x" "$netnsctl add x" "$ip netns delete x"
compare 'delete NAME' 40 "$ip netns delete x" "$netnsctl delete x" "$ip netns add x"
"$ip" netns delete x 2>/dev/null || true

head 'bulk' ip
lines add 2 1001 >$dir/add
lines delete 2 1001 >$dir/delete
"$ip" -batch $dir/add
compare '-batch, 1000 adds' 1 "$ip -batch $dir/add" "$netnsctl -batch $dir/add" "$ip -force -batch $dir/delete"
compare '-batch, 1000 deletes' 1 "$ip -batch $dir/delete" "$netnsctl -batch $dir/delete" "$ip -force -batch $dir/add"
lines add 2 200 | "$ip" -force -batch - 2>/dev/null || true
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
	netns 'list-id' $runs list-id
	netns 'identify' $runs identify
	netns 'pids NAME' $runs 'pids n1'
	if [ "$n" = 1000 ]; then
		lines set 1 1000 nsid | "$ip" -batch -
		netns 'list, all with nsids' 10 list
		head "$n names" lsns
		compare 'list --stale' 5 'lsns -t net' "$netnsctl list --stale"
		"$ip" -n n500 addr add 10.9.8.7/24 dev lo
		head "$n names" 'ip, in a loop'
		compare 'find ADDRESS' 1 \
			"sh -c 'for n in \$($ip netns list | cut -d \" \" -f 1); do $ip -n \$n -br addr; done | grep -F 10.9.8.7'" \
			"$netnsctl find 10.9.8.7"
		head "$n names" lsns
		# With its own signals' default actions each ends with the sandbox.
		for ((i = 0; i < 5000; i++)); do sleep infinity & done
		compare 'list --stale, 5000 processes' 3 'lsns -t net' "$netnsctl list --stale"
		head '5000 processes' ip
		netns 'pids NAME' 5 'pids n1'
		kill %% 2>/dev/null
		pkill -P $$ sleep
		wait 2>/dev/null
		lines delete 1 1000 | "$ip" -batch -
		lines add 1 1000 | "$netnsctl" -batch -
	fi
done
