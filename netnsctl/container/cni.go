package container

import (
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl/textjson"
)

// Lease is an address that CNI has assigned and not released.
type Lease struct {
	// Network is the name of the CNI network.
	Network string `json:"network"`
	Address string `json:"address"`
	// Container is the ID that the runtime has given to the container.
	Container string `json:"container"`
	// Netns is the path of the namespace that has the address. It is empty if only the
	// address pool (host-local) has the lease.
	Netns string `json:"netns,omitempty"`
	// File is the file that has the lease.
	File string `json:"file"`
}

// MarshalJSON encodes l, see package textjson.
func (l Lease) MarshalJSON() ([]byte, error)     { return textjson.Marshal(l) }
func (l *Lease) UnmarshalJSON(data []byte) error { return textjson.Unmarshal(data, l) }

// cni reads the result cache of libcni and the pools of host-local.
func (all files) cni() []Lease {
	var leases []Lease
	const dir = "/var/lib/cni"
	t := all.open(dir)
	defer t.Close()
	for _, results := range []string{"results", "cache/results"} {
		for _, name := range t.entries(results) {
			file := results + "/" + name
			for _, l := range t.cached(file) {
				l.File = dir + "/" + file
				leases = append(leases, l)
			}
		}
	}
	for _, network := range t.entries("networks") {
		for _, address := range t.entries("networks/" + network) {
			file := "networks/" + network + "/" + address
			l, ok := t.reserved(network, address, file)
			if !ok || slices.ContainsFunc(leases, l.same) {
				continue
			}
			l.File = dir + "/" + file
			leases = append(leases, l)
		}
	}
	return leases
}

// same compares leases without the length of the prefix, which is not in a pool.
func (l Lease) same(other Lease) bool {
	address, _, _ := strings.Cut(other.Address, "/")
	return l.Network == other.Network && l.Container == other.Container && l.Address == address
}

// cached reads an entry of the result cache (libcni's cachedInfo).
func (t tree) cached(file string) (leases []Lease) {
	var entry struct {
		ContainerID string `json:"containerId"`
		NetworkName string `json:"networkName"`
		Netns       string `json:"netns"`
		Result      struct {
			Interfaces []struct {
				Sandbox string `json:"sandbox"`
			} `json:"interfaces"`
			IPs []struct {
				Address string `json:"address"`
			} `json:"ips"`
		} `json:"result"`
	}
	if !t.json(file, &entry) || entry.ContainerID == "" {
		return nil
	}
	for _, i := range entry.Result.Interfaces {
		if entry.Netns == "" {
			entry.Netns = i.Sandbox
		}
	}
	for _, ip := range entry.Result.IPs {
		leases = append(leases, Lease{
			Network: entry.NetworkName, Container: entry.ContainerID, Address: ip.Address, Netns: entry.Netns,
		})
	}
	return leases
}

// reserved reads a file of host-local. Its name is an address, and its first line is
// the ID of the container.
func (t tree) reserved(network, address, file string) (Lease, bool) {
	if strings.Trim(address, "0123456789abcdef.:") != "" { // last_reserved_ip.0, lock
		return Lease{}, false
	}
	text, err := t.Read(file, maxFile)
	id, _, _ := strings.Cut(string(text), "\n")
	id = strings.TrimSpace(id)
	return Lease{Network: network, Container: id, Address: address}, err == nil && id != ""
}
