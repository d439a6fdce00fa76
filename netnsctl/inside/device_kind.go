package inside

// Fallback reports whether the device is the one that a tunnel driver makes in every namespace
// (net.core.fb_tunnels_only_for_init_net in the kernel's
// Documentation/admin-guide/sysctl/net.rst).
func (d *Device) Fallback() bool {
	switch d.Name {
	case "tunl0", "sit0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6tnl0", "ip6gre0", "ip6_vti0":
		return true
	}
	return false
}

// IsMacvtap reports whether a process gets the packets of the device by a character device of
// its own.
func (d *Device) IsMacvtap() bool { return d.Kind == "macvtap" || d.Kind == "ipvtap" }

// IsTunnel reports whether the device packs its packets into others, which leave the namespace
// by another device.
func (d *Device) IsTunnel() bool {
	switch d.Kind {
	case "vxlan", "geneve", "gre", "gretap", "ip6gre", "ip6gretap", "erspan", "ip6erspan", "ipip", "sit", "ip6tnl", "vti", "vti6",
		"xfrm", "wireguard", "amneziawg", "ovpn", "gtp", "bareudp", "amt", "ppp":
		return true
	}
	return false
}

// hasLower reports whether the driver always names the far end or the device below.
func (d *Device) hasLower() bool {
	switch d.Kind {
	case "veth", "vxcan", "netkit", "macvlan", "macvtap", "ipvlan", "ipvtap", "vlan", "vxlan", "macsec", "ipoib":
		return true
	}
	return false
}
