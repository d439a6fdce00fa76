package sys

import (
	"encoding/binary"

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
	hardware = binary.NativeEndian.Uint16(data[2:]) != unix.ARPHRD_LOOPBACK
	eachAttr(data[unix.SizeofIfInfomsg:], func(kind uint16, value []byte) {
		switch kind {
		case unix.IFLA_IFNAME:
			name = unix.ByteSliceToString(value)
		case unix.IFLA_LINKINFO:
			eachAttr(value, func(kind uint16, _ []byte) {
				hardware = hardware && kind != unix.IFLA_INFO_KIND
			})
		}
	})
	return name, hardware
}
