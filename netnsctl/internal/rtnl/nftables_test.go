package rtnl

import (
	"testing"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestDeviceChains: a chain at a device is counted, one of another family is not.
func TestDeviceChains(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		expect := func(want int) {
			t.Helper()
			if got, err := DeviceChains(); got != want || err != nil {
				t.Errorf("%d chains, %v, not %d", got, err, want)
			}
		}
		expect(0)
		addChain(t, unix.NFPROTO_IPV4, attribute(unix.NFTA_HOOK_HOOKNUM, []byte{0, 0, 0, unix.NF_INET_FORWARD}))
		expect(0)
		addChain(t, unix.NFPROTO_NETDEV, join(attribute(unix.NFTA_HOOK_HOOKNUM, make([]byte, 4)), attribute(unix.NFTA_HOOK_DEV, []byte("lo\x00"))))
		expect(1)
	})
}

// addChain makes a table with a chain of nftables. The kernel does all of a batch before the
// system call returns.
func addChain(t *testing.T, family uint8, hook []byte) {
	t.Helper()
	c, err := dial(unix.NETLINK_NETFILTER)
	nstest.Must(t, err)
	defer c.Close()
	message := func(kind, flags int, header *nl.Nfgenmsg, attrs ...[]byte) []byte {
		r := nl.NewNetlinkRequest(kind, flags)
		r.AddData(header)
		r.AddRawData(join(attrs...))
		return r.Serialize()
	}
	batch := &nl.Nfgenmsg{ResId: 10} // of nftables
	to := &nl.Nfgenmsg{NfgenFamily: family}
	const subsystem = unix.NFNL_SUBSYS_NFTABLES << 8
	hook = join(hook, attribute(unix.NFTA_HOOK_PRIORITY, make([]byte, 4)))
	nstest.Must(t, c.send(join(
		message(unix.NFNL_MSG_BATCH_BEGIN, 0, batch),
		message(subsystem|unix.NFT_MSG_NEWTABLE, unix.NLM_F_CREATE, to, attribute(unix.NFTA_TABLE_NAME, []byte("t\x00"))),
		message(subsystem|unix.NFT_MSG_NEWCHAIN, unix.NLM_F_CREATE, to,
			attribute(unix.NFTA_CHAIN_TABLE, []byte("t\x00")), attribute(unix.NFTA_CHAIN_NAME, []byte("c\x00")),
			attribute(unix.NFTA_CHAIN_HOOK|unix.NLA_F_NESTED, hook), attribute(unix.NFTA_CHAIN_TYPE, []byte("filter\x00"))),
		message(unix.NFNL_MSG_BATCH_END, 0, batch),
	)))
}
