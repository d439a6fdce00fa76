package inside

import (
	"errors"
	"net/netip"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/rtnl"
)

// Device is a network device.
type Device struct {
	Index    int      `json:"index"`
	Name     string   `json:"name"`
	AltNames []string `json:"altnames,omitempty"`
	// Kind is the word of the driver, such as "veth", "bridge", "vxlan"; empty for
	// hardware and the loopback device.
	Kind     string `json:"kind,omitempty"`
	Loopback bool   `json:"loopback"`
	// Physical says that the device stands for hardware: no driver made it on request, or it
	// has a parent device, such as a bus (Linux 5.14).
	Physical bool `json:"physical"`
	// Forwarding says that the kernel forwards packets that arrive by the device, IPv4 or IPv6.
	Forwarding bool
	// XDP says that a program sees the packets that arrive by the device, and may send them out
	// by another one.
	XDP bool
	// Attached says that somebody has the tun or tap device open, whether or not a descriptor of a
	// process shows that.
	Attached bool
	// Up is what the administrator asked for, State is what the device reports
	// (RFC 2863): "up", "down", "lowerlayerdown", "dormant", "unknown" …
	Up    bool   `json:"up"`
	State string `json:"state"`
	MAC   MAC    `json:"mac,omitempty"` // nil if there is none or all of it is zero
	MTU   int    `json:"mtu"`
	// Master is the index, in the same namespace, of the device that it is a port
	// of, 0 if none; PortKind is the kind of that device: "bridge", "bond", "vrf".
	Master   int    `json:"master,omitempty"`
	PortKind string `json:"port_kind,omitempty"`
	// Link is the device at its far end or below it, nil if there is none.
	Link *Link
	// VLAN is the tag of a device of kind vlan.
	VLAN int `json:"vlan,omitempty"`
	// VXLAN is set for devices of that kind.
	VXLAN *VXLAN `json:"vxlan,omitempty"`
}

// Link is where a device leads.
type Link struct {
	// Namespace is the index of the namespace in the result of [Read].
	Namespace int
	// Index is the device there. It is 0 where only the namespace is known: the
	// packets of a tunnel leave there.
	Index int
}

// VXLAN has the parameters of a VXLAN device.
type VXLAN struct {
	ID uint32 `json:"id"`
	// Group is the multicast group or the only remote end, Local the source; not
	// valid if there is none.
	Group netip.Addr `json:"group,omitzero"`
	Local netip.Addr `json:"local,omitzero"`
}

// Paired reports whether the link of the device is the far end of a pair, and not
// a device below it.
func (d *Device) Paired() bool {
	return d.Kind == "veth" || d.Kind == "netkit" || d.Kind == "vxcan"
}

// listDevices lists the devices of the namespace that has the nsid target in the
// namespace of the socket (Linux 4.15), or of the socket's namespace itself. In the
// socket's namespace the kernel assigns an nsid to every namespace that a device leads to.
// [Link.Namespace] is such an nsid; that of the namespace itself is target. It lists
// those of a kind, or of [anyKind].
//
// The devices that could be read are returned with an error, too.
func listDevices(c *rtnl.Conn, target *int32, kind string) ([]Device, error) {
	here := int32(rtnl.Unassigned)
	if target != nil {
		here = *target
	}
	// Without the statistics, a dump is half as long and takes half the time.
	attrs := []*nl.RtAttr{nl.NewRtAttr(unix.IFLA_EXT_MASK, nl.Uint32Attr(skipStatistics))}
	attrs = append(attrs, rtnl.Target(unix.IFLA_TARGET_NETNSID, target)...)
	if kind != anyKind {
		info := nl.NewRtAttr(unix.IFLA_LINKINFO, nil)
		info.AddRtAttr(unix.IFLA_INFO_KIND, nl.ZeroTerminated(kind))
		attrs = append(attrs, info)
	}
	messages, err := c.Dump(unix.RTM_GETLINK, nl.NewIfInfomsg(unix.AF_UNSPEC), attrs...)
	all := make([]Device, 0, len(messages))
	kinds := map[int]string{}
	for _, m := range messages {
		d, failed := parseDevice(m, here)
		if failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		all = append(all, d)
		kinds[d.Index] = d.Kind
	}
	for i := range all {
		all[i].PortKind = kinds[all[i].Master]
	}
	return all, err
}

// anyKind stands for all kinds of devices.
const anyKind = ""

// skipStatistics is RTEXT_FILTER_SKIP_STATS of include/uapi/linux/rtnetlink.h (Linux 4.5).
const skipStatistics = 1 << 3
