package discover

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
)

// wirer looks which orphans carry traffic for others. To read the devices of all namespaces
// costs a request each; further looks are for the orphans only that have a device for them.
type wirer struct {
	host netnsctl.ID
	at   netnsctl.Host
	// taps gives the character devices of macvtaps that processes have open, and the io_urings that
	// may have some ([vantage.taps]).
	taps func() []openFile
	// judged reports of which namespaces it is wanted what they carry: nil stands for the orphans.
	judged func(*Namespace) bool
}

// look gives what the orphans carry that are wired, and finds out what else it takes to say that of
// the others that are judged ([wires.lives]). handles are the open files of namespaces: of
// the orphans and of those whose links are wanted, too, else -1; others is how the others are
// reached. The contents of w have what could be read of each namespace.
func (l wirer) look(namespaces []*Namespace, handles []netns.NsHandle, others inside.Near) (carries map[*Namespace]string, _ *wires) {
	if others.Of == nil {
		others.Of = func(i int) bool { return namespaces[i].Verdict == Orphan }
	}
	if l.judged == nil {
		l.judged = func(ns *Namespace) bool { return ns.Verdict == Orphan }
	}
	others.Kinds = hidingUnderlay
	w := &wires{
		namespaces: namespaces, contents: inside.Read(handles, inside.Wanted{Devices: true, Near: &others}),
		host: l.host, opened: map[tap]string{}, gateways: map[int]string{}, who: l.who,
	}
	l.openTaps(w, handles)
	carried := w.wired()
	if l.findGateways(w, handles, carried) {
		carried = w.wired()
	}
	found := map[*Namespace]string{}
	for n, text := range carried {
		found[namespaces[n]] = text
	}
	return found, w
}

// openTaps finds out which taps and macvtaps of those that are judged are open.
func (l wirer) openTaps(w *wires, handles []netns.NsHandle) {
	for n, ns := range w.namespaces {
		if !l.judged(ns) {
			continue
		}
		devices := w.contents[n].Devices
		for _, d := range devices {
			if d.Attached { // by a descriptor in flight, or a file of an io_uring
				w.opened[tap{n, d.Index}] = "a process that was not found"
			}
			for _, p := range ns.Pins {
				if d.Kind == "tun" && p.Kind == TunTap && p.Detail == d.Name {
					w.opened[tap{n, d.Index}] = l.who(p.PID)
				}
			}
		}
		if handles[n] >= 0 && slices.ContainsFunc(devices, func(d inside.Device) bool { return d.IsMacvtap() }) {
			l.openMacvtaps(w, n, handles[n])
		}
	}
}

// openMacvtaps finds out which macvtaps of a namespace are open. Where their numbers cannot be
// told, each open one may be one of these.
func (l wirer) openMacvtaps(w *wires, n int, ns netns.NsHandle) {
	files := l.taps()
	if len(files) == 0 {
		return
	}
	numbers, err := inside.CharDevices(ns, w.contents[n].Devices)
	for _, d := range w.contents[n].Devices {
		for _, f := range files {
			if !d.IsMacvtap() || err == nil && f.class == tapFile && numbers[d.Index] != f.id {
				continue
			}
			who := l.who(f.pid)
			if f.class == ioURing {
				who += " (perhaps, by io_uring)"
			}
			w.opened[tap{n, d.Index}] = who
			break
		}
	}
}

// findGateways reports whether it has found a gateway among those that are judged, lead out and are
// not known to be wired.
func (l wirer) findGateways(w *wires, handles []netns.NsHandle, carried map[int]string) (found bool) {
	var at []int
	var open []netns.NsHandle
	tunnel := w.hiddenTunnel()
	everywhere := tunnel != "" || inside.HasVirtualServices()
	all := &living{alive: slices.Repeat([]bool{true}, len(w.contents))} // exits to orphans count, too
	for n, ns := range w.namespaces {
		if !l.judged(ns) || carried[n] != "" || handles[n] < 0 {
			continue
		}
		if exits := len(w.exits(n, all)); exits >= 2 || exits == 1 && (everywhere || w.isForwarding(n)) {
			at, open = append(at, n), append(open, handles[n])
		}
	}
	for i, c := range inside.Read(open, inside.Wanted{Gateways: len(open) > 0, Sockets: tunnel != ""}) {
		n := at[i]
		w.contents[n].Err = errors.Join(w.contents[n].Err, c.Err) // it may be what others need
		w.contents[n].Gateway = c.Gateway
		found = found || len(c.Gateway.Ingress) > 0 || c.Gateway.DeviceChains > 0
		var texts []string
		if c.Gateway.Services > 0 {
			texts = append(texts, "balances load for "+count(c.Gateway.Services, "virtual service", "virtual services")+" (IPVS)")
		}
		if c.Gateway.Policies > 0 {
			texts = append(texts, "forwards packets under "+count(c.Gateway.Policies, "IPsec policy", "IPsec policies"))
		}
		if port := w.kernelSocket(n, c.Sockets); port != "" {
			texts = append(texts, "a tunnel elsewhere sends its packets from UDP port "+port+" here, perhaps "+tunnel)
		}
		if len(texts) > 0 {
			w.gateways[n] = strings.Join(texts, ", ")
		}
	}
	return found || len(w.gateways) > 0
}

// isForwarding reports whether a namespace forwards packets that come by any device.
func (w *wires) isForwarding(n int) bool {
	return slices.ContainsFunc(w.contents[n].Devices, func(d inside.Device) bool { return d.Forwarding })
}

// hiddenTunnel is the first device of a driver that does not tell from which namespace its
// packets leave (no get_link_net in the kernel's drivers/net/wireguard/device.c). It is empty if
// there is none.
func (w *wires) hiddenTunnel() string {
	for n := range w.contents {
		if n < len(w.namespaces) && w.namespaces[n].Verdict == Orphan {
			continue
		}
		for _, d := range w.contents[n].Devices {
			if hidesUnderlay(&d) {
				return d.Name + " of " + w.namespaceText(n)
			}
		}
	}
	return ""
}

func hidesUnderlay(d *inside.Device) bool { return slices.Contains(hidingUnderlay, d.Kind) }

var hidingUnderlay = []string{"wireguard", "amneziawg", "ovpn"}

// kernelSocket is the port of a UDP socket that no process has and no device of the namespace.
func (w *wires) kernelSocket(n int, sockets []inside.Socket) string {
	own := func(d *inside.Device) bool { return d.IsTunnel() && !d.Fallback() }
	owned := func(p Pin) bool { return p.Kind == SocketPin }
	if slices.ContainsFunc(w.layout(n).devices, own) || slices.ContainsFunc(w.namespaces[n].Pins, owned) {
		return ""
	}
	for _, s := range sockets {
		if s.Protocol == "udp" {
			return strconv.Itoa(int(s.Local.Port()))
		}
	}
	return ""
}

// who says which process it is, with its command last, because the process chooses that.
func (l wirer) who(pid int) string {
	return strings.TrimSuffix("pid "+strconv.Itoa(pid)+" "+procfs.Command(l.at.Helper, l.at.Proc(), pid), " ")
}
