package find

import (
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
)

// Kind is what was found.
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
	// Network is a device on the network of an address that was looked for and
	// is not assigned.
	Network Kind = "network"
)

// Match is something that was found.
type Match struct {
	// What is the word that was searched for.
	What string
	Kind Kind
	// Namespace is where it is, nil for one that only a device leads to: such a
	// namespace cannot be entered.
	Namespace *discover.Namespace
	// Device is the device's name and index there, if a device is concerned.
	Device string
	Index  int
	// Text says what matched, for people, without quoting.
	Text string
}

// Result is what became of a search.
type Result struct {
	Snapshot *discover.Snapshot `json:"-"`
	// Matches are in the order of the queries, and of the namespaces.
	Matches []Match   `json:"matches"`
	Missing []Missing `json:"missing"`
	// Read is how many of the snapshot's namespaces could be looked into, as far as
	// the queries needed that.
	Read int `json:"-"`
	// Blind is what could not be looked at, by the scan or by the search.
	Blind []discover.Blind `json:"not_seen"`
}

// Missing is a query that found nothing.
type Missing struct {
	What string `json:"what"`
	// Near are the devices on whose network an address would be.
	Near []Match `json:"near"`
}

// Search looks for all queries in every namespace of host. The caller closes the
// result's snapshot; see [discover.Scan] for what it has to lock.
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
	r.Blind = append(append(r.Blind, snap.Blind...), v.blind()...)
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

// view is what was read so far.
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

// read reads what is planned and not read yet.
func (v *view) read() {
	want := v.planned
	// With the devices, the addresses of namespaces that only they lead to can
	// be read.
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

// readable counts the namespaces of the snapshot that could be looked into, all
// of them where nothing but the snapshot was needed.
func (v *view) readable() (n int) {
	for i, ns := range v.snap.Namespaces {
		if v.contents == nil || ns.Descriptor() >= 0 && v.contents[i].Err == nil {
			n++
		}
	}
	return n
}

// blind says which namespaces could not be looked into.
func (v *view) blind() (all []discover.Blind) {
	if v.contents == nil {
		return nil // nobody wanted to
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
		all = append(all, discover.Blind{What: "namespaces that cannot be opened", Count: closed, Grave: true})
	}
	if failed > 0 {
		all = append(all, discover.Blind{What: "namespaces that cannot be read (" + why + ")", Count: failed, Grave: true})
	}
	return all
}

// namespace is nil for one that only a device leads to.
func (v *view) namespace(i int) *discover.Namespace {
	if i >= len(v.snap.Namespaces) {
		return nil
	}
	return v.snap.Namespaces[i]
}
