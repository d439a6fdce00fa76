package discover

import "github.com/netnsctl/netnsctl/netnsctl"

// blindPin is a pin that does not tell which namespace it is on: that is known as long as the
// namespace has another pin that leads to it.
type blindPin struct {
	kind Kind
	key  uint64
}

// remember gives the namespaces that an earlier snapshot has found for pins that do not tell.
func remember(before *Snapshot) map[blindPin]netnsctl.Identity {
	known := map[blindPin]netnsctl.Identity{}
	if before == nil {
		return known
	}
	for _, ns := range before.Namespaces {
		for _, p := range ns.Pins {
			if p.key != 0 && ns.ID != (netnsctl.ID{}) {
				known[blindPin{p.Kind, p.key}] = ns.Identity
			}
		}
	}
	return known
}

// unknownNumber is the next number for a namespace of which nothing but a pin is known.
func (v *vantage) unknownNumber() netnsctl.NSID {
	v.unknown--
	return v.unknown
}
