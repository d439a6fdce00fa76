package inside

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/rtnl"
)

// Near limits the devices that [Read] reads to those of some namespaces, which are open, and of
// the others that are linked with them. The devices of thousands of others cost more than all
// else that is read of these, and a descriptor each.
type Near struct {
	// Of reports whether namespace i is one of those.
	Of func(i int) bool
	// Processes has a process or thread in each namespace that is not open, by its number in the
	// caller's pid namespace, or 0.
	Processes []int
	// Open opens namespace i where that does not help. It gives -1 without an error for one that
	// is gone.
	Open func(i int) (netns.NsHandle, error)
	// Kinds are kinds of devices that are read in all namespaces.
	Kinds []string
	// Own wants all devices of our own namespace, with their states and masters.
	Own bool
}

// A namespace is linked with another one if a device of that one leads to it, or the other way.
// A device whose packets travel by a device or through a namespace elsewhere is what the latter
// does not tell. But when the kernel announces a device (a new one, or one that has moved, was set
// up or gets a carrier), it assigns an nsid to where that leads, in the namespace of the device
// (rtnl_fill_link_netnsid in net/core/rtnetlink.c). The one case without an nsid is a device that
// is down or has no carrier since its lower device has moved: it carries nothing.
//
// Our own namespace has nsids for most others, and many devices. There, those that travel by
// another are asked for by their kinds, and of those that a near one leads to Read gives the names.

// travellingKinds are the drivers that tell the namespace of a lower device or underlay
// (get_link_net of the kernel's struct rtnl_link_ops), and are no pairs.
var travellingKinds = []string{
	"amt", "bareudp", "batadv", "erspan", "geneve", "gre", "gretap", "gtp", "hsr", "ip6erspan", "ip6gre", "ip6gretap", "ip6tnl",
	"ipip", "ipoib", "ipvlan", "ipvtap", "lowpan", "macsec", "macvlan", "macvtap", "pfcp", "ppp", "rmnet", "sit", "virt_wifi",
	"vlan", "vti", "vti6", "vxlan", "xfrm",
}

// isNear reports whether all devices and links of namespace i are wanted.
func (r *reader) isNear(i int) bool {
	return r.want.Near == nil || i < len(r.namespaces) && r.want.Near.Of(i)
}

// readDevices lists the devices of namespaces.
func (r *reader) readDevices(workers int) {
	var near, others []int
	for i := range r.namespaces {
		switch {
		case !r.isNear(i):
			others = append(others, i)
		case r.namespaces[i] >= 0:
			near = append(near, i)
		}
	}
	v := r.view
	switch err := v.open(workers); {
	case errors.Is(err, unix.ENOSPC):
		r.listInside(others)
		return
	case err != nil:
		for _, i := range slices.Concat(near, others) {
			r.result[i].fail(OpListDevices, "", err)
		}
		return
	}
	r.show(v, near)
	if r.want.Near == nil {
		r.listAll(v, near, workers)
	} else {
		r.readNear(v, near, others, workers)
	}
	r.readFurther(v)
}

// readNear lists the devices of near namespaces and of those that are linked with them.
func (r *reader) readNear(v *view, near, others []int, workers int) {
	few := len(near)+len(others) <= r.together
	if few {
		r.show(v, others)
	}
	known := r.listAll(v, near, workers)
	var linked []int
	switch {
	case few:
		linked = append(r.leading(v, others), r.ledToIn(near)...)
	case known:
		linked = r.leadingApart(others)
	default:
		linked = append(r.leadingApart(others), r.ledTo(v, others)...)
	}
	slices.Sort(linked)
	linked = slices.Compact(linked)
	if !few {
		r.show(v, linked)
	}
	r.listAll(v, linked, workers)
	if r.ours < len(r.namespaces) && !r.isNear(r.ours) {
		r.listOurs(v, near)
	}
}

// listAll lists the devices of namespaces, and reports whether all of their links lead to our own
// namespace or to one in the view.
func (r *reader) listAll(v *view, members []int, workers int) bool {
	var next, unknown atomic.Int64
	var done sync.WaitGroup
	for socket := range workers {
		done.Go(func() {
			for n := next.Add(1) - 1; n < int64(len(members)); n = next.Add(1) - 1 {
				if !r.list(v, socket, members[n]) {
					unknown.Add(1)
				}
			}
		})
	}
	done.Wait()
	return unknown.Load() == 0
}

// leadingApart is leading for many namespaces: some of them get nsids in one view, where no near one
// has any. So each nsid counts but for our own namespace and those in the view.
func (r *reader) leadingApart(others []int) (linked []int) {
	for members := range slices.Chunk(others, r.together) {
		v := newView()
		if v.open(1) != nil {
			linked = append(linked, members...)
			continue
		}
		r.show(v, members)
		linked = append(linked, r.leading(v, members)...)
		v.Close()
	}
	return linked
}

// leading gives those of the members of a view, but for our own namespace, that have an nsid for a
// near namespace, or for one that the view does not have.
func (r *reader) leading(v *view, members []int) (linked []int) {
	kinds := v.known(r.want.Near.Kinds)
	for _, i := range members {
		nsid, ok := v.nsids[i]
		if !ok || nsid == ourNSID {
			continue
		}
		if len(kinds) > 0 {
			r.list(v, 0, i, kinds...)
		}
		leads := false
		err := v.sockets[0].Peers(&nsid, func(_, here int32) {
			to, known := v.indices[here]
			leads = leads || known && r.isNear(to) || !known && here != ourNSID
		})
		if err != nil || leads {
			linked = append(linked, i)
		}
	}
	return linked
}

// ledToIn gives those others to which the devices of near namespaces lead, but for our own.
func (r *reader) ledToIn(near []int) (linked []int) {
	for _, i := range near {
		for _, d := range r.result[i].Devices {
			if d.Link != nil && d.Link.Namespace >= 0 && d.Link.Namespace != r.ours && !r.isNear(d.Link.Namespace) {
				linked = append(linked, d.Link.Namespace)
			}
		}
	}
	return linked
}

// listOurs lists the devices of our own namespace that may travel by near ones, and names those
// that near ones lead to.
func (r *reader) listOurs(v *view, near []int) {
	if _, there := v.nsids[r.ours]; !there {
		r.show(v, []int{r.ours})
	}
	if r.want.Near.Own {
		r.list(v, 0, r.ours)
	} else if kinds := v.known(slices.Concat(travellingKinds, r.want.Near.Kinds)); len(kinds) > 0 {
		r.list(v, 0, r.ours, kinds...)
	}
	socket, err := rtnl.Dial(false)
	if err != nil {
		r.result[r.ours].fail(netnsctl.OpOpenNetlink, "", err)
		return
	}
	defer socket.Close()
	c := &r.result[r.ours]
	named := map[int]bool{}
	for _, d := range c.Devices {
		named[d.Index] = true
	}
	for _, i := range near {
		for _, d := range r.result[i].Devices {
			if d.Link == nil || d.Link.Namespace != unresolved(ourNSID) && d.Link.Namespace != r.ours || named[d.Link.Index] {
				continue
			}
			named[d.Link.Index] = true
			if name := socket.DeviceName(d.Link.Index); name != "" {
				c.Devices = append(c.Devices, Device{Index: d.Link.Index, Name: name})
			}
		}
	}
}

// ledTo gives those of the others that have an nsid in a view: something there leads to them.
func (r *reader) ledTo(v *view, others []int) (linked []int) {
	var refs []rtnl.Ref
	var at []int
	got := func(n int, nsid int32, err error) {
		if err == nil && nsid > ourNSID {
			linked = append(linked, at[n])
		}
	}
	for _, i := range others {
		if ref, ok := r.ref(i); ok {
			refs, at = append(refs, ref), append(at, i)
		}
	}
	v.sockets[0].NSIDs(nil, refs, got)
	for _, i := range others {
		if _, ok := r.ref(i); !ok {
			at = []int{i}
			r.withOpen(i, func(ref rtnl.Ref) { v.sockets[0].NSIDs(nil, []rtnl.Ref{ref}, got) })
		}
	}
	return linked
}

// known gives those of the kinds that the kernel has: it heeds no other kind in a request, and
// then lists the loopback device.
func (v *view) known(kinds []string) (known []string) {
	if v.err != nil {
		return nil
	}
	for _, kind := range kinds {
		if devices, err := listDevices(v.sockets[0], nil, kind); err == nil && len(devices) == 0 {
			known = append(known, kind)
		}
	}
	return known
}
