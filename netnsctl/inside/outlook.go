package inside

import (
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys/device"
)

// outlook is the namespace from which devices are listed: a link's nsid in it
// says which of the namespaces that are read the link leads to.
type outlook struct {
	sockets []*sys.RTNL
	// number is the nsid by index, byNumber the reverse.
	number   []int32
	byNumber map[int32]int
	err      error // why there is none
}

// openOutlook gives each namespace its index as its number.
func (r *reader) openOutlook(workers int) {
	r.outlook.sockets, r.outlook.err = sys.DialOutside(workers)
	if r.outlook.err != nil {
		return
	}
	r.outlook.number = make([]int32, len(r.fds))
	r.outlook.byNumber = make(map[int32]int, len(r.fds))
	for i, fd := range r.fds {
		r.outlook.number[i] = sys.NSIDUnassigned
		if fd < 0 {
			continue
		}
		// One that is the same as an earlier one has that one's.
		number, err := r.outlook.sockets[0].Number(fd, int32(i))
		if err != nil {
			r.result[i].fail(netnsctl.OpSetNSID, "", err)
			continue
		}
		r.outlook.number[i] = number
		if _, known := r.outlook.byNumber[number]; !known {
			r.outlook.byNumber[number] = i
		}
	}
}

func (o *outlook) close() {
	for _, c := range o.sockets {
		c.Close()
	}
}

// listDevices lists the devices of a namespace, by one worker's socket. Links to
// namespaces that are not known keep their number until all are read.
func (r *reader) listDevices(worker, i int) error {
	if r.outlook.err != nil {
		return r.outlook.err
	}
	if r.outlook.number[i] == sys.NSIDUnassigned {
		return nil // said already
	}
	devices, err := device.List(r.outlook.sockets[worker], r.outlook.number[i])
	for _, d := range devices {
		r.result[i].Devices = append(r.result[i].Devices, takeOver(d, r.outlook.number[i]))
	}
	return err
}

// takeOver is a device as it is told, still with numbers in place of indices.
func takeOver(l device.Device, here int32) Device {
	d := Device{
		Index: l.Index, Name: l.Name, AltNames: l.AltNames, Kind: l.Kind, Loopback: l.Loopback,
		Up: l.Up, State: l.State, MAC: l.MAC, MTU: l.MTU, Master: l.Master, PortKind: l.PortKind,
		VLAN: l.VLAN, VXLAN: vxlan(l.VXLAN),
	}
	switch {
	case l.LowerNSID != sys.NSIDUnassigned:
		d.Link = &Link{int(l.LowerNSID), l.Lower}
	case l.Lower != 0:
		d.Link = &Link{int(here), l.Lower}
	}
	return d
}

// readFurther reads the namespaces that links lead to and that nobody has given
// us, and turns the numbers of all links into indices.
func (r *reader) readFurther() {
	if !r.want.Devices || r.outlook.err != nil {
		return
	}
	for i := 0; i < len(r.result); i++ {
		if i >= len(r.fds) {
			r.readByNumber(i)
		}
		for d := range r.result[i].Devices {
			if link := r.result[i].Devices[d].Link; link != nil {
				link.Namespace = r.index(int32(link.Namespace))
			}
		}
	}
}

// index is the index of the namespace with a number: a new one if it has none.
func (r *reader) index(number int32) int {
	i, known := r.outlook.byNumber[number]
	if !known {
		i = len(r.result)
		r.outlook.byNumber[number] = i
		r.outlook.number = append(r.outlook.number, number)
		r.result = append(r.result, Contents{})
	}
	return i
}

func (r *reader) readByNumber(i int) {
	c := &r.result[i]
	c.fail(OpListDevices, "", r.listDevices(0, i))
	if r.want.Addresses {
		found, err := r.outlook.sockets[0].Addresses(&r.outlook.number[i])
		c.Addresses = addresses(found)
		c.fail(OpListAddresses, "", err)
	}
}
