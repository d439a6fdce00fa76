package discover

import "github.com/netnsctl/netnsctl/netnsctl/internal/sys"

// tunDevices sees tun and tap descriptors. Each holds the namespace in which it was
// opened, and that of its device where the device was moved.
func tunDevices(v *vantage) (seen []sighting, _ []Gap) {
	for _, f := range v.classFiles(tunFile) {
		p := f.pin(TunTap)
		fd, err := copyFD(p)
		if err != nil {
			continue
		}
		var st sys.FileStat
		if sys.StatFD(fd, &st) != nil || st.Kind() != sys.KindCharDevice || st.Rdev != sys.TunDevice {
			sys.Close(fd)
			continue // the number is that of another file by now
		}
		p.Detail, _ = sys.TunName(fd)
		opened, err := inoOf(sys.SocketNet(fd))
		if err == nil {
			seen = append(seen, v.sighting(opened, p))
		}
		if device, err := inoOf(sys.TunNet(fd)); err == nil && device != opened {
			seen = append(seen, v.sighting(device, p))
		}
		sys.Close(fd)
	}
	return seen, nil
}
