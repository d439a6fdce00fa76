package sys

import (
	"errors"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// maxDumps is how often a dump is repeated that changes interrupt.
const maxDumps = 5

// dump asks for all objects of a kind, by a request with this header. The result
// is that of the first dump that no change interrupted, or else of the last.
func dump[T any](c *RTNL, kind uint16, header []byte, parse func([]byte) (T, bool), attrs ...attr) (all []T, err error) {
	for range maxDumps {
		all = nil
		interrupted := false
		err = c.exchange(kind, unix.NLM_F_DUMP, header, func(m syscall.NetlinkMessage) {
			interrupted = interrupted || m.Header.Flags&unix.NLM_F_DUMP_INTR != 0
			if one, ok := parse(m.Data); ok {
				all = append(all, one)
			}
		}, attrs...)
		if err != nil || !interrupted {
			break
		}
	}
	return all, err
}

// targetAttr names the namespace to look at by its nsid, if there is one.
func targetAttr(kind uint16, target *int32) []attr {
	if target == nil {
		return nil
	}
	return []attr{attr32(kind, *target)}
}

// noTable tells whether a dump failed since there is nothing to dump: the table
// or the protocol is not there.
func noTable(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.EOPNOTSUPP)
}

// DumpLinks gives the messages, each a struct ifinfomsg with its attributes, for
// the devices of the namespace that has the nsid target in the socket's: package
// device reads them.
func (c *RTNL) DumpLinks(target int32) ([][]byte, error) {
	return dump(c, unix.RTM_GETLINK, make([]byte, unix.SizeofIfInfomsg),
		func(message []byte) ([]byte, bool) { return slices.Clone(message), true },
		attr32(unix.IFLA_TARGET_NETNSID, target))
}
