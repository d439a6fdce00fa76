#!/bin/sh
# need.sh PROGRAM=PACKAGE…: installs the Debian packages of the programs that are
# not here. Where that cannot be it says so and goes on: the tests that need the
# program are skipped.
PATH=$PATH:/usr/sbin:/sbin
packages=
for pair; do
	command -v "${pair%%=*}" >/dev/null || packages="$packages ${pair#*=}"
done
[ -n "$packages" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	echo "not installed:$packages (what needs them is skipped)" >&2
	exit 0
fi
export DEBIAN_FRONTEND=noninteractive
install() {
	# shellcheck disable=SC2086 # a list of words
	apt-get install -qq -y --no-install-recommends $packages >/dev/null 2>&1
}
echo "installing:$packages" >&2
install || { apt-get update -qq >/dev/null && install; } ||
	echo "cannot be installed:$packages (what needs them is skipped)" >&2
