package discover

import "github.com/vishvananda/netns"

// hardware lists the physical devices in the open namespace fd: those that no
// driver made on request, but for the loopback device. They would be lost to the
// host until the namespace has gone, or for good.
func (s *scan) hardware(fd int) (names []string) {
	devices, err := s.scratch.Devices(netns.NsHandle(fd))
	if err != nil && !gone(err) {
		s.unlisted++
	}
	for _, d := range devices {
		if d.Physical() {
			names = append(names, d.Name)
		}
	}
	return names
}
