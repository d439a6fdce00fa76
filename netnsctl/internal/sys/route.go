package sys

import (
	"encoding/binary"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// Route is a route of the main table.
type Route struct {
	// To is where it leads, of 4 or 16 bytes, and Bits the length of the prefix:
	// 0 for the default route.
	To   []byte
	Bits int
	// Type is "unicast", "blackhole", "unreachable", "prohibit", "throw" …
	Type string
	// Hops are the ways that a packet may take, none for a blackhole.
	Hops   []Hop
	Source []byte // preferred, nil if none is
	Metric int
	Scope  string
	// Protocol is who made it: "kernel", "boot", "static", "ra", "dhcp" or a
	// number.
	Protocol string
}

// Hop is one way of a route.
type Hop struct {
	// Via is the gateway, nil where the destination is on the link.
	Via    []byte
	Device int
}

// Routes lists the main table of the socket's namespace, IPv4 before IPv6. Only
// a strict socket has the kernel leave out the others.
func (c *RTNL) Routes() ([]Route, error) {
	var all []Route
	for _, family := range []byte{unix.AF_INET, unix.AF_INET6} {
		header := make([]byte, unix.SizeofRtMsg)
		header[0], header[4] = family, unix.RT_TABLE_MAIN
		routes, err := dump(c, unix.RTM_GETROUTE, header, parseRoute)
		if err != nil && !noTable(err) {
			return all, err
		}
		all = append(all, routes...)
	}
	return all, nil
}

// parseRoute reads a struct rtmsg, {family, dst_len, src_len, tos, table,
// protocol, scope, type u8, flags u32}, and its attributes.
func parseRoute(data []byte) (r Route, ok bool) {
	if len(data) < unix.SizeofRtMsg {
		return r, false
	}
	table := uint32(data[4])
	r.Protocol, r.Scope, r.Type = protocolName(data[5]), scopeName(data[6]), routeType(data[7])
	r.Bits, r.To = int(data[1]), make([]byte, 4)
	if data[0] == unix.AF_INET6 {
		r.To = make([]byte, 16)
	}
	var one Hop
	eachAttr(data[unix.SizeofRtMsg:], func(kind uint16, value []byte) {
		switch kind {
		case unix.RTA_TABLE:
			table = number(value)
		case unix.RTA_DST:
			copy(r.To, value)
		case unix.RTA_PREFSRC:
			r.Source = slices.Clone(value)
		case unix.RTA_PRIORITY:
			r.Metric = int(number(value))
		case unix.RTA_OIF:
			one.Device = int(number(value))
		case unix.RTA_GATEWAY, unix.RTA_VIA:
			one.Via = gateway(kind, value)
		case unix.RTA_MULTIPATH:
			r.Hops = parseHops(value)
		}
	})
	if r.Hops == nil && (one.Via != nil || one.Device != 0) {
		r.Hops = []Hop{one}
	}
	cloned := number(data[8:])&unix.RTM_F_CLONED != 0
	return r, table == unix.RT_TABLE_MAIN && !cloned
}

// gateway reads an address, or one of another family (struct rtvia, whose family
// is in the first two bytes).
func gateway(kind uint16, value []byte) []byte {
	if kind == unix.RTA_VIA && len(value) > 2 {
		value = value[2:]
	}
	return slices.Clone(value)
}

// parseHops reads structs rtnexthop, {len u16, flags u8, hops u8, index i32},
// each with its attributes.
func parseHops(data []byte) (hops []Hop) {
	for len(data) >= unix.SizeofRtNexthop {
		size := int(binary.NativeEndian.Uint16(data))
		if size < unix.SizeofRtNexthop || size > len(data) {
			break
		}
		hop := Hop{Device: int(number(data[4:]))}
		eachAttr(data[unix.SizeofRtNexthop:size], func(kind uint16, value []byte) {
			if kind == unix.RTA_GATEWAY || kind == unix.RTA_VIA {
				hop.Via = gateway(kind, value)
			}
		})
		hops = append(hops, hop)
		data = data[min((size+3)&^3, len(data)):]
	}
	return hops
}

func routeType(kind uint8) string {
	words := [...]string{
		"unspec", "unicast", "local", "broadcast", "anycast", "multicast",
		"blackhole", "unreachable", "prohibit", "throw", "nat", "xresolve",
	}
	if int(kind) < len(words) {
		return words[kind]
	}
	return strconv.Itoa(int(kind))
}

func protocolName(protocol uint8) string {
	switch protocol {
	case unix.RTPROT_REDIRECT:
		return "redirect"
	case unix.RTPROT_KERNEL:
		return "kernel"
	case unix.RTPROT_BOOT:
		return "boot"
	case unix.RTPROT_STATIC:
		return "static"
	case unix.RTPROT_RA:
		return "ra"
	case unix.RTPROT_DHCP:
		return "dhcp"
	}
	return strconv.Itoa(int(protocol))
}

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
