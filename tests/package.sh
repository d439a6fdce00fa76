#!/usr/bin/env bash
# package.sh: builds packages and tarballs, and tries them: lintian, two builds that
# must be equal, installing, upgrading and removing in a fresh Debian root, with
# nothing left, and the examples of the man page there. It downloads that root.
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '\n=== %s (%s s)\n' "$*" "$SECONDS"; }

[ "$(id -u)" = 0 ] || { echo 'package.sh: a Debian root needs root' >&2 && exit 1; }
tests/need.sh debootstrap=debootstrap lintian=lintian rpm=rpm dpkg-deb=dpkg git=git
for program in debootstrap lintian rpm git; do command -v $program >/dev/null; done
processor=$(dpkg --print-architecture)
work=$(mktemp -d /tmp/netnsctl-package.XXXXXX)
trap 'rm -rf --one-file-system "$work"' EXIT

step 'packages'
build=cmd/netnsctl/packaging/build.sh
rm -rf bin/package
VERSION=0.0.0 PROCESSORS=$processor $build package >/dev/null
mv bin/package "$work/old"
VERSION=0.1.0 $build package
mv bin/package "$work/new"
lintian --allow-root --fail-on error,warning "$work"/new/*.deb

step 'tarballs, twice: from two clones, the second compiled anew'
git clone -q . "$work/clone1"
git clone -q . "$work/elsewhere/clone2"
export GOFLAGS= # what switches off the version of the commit
make -s -C "$work/clone1" dist
GOCACHE=$work/cache make -s -C "$work/elsewhere/clone2" dist
cmp "$work"/{clone1,elsewhere/clone2}/bin/dist/SHA256SUMS
rm -rf "$work/cache"

step 'a Debian root'
root=$work/root
debootstrap --variant=minbase --include=iproute2,iputils-ping "${SUITE:-bookworm}" "$root" >"$work/log" || { tail "$work/log" && exit 1; }
cp -r "$work/old" "$work/new" tests/examples.sh man/netnsctl.8 "$root/root"

# inside COMMAND… runs in the root, with namespaces of its own, as their process 1.
inside() {
	unshare --mount --net --pid --ipc --fork --kill-child sh -ec 'mount --bind "$0" "$0"; mount --rbind /dev "$0/dev"
		mount -t proc proc "$0/proc"; mount -t sysfs sysfs "$0/sys"; mount -t tmpfs -o mode=755 tmpfs "$0/run"; exec chroot "$0" "$@"' "$root" \
		/usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C "$@"
}
files() { (cd "$root" && find . -xdev \( -path ./root -o -path ./var/lib/dpkg -o -path ./var/lib/rpm -o -path ./var/log -o -path ./var/cache -o -path ./run \) -prune -o -printf '%p %m %U %l\n' | sort); }

step 'deb: install, upgrade, remove'
files >"$work/before"
inside sh -ec 'dpkg -i /root/old/*.deb; netnsctl -V; ip-netns list'
inside sh -ec "dpkg -i /root/new/*_$processor.deb; netnsctl -V; dpkg -V netnsctl; dpkg -L netnsctl"

step "the man page's examples"
inside bash /root/examples.sh /root/netnsctl.8

step 'deb: what is left'
inside sh -ec 'dpkg -r netnsctl; ! command -v netnsctl'
inside sh -ec 'dpkg -P netnsctl; rm -rf /etc/netns /etc/netnsctl /etc/wireguard /etc/default/netnsctl /opt/netnsctl /var/lib/prometheus; userdel -r alice 2>/dev/null; rm -f /etc/*-'
files >"$work/after"
diff <(grep -v '^./etc/.*-\? ' "$work/before") <(grep -v '^./etc/.*-\? ' "$work/after")

step 'rpm: install, upgrade, remove'
machine=$(uname -m)
rpm --root "$root" -i --nodeps "$work"/old/*."$machine".rpm
rpm --root "$root" -U --nodeps "$work"/new/*."$machine".rpm
rpm --root "$root" -V --nodeps netnsctl
inside netnsctl -V
rpm --root "$root" -e netnsctl
files >"$work/after"
diff <(grep -v '^./etc/.*-\? ' "$work/before") <(grep -v '^./etc/.*-\? ' "$work/after")
step 'all passed'
