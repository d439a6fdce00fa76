#!/bin/bash
# kernels.sh NETNSCTL TESTS [KERNEL…]: runs the suite under Debian's cloud kernels,
# in qemu: the compiled tests TESTS with the binary NETNSCTL. KERNEL is the
# beginning of a version, with the Debian release that has it. It needs root, for
# debootstrap; what it downloads stays in the cache.
set -eu
netnsctl=$(realpath "$1")
tests=$(realpath "$2")
shift 2
[ $# -gt 0 ] || set -- 5.10=bullseye-security 6.1=bookworm-security 6.12=trixie 6.17=trixie-backports 7=trixie-backports
here=$(realpath "$(dirname "$0")")
mirror=${MIRROR:-http://deb.debian.org}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/netnsctl-kernels
run=${RUN:-'^(TestGolden|TestScript|TestStale.*|TestHostile|TestPrivileges)$'}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$cache"

# get URL FILE: what has been fetched is not fetched again.
get() { [ -s "$2" ] || { curl -fsSL -o "$2.part" "$1" && mv "$2.part" "$2"; }; }

# packages ARCHIVE RELEASE VERSION: the files of the newest kernel that begins
# so: its image and, where that is empty, the packages with binary and modules.
packages() {
	curl -fsSL "$mirror/$1/dists/$2/main/binary-amd64/Packages.xz" | xz -dc |
		awk -v want="$3" '/^Package: / { name = $2 }
			/^Filename: / && name ~ "^linux-(image|binary|modules)-" want "[.].*-cloud-amd64$" {
				abi = name; sub(/^linux-[a-z]*-/, "", abi); print abi, $2 }' |
		sort -V | awk '{ if ($1 != abi) { files = ""; abi = $1 } files = files $2 "\n" } END { printf "%s", files }'
}

# kernel VERSION RELEASE: unpacks it into $work/VERSION.
kernel() {
	local archive=debian file
	case $2 in *-security) archive=debian-security ;; esac
	packages "$archive" "$2" "$1" >"$work/files"
	[ -s "$work/files" ] || { echo "no kernel $1 in $2" >&2; return 1; }
	mkdir "$work/$1"
	while read -r file; do
		get "$mirror/$archive/$file" "$cache/${file##*/}"
		dpkg-deb -x "$cache/${file##*/}" "$work/$1"
	done <"$work/files"
	# What older releases had is not kept: of some the modules have gone.
	[ -n "$(find "$work/$1" -name '*.ko*' | head -1)" ] || { echo "kernel $1 of $2 has no modules" >&2; return 1; }
}

# The root file system is the same for all: Debian with what the tests use.
rootfs() {
	local root=$work/root
	debootstrap --variant=minbase --include=iproute2,kmod,libcap2-bin,python3,strace \
		bookworm "$root" "$mirror/debian" >"$work/debootstrap" 2>&1 || { tail "$work/debootstrap" >&2; return 1; }
	rm -rf "$root"/var/cache/apt "$root"/var/lib/apt "$root"/usr/share/{doc,locale,man} "$root"/boot
	pack "$root"
}

pack() { (cd "$1" && find . -print0 | cpio --quiet --null -o -H newc); }

# boot VERSION: what the machine says on its console.
boot() {
	local tree=$work/initrd-$1
	mkdir -p "$tree/suite/tests"
	cp "$netnsctl" "$tree/suite/netnsctl"
	cp "$tests" "$tree/suite/tests/tests.test"
	cp -r "$here/testdata" "$tree/suite/tests"
	cp "$here/kernels-init.sh" "$tree/init"
	cp "$here/kernels-features.py" "$tree/suite/features.py"
	echo "$run" >"$tree/suite/run"
	mkdir -p "$tree/usr/lib"
	for modules in "$work/$1"/lib/modules "$work/$1"/usr/lib/modules; do
		[ ! -d "$modules" ] || cp -r "$modules" "$tree/usr/lib"
	done
	{ cat "$cache/rootfs.cpio"; pack "$tree"; } >"$work/initrd"
	# QEMU 7.2 sets the flags of CMPXCHG16B wrong, which ends newer kernels.
	timeout "${TIMEOUT:-7200}" qemu-system-x86_64 -machine "pc,accel=${ACCEL:-tcg}" -cpu max,cx16=off -smp 2 -m 4096 \
		-nographic -no-reboot -nic none -kernel "$(ls "$work/$1"/boot/vmlinuz-* "$work/$1"/usr/lib/modules/*/vmlinuz 2>/dev/null | head -1)" \
		-initrd "$work/initrd" -append 'console=ttyS0 quiet panic=-1 rdinit=/init' </dev/null
	rm -r "$tree" "$work/$1"
}

[ -s "$cache/rootfs.cpio" ] || { rootfs >"$cache/part" && mv "$cache/part" "$cache/rootfs.cpio"; }
# said KERNEL PATTERN: lines of a console, without what the firmware does to it.
said() { tr -d '\r' <"$cache/$1.log" | sed -E 's/\x1b(\[[?0-9;]*)?[a-zA-Z]//g' | grep -aE "$2"; }

status=0
for pair; do
	version=${pair%=*}
	echo "== $version"
	kernel "$version" "${pair#*=}" && boot "$version" >"$cache/$version.log" 2>&1 || status=1
	said "$version" '^(    )*--- FAIL|^(kernel|suite) |Kernel panic' || true
	said "$version" '^suite: .* status 0$' || status=1
done

# The table: a line for each feature, a column for each kernel.
row() { printf '%-32s' "$1"; shift; printf ' %-26s' "$@"; echo; }
cells() { # PATTERN SED: one cell for each kernel
	for pair in "${pairs[@]}"; do said "${pair%=*}" "$1" | sed -E "$2" | head -1 | grep . || echo -; done
}
pairs=("$@")
table() {
	mapfile -t line < <(cells "$2" "$3")
	row "$1" "${line[@]}"
}
echo
table kernel '^kernel ' 's/^kernel //'
said "${pairs[0]%=*}" '^(has|lacks) ' | sed -E 's/^[a-z]+ //' | while read -r feature; do
	table "$feature" "^(has|lacks) ${feature%% (*} " 's/^has .*/yes/; s/^lacks .*/-/'
done
table passed '^suite: ' 's/^suite: ([0-9]+) passed.*/\1/'
table failed '^suite: ' 's/.* ([0-9]+) failed.*/\1/'
table skipped '^suite: ' 's/.* ([0-9]+) skipped.*/\1/'
exit $status
