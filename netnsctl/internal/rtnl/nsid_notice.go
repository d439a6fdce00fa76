package rtnl

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// ListenNSIDs makes the socket receive the kernel's notices about the nsids of its namespace
// (RTNLGRP_NSID, Linux 4.0). The socket then answers no requests.
func (c *Conn) ListenNSIDs() error {
	return unix.SetsockoptInt(c.fd, unix.SOL_NETLINK, unix.NETLINK_ADD_MEMBERSHIP, unix.RTNLGRP_NSID)
}

// WithdrawnNSIDs calls got with each nsid that the kernel has withdrawn since the last call,
// and does not wait for more. The error is ENOBUFS where the kernel has dropped notices.
func (c *Conn) WithdrawnNSIDs(got func(nsid int32)) error {
	for {
		err := c.receiveWith(unix.MSG_DONTWAIT, func(m syscall.NetlinkMessage) {
			if m.Header.Type == unix.RTM_DELNSID {
				nsid, _ := parseNSIDs(m.Data)
				got(nsid)
			}
		})
		switch err {
		case nil, unix.EINTR:
		case unix.EAGAIN:
			return nil
		default:
			return err
		}
	}
}
