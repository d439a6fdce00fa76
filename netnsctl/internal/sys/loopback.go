package sys

import "golang.org/x/sys/unix"

// LoopbackUp brings the device lo up in the network namespace of the calling thread. The
// kernel then gives it its addresses.
func LoopbackUp() error {
	// Every socket takes the requests of netdevice(7), in the namespace in which it was made.
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, lo); err != nil {
		return err
	}
	lo.SetUint16(lo.Uint16() | unix.IFF_UP)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo)
}
