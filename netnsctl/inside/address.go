package inside

import (
	"net/netip"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/rtnl"
)

// Address is an address of a device.
type Address struct {
	// Device is the index of the device. Name is its name if the namespace was one
	// of those given.
	Device int    `json:"device,omitempty"`
	Name   string `json:"name,omitempty"`
	// Prefix is the address with the length of the prefix of its network, Peer that
	// of the far end of a point-to-point address; not valid if there is none.
	Prefix netip.Prefix `json:"prefix"`
	Peer   netip.Prefix `json:"peer,omitzero"`
	// Scope is "global", "site", "link", "host", "nowhere" or a number.
	Scope string `json:"scope"`
	// Label is the name of an IPv4 address, by convention that of its device.
	Label string `json:"label,omitempty"`
	// Flags are those about its use: "secondary", "temporary", "tentative",
	// "dadfailed", "deprecated", "dynamic".
	Flags []string `json:"flags"`
}

// listAddresses lists the addresses of the namespace that has the nsid target in the
// namespace of the socket, which then must be strict, or of the socket's namespace
// itself. netlink.Handle.AddrList knows no target.
func listAddresses(c *rtnl.Conn, target *int32) (all []Address, err error) {
	messages, err := c.Dump(unix.RTM_GETADDR, nl.NewIfAddrmsg(nl.FAMILY_ALL), rtnl.Target(unix.IFA_TARGET_NETNSID, target)...)
	for _, m := range messages {
		a, ok := parseAddress(m)
		if !ok {
			continue
		}
		if target == nil {
			a.Name = c.DeviceName(a.Device)
		}
		all = append(all, a)
	}
	return all, err
}

// parseAddress reads a struct ifaddrmsg and its attributes.
func parseAddress(message []byte) (a Address, ok bool) {
	if len(message) < unix.SizeofIfAddrmsg {
		return a, false
	}
	header := nl.DeserializeIfAddrmsg(message)
	flags := uint32(header.Flags)
	var local, address netip.Addr
	for _, attr := range rtnl.Attrs(message[unix.SizeofIfAddrmsg:]) {
		switch attr.Attr.Type {
		case unix.IFA_LOCAL:
			local = addr(attr.Value)
		case unix.IFA_ADDRESS:
			address = addr(attr.Value)
		case unix.IFA_LABEL:
			a.Label = unix.ByteSliceToString(attr.Value)
		case unix.IFA_FLAGS:
			flags = rtnl.Uint32(attr.Value)
		}
	}
	a.Device, a.Scope, a.Flags = int(header.Index), scopeName(header.Scope), addressFlags(header.Family, flags)
	bits := int(header.Prefixlen)
	switch {
	case !local.IsValid():
		a.Prefix = netip.PrefixFrom(address, bits)
	case address.IsValid() && address != local:
		a.Prefix, a.Peer = netip.PrefixFrom(local, local.BitLen()), netip.PrefixFrom(address, bits)
	default:
		a.Prefix = netip.PrefixFrom(local, bits)
	}
	return a, a.Prefix.IsValid()
}

func addressFlags(family uint8, flags uint32) (words []string) {
	add := func(flag uint32, word string) {
		if flags&flag != 0 {
			words = append(words, word)
		}
	}
	if family == unix.AF_INET6 {
		add(unix.IFA_F_TEMPORARY, "temporary")
	} else {
		add(unix.IFA_F_SECONDARY, "secondary") // The same bit.
	}
	add(unix.IFA_F_TENTATIVE, "tentative")
	add(unix.IFA_F_DADFAILED, "dadfailed")
	add(unix.IFA_F_DEPRECATED, "deprecated")
	if flags&unix.IFA_F_PERMANENT == 0 {
		words = append(words, "dynamic")
	}
	return words
}
