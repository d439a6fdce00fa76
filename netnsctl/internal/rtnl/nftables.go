package rtnl

import (
	"errors"
	"syscall"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// DeviceChains counts the chains of nftables in the calling thread's network namespace that see the
// packets of a device before or after all else (family netdev): their rules may send these out by
// another device. There are none where the kernel has no nftables.
func DeviceChains() (n int, err error) {
	c, err := dial(unix.NETLINK_NETFILTER)
	if errors.Is(err, unix.EPROTONOSUPPORT) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer c.Close()
	const getChains = unix.NFNL_SUBSYS_NFTABLES<<8 | unix.NFT_MSG_GETCHAIN
	req := c.request(getChains, unix.NLM_F_DUMP, &nl.Nfgenmsg{NfgenFamily: unix.NFPROTO_NETDEV}, nil)
	err = c.exchange(req, func(m syscall.NetlinkMessage) {
		_ = Each(m.Data[min(len(m.Data), nl.SizeofNfgenmsg):], func(kind uint16, _ []byte) {
			if kind == unix.NFTA_CHAIN_HOOK {
				n++
			}
		})
	})
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EOPNOTSUPP) {
		return 0, nil
	}
	return n, err
}
