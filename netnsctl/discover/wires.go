package discover

import (
	"maps"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// wires are network namespaces, their devices, and where these lead.
type wires struct {
	// namespaces are in the order of contents. Further contents are those of namespaces that
	// only devices lead to.
	namespaces []*Namespace
	contents   []inside.Contents
	host       netnsctl.ID
	// opened says, by the index of a namespace and of its device, which process has the
	// character device of a macvtap or the descriptor of a tap.
	opened map[tap]string
	// gateways says, by namespace, what makes it a gateway for others although it is linked
	// with the host only.
	gateways map[int]string
	// who says which process it is.
	who func(pid int) string

	strands [][]strand      // by namespace
	layouts map[int]*layout // made when they are first needed
}

// tap is a device of a namespace.
type tap struct{ namespace, device int }

// strand leads from a namespace, and from its device where that is known, to another namespace.
type strand struct {
	device *inside.Device
	kind   strandKind
	to     farEnd
}

// farEnd is a device of a namespace. The device is 0 where the kernel does not tell it.
type farEnd struct{ namespace, device int }

type strandKind int

const (
	// pair is a veth, netkit or vxcan pair.
	pair strandKind = iota
	// upper says that the device uses the one at the other end, by which its packets travel:
	// a macvlan, an ipvlan, a VLAN or a tunnel that was moved here.
	upper
	// lower says that the device at the other end uses this one or, where none is known, sends
	// its packets from this namespace.
	lower
)

// weave finds the strands.
func (w *wires) weave() {
	w.strands, w.layouts = make([][]strand, len(w.contents)), map[int]*layout{}
	for n := range w.contents {
		for i := range w.contents[n].Devices {
			d := &w.contents[n].Devices[i]
			if d.Link == nil || d.Link.Namespace == n {
				continue
			}
			there := farEnd{d.Link.Namespace, d.Link.Index}
			if d.Paired() {
				w.strands[n] = append(w.strands[n], strand{d, pair, there})
				continue
			}
			w.strands[n] = append(w.strands[n], strand{d, upper, there})
			below := w.contents[there.namespace].Device(there.device)
			w.strands[there.namespace] = append(w.strands[there.namespace], strand{below, lower, farEnd{n, d.Index}})
		}
	}
}

// wired says what the orphans carry that are wired, by their index. A far end counts if its
// namespace is in use, named or kept, or wired itself. The host counts as a second end, and
// where a device of its own depends on the orphan: each pod that was left over is linked with
// the host. Orphans that are linked with each other only are not wired, so the search begins
// with none and repeats until no more are found.
func (w *wires) wired() map[int]string {
	w.weave()
	alive := make([]bool, len(w.contents))
	for n := range w.contents {
		alive[n] = n >= len(w.namespaces) || w.namespaces[n].alive()
	}
	for t := range w.opened {
		alive[t.namespace] = true
	}
	carried := map[int]string{}
	found := w.spread(alive, func(n int) bool { return w.namespaces[n].Verdict == Orphan })
	// What is wanted counts as if it had a name, but for itself.
	for n, ns := range w.namespaces {
		alive[n] = alive[n] || ns.WantedBy != ""
	}
	maps.Copy(found, w.spread(alive, func(n int) bool { return w.namespaces[n].Verdict == Orphan && !alive[n] }))
	for n, facts := range found {
		carried[n] = textOf(facts)
	}
	return carried
}

// spread says what those namespaces carry that are candidates, by their index. Each that carries
// something is alive for the others, so the search is repeated for those that have asked whether it
// is: a chain may have thousands.
func (w *wires) spread(alive []bool, candidate func(n int) bool) map[int][]Fact {
	carried, next := map[int][]Fact{}, map[int]bool{}
	for n := range w.namespaces {
		if candidate(n) {
			next[n] = true
		}
	}
	l := &living{alive: alive, asked: map[int][]int{}}
	for len(next) > 0 {
		found := map[int][]Fact{}
		for n := range next {
			if carried[n] != nil {
				continue
			}
			l.by = n
			if facts := w.carries(n, l); len(facts) > 0 {
				found[n] = facts
			}
		}
		clear(next)
		for n, facts := range found {
			carried[n], alive[n] = facts, true
			for _, other := range l.asked[n] {
				next[other] = true
			}
		}
	}
	return carried
}

// living tells which namespaces are alive, and notes for which of them the answer would be another
// one if a namespace were alive.
type living struct {
	alive []bool
	asked map[int][]int
	by    int // the namespace for which is asked
}

func (l *living) is(n int) bool {
	if !l.alive[n] {
		l.asked[n] = append(l.asked[n], l.by)
	}
	return l.alive[n]
}

// alive reports whether somebody uses a namespace, or may at any time: a process is in it, has
// a socket or a device of it, or it has a name or a keeper.
func (ns *Namespace) alive() bool {
	return ns.Verdict != Orphan || ns.isUsed()
}

// isHeld reports whether something other than a mount holds a namespace that has neither a name nor a
// process: whoever has that may use the namespace again.
func (ns *Namespace) isHeld() bool { return ns.Verdict == Orphan && ns.Holder() != MountPin }

// isUsed reports whether a process has a socket or a device of a namespace without a process inside.
func (ns *Namespace) isUsed() bool {
	for _, p := range ns.Pins {
		switch p.Kind {
		case Thread, SocketPin, TunTap, IOUring:
			return true
		}
	}
	return false
}
