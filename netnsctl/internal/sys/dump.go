package sys

import (
	"errors"
	"syscall"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// maxDumps is how often a dump is repeated that changes interrupt.
const maxDumps = 5

// dump asks for all objects of a kind, by a request with this header. The result
// is that of the first dump that no change interrupted, or else of the last.
func dump[T any](c *RTNL, kind int, header []byte, parse func([]byte) (T, bool), attrs ...*nl.RtAttr) (all []T, err error) {
	for range maxDumps {
		req := nl.NewNetlinkRequest(kind, unix.NLM_F_DUMP)
		req.AddRawData(header)
		for _, a := range attrs {
			req.AddRawData(a.Serialize())
		}
		all = nil
		interrupted := false
		err = c.exchange(req, func(m syscall.NetlinkMessage) {
			interrupted = interrupted || m.Header.Flags&unix.NLM_F_DUMP_INTR != 0
			if one, ok := parse(m.Data); ok {
				all = append(all, one)
			}
		})
		if err != nil || !interrupted {
			break
		}
	}
	return all, err
}

// eachAttr walks netlink attributes, without the flags in their types. What is
// broken ends the walk.
func eachAttr(data []byte, f func(kind int, value []byte)) {
	attrs, _ := nl.ParseRouteAttr(data)
	for _, a := range attrs {
		f(int(a.Attr.Type&nl.NLA_TYPE_MASK), a.Value)
	}
}

// targetAttr names the namespace to look at by its nsid, if there is one.
func targetAttr(kind int, target *int32) []*nl.RtAttr {
	if target == nil {
		return nil
	}
	return []*nl.RtAttr{attr32(kind, *target)}
}

// noTable tells whether a dump failed since there is nothing to dump: the table
// or the protocol is not there.
func noTable(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.EOPNOTSUPP)
}
