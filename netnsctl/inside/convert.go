package inside

import (
	"net/netip"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys/device"
)

// Package sys, which the shortest calls have to load, does without net/netip.

func addr(b []byte) netip.Addr {
	a, _ := netip.AddrFromSlice(b)
	return a
}

func addresses(raw []sys.Address) []Address {
	all := make([]Address, len(raw))
	for i, a := range raw {
		local := addr(a.Local)
		all[i] = Address{
			Device: a.Device, Name: a.Name, Prefix: netip.PrefixFrom(local, a.Bits),
			Scope: a.Scope, Label: a.Label, Flags: a.Flags,
		}
		if a.Peer != nil {
			all[i].Prefix, all[i].Peer = netip.PrefixFrom(local, local.BitLen()), netip.PrefixFrom(addr(a.Peer), a.Bits)
		}
	}
	return all
}

func routes(raw []sys.Route) []Route {
	all := make([]Route, len(raw))
	for i, r := range raw {
		all[i] = Route{
			To: netip.PrefixFrom(addr(r.To), r.Bits), Type: r.Type, Source: addr(r.Source),
			Metric: r.Metric, Scope: r.Scope, Protocol: r.Protocol,
		}
		for _, hop := range r.Hops {
			all[i].Hops = append(all[i].Hops, Hop{addr(hop.Via), hop.Device})
		}
	}
	return all
}

func sockets(raw []sys.Socket) []Socket {
	all := make([]Socket, len(raw))
	for i, s := range raw {
		all[i] = Socket{
			Protocol: s.Protocol, Local: netip.AddrPortFrom(addr(s.Local), s.Port), OnlyIPv6: s.OnlyIPv6,
			Device: s.Device, Name: s.Name, UID: s.UID, Inode: s.Inode,
		}
	}
	return all
}

func vxlan(x *device.VXLAN) *VXLAN {
	if x == nil {
		return nil
	}
	return &VXLAN{x.ID, addr(x.Group), addr(x.Local)}
}
