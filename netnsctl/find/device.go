package find

import (
	"path"
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// macTerm is the address of a device, in the form of [net.HardwareAddr].
type macTerm struct{ mac string }

func (t macTerm) want(w *inside.Wanted) { w.Devices = true }

func (t macTerm) match(v *view, found func(Match)) {
	v.eachDevice(func(i int, d *inside.Device) {
		if d.MAC.String() == t.mac {
			found(Match{Kind: MAC, Namespace: v.namespace(i), Device: d.Name, Index: d.Index, Text: t.mac})
		}
	})
}

// deviceTerm is a pattern of device names.
type deviceTerm struct{ glob string }

func (t deviceTerm) want(w *inside.Wanted) { w.Devices = true }

func (t deviceTerm) match(v *view, found func(Match)) {
	v.eachDevice(func(i int, d *inside.Device) {
		if name, ok := named(d, t.glob); ok {
			found(Match{Kind: Device, Namespace: v.namespace(i), Device: d.Name, Index: d.Index, Text: name})
		}
	})
}

// peerTerm is the far ends of the devices that a pattern names.
type peerTerm struct{ glob string }

func (t peerTerm) want(w *inside.Wanted) { w.Devices = true }

func (t peerTerm) match(v *view, found func(Match)) {
	v.eachDevice(func(i int, d *inside.Device) {
		if _, ok := named(d, t.glob); !ok || !d.Paired() || d.Link == nil {
			return
		}
		m := Match{Kind: Peer, Namespace: v.namespace(d.Link.Namespace), Index: d.Link.Index, Text: "far end of " + d.Name + " in " + v.label(i)}
		if far := v.contents[d.Link.Namespace].Device(d.Link.Index); far != nil {
			m.Device = far.Name
		}
		found(m)
	})
}

// named tells by which of its names a device fits a pattern, which is a good one.
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

// label is a name of a namespace, or else its ID.
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
