package inside

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"github.com/vishvananda/netlink"
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

// listRoutes lists the main table of the namespace of the handle, IPv4 before IPv6.
//
// netlink does not decode every encapsulation (an SRv6 header with an HMAC), and gives
// no route after one that it cannot decode. The routes before it are returned with the
// error.
func listRoutes(h *netlink.Handle) (all []Route, err error) {
	// On a strict socket the kernel leaves the other tables out (Linux 4.20).
	_ = h.SetStrictCheck(true)
	for _, family := range []int{unix.AF_INET, unix.AF_INET6} {
		var routes []Route
		for range rtnl.MaxDumps {
			routes = nil
			err = h.RouteListFilteredIter(family, &netlink.Route{Table: unix.RT_TABLE_MAIN}, netlink.RT_FILTER_TABLE, func(r netlink.Route) bool {
				routes = append(routes, route(r))
				return true
			})
			if !errors.Is(err, netlink.ErrDumpInterrupted) {
				break
			}
		}
		all = append(all, routes...)
		if err != nil && !errors.Is(err, netlink.ErrDumpInterrupted) && !noTable(err) {
			return all, fmt.Errorf("%w (further routes were not read)", err)
		}
	}
	return all, nil
}

// noTable reports whether a dump failed because the table or the protocol does not
// exist, so that there are no routes.
func noTable(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.EOPNOTSUPP)
}

func route(r netlink.Route) Route {
	bits, _ := r.Dst.Mask.Size()
	one := Route{
		To: netip.PrefixFrom(familyAddr(r.Family, r.Dst.IP), bits), Type: routeType(r.Type), Source: addr(r.Src),
		Metric: r.Priority, Scope: scopeName(uint8(r.Scope)), Protocol: protocolName(r.Protocol),
	}
	for _, hop := range r.MultiPath {
		one.Hops = append(one.Hops, Hop{gateway(hop.Gw, hop.Via), hop.LinkIndex})
	}
	if via := gateway(r.Gw, r.Via); one.Hops == nil && (via.IsValid() || r.LinkIndex != 0) {
		one.Hops = []Hop{{via, r.LinkIndex}}
	}
	return one
}

// gateway is an address of the family of the route, or one of another family.
func gateway(same net.IP, other netlink.Destination) netip.Addr {
	if via, ok := other.(*netlink.Via); ok {
		return addr(via.Addr)
	}
	return addr(same)
}

// familyAddr reads an address of which netlink gives an IPv4 one with 16 bytes.
func familyAddr(family int, ip net.IP) netip.Addr {
	if family == unix.AF_INET {
		ip = ip.To4()
	}
	return addr(ip)
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
