package inside

import (
	"bytes"
	"errors"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/rtnl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// The steps of [Wanted.Gateways] that can fail.
const (
	OpListServices netnsctl.Op = "list virtual services"
	OpListPolicies netnsctl.Op = "list IPsec policies"
	OpListQdiscs   netnsctl.Op = "list queueing disciplines"
	OpListChains   netnsctl.Op = "list chains of nftables"
)

// Gateway is what makes a namespace carry packets of others although the kernel's forwarding is
// off.
type Gateway struct {
	// Services is the number of virtual services (IPVS), Policies that of the IPsec policies for
	// packets that are forwarded.
	Services, Policies int
	// Ingress are the indexes of the devices with a queueing discipline for packets that arrive
	// (ingress, clsact): its filters may send these packets out by another device.
	Ingress []int
	// DeviceChains is the number of chains of nftables that may do so, too (family netdev).
	DeviceChains int
}

// readGateway reads what makes the thread's namespace a gateway.
func (c *Contents) readGateway() {
	var err error
	c.Gateway.Services, err = virtualServices()
	c.fail(OpListServices, "", err)
	c.Gateway.Policies, err = rtnl.ForwardPolicies()
	c.fail(OpListPolicies, "", err)
	c.Gateway.Ingress, err = rtnl.IngressDevices()
	c.fail(OpListQdiscs, "", err)
	if maybeNFTables() {
		c.Gateway.DeviceChains, err = rtnl.DeviceChains()
		c.fail(OpListChains, "", err)
	}
}

// maybeNFTables reports whether the kernel may have the module nf_tables now. To ask for chains where
// it could be loaded would load it.
func maybeNFTables() bool {
	modules, err := sys.ReadFile("/proc/modules")
	if err != nil || bytes.Contains(modules, []byte("nf_tables ")) {
		return true
	}
	var uts unix.Utsname
	if unix.Uname(&uts) != nil {
		return true
	}
	builtin, err := sys.ReadFile("/lib/modules/" + unix.ByteSliceToString(uts.Release[:]) + "/modules.builtin")
	return err != nil || bytes.Contains(builtin, []byte("/nf_tables.ko"))
}

// HasVirtualServices reports whether the kernel has IPVS, the module ip_vs.
func HasVirtualServices() bool { return sys.StatFollow(servicesPath, &sys.FileStat{}) == nil }

// servicesPath shows the services of the calling thread's network namespace. Without the module
// there is no such file.
const servicesPath = "/proc/thread-self/net/ip_vs"

// virtualServices counts the lines of /proc/net/ip_vs that are not of its head, nor of a real
// server ("  -> …").
func virtualServices() (n int, err error) {
	text, err := sys.ReadFile(servicesPath)
	if errors.Is(err, unix.ENOENT) {
		return 0, nil
	}
	for line := range bytes.Lines(text) {
		first, _, _ := bytes.Cut(line, []byte(" "))
		switch string(first) {
		case "TCP", "UDP", "SCTP", "FWM":
			n++
		}
	}
	return n, err
}
