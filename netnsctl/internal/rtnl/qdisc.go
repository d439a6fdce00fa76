package rtnl

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// tcMessage is the length of struct tcmsg of include/uapi/linux/rtnetlink.h: {family, pad1 u8,
// pad2 u16, ifindex s32, handle, parent, info u32}.
const tcMessage = 20

// IngressDevices gives the indexes of the devices in the calling thread's network namespace that
// have a queueing discipline for packets that arrive (ingress or clsact).
func IngressDevices() (indexes []int, err error) {
	c, err := Dial(false)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	messages, err := c.Dump(unix.RTM_GETQDISC, zeros(tcMessage))
	for _, m := range messages {
		if len(m) < tcMessage {
			return indexes, unix.EBADMSG
		}
		_ = Each(m[tcMessage:], func(kind uint16, value []byte) {
			if kind != unix.TCA_KIND {
				return
			}
			switch unix.ByteSliceToString(value) {
			case "ingress", "clsact":
				indexes = append(indexes, int(int32(binary.NativeEndian.Uint32(m[4:]))))
			}
		})
	}
	return indexes, err
}

// zeros is the header of a request that asks for everything: so many zero bytes.
type zeros int

// Len makes it nl.NetlinkRequestData.
func (z zeros) Len() int { return int(z) }

// Serialize makes it nl.NetlinkRequestData.
func (z zeros) Serialize() []byte { return make([]byte, z) }
