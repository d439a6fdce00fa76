package discover

import (
	"net/netip"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys/device"
)

// outlook is a network namespace made to list others' devices from: inside, the
// kernel would number every namespace that a device leads to, for good.
type outlook struct {
	rtnl *sys.RTNL
	err  error
}

// number is the nsid in the outlook of the open namespace fd.
func (o *outlook) number(fd int) (int32, error) {
	if o.rtnl == nil && o.err == nil {
		var sockets []*sys.RTNL
		if sockets, o.err = sys.DialOutside(1); o.err == nil {
			o.rtnl = sockets[0]
		}
	}
	if o.err != nil {
		return 0, o.err
	}
	return o.rtnl.Number(fd, sys.NSIDUnassigned)
}

func (o *outlook) devices(fd int) ([]device.Device, error) {
	number, err := o.number(fd)
	if err != nil {
		return nil, err
	}
	return device.List(o.rtnl, number)
}

// addresses are those that are assigned in the open namespace fd.
func (o *outlook) addresses(fd int) (texts []string, err error) {
	number, err := o.number(fd)
	if err != nil {
		return nil, err
	}
	all, err := o.rtnl.Addresses(&number)
	for _, a := range all {
		if addr, ok := netip.AddrFromSlice(a.Local); ok {
			texts = append(texts, addr.String())
		}
	}
	return texts, err
}

func (o *outlook) close() {
	if o.rtnl != nil {
		o.rtnl.Close()
	}
}

// hardware lists the physical devices in the open namespace fd: those that no
// driver made on request, but for the loopback device. They would be lost to the
// host until the namespace has gone, or for good.
func (s *scan) hardware(fd int) (names []string) {
	devices, err := s.outlook.devices(fd)
	if err != nil && !gone(err) {
		s.unlisted++
	}
	for _, d := range devices {
		if d.Kind == "" && !d.Loopback {
			names = append(names, d.Name)
		}
	}
	return names
}
