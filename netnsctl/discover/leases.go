package discover

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/container"
	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/internal/procfs"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// index has the numbers of records, or of leases, by what leads from a namespace to them: a host may
// have thousands of each.
type index struct {
	id                       map[netnsctl.ID][]int
	base, container, address map[string][]int // base is the last part of the path
}

func (x *index) add(i int, id netnsctl.ID, file, container, address string) {
	if x.id == nil {
		*x = index{map[netnsctl.ID][]int{}, map[string][]int{}, map[string][]int{}, map[string][]int{}}
	}
	if id != (netnsctl.ID{}) {
		x.id[id] = append(x.id[id], i)
	}
	if file != "" {
		x.base[path.Base(file)] = append(x.base[path.Base(file)], i)
	}
	if container != "" {
		x.container[container] = append(x.container[container], i)
	}
	if address, _, _ = strings.Cut(address, "/"); address != "" {
		x.address[address] = append(x.address[address], i)
	}
}

// near are those that may be of a namespace, in their order.
func (x *index) near(ns *Namespace) []int {
	all := slices.Clone(x.id[ns.ID])
	for _, p := range ns.Pins {
		if p.Mount != nil {
			all = append(all, x.base[path.Base(p.Mount.Path)]...)
		}
	}
	for _, name := range ns.Names {
		all = append(all, x.base[path.Base(name)]...)
	}
	if ns.Owner.Container != "" {
		all = append(all, x.container[ns.Owner.Container]...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// note adds what runtimes have noted of a namespace or its container. assigned gives the
// addresses in the namespace, where these can be told.
func (s runtimeState) note(ns *Namespace, host netnsctl.Host, assigned func() []string) {
	for _, i := range s.records.near(ns) {
		if r := s.Records[i]; s.leadTo[i] == ns.ID || ns.mountedAt(r.Netns) || ns.Owner.Container == r.ID {
			ns.Owner.noted(r)
			ns.records = append(ns.records, r)
		}
	}
	if lessee := s.lessee(ns, host, assigned); lessee != "" {
		ns.records = append(ns.records, container.Record{ID: lessee})
		ns.records = append(ns.records, s.ofContainer(lessee)...)
		ns.Owner.Container = cmp.Or(ns.Owner.Container, lessee)
	}
	if ns.Owner.Container == "" {
		return
	}
	for _, r := range s.ofContainer(ns.Owner.Container) {
		ns.Owner.noted(r)
	}
	for _, i := range s.of.container[ns.Owner.Container] {
		ns.Leases = append(ns.Leases, s.Leases[i])
	}
}

// ofContainer are the records of a container.
func (s runtimeState) ofContainer(id string) (found []container.Record) {
	for _, i := range s.records.container[id] {
		found = append(found, s.Records[i])
	}
	return found
}

// lessee is the container to which an address was given that a namespace has: under one of its names
// or, where the path of the lease leads nowhere any more, because the address is assigned there.
func (s runtimeState) lessee(ns *Namespace, host netnsctl.Host, assigned func() []string) string {
	for _, i := range s.of.near(ns) {
		l := s.Leases[i]
		byName := func(name string) bool { return container.Copied(PathOf(host, name), l.Netns) }
		if ns.mountedAt(l.Netns) || slices.ContainsFunc(ns.Names, byName) {
			return l.Container
		}
	}
	if len(s.Leases) == 0 {
		return ""
	}
	for _, address := range assigned() {
		for _, i := range s.of.address[address] {
			if s.leases[i] == (netnsctl.ID{}) { // else it is that of another namespace
				return s.Leases[i].Container
			}
		}
	}
	return ""
}

// exists reports whether a runtime has a record of a container by the ID that it gave to CNI.
// nerdctl puts its namespace before that ("default-ID").
func (s runtimeState) exists(id string) bool {
	for rest, more := id, true; more; _, rest, more = strings.Cut(rest, "-") {
		if len(s.records.container[rest]) > 0 {
			return true
		}
	}
	return false
}

// lostLeases are those that lead to no namespace: no path and no container does, and no namespace has
// the address. The namespaces must be noted.
func (d *describer) lostLeases(namespaces []*Namespace) (lost []container.Lease) {
	s := d.v.runtimes()
	containers, noted, assigned := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, ns := range namespaces {
		containers[ns.Owner.Container] = true
		for _, l := range ns.Leases {
			noted[l.File] = true
		}
	}
	byAddress := func(l container.Lease) bool { return l.Netns == "" }
	for i, l := range s.Leases {
		if s.leases[i].Dev != d.v.own.Dev && !containers[l.Container] && !noted[l.File] && !s.exists(l.Container) {
			lost = append(lost, l)
		}
	}
	if !slices.ContainsFunc(lost, byAddress) {
		return lost
	}
	unread := false // one may have any address
	for _, ns := range namespaces {
		fd, err := d.v.open(ns)
		if err == nil {
			var found []inside.Address
			found, err = d.scratch.Addresses(netns.NsHandle(fd))
			for _, a := range found {
				assigned[a.Prefix.Addr().String()] = true
			}
			sys.Close(fd)
		}
		unread = unread || err != nil && !procfs.Gone(err)
	}
	return slices.DeleteFunc(lost, func(l container.Lease) bool { return byAddress(l) && (unread || assigned[l.Address]) })
}

// leaseText says which addresses an orphan still has from CNI.
func (ns *Namespace) leaseText() (s string) {
	for _, l := range ns.Leases {
		s += ", has " + l.Address + " of CNI network " + l.Network
	}
	return s
}
