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
	known := r.listAll(v, near, workers)
	linked := r.leading(others)
	if !known {
		linked = append(linked, r.ledTo(v, others)...)
	}
	slices.Sort(linked)
	linked = slices.Compact(linked)
	r.show(v, linked)
	r.listAll(v, linked, workers)
	if r.ours < len(r.namespaces) && !r.isNear(r.ours) {
		r.listOurs(v, near)
	}
	r.readFurther(v)
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

// leading gives those of the others, but for our own, that have an nsid for a namespace which is
// neither our own nor one that is looked at together with it.
func (r *reader) leading(others []int) (linked []int) {
	for members := range slices.Chunk(others, together) {
		v := newView()
		if v.open(1) != nil {
			linked = append(linked, members...)
			continue
		}
		r.show(v, members)
		kinds := v.known(r.want.Near.Kinds)
		for _, i := range members {
			nsid, ok := v.nsids[i]
			if !ok || nsid == ourNSID {
				continue
			}
			if len(kinds) > 0 {
				r.list(v, 0, i, kinds...)
			}
			if v.leads(nsid) {
				linked = append(linked, i)
			}
		}
		v.Close()
	}
	return linked
}

// listOurs lists the devices of our own namespace that may travel by near ones, and names those
// that near ones lead to.
func (r *reader) listOurs(v *view, near []int) {
	r.show(v, []int{r.ours})
	if kinds := v.known(slices.Concat(travellingKinds, r.want.Near.Kinds)); len(kinds) > 0 {
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

// leads reports whether a namespace has an nsid for one that is not in the view.
func (v *view) leads(target int32) bool {
	leads := false
	err := v.sockets[0].Peers(&target, func(_, here int32) {
		_, known := v.indices[here]
		leads = leads || !known && here != ourNSID
	})
	return err != nil || leads
}

// ledTo gives those of the others that have an nsid in a view, as something there leads to them.
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
