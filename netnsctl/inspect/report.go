package inspect

import (
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// Report is what is known of a namespace.
type Report struct {
	Namespace *discover.Namespace
	// NSID is its number in our own namespace.
	NSID netnsctl.NSID
	// User is the user namespace that owns it, zero where that cannot be told.
	User netnsctl.UserNamespace
	// CommandLines are those of the processes among the pins, by pid.
	CommandLines map[int][]string
	// Contents is what is in it. It is empty where the namespace could not be
	// opened, which Closed says.
	Contents inside.Contents
	Closed   bool
	// Ends says where devices lead, by the device's index.
	Ends map[int]End
	// Holders are the processes that have the sockets, by the socket's inode
	// number.
	Holders map[uint64][]discover.Pin
	// Overlays are the files that `exec` lays over those in /etc, by name.
	Overlays map[string][]string
	// Sysctls are the parameters whose value is not that of pid 1's namespace,
	// or of our own where we cannot look at that.
	Sysctls []Difference
}

// End is the far end of a pair, or the device below another.
type End struct {
	// Namespace is nil for one that only the device leads to.
	Namespace *discover.Namespace
	// Same says that it is the namespace that the device is in.
	Same bool
	// Index and Device are 0 and "" where only the namespace is known.
	Index  int
	Device string
}

// Difference is a kernel parameter with its value here and in the namespace
// compared with.
type Difference struct{ Key, Value, Default string }

// Look reads the namespaces all, which are of a snapshot that holds every
// namespace ([discover.Options.Hold]).
func Look(snap *discover.Snapshot, all []*discover.Namespace) []*Report {
	devices := inside.Read(discover.Handles(snap.Namespaces), inside.Wanted{Devices: true})
	open := append(discover.Handles(all), normal(snap).Descriptor())
	rest := inside.Read(open, inside.Wanted{Addresses: true, Routes: true, Sockets: true, Sysctls: suspects()})
	reports := make([]*Report, len(all))
	for i, ns := range all {
		r := &Report{
			Namespace:    ns,
			NSID:         netnsctl.NSIDUnassigned,
			Closed:       ns.Descriptor() < 0,
			Contents:     rest[i],
			Holders:      discover.SocketHolders(snap.Host, ns),
			CommandLines: commandLines(snap.Host, ns),
			Overlays:     overlays(snap.Host, ns),
		}
		r.addDevices(snap, devices)
		if !r.Closed {
			r.User, _ = netnsctl.OwningUser(ns.Descriptor())
			r.Sysctls = differences(rest[i].Sysctls, rest[len(all)].Sysctls)
		}
		reports[i] = r
	}
	number(reports)
	return reports
}

// normal is the namespace that others are compared with: pid 1's, or our own.
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

// addDevices takes the devices of the report's namespace over, and finds out
// where they lead.
func (r *Report) addDevices(snap *discover.Snapshot, all []inside.Contents) {
	here := 0
	for i, ns := range snap.Namespaces {
		if ns == r.Namespace {
			here = i
		}
	}
	r.Contents.Devices = all[here].Devices
	if r.Contents.Err == nil {
		r.Contents.Err = all[here].Err
	}
	r.Ends = map[int]End{}
	for _, d := range r.Contents.Devices {
		if d.Link == nil {
			continue
		}
		end := End{Same: d.Link.Namespace == here, Index: d.Link.Index}
		if d.Link.Namespace < len(snap.Namespaces) {
			end.Namespace = snap.Namespaces[d.Link.Namespace]
		}
		if far := all[d.Link.Namespace].Device(d.Link.Index); far != nil {
			end.Device = far.Name
		}
		r.Ends[d.Index] = end
	}
}

// number asks for the nsids of all.
func number(reports []*Report) {
	nsids, err := netnsctl.OpenNSIDs(false)
	if err != nil {
		return
	}
	defer nsids.Close()
	for _, r := range reports {
		if !r.Closed {
			r.NSID, _ = nsids.Of(r.Namespace.Descriptor())
		}
	}
}
