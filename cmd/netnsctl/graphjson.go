package main

import (
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
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
	// LeftOut counts the devices of a namespace at the edge that are not listed.
	LeftOut int `json:"devices_left_out,omitempty"`
	Error   any `json:"error,omitempty"`
}

type jsonWiredDevice struct {
	jsonDevice
	// Unseen is the index, in the list of namespaces, of the one in which the
	// device at the other end is that could not be seen.
	Unseen *int `json:"unseen_in,omitempty"`
	// Leads are the devices at the other end of links that are not listed.
	Leads []jsonLead `json:"leads_to,omitempty"`
}

// jsonLead has no ID where only devices lead to the namespace.
type jsonLead struct {
	Kind  wiring.Kind `json:"kind"`
	ID    string      `json:"id,omitempty"`
	Names []any       `json:"names,omitempty"`
	Index int         `json:"index"`
	Name  any         `json:"name"`
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
	leads := leads(g)
	j := jsonGraph{Namespaces: []jsonWired{}, Links: []jsonWire{}, LeftOut: leftOut, Blind: blindJSON(snap.Blind)}
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
			if g.Shows(d) {
				w.Devices = append(w.Devices, wiredJSON(g, d, leads[d]))
			}
		}
		w.LeftOut = len(n.Devices) - len(w.Devices)
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
	return encode(j, pretty)
}

func wiredJSON(g *wiring.Graph, d *wiring.Device, leads []lead) jsonWiredDevice {
	j := jsonWiredDevice{jsonDevice: deviceJSON(*d.Device, d.Addresses)}
	if i := slices.Index(g.Namespaces, d.Unseen); i >= 0 {
		j.Unseen = &i
	}
	for _, l := range leads {
		there := l.to.Namespace
		one := jsonLead{Kind: l.kind, Index: l.to.Index, Name: jsonText(l.to.Name)}
		if there.Found {
			one.ID = there.String()
		}
		for _, name := range there.Names {
			one.Names = append(one.Names, jsonText(name))
		}
		j.Leads = append(j.Leads, one)
	}
	return j
}
