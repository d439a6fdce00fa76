#!/bin/bash
# iproute2.sh DIR: puts the ip of each Debian release into DIR/VERSION/ip, so that it
# runs here: with the C library and the other libraries of its own release. What is
# in DIR already is not fetched again.
set -eu
here=$(realpath "$(dirname "$0")")
mkdir -p "$1"
cd "$1"
mirror=${MIRROR:-http://deb.debian.org/debian}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$here/need.sh" patchelf=patchelf

# release NAME: the packages of a release on a machine where nothing is installed:
# the apt of this machine stays as it is.
release() {
	local root=$work/$1 version libraries
	mkdir -p "$root/lists/partial" "$root/cache/archives/partial" "$root/tree"
	echo "deb $mirror $1 main" >"$root/sources.list"
	: >"$root/status"
	apt() {
		apt-get -qq -o Dir::Etc::sourcelist="$root/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
			-o Dir::State::lists="$root/lists" -o Dir::State::status="$root/status" -o Dir::Cache="$root/cache" \
			-o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false -o APT::Sandbox::User=root "$@"
	}
	apt update
	version=$(apt --print-uris --no-install-recommends install iproute2 | sed -n "s/^.* iproute2_\([^ ]*\)_[a-z0-9]*\.deb .*/\1/p")
	[ -n "$version" ] || { echo "$1 has no iproute2" >&2; return 1; }
	[ ! -x "$version/ip" ] || return 0
	echo "fetching: iproute2 $version of $1" >&2
	apt --yes --download-only --no-install-recommends install iproute2
	for package in "$root"/cache/archives/*.deb; do dpkg-deb -x "$package" "$root/tree"; done
	mkdir -p "$version/lib"
	find "$root/tree" -regex '.*/lib/[^/]*-linux-gnu[^/]*/[^/]*\.so[^/]*' -exec cp -L {} "$version/lib" \;
	cp "$(find "$root/tree" -path '*bin/ip' -type f)" "$work/ip" # bin or sbin; the other is a link out of the tree
	libraries=$(realpath "$version/lib")
	# An rpath, not a runpath: it holds for the libraries of libraries, too.
	patchelf --set-interpreter "$(ls "$libraries"/ld-linux*.so* | head -1)" --force-rpath --set-rpath "$libraries" "$work/ip"
	mv "$work/ip" "$version/ip"
	rm -r "$root"
}

status=0
for name in ${RELEASES:-bullseye bookworm trixie forky sid}; do release "$name" || status=1; done
exit $status
