package find

import (
	"net/netip"

	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// addressTerm is an address, perhaps of one device (fe80::1%eth0).
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

// prefixTerm is every address in a prefix.
type prefixTerm struct{ prefix netip.Prefix }

func (t prefixTerm) want(w *inside.Wanted) { w.Addresses = true }

func (t prefixTerm) match(v *view, found func(Match)) {
	v.eachAddress(Address, found, func(a inside.Address, _ string) bool {
		return t.prefix.Contains(a.Prefix.Addr())
	})
}

// furtherTerm looks also where only devices lead.
type furtherTerm struct{ term }

func (t furtherTerm) want(w *inside.Wanted) {
	t.term.want(w)
	w.Devices = true
}

// near are the devices on whose network an address would be.
func (v *view) near(q Query) (near []Match) {
	if !q.address.IsValid() {
		return nil
	}
	v.eachAddress(Network, func(m Match) { near = append(near, m) }, func(a inside.Address, _ string) bool {
		return a.Prefix.Contains(q.address) && !q.address.IsLoopback() && !q.address.IsLinkLocalUnicast()
	})
	for i := range near {
		near[i].What = q.Word
	}
	return near
}

func (v *view) eachAddress(kind Kind, found func(Match), fits func(a inside.Address, device string) bool) {
	for i := range v.contents {
		c := &v.contents[i]
		for _, a := range c.Addresses {
			device := a.Name
			if d := c.Device(a.Device); d != nil {
				device = d.Name
			}
			if fits(a, device) {
				found(Match{Kind: kind, Namespace: v.namespace(i), Device: device, Index: a.Device, Text: a.Prefix.String()})
			}
		}
	}
}
