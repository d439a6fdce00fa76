package sys

import (
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// HardwareLinks gives the names of the devices in the calling thread's network
// namespace that stand for hardware: those that no driver makes on request
// (IFLA_INFO_KIND is missing), but for the loopback device.
func (c *RTNL) HardwareLinks() ([]string, error) {
	var names []string
	err := c.do(unix.RTM_GETLINK, unix.NLM_F_DUMP, func(data []byte) {
		if name, hardware := parseLink(data); hardware {
			names = append(names, name)
		}
	})
	return names, err
}

// parseLink reads a struct ifinfomsg, whose type is at byte 2, and its
// attributes.
func parseLink(data []byte) (name string, hardware bool) {
	if len(data) < unix.SizeofIfInfomsg {
		return "", false
	}
	msg := nl.DeserializeIfInfomsg(data)
	hardware = msg.Type != unix.ARPHRD_LOOPBACK
	attrs, _ := nl.ParseRouteAttr(data[unix.SizeofIfInfomsg:])
	for _, a := range attrs {
		switch a.Attr.Type {
		case unix.IFLA_IFNAME:
			name = unix.ByteSliceToString(a.Value)
		case unix.IFLA_LINKINFO:
			info, _ := nl.ParseRouteAttr(a.Value)
			for _, i := range info {
				if i.Attr.Type == unix.IFLA_INFO_KIND {
					hardware = false
				}
			}
		}
	}
	return name, hardware
}
