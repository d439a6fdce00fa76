// Package inspect gathers what can be known about a network namespace.
package inspect

import (
	"cmp"
	"maps"
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

// Report is what is known about a namespace.
type Report struct {
	Namespace *discover.Namespace
	// NSID is its nsid in the caller's namespace, nil if it has none.
	NSID *netnsctl.NSID `json:"nsid"`
	// User is the user namespace that owns it, nil if that is unknown.
	User *netnsctl.UserNamespace `json:"user_namespace"`
	// CommandLines are the command lines of the processes among the pins, by PID.
	CommandLines map[int]textjson.Texts `json:"command_lines"`
	// Read is set if the namespace could be opened. Otherwise nothing in it is known:
	// Devices, Routes, Sockets and Sysctls are empty.
	Read bool `json:"read"`
	// Error is the error about what could not be read, empty if there is none.
	Error   string   `json:"error,omitempty"`
	Devices []Device `json:"devices"`
	// Addresses are those of all devices. They are set if the devices could not be
	// listed.
	Addresses []inside.Address `json:"addresses,omitempty"`
	Routes    []inside.Route   `json:"routes"`
	Sockets   []Socket         `json:"sockets"`
	// Overlays are the files that `exec` binds over those in /etc.
	Overlays []Overlay `json:"overlays"`
	// Sysctls are the parameters whose value differs from that in the namespace of pid
	// 1 or, if that cannot be opened, in the caller's.
	Sysctls []Difference `json:"sysctls"`
}

// Device is a device with its addresses, which do not repeat the device.
type Device struct {
	inside.Device
	// End is nil for a device that leads nowhere.
	End       *End
	Addresses []inside.Address
}

// End is the far end of a pair, or the device below another.
type End struct {
	// Peer is set for the far end of a pair.
	Peer bool `json:"peer"`
	// Namespace is nil if only the device leads to it.
	Namespace *discover.Namespace `json:"namespace" textjson:"brief"`
	// Same is set if Namespace is the device's own.
	Same bool
	// Index and Device are 0 and "" if only the namespace is known.
	Index  int    `json:"index,omitempty"`
	Device string `json:"name,omitempty"`
}

// Socket is a socket with the processes that hold it.
type Socket struct {
	inside.Socket
	Holders []discover.Pin `json:"holders"`
}

// Difference is a kernel parameter with its value in the namespace, and in the one that
// it is compared with (Default).
type Difference struct {
	Key     string `json:"key"`
	Value   string `json:"value"`
	Default string `json:"default"`
}

// Look makes the reports of some namespaces of a snapshot, in the same order. The snapshot
// must hold its namespaces open ([discover.Options.Hold]): [Report.Read] is false for a
// namespace that it does not hold.
func Look(snap *discover.Snapshot, all []*discover.Namespace) []*Report {
	devices := inside.Read(discover.Handles(snap.Namespaces), inside.Wanted{Devices: true})
	open := append(discover.Handles(all), normal(snap).Descriptor())
	rest := inside.Read(open, inside.Wanted{Addresses: true, Routes: true, Sockets: true, Sysctls: suspects()})
	reports := make([]*Report, len(all))
	for i, ns := range all {
		r := &Report{
			Namespace:    ns,
			Read:         ns.Descriptor() >= 0,
			Routes:       rest[i].Routes,
			CommandLines: commandLines(snap.Host, ns),
			Overlays:     overlays(snap.Host, ns),
		}
		r.addDevices(snap, devices, rest[i])
		holders := discover.SocketHolders(snap.Host, ns)
		for _, s := range rest[i].Sockets {
			r.Sockets = append(r.Sockets, Socket{s, holders[s.Inode]})
		}
		if r.Read {
			if user, err := netnsctl.OwningUser(ns.Descriptor()); err == nil {
				r.User = &user
			}
			r.Sysctls = differences(rest[i].Sysctls, rest[len(all)].Sysctls)
		}
		reports[i] = r
	}
	number(reports)
	return reports
}

// normal is the namespace that others are compared with: that of pid 1 or, if it cannot be
// opened, the caller's.
func normal(snap *discover.Snapshot) *discover.Namespace {
	var own *discover.Namespace
	for _, ns := range snap.Namespaces {
		if ns.Verdict == discover.Own && ns.ID != snap.Own && ns.Descriptor() >= 0 {
			return ns
		}
		if ns.ID == snap.Own {
			own = ns
		}
	}
	return own
}

// addDevices adds the devices of the namespace, their far ends, and their addresses, which
// are in rest.
func (r *Report) addDevices(snap *discover.Snapshot, all []inside.Contents, rest inside.Contents) {
	here := slices.Index(snap.Namespaces, r.Namespace)
	if err := cmp.Or(rest.Err, all[here].Err); err != nil {
		r.Error = err.Error()
	}
	if len(all[here].Devices) == 0 {
		r.Addresses = rest.Addresses
	}
	for _, found := range all[here].Devices {
		d := Device{Device: found}
		for _, a := range rest.Addresses {
			if a.Device == d.Index {
				a.Device, a.Name = 0, ""
				d.Addresses = append(d.Addresses, a)
			}
		}
		if link := d.Link; link != nil {
			d.End = &End{Peer: d.Paired(), Same: link.Namespace == here, Index: link.Index}
			if link.Namespace < len(snap.Namespaces) {
				d.End.Namespace = snap.Namespaces[link.Namespace]
			}
			if far := all[link.Namespace].Device(link.Index); far != nil {
				d.End.Device = far.Name
			}
		}
		r.Devices = append(r.Devices, d)
	}
}

// number sets the nsids.
func number(reports []*Report) {
	nsids, err := netnsctl.OpenNSIDs(false)
	if err != nil {
		return
	}
	defer nsids.Close()
	for _, r := range reports {
		if !r.Read {
			continue
		}
		if nsid, _ := nsids.Of(r.Namespace.Descriptor()); nsid != netnsctl.NSIDUnassigned {
			r.NSID = &nsid
		}
	}
}

// commandLines reads the command lines of all processes among the pins.
func commandLines(host netnsctl.Host, ns *discover.Namespace) map[int]textjson.Texts {
	pids := map[int]bool{}
	for _, p := range ns.Pins {
		if p.PID != 0 {
			pids[p.PID] = true
		}
	}
	lines := map[int]textjson.Texts{}
	for pid, words := range discover.CommandLines(host, slices.Collect(maps.Keys(pids))...) {
		lines[pid] = words
	}
	return lines
}
