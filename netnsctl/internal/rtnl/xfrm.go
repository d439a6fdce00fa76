package rtnl

import (
	"encoding/binary"
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// XFRM_MSG_GETSPDINFO and XFRMA_SPD_INFO of include/uapi/linux/xfrm.h.
const (
	getSPDInfo  = 0x25
	spdInfoAttr = 1
	spdFlags    = 4 // the length of the header: an u32 that the kernel ignores
)

// ForwardPolicies counts the IPsec policies of the calling thread's network namespace for
// packets that are forwarded (XFRM_POLICY_FWD). There are none where the kernel has no XFRM.
func ForwardPolicies() (n int, err error) {
	c, err := dial(unix.NETLINK_XFRM)
	if errors.Is(err, unix.EPROTONOSUPPORT) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer c.Close()
	err = c.exchange(c.request(getSPDInfo, 0, zeros(spdFlags), nil), func(m syscall.NetlinkMessage) {
		for _, a := range Attrs(m.Data[min(len(m.Data), 4):]) {
			// struct xfrmu_spdinfo: {incnt, outcnt, fwdcnt, inscnt, outscnt, fwdscnt u32}
			if a.Attr.Type == spdInfoAttr && len(a.Value) >= 12 {
				n = int(binary.NativeEndian.Uint32(a.Value[8:]))
			}
		}
	})
	return n, err
}
