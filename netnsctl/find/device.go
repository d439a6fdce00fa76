package find

import (
	"net/netip"
	"path"
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// addressTerm is an address, optionally of one device (fe80::1%eth0).
type addressTerm struct {
	addr   netip.Addr
	device string
}

func (t addressTerm) want(w *inside.Wanted) { w.Addresses = true }

func (t addressTerm) match(v *view, found func(Match)) {
	v.eachAddress(Address, found, func(a inside.Address, device string) bool {
		return a.Prefix.Addr() == t.addr && (t.device == "" || t.device == device)
	})
}

// prefixTerm is all addresses in a prefix.
type prefixTerm struct{ prefix netip.Prefix }

func (t prefixTerm) want(w *inside.Wanted) { w.Addresses = true }

func (t prefixTerm) match(v *view, found func(Match)) {
	v.eachAddress(Address, found, func(a inside.Address, _ string) bool {
		return t.prefix.Contains(a.Prefix.Addr())
	})
}

// furtherTerm also searches namespaces that only devices lead to.
type furtherTerm struct{ term }

func (t furtherTerm) want(w *inside.Wanted) {
	t.term.want(w)
	w.Devices = true
}

// near gives the devices whose network contains the address of a query.
func (v *view) near(q Query) (matches []Match) {
	if !q.address.IsValid() {
		return nil
	}
	v.eachAddress(Network, func(m Match) {
		m.What = q.Word
		matches = append(matches, m)
	}, func(a inside.Address, _ string) bool {
		return a.Prefix.Contains(q.address) && !q.address.IsLoopback() && !q.address.IsLinkLocalUnicast()
	})
	return matches
}

// eachAddress reports the addresses that fit, with the device that has them.
func (v *view) eachAddress(kind Kind, found func(Match), fits func(a inside.Address, device string) bool) {
	for i := range v.contents {
		c := &v.contents[i]
		for _, a := range c.Addresses {
			device := a.Name
			if d := c.Device(a.Device); d != nil {
				device = d.Name
			}
			if fits(a, device) {
				found(Match{Kind: kind, Namespace: v.namespace(i), Device: DeviceName{a.Device, device}, Text: a.Prefix.String()})
			}
		}
	}
}

// macTerm is the MAC address of a device, in the form of [net.HardwareAddr].
type macTerm struct{ mac string }

func (t macTerm) want(w *inside.Wanted) { w.Devices = true }

func (t macTerm) match(v *view, found func(Match)) {
	v.eachDevice(func(i int, d *inside.Device) {
		if d.MAC.String() == t.mac {
			found(Match{Kind: MAC, Namespace: v.namespace(i), Device: DeviceName{d.Index, d.Name}, Text: t.mac})
		}
	})
}

// deviceTerm is a glob pattern of device names.
type deviceTerm struct{ glob string }

func (t deviceTerm) want(w *inside.Wanted) { w.Devices = true }

func (t deviceTerm) match(v *view, found func(Match)) {
	v.eachDevice(func(i int, d *inside.Device) {
		if name, ok := named(d, t.glob); ok {
			found(Match{Kind: Device, Namespace: v.namespace(i), Device: DeviceName{d.Index, d.Name}, Text: name})
		}
	})
}

// peerTerm is the far ends of the devices that a glob pattern matches.
type peerTerm struct{ glob string }

func (t peerTerm) want(w *inside.Wanted) { w.Devices = true }

func (t peerTerm) match(v *view, found func(Match)) {
	v.eachDevice(func(i int, d *inside.Device) {
		if _, ok := named(d, t.glob); !ok || !d.Paired() || d.Link == nil {
			return
		}
		m := Match{Kind: Peer, Namespace: v.namespace(d.Link.Namespace), Text: "far end of " + d.Name + " in " + v.label(i)}
		m.Device.Index = d.Link.Index
		if far := v.contents[d.Link.Namespace].Device(d.Link.Index); far != nil {
			m.Device.Name = far.Name
		}
		found(m)
	})
}

// named gives the first name of a device that a valid glob pattern matches.
func named(d *inside.Device, glob string) (name string, ok bool) {
	for _, name := range slices.Concat([]string{d.Name}, d.AltNames) {
		if fits, _ := path.Match(glob, name); fits || name == glob {
			return name, true
		}
	}
	return "", false
}

func (v *view) eachDevice(f func(i int, d *inside.Device)) {
	for i := range v.contents {
		for d := range v.contents[i].Devices {
			f(i, &v.contents[i].Devices[d])
		}
	}
}

// label is the first name of a namespace, or its ID.
func (v *view) label(i int) string {
	ns := v.namespace(i)
	switch {
	case ns == nil:
		return "a namespace not seen"
	case len(ns.Names) > 0:
		return ns.Names[0]
	}
	return ns.String()
}
