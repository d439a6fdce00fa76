package discover

import (
	"slices"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// carries says what a namespace carries for others, and for whom; it is empty if it carries
// nothing. The living are the namespaces that count as others, that of the host among them.
func (w *wires) carries(n int, l *living) (facts []Fact) {
	add := func(kind FactKind, texts ...string) {
		for _, text := range texts {
			facts = append(facts, Fact{kind, text})
		}
	}
	add(ForwardingFact, w.joins(n, l)...)
	told := len(facts) > 0
	for _, s := range w.strands[n] {
		host := w.isHost(s.to.namespace)
		if !l.is(s.to.namespace) || host && s.kind != lower || told && s.kind == pair && s.device.Master != 0 {
			continue
		}
		add(FarEndFact, w.strandText(s))
	}
	for i := range w.contents[n].Devices {
		d := &w.contents[n].Devices[i]
		if who := w.opened[tap{n, d.Index}]; who != "" && d.IsMacvtap() {
			add(PinFact, d.Name+" is open in "+who)
		}
	}
	if text := w.gateways[n]; text != "" {
		add(ForwardingFact, text)
	}
	if len(facts) == 0 {
		add(ForwardingFact, w.forwards(n, l)...)
	}
	for i := range w.contents[n].Devices {
		if d := &w.contents[n].Devices[i]; d.Up && d.IsTunnel() && !d.Fallback() {
			add(TunnelFact, d.Name+" ("+d.Kind+") is up in it")
		}
	}
	return facts
}

// textOf is what facts say.
func textOf(facts []Fact) string {
	var texts []string
	for _, f := range facts {
		texts = append(texts, f.Text)
	}
	return list(texts, "; ", "; ")
}

// joins says which bridges, bonds and the like have two or more ports that lead out.
func (w *wires) joins(n int, l *living) (texts []string) {
	in := w.layout(n)
	for _, master := range in.devices {
		var ends []string
		for _, port := range in.ports[master.Index] {
			if w.leadsOut(n, port, master.Index, l) {
				ends = append(ends, w.endText(n, port))
			}
		}
		if len(ends) > 1 {
			texts = append(texts, master.Name+" joins "+list(ends, ", ", " and "))
		}
	}
	return texts
}

// forwards says between which devices that lead out the namespace forwards packets.
func (w *wires) forwards(n int, l *living) []string {
	var ends []string
	forwarding, mayForward := false, ""
	exits := w.exits(n, l)
	for _, d := range exits {
		ends = append(ends, w.endText(n, d))
		forwarding = forwarding || d.Forwarding
		switch {
		case d.XDP:
			mayForward = " (XDP)"
		case slices.Contains(w.contents[n].Gateway.Ingress, d.Index):
			mayForward = " (tc)"
		case w.contents[n].Gateway.DeviceChains > 0:
			mayForward = " (nftables)"
		}
	}
	switch {
	case len(exits) < 2:
		return nil
	case forwarding:
		return []string{"forwards between " + list(ends, ", ", " and ")}
	case mayForward != "":
		return []string{"may forward between " + list(ends, ", ", " and ") + mayForward}
	}
	return nil
}

// exits are the devices by which packets leave the namespace, a bridge once for all its ports, a
// VRF as each of its ports.
func (w *wires) exits(n int, l *living) (exits []*inside.Device) {
	for _, d := range w.layout(n).devices {
		if d.Kind != "vrf" && (d.Master == 0 || d.PortKind == "vrf") && w.leadsOut(n, d, 0, l) {
			exits = append(exits, d)
		}
	}
	return exits
}

// leadsOut reports whether packets leave the namespace by a device, or by those below it and at
// its other end, but not through the device with the index without.
func (w *wires) leadsOut(n int, d *inside.Device, without int, l *living) bool {
	in := w.layout(n)
	seen := map[int]bool{without: true}
	for queue := []*inside.Device{d}; len(queue) > 0; queue = queue[1:] {
		d := queue[0]
		if d == nil || d.Loopback || seen[d.Index] {
			continue
		}
		seen[d.Index] = true
		if w.isExit(n, d, l) {
			return true
		}
		queue = append(queue, in.ports[d.Index]...)
		if d.Link == nil || d.Link.Namespace != n {
			continue
		}
		other := in.device[d.Link.Index]
		queue = append(queue, other)
		if other != nil && d.Paired() {
			queue = append(queue, in.device[other.Master])
		}
	}
	return false
}

// isExit reports whether packets leave the namespace by a device itself. An internal port of Open
// vSwitch leads to the switch, which is in the host's namespace; the kernel does not say so.
func (w *wires) isExit(n int, d *inside.Device, l *living) bool {
	elsewhere := d.Link != nil && d.Link.Namespace != n && w.goesOn(d.Link.Namespace, n, l)
	return elsewhere || w.leaves(n, d)
}

// leaves reports whether a device leads out, not to a namespace that is known.
func (w *wires) leaves(n int, d *inside.Device) bool {
	return d.Physical || d.Kind == "openvswitch" || d.IsTunnel() && !d.Fallback() || w.opened[tap{n, d.Index}] != ""
}

// maxChain is how many orphans that are linked with each other are searched for a way out. Where
// there are more, packets may go on by them.
const maxChain = 100

// goesOn reports whether packets that come to a namespace from another one may go on: it is alive,
// or an orphan from which they get out by another way, through further orphans perhaps.
func (w *wires) goesOn(to, from int, l *living) bool {
	seen := map[int]bool{from: true, to: true}
	for queue := []int{to}; len(queue) > 0; queue = queue[1:] {
		n := queue[0]
		if l.alive[n] || len(seen) > maxChain {
			return true
		}
		for _, d := range w.layout(n).devices {
			if w.leaves(n, d) {
				return true
			}
		}
		for _, s := range w.strands[n] {
			if next := s.to.namespace; !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	for n := range seen {
		l.is(n)
	}
	return false
}

// layout has the devices of one namespace, by index, and the ports of those that have some.
type layout struct {
	devices []*inside.Device
	device  map[int]*inside.Device
	ports   map[int][]*inside.Device
}

func (w *wires) layout(n int) *layout {
	if l := w.layouts[n]; l != nil {
		return l
	}
	l := &layout{device: map[int]*inside.Device{}, ports: map[int][]*inside.Device{}}
	for i := range w.contents[n].Devices {
		d := &w.contents[n].Devices[i]
		l.devices = append(l.devices, d)
		l.device[d.Index] = d
		if d.Master != 0 {
			l.ports[d.Master] = append(l.ports[d.Master], d)
		}
	}
	w.layouts[n] = l
	return l
}

// strandText says where a strand leads to.
func (w *wires) strandText(s strand) string {
	far := w.deviceText(s.to)
	switch {
	case s.kind == pair:
		return s.device.Name + " joins " + far
	case s.kind == upper:
		return s.device.Name + " is on " + far
	case s.device == nil:
		return "the packets of " + far + " leave here"
	}
	return s.device.Name + " carries " + far
}

// endText is what is at the other end of a device: another device, or else the device itself, such
// as a tunnel whose packets leave elsewhere by whatever device.
func (w *wires) endText(n int, d *inside.Device) string {
	if d.Link != nil && d.Link.Index != 0 && d.Link.Namespace != n {
		return w.deviceText(farEnd{d.Link.Namespace, d.Link.Index})
	}
	if who := w.opened[tap{n, d.Index}]; who != "" {
		return d.Name + " of " + who
	}
	return d.Name
}

func (w *wires) deviceText(e farEnd) string {
	in := w.namespaceText(e.namespace)
	if d := w.contents[e.namespace].Device(e.device); d != nil {
		return d.Name + " of " + in
	}
	if e.device != 0 {
		return "device " + strconv.Itoa(e.device) + " of " + in
	}
	return "a device of " + in
}

func (w *wires) namespaceText(n int) string {
	if n >= len(w.namespaces) {
		return "a namespace that was not found"
	}
	if w.isHost(n) {
		return "the host"
	}
	ns := w.namespaces[n]
	text := ns.String()
	if len(ns.Names) > 0 {
		text = ns.Names[0]
	}
	for _, p := range ns.Pins {
		if p.Kind == Process || p.Kind == Thread {
			return text + " (" + w.who(p.PID) + ")"
		}
	}
	if ns.isHeld() {
		return text + " (" + ns.heldBy() + ")"
	}
	return text
}

func (w *wires) isHost(n int) bool {
	return n < len(w.namespaces) && w.host.Ino != 0 && w.namespaces[n].ID == w.host
}

// maxListed is how many ends are told: a bridge may have hundreds of ports.
const maxListed = 3

func list(texts []string, between, last string) string {
	if more := len(texts) - maxListed; more > 0 {
		texts = append(slices.Clone(texts[:maxListed]), strconv.Itoa(more)+" more")
	}
	if len(texts) == 0 {
		return ""
	}
	text := strings.Join(texts[:len(texts)-1], between)
	if text == "" {
		return texts[0]
	}
	return text + last + texts[len(texts)-1]
}
