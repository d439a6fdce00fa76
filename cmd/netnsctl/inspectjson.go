package main

import (
	"net/netip"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/inspect"
)

type jsonInspect struct {
	Namespaces []jsonReport `json:"namespaces"`
	Blind      []jsonBlind  `json:"not_seen"`
}

type jsonReport struct {
	jsonNamespace
	NSID         *int          `json:"nsid"` // null where it has none
	User         *jsonUser     `json:"user_namespace"`
	CommandLines map[int][]any `json:"command_lines"`
	Read         bool          `json:"read"`
	Error        any           `json:"error,omitempty"`
	Devices      []jsonDevice  `json:"devices"`
	// Addresses are here where the devices could not be listed.
	Addresses []jsonAddress `json:"addresses,omitempty"`
	Routes    []jsonRoute   `json:"routes"`
	Sockets   []jsonSocket  `json:"sockets"`
	Overlays  []jsonOverlay `json:"overlays"`
	Sysctls   []jsonSysctl  `json:"sysctls"`
}

type jsonUser struct {
	Ino uint64 `json:"ino"`
	UID uint32 `json:"uid"`
}

type jsonDevice struct {
	Index     int           `json:"index"`
	Name      any           `json:"name"`
	AltNames  []any         `json:"altnames,omitempty"`
	Kind      string        `json:"kind,omitempty"`
	Loopback  bool          `json:"loopback"`
	Physical  bool          `json:"physical"`
	Up        bool          `json:"up"`
	State     string        `json:"state"`
	MAC       string        `json:"mac,omitempty"`
	MTU       int           `json:"mtu"`
	Master    int           `json:"master,omitempty"`
	PortKind  string        `json:"port_kind,omitempty"`
	Link      *jsonEnd      `json:"link,omitempty"`
	VLAN      int           `json:"vlan,omitempty"`
	VXLAN     *jsonVXLAN    `json:"vxlan,omitempty"`
	Addresses []jsonAddress `json:"addresses"`
}

// jsonEnd is where a device leads.
type jsonEnd struct {
	Peer      bool       `json:"peer"`      // the far end of a pair, else below
	Namespace *jsonPlace `json:"namespace"` // null where it was not seen
	Index     int        `json:"index,omitempty"`
	Name      any        `json:"name,omitempty"`
}

type jsonVXLAN struct {
	ID    uint32 `json:"id"`
	Group string `json:"group,omitempty"`
	Local string `json:"local,omitempty"`
}

type jsonAddress struct {
	Device int          `json:"device,omitempty"`
	Name   any          `json:"name,omitempty"`
	Prefix netip.Prefix `json:"prefix"`
	Peer   string       `json:"peer,omitempty"`
	Scope  string       `json:"scope"`
	Label  any          `json:"label,omitempty"`
	Flags  []string     `json:"flags"`
}

type jsonRoute struct {
	To       netip.Prefix `json:"to"`
	Type     string       `json:"type"`
	Hops     []jsonHop    `json:"hops"`
	Source   string       `json:"source,omitempty"`
	Metric   int          `json:"metric,omitempty"`
	Scope    string       `json:"scope"`
	Protocol string       `json:"protocol"`
}

type jsonHop struct {
	Via    string `json:"via,omitempty"`
	Device int    `json:"device,omitempty"`
}

type jsonSocket struct {
	Protocol string    `json:"protocol"`
	Address  string    `json:"address"`
	Port     uint16    `json:"port"`
	OnlyIPv6 bool      `json:"only_ipv6,omitempty"`
	Device   any       `json:"device,omitempty"`
	UID      uint32    `json:"uid"`
	Inode    uint64    `json:"inode,omitempty"`
	Holders  []jsonPin `json:"holders"`
}

type jsonOverlay struct {
	Name  any   `json:"name"`
	Files []any `json:"files"`
}

type jsonSysctl struct {
	Key     string `json:"key"`
	Value   any    `json:"value"`
	Default any    `json:"default"`
}

func inspectJSON(snap *discover.Snapshot, reports []*inspect.Report, pretty bool) string {
	j := jsonInspect{Namespaces: []jsonReport{}, Blind: blindJSON(snap.Blind)}
	for _, r := range reports {
		j.Namespaces = append(j.Namespaces, reportJSON(snap, r))
	}
	return encode(j, pretty)
}

func reportJSON(snap *discover.Snapshot, r *inspect.Report) jsonReport {
	j := jsonReport{
		jsonNamespace: namespaceJSON(r.Namespace, snap.Taken),
		CommandLines:  map[int][]any{},
		Read:          !r.Closed,
		Devices:       []jsonDevice{},
		Routes:        []jsonRoute{},
		Sockets:       []jsonSocket{},
		Overlays:      []jsonOverlay{},
		Sysctls:       []jsonSysctl{},
	}
	if r.NSID != netnsctl.NSIDUnassigned {
		nsid := int(r.NSID)
		j.NSID = &nsid
	}
	if r.User.Ino != 0 {
		j.User = &jsonUser{r.User.Ino, r.User.UID}
	}
	if r.Contents.Err != nil {
		j.Error = jsonText(r.Contents.Err.Error())
	}
	for pid, words := range r.CommandLines {
		j.CommandLines[pid] = texts(words)
	}
	for _, d := range r.Contents.Devices {
		one := deviceJSON(d, r.Contents.Addresses)
		if end, ok := r.Ends[d.Index]; ok {
			one.Link = &jsonEnd{d.Paired(), placeJSON(end.Namespace), end.Index, optional(end.Device)}
		}
		j.Devices = append(j.Devices, one)
	}
	if len(j.Devices) == 0 {
		for _, a := range r.Contents.Addresses {
			one := addressJSON(a)
			one.Device, one.Name = a.Device, optional(a.Name)
			j.Addresses = append(j.Addresses, one)
		}
	}
	for _, route := range r.Contents.Routes {
		j.Routes = append(j.Routes, routeJSON(route))
	}
	for _, s := range r.Contents.Sockets {
		j.Sockets = append(j.Sockets, socketJSON(s, r.Holders[s.Inode]))
	}
	for _, name := range r.Namespace.Names {
		if files := r.Overlays[name]; len(files) > 0 {
			j.Overlays = append(j.Overlays, jsonOverlay{jsonText(name), texts(files)})
		}
	}
	for _, d := range r.Sysctls {
		j.Sysctls = append(j.Sysctls, jsonSysctl{d.Key, jsonText(d.Value), jsonText(d.Default)})
	}
	return j
}

// deviceJSON does not tell where the device leads.
func deviceJSON(d inside.Device, addresses []inside.Address) jsonDevice {
	j := jsonDevice{
		Index: d.Index, Name: jsonText(d.Name), AltNames: texts(d.AltNames), Kind: d.Kind, Loopback: d.Loopback,
		Physical: d.Physical(), Up: d.Up, State: d.State, MAC: d.MAC.String(), MTU: d.MTU,
		Master: d.Master, PortKind: d.PortKind, VLAN: d.VLAN, Addresses: []jsonAddress{},
	}
	if x := d.VXLAN; x != nil {
		j.VXLAN = &jsonVXLAN{x.ID, addrText(x.Group), addrText(x.Local)}
	}
	for _, a := range addresses {
		if a.Device == d.Index {
			j.Addresses = append(j.Addresses, addressJSON(a))
		}
	}
	return j
}

func addressJSON(a inside.Address) jsonAddress {
	j := jsonAddress{Prefix: a.Prefix, Scope: a.Scope, Label: optional(a.Label), Flags: a.Flags}
	if a.Peer.IsValid() {
		j.Peer = a.Peer.String()
	}
	if j.Flags == nil {
		j.Flags = []string{}
	}
	return j
}

func routeJSON(r inside.Route) jsonRoute {
	j := jsonRoute{
		To: r.To, Type: r.Type, Hops: []jsonHop{}, Source: addrText(r.Source),
		Metric: r.Metric, Scope: r.Scope, Protocol: r.Protocol,
	}
	for _, hop := range r.Hops {
		j.Hops = append(j.Hops, jsonHop{addrText(hop.Via), hop.Device})
	}
	return j
}

func socketJSON(s inside.Socket, holders []discover.Pin) jsonSocket {
	return jsonSocket{
		Protocol: s.Protocol, Address: s.Local.Addr().String(), Port: s.Local.Port(), OnlyIPv6: s.OnlyIPv6,
		Device: optional(s.Name), UID: s.UID, Inode: s.Inode, Holders: pinsJSON(holders),
	}
}

// addrText is empty for no address.
func addrText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func texts(words []string) []any {
	all := make([]any, len(words))
	for i, word := range words {
		all[i] = jsonText(word)
	}
	return all
}
