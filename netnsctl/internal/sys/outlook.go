package sys

import (
	"errors"

	"golang.org/x/sys/unix"
)

// DialOutside opens n strict sockets in a new network namespace that ends with
// the last of them. The numbers that the kernel gives to namespaces while others
// are looked at from there end with it, too.
func DialOutside(n int) (all []*RTNL, err error) {
	OnThrowAwayThread(func() {
		if err = NewNet(); err != nil {
			return
		}
		for range n {
			var c *RTNL
			if c, err = DialRTNL(true); err != nil {
				break
			}
			all = append(all, c)
		}
	})
	if err != nil {
		for _, c := range all {
			c.Close()
		}
		return nil, err
	}
	return all, nil
}

// Number gives the namespace that fd is a file of the number nsid, in the
// socket's namespace, or one that is free where that is [NSIDUnassigned]. It
// returns the number: the one that the namespace had already, if it had one.
func (c *RTNL) Number(fd int, nsid int32) (int32, error) {
	err := c.SetNSID(fd, nsid)
	if err == nil && nsid != NSIDUnassigned {
		return nsid, nil
	}
	if err != nil && !errors.Is(err, unix.EEXIST) {
		return NSIDUnassigned, err
	}
	nsid = NSIDUnassigned
	c.NSIDsByFD([]int{fd}, func(_ int, has int32, failed error) { nsid, err = has, failed })
	if err == nil && nsid == NSIDUnassigned {
		err = unix.EEXIST // it is another one's
	}
	return nsid, err
}
