package inside

import (
	"errors"
	"slices"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/rtnl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// errUnread is the error of a namespace that only devices lead to, where there is no scratch
// namespace.
var errUnread = errors.New("not read: only devices lead to it, and there is no room for a further namespace")

// full reports whether the user may make no further network namespace, as
// user.max_net_namespaces are in use (namespaces(7), Linux 4.9), by leaked ones perhaps.
// Devices are then listed from inside, as `ip link` does, and the kernel assigns nsids there.
func (s *Scratch) full() bool { return errors.Is(s.open(1), unix.ENOSPC) }

// devicesInside lists the devices of a namespace from inside. The calling thread must be one
// to throw away. [Link.Namespace] is an nsid there, or [rtnl.Unassigned] for the namespace
// itself. ask, if not nil, gets the socket.
func devicesInside(ns netns.NsHandle, ask func(*rtnl.Conn, []Device)) ([]Device, error) {
	if err := enter(ns); err != nil {
		return nil, err
	}
	socket, err := rtnl.Dial(false)
	if err != nil {
		return nil, err
	}
	defer socket.Close()
	devices, err := listDevices(socket, nil, anyKind)
	if ask != nil {
		ask(socket, devices)
	}
	return devices, err
}

// devicesOnThread is devicesInside on a thread of its own.
func devicesOnThread(ns netns.NsHandle) (devices []Device, err error) {
	sys.OnThrowAwayThread(func() { devices, err = devicesInside(ns, nil) })
	return devices, err
}

// listInside lists the devices of all namespaces from inside, and opens the others for that
// ([Near]).
func (r *reader) listInside(others []int) {
	r.namespaces = slices.Clone(r.namespaces)
	for _, i := range others {
		if r.namespaces[i] < 0 {
			ns, err := r.want.Near.Open(i)
			r.result[i].fail(netnsctl.OpOpenNetns, "", err)
			if r.namespaces[i] = ns; ns >= 0 {
				defer sys.Close(int(ns))
			}
		}
	}
	sys.OnThrowAwayThread(func() {
		for i := range r.namespaces {
			if r.namespaces[i] >= 0 {
				r.listDevicesInside(i)
			}
		}
	})
	r.addUnread()
}

// listDevicesInside lists the devices of namespace i. A link that leads to a namespace which the
// caller has not given keeps the complement of its nsid.
func (r *reader) listDevicesInside(i int) {
	c := &r.result[i]
	var err error
	c.Devices, err = devicesInside(r.namespaces[i], func(socket *rtnl.Conn, devices []Device) {
		indices := map[int32]int{}
		for _, d := range devices {
			if d.Link != nil {
				indices[int32(d.Link.Namespace)] = ^d.Link.Namespace
			}
		}
		indices[rtnl.Unassigned] = i
		r.findPeers(socket, indices)
		for _, d := range devices {
			if d.Link != nil {
				d.Link.Namespace = indices[int32(d.Link.Namespace)]
			}
		}
	})
	c.fail(OpListDevices, "", err)
}

// findPeers sets the indices of the namespaces that have the nsids in the namespace of the
// socket, as far as the caller has given them.
func (r *reader) findPeers(socket *rtnl.Conn, indices map[int32]int) {
	missing := len(indices) - 1
	for first := 0; first < len(r.namespaces) && missing > 0; first += rtnl.MaxPipelined {
		var files []rtnl.Ref
		var at []int
		for i, ns := range r.namespaces[first:min(first+rtnl.MaxPipelined, len(r.namespaces))] {
			if ns >= 0 {
				files, at = append(files, rtnl.File(int(ns))), append(at, first+i)
			}
		}
		socket.NSIDs(nil, files, func(i int, nsid int32, err error) {
			if index, wanted := indices[nsid]; err == nil && wanted && index < 0 && nsid != rtnl.Unassigned {
				indices[nsid] = at[i]
				missing--
			}
		})
	}
}

// addUnread gives an element of the result to each namespace that a link leads to and that
// the caller has not given. One that several namespaces lead to gets several: its nsids
// do not tell that it is one.
func (r *reader) addUnread() {
	for i := range r.namespaces {
		added := map[int]int{}
		for _, d := range r.result[i].Devices {
			if d.Link == nil || d.Link.Namespace >= 0 {
				continue
			}
			if _, known := added[d.Link.Namespace]; !known {
				added[d.Link.Namespace] = len(r.result)
				r.result = append(r.result, Contents{Err: netnsctl.NewOpError(OpListDevices, "", "", errUnread)})
			}
			d.Link.Namespace = added[d.Link.Namespace]
		}
	}
}
