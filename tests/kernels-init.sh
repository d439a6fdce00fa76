#!/bin/bash
# The first process of a machine that kernels.sh boots.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TMPDIR=/tmp
# The initial root file system is no mount like others: pivot_root(2) refuses it.
if [ ! -e /switched ]; then
	mkdir /new
	mount -t tmpfs -o mode=755,size=75% root /new
	cp -ax /bin /dev /etc /init /lib* /root /sbin /suite /usr /var /new
	mkdir -p /new/proc /new/sys /new/run /new/tmp /new/mnt
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

# What the fallbacks are for.
python3 /suite/features.py

cd /suite/tests || exit
export NETNSCTL_TEST_BINARY=/suite/netnsctl NETNSCTL_TEST_PATIENCE=10 NETNSCTL_TEST_MACHINE=1
# Faces differ in words, not in system calls.
./tests.test -test.v -test.skip '^TestGolden$/^ip' -test.timeout=100m -test.run "$(cat ../run)" >/tmp/out 2>&1
status=$?
grep -vE '^ *(=== |--- PASS)' /tmp/out
count() { grep -cE "^ *--- $1" /tmp/out; }
echo "suite: $(count PASS) passed, $(count FAIL) failed, $(count SKIP) skipped, status $status"
sync
echo o >/proc/sysrq-trigger
sleep 60
