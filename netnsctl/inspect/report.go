package inspect

import (
	"cmp"
	"slices"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

// Report is what is known of a namespace.
type Report struct {
	Namespace *discover.Namespace
	// NSID is its number in our own namespace, nil if it has none.
	NSID *netnsctl.NSID `json:"nsid"`
	// User is the user namespace that owns it, nil where that cannot be told.
	User *netnsctl.UserNamespace `json:"user_namespace"`
	// CommandLines are those of the processes among the pins, by PID.
	CommandLines map[int]textjson.Texts `json:"command_lines"`
	// Read says that the namespace could be opened. Without it nothing of what follows is
	// known.
	Read bool `json:"read"`
	// Error says what could not be read, empty if everything was.
	Error   string   `json:"error,omitempty"`
	Devices []Device `json:"devices"`
	// Addresses are set where the devices could not be listed.
	Addresses []inside.Address `json:"addresses,omitempty"`
	Routes    []inside.Route   `json:"routes"`
	Sockets   []Socket         `json:"sockets"`
	// Overlays are the files that `exec` binds over those in /etc.
	Overlays []Overlay `json:"overlays"`
	// Sysctls are the parameters whose value is not that of pid 1's namespace,
	// or of our own where that of pid 1 cannot be opened.
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
	// Peer says that it is the far end of a pair.
	Peer bool
	// Namespace is nil for one that only the device leads to.
	Namespace *discover.Namespace
	// Same says that it is the namespace that the device is in.
	Same bool
	// Index and Device are 0 and "" where only the namespace is known.
	Index  int
	Device string
}

// Socket is a socket with the processes that have it.
type Socket struct {
	inside.Socket
	Holders []discover.Pin `json:"holders"`
}

// Overlay is what `exec` binds over files in /etc in a namespace that it enters by this name.
type Overlay struct {
	Name  string   `json:"name"`
	Files []string `json:"files"`
}

// Difference is a kernel parameter with its value here and in the namespace
// compared with.
type Difference struct {
	Key     string `json:"key"`
	Value   string `json:"value"`
	Default string `json:"default"`
}

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

// addDevices adds the devices of the namespace, where they lead, and their addresses, which
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

// number asks for the nsids of all.
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
