package inside

import (
	"errors"
	"net/netip"
	"strconv"
	"syscall"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/rtnl"
)

// Route is a route of the main table.
type Route struct {
	// To is the destination; the default route has the prefix of length 0.
	To netip.Prefix `json:"to"`
	// Type is "unicast", "blackhole", "unreachable", "prohibit", "throw" …
	Type string `json:"type"`
	// Hops are the ways that a packet may take, none for a blackhole.
	Hops   []Hop      `json:"hops"`
	Source netip.Addr `json:"source,omitzero"` // preferred; not valid if none is
	Metric int        `json:"metric,omitempty"`
	Scope  string     `json:"scope"`
	// Protocol is the origin of the route: "kernel", "boot", "static", "ra", "dhcp"
	// or a number.
	Protocol string `json:"protocol"`
}

// Hop is one way of a route.
type Hop struct {
	// Via is the gateway; not valid where the destination is on the link.
	Via    netip.Addr `json:"via,omitzero"`
	Device int        `json:"device,omitempty"`
}

// listRoutes lists the main table of the namespace of the socket, IPv4 before IPv6. The
// routes that could be read are returned with an error, too. netlink.Handle.RouteList fails
// at a route with an encapsulation that it does not know, and once another process sends to
// its socket.
func listRoutes(c *rtnl.Conn) (all []Route, err error) {
	for _, family := range []byte{unix.AF_INET, unix.AF_INET6} {
		// On a strict socket the kernel leaves the other tables out (Linux 4.20).
		header := &nl.RtMsg{RtMsg: unix.RtMsg{Family: family, Table: unix.RT_TABLE_MAIN}}
		messages, err := c.Dump(unix.RTM_GETROUTE, header, nl.NewRtAttr(unix.RTA_TABLE, nl.Uint32Attr(unix.RT_TABLE_MAIN)))
		for _, m := range messages {
			if one, ok := parseRoute(m); ok {
				all = append(all, one)
			}
		}
		if err != nil && !noTable(err) {
			return all, err
		}
	}
	return all, nil
}

// noTable reports whether a dump failed because the table or the protocol does not
// exist, so that there are no routes.
func noTable(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.EOPNOTSUPP)
}

// parseRoute reads a struct rtmsg and its attributes. It is false for a route of another
// table, and for one that the kernel has made for a single destination (RTM_F_CLONED).
func parseRoute(message []byte) (r Route, ok bool) {
	if len(message) < unix.SizeofRtMsg {
		return r, false
	}
	header := nl.DeserializeRtMsg(message)
	table, to := uint32(header.Table), netip.IPv4Unspecified()
	if header.Family == unix.AF_INET6 {
		to = netip.IPv6Unspecified()
	}
	r = Route{Type: routeType(int(header.Type)), Scope: scopeName(header.Scope), Protocol: protocolName(netlink.RouteProtocol(header.Protocol))}
	var only Hop
	for _, a := range rtnl.Attrs(message[unix.SizeofRtMsg:]) {
		switch a.Attr.Type {
		case unix.RTA_TABLE:
			table = rtnl.Uint32(a.Value)
		case unix.RTA_DST:
			to = addr(a.Value)
		case unix.RTA_PREFSRC:
			r.Source = addr(a.Value)
		case unix.RTA_PRIORITY:
			r.Metric = int(rtnl.Uint32(a.Value))
		case unix.RTA_OIF:
			only.Device = int(rtnl.Uint32(a.Value))
		case unix.RTA_GATEWAY, unix.RTA_VIA:
			only.Via = gateway(a)
		case unix.RTA_MULTIPATH:
			r.Hops = parseHops(a.Value)
		}
	}
	r.To = netip.PrefixFrom(to, int(header.Dst_len))
	if r.Hops == nil && only != (Hop{}) {
		r.Hops = []Hop{only}
	}
	return r, table == unix.RT_TABLE_MAIN && header.Flags&unix.RTM_F_CLONED == 0
}

// parseHops reads a list of struct rtnexthop, {len u16, flags, hops u8, ifindex s32}, each
// with attributes.
func parseHops(list []byte) (hops []Hop) {
	for len(list) >= unix.SizeofRtNexthop {
		size := int(nl.NativeEndian().Uint16(list))
		if size < unix.SizeofRtNexthop || size > len(list) {
			break
		}
		hop := Hop{Device: int(rtnl.Uint32(list[4:]))}
		for _, a := range rtnl.Attrs(list[unix.SizeofRtNexthop:size]) {
			if a.Attr.Type == unix.RTA_GATEWAY || a.Attr.Type == unix.RTA_VIA {
				hop.Via = gateway(a)
			}
		}
		hops = append(hops, hop)
		list = list[min((size+unix.RTA_ALIGNTO-1)&^(unix.RTA_ALIGNTO-1), len(list)):]
	}
	return hops
}

// gateway is the address in RTA_GATEWAY, or the one of another family in RTA_VIA: struct
// rtvia, {family u16, address}.
func gateway(a syscall.NetlinkRouteAttr) netip.Addr {
	if a.Attr.Type == unix.RTA_VIA {
		return addr(a.Value[min(2, len(a.Value)):])
	}
	return addr(a.Value)
}

func routeType(kind int) string {
	words := [...]string{
		"unspec", "unicast", "local", "broadcast", "anycast", "multicast",
		"blackhole", "unreachable", "prohibit", "throw", "nat", "xresolve",
	}
	if kind < len(words) {
		return words[kind]
	}
	return strconv.Itoa(kind)
}

func protocolName(protocol netlink.RouteProtocol) string {
	switch protocol {
	case unix.RTPROT_REDIRECT, unix.RTPROT_KERNEL, unix.RTPROT_BOOT, unix.RTPROT_STATIC, unix.RTPROT_RA, unix.RTPROT_DHCP:
		return protocol.String()
	}
	return strconv.Itoa(int(protocol))
}

// scopeName gives the words of iproute2.
func scopeName(scope uint8) string {
	switch scope {
	case unix.RT_SCOPE_UNIVERSE:
		return "global"
	case unix.RT_SCOPE_SITE:
		return "site"
	case unix.RT_SCOPE_LINK:
		return "link"
	case unix.RT_SCOPE_HOST:
		return "host"
	case unix.RT_SCOPE_NOWHERE:
		return "nowhere"
	}
	return strconv.Itoa(int(scope))
}
