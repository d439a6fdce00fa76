package discover

import (
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys/device"
)

// outlook is a network namespace made to list others' devices from: inside, the
// kernel would number every namespace that a device leads to, for good.
type outlook struct {
	rtnl *sys.RTNL
	err  error
}

func (o *outlook) devices(fd int) ([]device.Device, error) {
	if o.rtnl == nil && o.err == nil {
		var sockets []*sys.RTNL
		if sockets, o.err = sys.DialOutside(1); o.err == nil {
			o.rtnl = sockets[0]
		}
	}
	if o.err != nil {
		return nil, o.err
	}
	number, err := o.rtnl.Number(fd, sys.NSIDUnassigned)
	if err != nil {
		return nil, err
	}
	return device.List(o.rtnl, number)
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
