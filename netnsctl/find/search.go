package find

import (
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// Kind is the kind of a match.
type Kind string

// The kinds of matches.
const (
	Address   Kind = "address"
	MAC       Kind = "mac"
	Device    Kind = "device"
	Peer      Kind = "peer"
	Socket    Kind = "socket"
	Process   Kind = "process"
	Container Kind = "container"
	Pod       Kind = "pod"
	Namespace Kind = "namespace"
	Name      Kind = "name"
	// Network is a device whose network contains an address that no device has.
	Network Kind = "network"
)

// Match is an object that a query has found.
type Match struct {
	// What is the word of the query.
	What string `json:"what"`
	Kind Kind   `json:"kind"`
	// Namespace contains the object. It is nil for a namespace that only a device
	// leads to, which cannot be entered.
	Namespace *discover.Namespace `json:"namespace" textjson:"brief"`
	// Device is zero if the object has no device.
	Device DeviceName `json:"device,omitzero"`
	// Text describes the object for people, without quoting.
	Text string `json:"match"`
}

// DeviceName is a device of a namespace.
type DeviceName struct {
	Index int    `json:"index"`
	Name  string `json:"name,omitempty"`
}

// Result is the result of a search.
type Result struct {
	Snapshot *discover.Snapshot `json:"-"`
	// Matches are in the order of the queries and, for each, of the namespaces.
	Matches []Match   `json:"matches"`
	Missing []Missing `json:"missing"`
	// Read is the number of namespaces that could be read, as far as the queries
	// needed that.
	Read int `json:"-"`
	// Gaps are what the scan and the search could not inspect.
	Gaps []discover.Gap `json:"not_seen"`
}

// Missing is a query without a match.
type Missing struct {
	What string `json:"what"`
	// Near are the devices whose network contains the address of the query.
	Near []Match `json:"near"`
}

// Search runs the queries on all namespaces of host. The caller must close the Snapshot
// of the result. The error is that of [discover.Scan].
func Search(host netnsctl.Host, queries []Query) (*Result, error) {
	snap, err := discover.Scan(host, discover.Options{Hold: true})
	if err != nil {
		return nil, err
	}
	v := &view{host: host, snap: snap}
	for _, q := range queries {
		v.plan(q.steps[0])
	}
	r := &Result{Snapshot: snap}
	for _, q := range queries {
		if found := v.search(q); len(found) > 0 {
			r.Matches = append(r.Matches, found...)
		} else {
			r.Missing = append(r.Missing, Missing{q.Word, v.near(q)})
		}
	}
	r.Read = v.readable()
	r.Gaps = append(append(r.Gaps, snap.Gaps...), v.gaps()...)
	return r, nil
}

func (v *view) search(q Query) (found []Match) {
	for _, step := range q.steps {
		v.plan(step)
		v.read()
		for _, t := range step {
			t.match(v, func(m Match) {
				m.What = q.Word
				found = append(found, m)
			})
		}
		if len(found) > 0 {
			break
		}
	}
	return found
}

// view is what the search has read.
type view struct {
	host     netnsctl.Host
	snap     *discover.Snapshot
	contents []inside.Contents
	planned  inside.Wanted
	done     inside.Wanted
}

func (v *view) plan(terms []term) {
	for _, t := range terms {
		t.want(&v.planned)
	}
}

// read reads what is planned and has not been read.
func (v *view) read() {
	want := v.planned
	// The addresses of namespaces that only devices lead to can be read only together
	// with the devices.
	newDevices := want.Devices && !v.done.Devices
	want.Devices = newDevices
	want.Addresses = want.Addresses && (newDevices || !v.done.Addresses)
	want.Sockets = want.Sockets && !v.done.Sockets
	if !want.Devices && !want.Addresses && !want.Sockets {
		return
	}
	v.done = v.planned
	for i, c := range inside.Read(discover.Handles(v.snap.Namespaces), want) {
		if i == len(v.contents) {
			v.contents = append(v.contents, inside.Contents{})
		}
		into := &v.contents[i]
		if want.Devices {
			into.Devices = c.Devices
		}
		if want.Addresses {
			into.Addresses = c.Addresses
		}
		if want.Sockets {
			into.Sockets = c.Sockets
		}
		if into.Err == nil {
			into.Err = c.Err
		}
	}
}

// readable counts the namespaces of the snapshot that could be read. If the queries
// needed the snapshot only, it counts all.
func (v *view) readable() (n int) {
	for i, ns := range v.snap.Namespaces {
		if v.contents == nil || ns.Descriptor() >= 0 && v.contents[i].Err == nil {
			n++
		}
	}
	return n
}

// gaps tells which namespaces could not be opened or read.
func (v *view) gaps() (all []discover.Gap) {
	if v.contents == nil {
		return nil // the queries needed the snapshot only
	}
	closed, failed, why := 0, 0, ""
	for i, c := range v.contents {
		switch ns := v.namespace(i); {
		case ns != nil && ns.Descriptor() < 0:
			closed++
		case c.Err != nil:
			failed++
			why = c.Err.Error()
		}
	}
	if closed > 0 {
		all = append(all, discover.Gap{What: GapClosed, Count: closed, Critical: true})
	}
	if failed > 0 {
		all = append(all, discover.Gap{What: GapUnread + " (" + why + ")", Count: failed, Critical: true})
	}
	return all
}

// namespace gives a namespace by its index in contents, or nil if only a device leads
// to it.
func (v *view) namespace(i int) *discover.Namespace {
	if i >= len(v.snap.Namespaces) {
		return nil
	}
	return v.snap.Namespaces[i]
}

// What a gap of a search is about, beside those of package discover. The reason follows
// GapUnread in parentheses.
const (
	GapClosed = "namespaces that cannot be opened"
	GapUnread = "namespaces that cannot be read"
)
