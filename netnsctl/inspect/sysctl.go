package inspect

// suspects are the parameters of a network namespace whose change explains most
// surprises: forwarding, filters, ports.
func suspects() []string {
	return []string{
		"net/core/somaxconn",
		"net/ipv4/conf/all/accept_local",
		"net/ipv4/conf/all/arp_ignore",
		"net/ipv4/conf/all/proxy_arp",
		"net/ipv4/conf/all/route_localnet",
		"net/ipv4/conf/all/rp_filter",
		"net/ipv4/conf/default/rp_filter",
		"net/ipv4/ip_forward",
		"net/ipv4/ip_local_port_range",
		"net/ipv4/ip_nonlocal_bind",
		"net/ipv4/ip_unprivileged_port_start",
		"net/ipv4/ping_group_range",
		"net/ipv4/tcp_congestion_control",
		"net/ipv6/bindv6only",
		"net/ipv6/conf/all/accept_ra",
		"net/ipv6/conf/all/disable_ipv6",
		"net/ipv6/conf/all/forwarding",
		"net/ipv6/conf/default/accept_ra",
		"net/ipv6/conf/default/disable_ipv6",
		"net/netfilter/nf_conntrack_max",
	}
}

func differences(here, normal map[string]string) (all []Difference) {
	for _, key := range suspects() {
		value, ok1 := here[key]
		usual, ok2 := normal[key]
		if ok1 && ok2 && value != usual {
			all = append(all, Difference{key, value, usual})
		}
	}
	return all
}
