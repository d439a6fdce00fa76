#!/bin/sh
# cover.sh DIR FLAG…: coverage of each package in per cent: by the unit tests, by the
# black-box suite, by both. FLAG… are what `go build` gets beside GOFLAGS. The logs of
# the tests and the counters stay in DIR.
set -eu
mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift
rm -rf "$dir/unit" "$dir/suite" "$dir/source"
mkdir "$dir/unit" "$dir/suite" "$dir/source"
chmod 777 "$dir/suite" # scripts run the binary as an ordinary user, too

status=0
go test -count=1 -covermode=atomic ./cmd/... ./compat/... ./netnsctl/... -args -test.gocoverdir="$dir/unit" >"$dir/unit.log" || status=1

# The covering binary is built from a copy of the source with three additions. Go
# writes the counters when main exits, but the fast path exits before main, and exec
# replaces the program: both write the counters themselves. Go reads GOCOVERDIR at the
# start of main: it is set until then, so that no test has to hand it on.
cp -r go.mod go.sum cmd compat netnsctl man "$dir/source"
cd "$dir/source"
counters() { # counters FILE CALL: write the counters before that call
	grep -q "$2" "$1"
	sed -i "/$2/i writeCounters()" "$1"
	cat >"${1%/*}/counters.go" <<-END
		package $(basename "${1%/*}")

		import "runtime/coverage"

		func writeCounters() {
			_ = coverage.WriteMetaDir("$dir/suite")
			_ = coverage.WriteCountersDir("$dir/suite")
		}
	END
}
counters cmd/netnsctl/internal/fastpath/fastpath.go 'os.Exit('
counters netnsctl/internal/sys/exec.go 'syscall.Exec('
counters compat/proc/run.go 'syscall.Exec('
printf 'package fastpath\n\nimport "os"\n\nfunc init() { os.Setenv("GOCOVERDIR", "%s/suite") }\n' "$dir" >cmd/netnsctl/internal/fastpath/a.go
printf 'package main\n\nimport "os"\n\nfunc init() { os.Unsetenv("GOCOVERDIR") }\n' >cmd/netnsctl/a.go
go build -cover -covermode=atomic -coverpkg=./... "$@" -o "$dir/netnsctl" ./cmd/netnsctl
cd "$OLDPWD"
rm -rf "$dir/source"
# The two skipped tests look at what is initialised before main.
NETNSCTL_TEST_BINARY=$dir/netnsctl go test -count=1 -timeout=30m -skip '^(TestEarly|TestStartup)$' ./tests >"$dir/suite.log" || status=1

for of in "$dir/unit" "$dir/suite" "$dir/unit,$dir/suite"; do
	go tool covdata percent -i="$of" | awk -v of="$of" '{ sub(/.*netnsctl\/netnsctl\//, "", $1); print of, $1, $3 }'
done | awk '
	!($2 in row) { row[$2] = ++rows; name[rows] = $2 }
	!($1 in column) { column[$1] = ++columns }
	{ value[row[$2], column[$1]] = $3 }
	END {
		printf "%-34s %7s %9s %7s\n", "package", "unit", "black box", "both"
		for (i = 1; i <= rows; i++) printf "%-34s %7s %9s %7s\n", name[i], value[i, 1], value[i, 2], value[i, 3]
	}'
[ $status = 0 ] || grep -h -- '--- FAIL' "$dir"/*.log >&2
exit $status
