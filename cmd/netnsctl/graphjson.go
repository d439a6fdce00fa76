package main

import (
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/wiring"
)

type jsonGraph struct {
	Namespaces []jsonWired `json:"namespaces"`
	Links      []jsonWire  `json:"links"`
	LeftOut    int         `json:"left_out"`
	Blind      []jsonBlind `json:"not_seen"`
}

// jsonWired has no ID, state and so on where only devices lead to the namespace.
type jsonWired struct {
	*jsonNamespace
	Devices []jsonWiredDevice `json:"devices"`
	Error   any               `json:"error,omitempty"`
}

type jsonWiredDevice struct {
	Index     int             `json:"index"`
	Name      any             `json:"name"`
	Kind      any             `json:"kind,omitempty"`
	Physical  bool            `json:"physical"`
	Up        bool            `json:"up"`
	State     string          `json:"state"`
	MAC       string          `json:"mac,omitempty"`
	MTU       int             `json:"mtu"`
	Master    int             `json:"master,omitempty"`
	VLAN      int             `json:"vlan,omitempty"`
	VXLAN     *jsonWiredVXLAN `json:"vxlan,omitempty"`
	Addresses []string        `json:"addresses"`
	// Unseen is the index, in the list of namespaces, of the one in which the
	// device at the other end is that could not be seen.
	Unseen *int `json:"unseen_in,omitempty"`
}

type jsonWiredVXLAN struct {
	ID     uint32 `json:"id"`
	Group  string `json:"group,omitempty"`
	Remote string `json:"remote,omitempty"`
	Local  string `json:"local,omitempty"`
}

type jsonWire struct {
	Kind wiring.Kind   `json:"kind"`
	Ends []jsonWireEnd `json:"ends"`
}

// jsonWireEnd has the namespace's index in the list of namespaces.
type jsonWireEnd struct {
	Namespace int    `json:"namespace"`
	ID        string `json:"id,omitempty"`
	Index     int    `json:"index"`
	Name      any    `json:"name"`
}

func graphJSON(snap *discover.Snapshot, g *wiring.Graph, leftOut int, pretty bool) string {
	j := jsonGraph{Namespaces: []jsonWired{}, Links: []jsonWire{}, LeftOut: leftOut, Blind: []jsonBlind{}}
	for _, n := range g.Namespaces {
		w := jsonWired{Devices: []jsonWiredDevice{}}
		if n.Found {
			one := namespaceJSON(n.Namespace, snap.Taken)
			w.jsonNamespace = &one
		}
		switch {
		case n.Err != nil:
			w.Error = jsonText(n.Err.Error())
		case !n.Read:
			w.Error = "cannot be opened"
		}
		for _, d := range n.Devices {
			w.Devices = append(w.Devices, wiredJSON(g, d))
		}
		j.Namespaces = append(j.Namespaces, w)
	}
	for _, l := range g.Links {
		link := jsonWire{Kind: l.Kind}
		for _, d := range l.Ends {
			end := jsonWireEnd{Namespace: slices.Index(g.Namespaces, d.Namespace), Index: d.Index, Name: jsonText(d.Name)}
			if d.Namespace.Found {
				end.ID = d.Namespace.String()
			}
			link.Ends = append(link.Ends, end)
		}
		j.Links = append(j.Links, link)
	}
	for _, b := range snap.Blind {
		j.Blind = append(j.Blind, jsonBlind(b))
	}
	return encode(j, pretty)
}

func wiredJSON(g *wiring.Graph, d *wiring.Device) jsonWiredDevice {
	j := jsonWiredDevice{
		Index: d.Index, Name: jsonText(d.Name), Kind: optional(d.Kind), Physical: d.Physical(), Up: d.Up, State: d.State,
		MAC: d.MAC.String(), MTU: d.MTU, Master: d.Device.Master, VLAN: d.VLAN, VXLAN: wiredVXLAN(d.VXLAN), Addresses: []string{},
	}
	for _, a := range d.Addresses {
		j.Addresses = append(j.Addresses, a.Prefix.String())
	}
	if d.Unseen != nil {
		i := slices.Index(g.Namespaces, d.Unseen)
		j.Unseen = &i
	}
	return j
}

func wiredVXLAN(v *inside.VXLAN) *jsonWiredVXLAN {
	if v == nil {
		return nil
	}
	j := &jsonWiredVXLAN{ID: v.ID}
	switch {
	case v.Group.IsMulticast():
		j.Group = v.Group.String()
	case v.Group.IsValid():
		j.Remote = v.Group.String()
	}
	if v.Local.IsValid() {
		j.Local = v.Local.String()
	}
	return j
}
