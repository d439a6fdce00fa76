#!/bin/bash
# The first process of a machine that kernels.sh boots.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TMPDIR=/tmp
# The initial root file system is no mount like others: pivot_root(2) refuses it.
if [ ! -e /switched ]; then
	mkdir /new
	mount -t tmpfs -o mode=755,size=75% root /new
	cp -ax /bin /dev /etc /init /lib* /root /sbin /suite /usr /var /new
	mkdir -p /new/proc /new/sys /new/run /new/tmp
	touch /new/switched
	exec switch_root /new /init
fi
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t tmpfs -o mode=1777 tmp /tmp
mkdir -p /dev/pts && mount -t devpts pts /dev/pts
mount -t tmpfs -o mode=755 run /run
mount --make-rshared /
depmod
modprobe -a veth dummy bridge macvlan vxlan tun vrf inet_diag tcp_diag unix_diag 2>/dev/null
ip link set lo up
echo "kernel $(uname -r)"

# has FEATURE COMMAND…: what the fallbacks are for.
has() {
	local feature=$1
	shift
	if "$@" >/dev/null 2>&1; then echo "has $feature"; else echo "lacks $feature"; fi
}
# call NUMBER: a system call without sense gives any error but ENOSYS.
call() { python3 -c 'import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall(int(sys.argv[1]), -1, 0, 0, 0, 0, 0)
sys.exit(ctypes.get_errno() == 38)' "$1"; }
# ask NUMBER: an ioctl of /proc/self/ns/net, or ns/mnt.
ask() { python3 -c 'import fcntl, sys
fcntl.ioctl(open(sys.argv[2]), int(sys.argv[1], 0), bytearray(16))' "$@"; }
has 'mount_setattr (5.12)' call 442
has 'statmount (6.8)' call 457
has 'NS_MNT_GET_NEXT (6.12)' ask 0x8010b70b /proc/self/ns/mnt
has 'NS_GET_ID (6.18)' ask 0x8008b70d /proc/self/ns/net
has 'listns (6.19)' call 470

cd /suite/tests || exit
export NETNSCTL_TEST_BINARY=/suite/netnsctl
if ./tests.test -test.v -test.timeout=50m -test.run "$(cat ../run)"; then echo 'suite passed'; else echo 'suite failed'; fi >/tmp/out 2>&1
grep -vE '^ *(=== |--- PASS)' /tmp/out
echo "suite: $(grep -c -- '--- PASS' /tmp/out) passed, $(grep -c -- '--- FAIL' /tmp/out) failed, $(grep -c -- '--- SKIP' /tmp/out) skipped"
sync
echo o >/proc/sysrq-trigger
sleep 60
