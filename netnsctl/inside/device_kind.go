package inside

// fallbacks are the devices that tunnel drivers make in every namespace, with their kinds
// (net.core.fb_tunnels_only_for_init_net in the kernel's
// Documentation/admin-guide/sysctl/net.rst).
var fallbacks = map[string]string{
	"tunl0": "ipip", "sit0": "sit", "gre0": "gre", "gretap0": "gretap", "erspan0": "erspan", "ip_vti0": "vti",
	"ip6tnl0": "ip6tnl", "ip6gre0": "ip6gre", "ip6_vti0": "vti6",
}

// Fallback reports whether the device is one that a tunnel driver makes in every namespace. A
// device of another kind may have the same name.
func (d *Device) Fallback() bool { return d.Kind != "" && fallbacks[d.Name] == d.Kind }

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
