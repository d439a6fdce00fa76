package wiring

import (
	"encoding/json"
	"errors"
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

// Document is what graph prints as JSON: a [Graph] with indices in place of pointers.
type Document struct {
	Namespaces []DocumentNamespace `json:"namespaces"`
	Links      []DocumentLink      `json:"links"`
	// LeftOut counts the namespaces that are not listed.
	LeftOut int            `json:"left_out"`
	Gaps    []discover.Gap `json:"not_seen"`
}

// DocumentNamespace is a namespace, whose members in JSON come first.
type DocumentNamespace struct {
	// Namespace is nil where only devices lead to it.
	Namespace *discover.Namespace
	Devices   []DocumentDevice `json:"devices"`
	// LeftOut counts the devices of a namespace at the edge that are not listed.
	LeftOut int `json:"devices_left_out,omitempty"`
	// Error says what could not be read.
	Error string `json:"error,omitempty"`
}

// DocumentDevice is a device, whose members in JSON come first.
type DocumentDevice struct {
	Device    inside.Device
	Addresses []inside.Address `json:"addresses"`
	// Unseen is the index, in the list of namespaces, of the namespace at the other end, if
	// the device there could not be read.
	Unseen *int `json:"unseen_in,omitempty"`
	// Leads are the devices at the other end of links that are not listed.
	Leads []DocumentLead `json:"leads_to,omitempty"`
}

// DocumentLead is a device that is not listed. It has no ID where only devices lead to its
// namespace.
type DocumentLead struct {
	Kind  Kind     `json:"kind"`
	ID    string   `json:"id,omitempty"`
	Names []string `json:"names,omitempty"`
	Index int      `json:"index"`
	Name  string   `json:"name"`
}

// DocumentLink is a [Link].
type DocumentLink struct {
	Kind Kind          `json:"kind"`
	Ends []DocumentEnd `json:"ends"`
}

// DocumentEnd is a device. Namespace is the index in the list of namespaces.
type DocumentEnd struct {
	Namespace int    `json:"namespace"`
	ID        string `json:"id,omitempty"`
	Index     int    `json:"index"`
	Name      string `json:"name"`
}

// Document makes the document of a graph. leftOut and gaps are for the members of the same
// names.
func (g *Graph) Document(leftOut int, gaps []discover.Gap) Document {
	leads := g.Leads()
	doc := Document{LeftOut: leftOut, Gaps: gaps}
	for _, n := range g.Namespaces {
		one := DocumentNamespace{}
		if n.Found {
			one.Namespace = n.Namespace
		}
		switch {
		case n.Err != nil:
			one.Error = n.Err.Error()
		case !n.Read:
			one.Error = "cannot be opened"
		}
		for _, d := range n.Devices {
			if g.Shows(d) {
				one.Devices = append(one.Devices, g.document(d, leads[d]))
			}
		}
		one.LeftOut = len(n.Devices) - len(one.Devices)
		doc.Namespaces = append(doc.Namespaces, one)
	}
	for _, l := range g.Links {
		link := DocumentLink{Kind: l.Kind}
		for _, d := range l.Ends {
			in := slices.Index(g.Namespaces, d.Namespace)
			link.Ends = append(link.Ends, DocumentEnd{in, d.Namespace.id(), d.Index, d.Name})
		}
		doc.Links = append(doc.Links, link)
	}
	return doc
}

func (g *Graph) document(d *Device, leads []Lead) DocumentDevice {
	one := DocumentDevice{Device: *d.Device}
	for _, a := range d.Addresses {
		a.Device, a.Name = 0, ""
		one.Addresses = append(one.Addresses, a)
	}
	if i := slices.Index(g.Namespaces, d.Unseen); i >= 0 {
		one.Unseen = &i
	}
	for _, l := range leads {
		there := l.To.Namespace
		one.Leads = append(one.Leads, DocumentLead{l.Kind, there.id(), there.Names, l.To.Index, l.To.Name})
	}
	return one
}

// id is empty where only devices lead to the namespace.
func (n *Namespace) id() string {
	if !n.Found {
		return ""
	}
	return n.String()
}

// MarshalJSON encodes n, see package textjson.
func (n DocumentNamespace) MarshalJSON() ([]byte, error) {
	type rest DocumentNamespace
	return textjson.Join(n.Namespace, rest(n))
}

// UnmarshalJSON decodes n.
func (n *DocumentNamespace) UnmarshalJSON(data []byte) error {
	ns := &discover.Namespace{}
	err := errors.Join(json.Unmarshal(data, ns), textjson.Unmarshal(data, n))
	if ns.Verdict != "" {
		n.Namespace = ns
	}
	return err
}

// MarshalJSON encodes d.
func (d DocumentDevice) MarshalJSON() ([]byte, error) {
	type rest DocumentDevice
	return textjson.Join(d.Device, rest(d))
}

// UnmarshalJSON decodes d.
func (d *DocumentDevice) UnmarshalJSON(data []byte) error {
	return errors.Join(json.Unmarshal(data, &d.Device), textjson.Unmarshal(data, d))
}

// MarshalJSON encodes l.
func (l DocumentLead) MarshalJSON() ([]byte, error)     { return textjson.Marshal(l) }
func (l *DocumentLead) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, l) }

// MarshalJSON encodes e.
func (e DocumentEnd) MarshalJSON() ([]byte, error)     { return textjson.Marshal(e) }
func (e *DocumentEnd) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, e) }
