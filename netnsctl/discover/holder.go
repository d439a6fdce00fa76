package discover

import "github.com/netnsctl/netnsctl/netnsctl"

// SocketHolders gives the descriptors of the sockets that pin a namespace, by the
// inode number of the socket, with the commands of their processes. What has been
// closed since the scan is left out.
func SocketHolders(host netnsctl.Host, ns *Namespace) map[uint64][]Pin {
	s := &scan{host: host}
	found := map[uint64][]Pin{}
	for _, p := range ns.Pins {
		if p.Kind != SocketPin {
			continue
		}
		link, err := readlink(s.fdPath(p))
		if err != nil {
			continue
		}
		if ino, ok := linkIno([]byte(link), "socket:["); ok {
			p.Command = s.command(p.PID)
			found[ino] = append(found[ino], p)
		}
	}
	return found
}
