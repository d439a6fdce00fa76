#!/bin/bash
# leak.sh NETNSCTL: the session at the top of the README: an address answers, and no
# name leads to it. In a sandbox; needs ip and ping.
set -eu
[ "${2-}" = inside ] || exec "$(dirname "$0")/sandbox.sh" "$0" "$(realpath "$1")" inside

mkdir /run/demo && cd /run/demo
ln -s "$1" netnsctl
cp "$(command -v sleep)" node-agent
PATH=/run/demo:$PATH
mount --make-rshared /

# A pod's namespace, and an agent whose mount namespace has kept a copy of it.
ip netns add cni-77
ip link add veth77 type veth peer name eth0 netns cni-77
ip address add 10.2.1.1/24 dev veth77 && ip link set veth77 up
ip -n cni-77 address add 10.2.1.15/24 dev eth0 && ip -n cni-77 link set eth0 up
: >ns
unshare --mount --propagation private sh -c 'mount --bind /run/netns/cni-77 ns; echo >settled; exec ./node-agent 1000' &
until [ -s settled ]; do sleep 0.01; done
ip netns delete cni-77

show() {
	echo "\$ $*"
	"$@" 2>/dev/null || true
}
show ip netns list
show ping -q -c 1 10.2.1.15
show netnsctl find 10.2.1.15
show netnsctl list --stale
show netnsctl prune --older-than 0 --wait=20
# The kernel takes the devices down a moment after the namespace.
while ip link show veth77 >/dev/null 2>&1; do sleep 0.01; done
echo '$ ping -q -c 1 -W 1 10.2.1.15'
ping -q -c 1 -W 1 10.2.1.15 2>&1 || true
kill %1
