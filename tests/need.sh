#!/bin/sh
# need.sh PROGRAM=PACKAGE…: installs the Debian packages of the programs that are
# not here. PROGRAM:PACKAGE takes the one program out of a package that would start
# a service, and puts it into bin/tools. Where that cannot be it says so and goes
# on: the tests that need the program are skipped.
PATH=$PATH:/usr/sbin:/sbin
tools=$(dirname "$0")/../bin/tools
packages= singles=
for pair; do
	case $pair in
	*=*) command -v "${pair%%=*}" >/dev/null || packages="$packages ${pair#*=}" ;;
	*:*) command -v "${pair%%:*}" >/dev/null || [ -x "$tools/${pair%%:*}" ] || singles="$singles $pair" ;;
	esac
done
[ -n "$packages$singles" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	echo "not installed:$packages$singles (what needs them is skipped)" >&2
	exit 0
fi
export DEBIAN_FRONTEND=noninteractive
install() {
	# shellcheck disable=SC2086 # a list of words
	apt-get install -qq -y --no-install-recommends $packages >/dev/null 2>&1
}
single() (
	dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT && mkdir -p "$tools" && tools=$(cd "$tools" && pwd) && cd "$dir" &&
		chmod 755 . && apt-get download -qq "${1#*:}" >/dev/null 2>&1 && dpkg-deb -x ./*.deb . &&
		cp "$(find . -type f -name "${1%%:*}" -perm -1 | head -n 1)" "$tools"
)
[ -z "$packages" ] || {
	echo "installing:$packages" >&2
	install || { apt-get update -qq >/dev/null && install; } ||
		echo "cannot be installed:$packages (what needs them is skipped)" >&2
}
for pair in $singles; do
	echo "fetching: $pair" >&2
	single "$pair" || { apt-get update -qq >/dev/null && single "$pair"; } ||
		echo "cannot be fetched: $pair (what needs it is skipped)" >&2
done
