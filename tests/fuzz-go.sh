#!/bin/bash
# fuzz-go.sh TIME [GO TEST FLAGS]: runs every native fuzz target for a time, one
# after the other. What fails stays in testdata/fuzz, and is a seed from then on.
set -eu
time=$1
shift
status=0
for file in $(grep -rlE --include='*_test.go' '^func Fuzz' cmd compat netnsctl); do
	for target in $(sed -nE 's/^func (Fuzz[A-Za-z0-9]*)\(f \*testing.*/\1/p' "$file"); do
		echo "== ./$(dirname "$file") $target"
		go test "$@" -run '^$' -fuzz "^$target\$" -fuzztime "$time" "./$(dirname "$file")" |
			grep -vE '^(fuzz: elapsed: .* gathering|PASS|ok )' | awk '/^fuzz: elapsed/ { last = $0; next } { print } END { print last }' || status=1
	done
done
exit $status
