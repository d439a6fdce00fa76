#!/usr/bin/env bash
# build.sh package: a .deb and an .rpm for each processor, in bin/package.
# build.sh dist: a tarball for each and SHA256SUMS, in bin/dist.
#
# The same commit gives the same bytes: times are those of the commit, owners are
# numbers, paths are trimmed. VERSION= instead of the one the binary has.
set -euo pipefail
cd "$(dirname "$0")/../../.."
export LC_ALL=C TZ=UTC
umask 022

NFPM=github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.0 # later ones need modules that the proxy does not serve
processors=${PROCESSORS:-amd64 arm64}
here=$PWD/cmd/netnsctl/packaging
out=$PWD/bin
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y go.mod)}
export SOURCE_DATE_EPOCH

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# licences prints the notices of all that is linked into the binary. Debian has the
# Apache licence elsewhere.
licences() {
	printf 'netnsctl: copyright the netnsctl maintainers. No licence has been stated for it.\n'
	printf 'It is linked statically with Go and the following modules.\n'
	printf '\n--- The Go standard library\n\n'
	cat "$(go env GOROOT)/LICENSE"
	go list -deps -tags urfave_cli_no_docs -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./cmd/netnsctl |
		sort -u | while read -r module version dir; do
		printf '\n--- %s %s\n\n' "$module" "$version"
		if [ "$1" = deb ] && grep -q 'Apache License' "$dir/LICENSE"; then
			grep '^ *Copyright [0-9]' "$dir/LICENSE"
			printf '   Licensed under the Apache License, Version 2.0:\n   see /usr/share/common-licenses/Apache-2.0\n'
		else
			cat "$dir/LICENSE"
		fi
	done
}

# tree installs for a processor below $work/ARCH.
tree() {
	make -s build GOARCH="$1" BIN="$work/$1.bin"
	make -s install BIN="$work/$1.bin" DESTDIR="$work/$1" PREFIX=/usr
	licences >"$work/$1/copyright" other
	licences >"$work/$1/copyright.deb" deb
}

# version is what a binary for this processor says of itself.
version() {
	[ -z "${VERSION-}" ] || {
		echo "$VERSION"
		return
	}
	make -s build BIN="$work/host/netnsctl"
	"$work/host/netnsctl" -V | sed -n 's/.*+netnsctl-//; s/^v//; s/(devel)/0.0.0-devel/; p'
}

package() {
	mkdir -p bin/package
	for processor in $processors; do
		tree "$processor"
		gzip -9n "$work/$processor"/usr/share/man/man*/*
		find "$work/$processor" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
		for format in deb rpm; do
			sed "s|\${ARCH}|$processor|; s|\${VERSION}|$version|; s|\${TREE}|$work/$processor|; s|\${HERE}|$here|" $here/nfpm.yaml >"$work/nfpm.yaml"
			# Not here, where the target of a link to netnsctl is a directory.
			(cd "$work" && go run "$NFPM" package --config nfpm.yaml --packager $format --target "$out/package/")
		done
	done
	ls -l bin/package
}

dist() {
	rm -rf bin/dist
	mkdir -p bin/dist
	for processor in $processors; do
		tree "$processor"
		name=netnsctl-$version-linux-$processor
		mkdir "$work/$name"
		mv "$work/$processor"/{etc,usr/bin,usr/lib,usr/share,copyright} "$work/$name"
		cp README.md "$work/$name"
		tar -C "$work" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --format=ustar -cf - "$name" |
			gzip -9n >"bin/dist/$name.tar.gz"
	done
	(cd bin/dist && sha256sum ./*.tar.gz | sed 's| \./| |' >SHA256SUMS && cat SHA256SUMS)
}

version=$(version)
"$1"
