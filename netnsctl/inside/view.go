package inside

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/rtnl"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// view is a scratch namespace in which some namespaces have nsids: the nsid of a link tells
// where that leads.
type view struct {
	Scratch
	nsids   map[int]int32 // by the index of the namespace
	indices map[int32]int
}

// A link that leads to a namespace which is not in the view keeps the nsid of that, as a negative
// number.
func unresolved(nsid int32) int { return -2 - int(nsid) }
func nsidOf(index int) int32    { return int32(-2 - index) }

func newView() *view { return &view{nsids: map[int]int32{}, indices: map[int32]int{}} }

// show gives namespaces nsids in a view.
func (r *reader) show(v *view, members []int) {
	var refs []rtnl.Ref
	var at, rest []int
	for _, i := range members {
		if ref, ok := r.ref(i); ok {
			refs, at = append(refs, ref), append(at, i)
		} else {
			rest = append(rest, i)
		}
	}
	v.assign(refs, func(n int, nsid int32, err error) {
		switch i := at[n]; {
		case refs[n].PID != 0 && (err != nil || v.moved(refs[n].PID, nsid)):
			rest = append(rest, i)
		case err != nil:
			r.result[i].fail(netnsctl.OpSetNSID, "", err)
		default:
			r.add(v, i, nsid)
		}
	})
	for _, i := range rest {
		r.withOpen(i, func(ref rtnl.Ref) {
			nsid, err := int32(rtnl.Unassigned), error(nil)
			v.assign([]rtnl.Ref{ref}, func(_ int, id int32, failed error) { nsid, err = id, failed })
			if r.result[i].fail(netnsctl.OpSetNSID, "", err); err == nil {
				r.add(v, i, nsid)
			}
		})
	}
}

// add notes the nsid of namespace i. A namespace that occurs twice keeps the index that it had
// first.
func (r *reader) add(v *view, i int, nsid int32) {
	v.nsids[i] = nsid
	if _, known := v.indices[nsid]; !known {
		v.indices[nsid] = i
	}
	if nsid == ourNSID {
		r.ours = min(r.ours, i)
	}
}

// moved reports whether a process is in the namespace of another one now, or in ours.
func (v *view) moved(pid int, nsid int32) bool {
	_, known := v.indices[nsid]
	return known || nsid == ourNSID && pid != os.Getpid()
}

// list lists the devices of namespace i, or those of some kinds, and reports whether all of their
// links lead to our own namespace or to one in the view.
func (r *reader) list(v *view, socket, i int, kinds ...string) (all bool) {
	nsid, ok := v.nsids[i]
	if !ok {
		return true
	}
	if kinds == nil {
		kinds = []string{anyKind}
	}
	c := &r.result[i]
	c.Devices = nil
	for _, kind := range kinds {
		devices, err := listDevices(v.sockets[socket], &nsid, kind)
		r.failList(v, i, err)
		c.Devices = append(c.Devices, devices...)
	}
	all = true
	for _, d := range c.Devices {
		if d.Link == nil {
			continue
		}
		to := int32(d.Link.Namespace)
		if index, found := v.indices[to]; found {
			d.Link.Namespace = index
			continue
		}
		d.Link.Namespace = unresolved(to)
		all = all && to == ourNSID
	}
	return all
}

// failList notes the error of a look at namespace i. One that nothing keeps may have gone, and
// its nsid with it.
func (r *reader) failList(v *view, i int, err error) {
	if err != nil && i < len(r.namespaces) && r.namespaces[i] < 0 {
		if _, _, gone := v.sockets[0].PeerByNSID(v.nsids[i], nil); errors.Is(gone, unix.ENOENT) {
			return
		}
	}
	r.result[i].fail(OpListDevices, "", err)
}

// readFurther finds the namespaces that links lead to, and reads those that the caller has not
// given.
func (r *reader) readFurther(v *view) {
	for i := 0; i < len(r.result); i++ {
		if i >= len(r.namespaces) {
			r.list(v, 0, i)
			if r.want.Addresses {
				nsid := v.nsids[i]
				r.result[i].addAddresses(v.sockets[0], &nsid)
			}
		}
		for d := range r.result[i].Devices {
			link := &r.result[i].Devices[d].Link
			switch {
			case *link == nil || (*link).Namespace >= 0:
			case (*link).Namespace == unresolved(ourNSID) && r.ours < len(r.namespaces):
				(*link).Namespace = r.ours
			case r.isNear(i):
				(*link).Namespace = r.index(v, nsidOf((*link).Namespace))
			default:
				*link = nil
			}
		}
	}
}

// index is the index of the namespace that has an nsid in a view. One that the caller has not
// given gets the next index.
func (r *reader) index(v *view, nsid int32) int {
	i, known := v.indices[nsid]
	if !known {
		i = len(r.result)
		v.indices[nsid], v.nsids[i] = i, nsid
		r.result = append(r.result, Contents{})
	}
	return i
}

// ref refers to namespace i without opening it.
func (r *reader) ref(i int) (ref rtnl.Ref, ok bool) {
	if r.namespaces[i] >= 0 {
		return rtnl.File(int(r.namespaces[i])), true
	}
	if r.want.Near == nil || r.want.Near.Processes[i] == 0 {
		return ref, false
	}
	return rtnl.Ref{PID: r.want.Near.Processes[i]}, true
}

// withOpen opens namespace i for as long as use runs.
func (r *reader) withOpen(i int, use func(rtnl.Ref)) {
	if r.want.Near == nil {
		return
	}
	ns, err := r.want.Near.Open(i)
	r.result[i].fail(netnsctl.OpOpenNetns, "", err)
	if ns >= 0 {
		use(rtnl.File(int(ns)))
		sys.Close(int(ns))
	}
}
