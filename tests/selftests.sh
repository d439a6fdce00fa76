#!/bin/bash
# selftests.sh NETNSCTL [TEST…]: runs the kernel's own network tests of Debian's
# linux-source with the real ip and with NETNSCTL in its place. Each runs in a sandbox;
# the status and the lines that tell a result must be the same. Some tests depend on
# timing: a difference counts when three runs of both show it. What takes longer than
# TIMEOUT seconds is ended and not compared. TEST is a file below
# tools/testing/selftests. It needs root; what it downloads stays in the cache.
set -eu
netnsctl=$(realpath "$1")
shift
[ $# -gt 0 ] || set -- net/{altnames,arp_ndisc_evict_nocarrier,arp_ndisc_untracked_subnets,cmsg_ipv6,cmsg_so_mark,cmsg_time}.sh \
	net/{fib-onlink-tests,fib_nexthop_multiprefix,fib_nexthop_nongw,fib_nexthops,fib_rule_tests,fib_tests,icmp,icmp_redirect}.sh \
	net/{ip_defrag,ipv6_flowlabel,l2tp,ndisc_unsolicited_na_test,netdevice,reuseaddr_ports_exhausted,route_localnet,rtnetlink}.sh \
	net/{srv6_end_dt46_l3vpn_test,srv6_hencap_red_l3vpn_test,test_blackhole_dev,test_ingress_egress_chaining}.sh \
	net/{test_vxlan_fdb_changelink,test_vxlan_under_vrf,test_vxlan_vnifiltering,traceroute,udpgro}.sh \
	net/{unicast_extensions,veth,vrf_route_leaking,vrf_strict_mode_test,vrf-xfrm-tests,xfrm_policy}.sh \
	netfilter/{bridge_brouter,conntrack_icmp_related,conntrack_tcp_unreplied,conntrack_vrf,ipip-conntrack-mtu,ipvs,nf_nat_edemux}.sh \
	netfilter/{nft_audit,nft_fib,nft_flowtable,nft_meta,nft_nat,nft_nat_zones,nft_queue,nft_synproxy,nft_zones_many,rpath,xt_string}.sh
here=$(realpath "$(dirname "$0")")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/netnsctl-selftests
real=$(PATH=/usr/sbin:/sbin:/usr/bin:/bin command -v ip)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$cache" "$work/bin" "$work/tools"
ln -s "$netnsctl" "$work/bin/ip"
command -v modprobe >/dev/null || ln -s /bin/true "$work/tools/modprobe" # the kernel has what it has

# fetch: unpacks the tests, and compiles what can be compiled here.
fetch() (
	cd "$work"
	package=$(apt-cache depends linux-source | sed -n 's/^ *Depends: \(linux-source-.*\)/\1/p')
	apt-get download -qq -o APT::Sandbox::User=root "$package"
	dpkg-deb --fsys-tarfile "$package"_*.deb | tar -xO --wildcards '*.tar.xz' | tar -xJ --strip-components=1 \
		--wildcards '*/tools/testing/selftests' '*/tools/include' '*/tools/scripts' '*/tools/lib' '*/tools/build' '*/scripts'
	make -k -C tools/testing/selftests TARGETS='net netfilter' >"$cache/make.log" 2>&1 || true
	mv tools "$cache/tools.new" && mv "$cache/tools.new" "$cache/tools"
)
[ -d "$cache/tools" ] || fetch

# outcome DIR TEST: the status and the results, without numbers and random words.
outcome() {
	local status=0
	(cd "$cache/tools/testing/selftests/${2%/*}" && NETNSCTL_IP=$real PATH=$1:$work/tools:/usr/sbin:/sbin:/usr/bin:/bin:. \
		timeout -k 5 "${TIMEOUT:-120}" "$here/sandbox.sh" bash "./${2##*/}") >"$work/out" 2>&1 </dev/null || status=$?
	echo "status $status"
	grep -aE 'PASS|FAIL|SKIP|[Oo][Kk]\b|ERROR|skip|[Cc]annot|fail' "$work/out" | tr -d '\r' |
		sed -E 's/\x1b\[[0-9;]*m//g; s/(-|tmp\.)[A-Za-z0-9]{6,10}\b/\1X/g; s/[0-9]+/N/g' || true
}

differing=0
printf '%-44s %-8s %-6s %s\n' test result status lines
for test; do
	for try in 1 2 3; do
		outcome "${real%/*}" "$test" >"$work/real"
		outcome "$work/bin" "$test" >"$work/face"
		! cmp -s "$work/real" "$work/face" && ! grep -qx 'status 124' "$work/real" "$work/face" || break
	done
	if grep -qx 'status 124' "$work/real" "$work/face"; then
		result=timeout
	elif ! cmp -s "$work/real" "$work/face"; then
		result=DIFFERS
		differing=$((differing + 1))
	else
		result=same
		[ "$try" = 1 ] || result=same/$try
	fi
	printf '%-44s %-8s %-6s %s\n' "$test" "$result" "$(sed -n '1s/status //p' "$work/real")" "$(($(wc -l <"$work/real") - 1))"
	[ "$result" != DIFFERS ] || diff -u --label ip --label netnsctl "$work/real" "$work/face" | sed 's/^/    /'
done
echo "$# tests, $differing differing"
[ $differing = 0 ]
