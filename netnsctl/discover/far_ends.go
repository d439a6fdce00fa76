package discover

import "github.com/netnsctl/netnsctl/netnsctl"

// FarEnd is a device that the kernel deletes together with another network namespace: the other
// end of a pair, or a device on one of those there (NETDEV_UNREGISTER), or a tunnel whose packets
// leave there.
type FarEnd struct {
	// Device is the name, empty where it could not be read.
	Device string `json:"device,omitempty"`
	// Namespace is where the device is, zero where that was not found.
	Namespace netnsctl.ID `json:"namespace,omitzero"`

	text string
}

// String describes the device for people.
func (e FarEnd) String() string { return e.text }

// farEnds are those of a namespace. A physical device moves to the initial namespace, and what
// is on it stays.
func (w *wires) farEnds(n int) (all []FarEnd) {
	seen := map[farEnd]bool{}
	for _, s := range w.strands[n] {
		if s.kind == upper || s.device != nil && s.device.Physical || seen[s.to] {
			continue
		}
		seen[s.to] = true
		end := FarEnd{text: w.deviceText(s.to)}
		if d := w.contents[s.to.namespace].Device(s.to.device); d != nil {
			end.Device = d.Name
		}
		if s.to.namespace < len(w.namespaces) {
			end.Namespace = w.namespaces[s.to.namespace].ID
		}
		all = append(all, end)
	}
	return all
}
