#!/bin/bash
# examples.sh PAGE: runs the section EXAMPLES of the man page, line by line, on an installed
# netnsctl. Each must end with status 0, or 3 where something is found. What an
# example talks of is made here; what is not netnsctl's is played by stand-ins.
# It changes /etc, /opt and /var: run it in a root of its own, in namespaces of its own.
set -u
page=$(realpath "$1")
mount --make-rshared /
mount -t tmpfs none /usr/local/bin
mkdir -p /run/world /var/lib/prometheus/node-exporter
for program in wg curl ansible systemctl; do
	printf '#!/bin/sh\necho "(stand-in) %s $*"\n' $program >/usr/local/bin/$program
done
if ip link add wg0 type wireguard 2>/dev/null; then
	ip link delete wg0
else
	printf '#!/bin/sh\ncase "$*" in *"type wireguard") set -- link add wg0 type veth peer name wg1 ;; esac\nexec %s "$@"\n' "$(command -v ip)" \
		>/usr/local/bin/ip
	echo '# this kernel has no WireGuard: a veth device stands in'
fi
cd /run/world || exit 1
printf '#!/bin/sh\nip netns add made && ip netns delete made\n' >test-suite.sh
printf '#!/bin/sh\n' >vpn.up
chmod 755 /usr/local/bin/* test-suite.sh
export PATH=/usr/local/bin:$PATH; hash -r
id alice >/dev/null 2>&1 || useradd -m alice || exit 1
mkdir -p /etc/wireguard /etc/netnsctl && : >/etc/wireguard/wg0.conf

# A container without a name, as process 4711, with an address that answers.
echo 4710 >/proc/sys/kernel/ns_last_pid
unshare --net sleep infinity &
[ $! = 4711 ] || exit 1
until ip netns attach wait 4711 2>/dev/null && [ "$(ip netns identify 4711)" = wait ]; do ip netns delete wait 2>/dev/null; done
ip -n wait link set lo up && ip -n wait address add 10.2.1.15/32 dev lo
ip netns delete wait

# A namespace that a mount keeps where nobody sees it.
ip netns add leaked && touch kept
unshare --mount sh -c 'mount --bind /run/netns/leaked kept && echo >settled; exec sleep infinity' &
until [ -s settled ]; do sleep 0.01; done
ip netns delete leaked

awk '/^\.SH/ { wanted = $2 == "EXAMPLES" } /^\.EX/ && wanted { on = 1; next } /^\.EE/ { on = 0; print "" } on' "$page" |
	sed "s/\\\\-/-/g; s/\\\\(aq/'/g; s/\\\\(dq/\"/g; s/^\\\\&//" >examples
lines=0 failed=0
while IFS= read -r line <&9; do
	[ -n "$line" ] || continue
	lines=$((lines + 1))
	echo "\$ $line"
	eval "$line" 9<&- </dev/null || {
		status=$?
		[ $status = 3 ] && echo "  (status 3)" || {
			failed=$((failed + 1))
			echo "  FAILED, status $status"
		}
	}
done 9<examples
kill %1 %2
echo "$lines lines of examples, $failed failed"
[ $lines -gt 20 ] && [ $failed = 0 ]
