package discover

import (
	"strings"

	"github.com/vishvananda/netns"

	"github.com/netnsctl/netnsctl/netnsctl/inside"
	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// peer fills in what devices and addresses there are in a namespace of which only the nsid is
// known. It reads all such namespaces once.
func (d *describer) peer(ns *Namespace) {
	if ns.NSID < 0 || d.opts.IdentityOnly {
		return
	}
	if d.peers == nil {
		fd, err := sys.OpenNamespace(d.v.fs.Root() + "/thread-self/ns/net")
		if err != nil {
			return
		}
		defer sys.Close(fd)
		d.peers = inside.Peers(netns.NsHandle(fd))
	}
	c := d.peers[ns.NSID]
	for i := range c.Devices {
		if one := &c.Devices[i]; !one.Loopback {
			ns.Inside = append(ns.Inside, deviceText(one, c.Addresses))
		}
	}
}

// deviceText is the name of a device and its addresses.
func deviceText(d *inside.Device, addresses []inside.Address) string {
	words := []string{d.Name}
	for _, a := range addresses {
		if a.Device == d.Index {
			words = append(words, a.Prefix.String())
		}
	}
	return strings.Join(words, " ")
}

// maxInside is how many devices are named in a reason.
const maxInside = 3

// insideText says for people which devices are in a namespace of which only the nsid is known.
func (ns *Namespace) insideText() string {
	if len(ns.Inside) == 0 {
		return ""
	}
	text := ", with " + strings.Join(ns.Inside[:min(len(ns.Inside), maxInside)], ", ")
	if rest := len(ns.Inside) - maxInside; rest > 0 {
		text += " and " + count(rest, "more device", "more devices")
	}
	return text
}
