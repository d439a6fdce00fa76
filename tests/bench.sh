#!/bin/bash
# bench.sh NETNSCTL: times exec and list beside the real ip, in a sandbox. A
# round times both with hyperfine, one right after the other; what is printed
# are the medians over the rounds, of the times and of their ratio.
set -eu
rounds=${ROUNDS:-10}
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
csv=/run/bench.csv

median() { sort -g | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }

# compare LABEL WORDS: the words are those after `ip netns`.
compare() {
	local label=$1 words=$2
	: >$csv.all
	for ((round = 0; round < rounds; round++)); do
		hyperfine -N --warmup 3 --runs 40 --style none --export-csv $csv \
			"$ip netns $words" "$netnsctl $words" >/dev/null 2>&1
		awk -F, 'NR == 2 { a = $4 } NR == 3 { print a * 1000, $4 * 1000, $4 / a }' $csv >>$csv.all
	done
	printf '%-24s %7.2f ms %7.2f ms %7.2f\n' "$label" \
		"$(cut -d' ' -f1 $csv.all | median)" "$(cut -d' ' -f2 $csv.all | median)" \
		"$(cut -d' ' -f3 $csv.all | median)"
}

printf '%-24s %10s %10s %7s\n' '' 'ip netns' netnsctl ratio
"$ip" netns add n1
compare 'exec NAME true' 'exec n1 true'
compare 'list, 1 name' list
for i in {2..1000}; do echo "netns add n$i"; done | "$ip" -batch -
compare 'list, 1000 names' list
