package rtnl

import (
	"errors"
	"slices"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// attribute is a netlink attribute.
func attribute(kind int, value []byte) []byte { return nl.NewRtAttr(kind, value).Serialize() }

func word(v int32) []byte { return nl.Uint32Attr(uint32(v)) }

func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

// header is that of a request with n bytes of body.
func header(n int) []byte {
	return join(word(int32(unix.NLMSG_HDRLEN+n)), make([]byte, unix.NLMSG_HDRLEN-4))
}

func TestKernelError(t *testing.T) {
	text := attribute(unix.NLMSGERR_ATTR_MSG, []byte("Not that one\x00"))
	other := attribute(unix.NLMSGERR_ATTR_OFFS, word(4))
	const (
		tlvs   = unix.NLM_F_ACK_TLVS
		capped = unix.NLM_F_CAPPED
	)
	for name, test := range map[string]struct {
		kind, flags uint16
		data        []byte
		want        error
	}{
		"acknowledged":         {unix.NLMSG_ERROR, 0, join(word(0), header(0)), nil},
		"too short":            {unix.NLMSG_ERROR, 0, []byte{1}, nil},
		"errno alone":          {unix.NLMSG_ERROR, tlvs, word(-22), &Error{Errno: unix.EINVAL}},
		"no text":              {unix.NLMSG_ERROR, 0, join(word(-1), header(8), make([]byte, 8)), &Error{Errno: unix.EPERM}},
		"text, request whole":  {unix.NLMSG_ERROR, tlvs, join(word(-22), header(8), make([]byte, 8), text), &Error{unix.EINVAL, "Not that one"}},
		"text, request capped": {unix.NLMSG_ERROR, tlvs | capped, join(word(-22), header(8), text), &Error{unix.EINVAL, "Not that one"}},
		"text after others":    {unix.NLMSG_ERROR, tlvs | capped, join(word(-22), header(0), other, text), &Error{unix.EINVAL, "Not that one"}},
		"text not announced":   {unix.NLMSG_ERROR, capped, join(word(-22), header(0), text), &Error{Errno: unix.EINVAL}},
		"length beyond":        {unix.NLMSG_ERROR, tlvs, join(word(-22), header(4000), text), &Error{Errno: unix.EINVAL}},
		"done":                 {unix.NLMSG_DONE, 0, word(0), nil},
		"done with text":       {unix.NLMSG_DONE, tlvs, join(word(-2), text), &Error{unix.ENOENT, "Not that one"}},
		"done with an errno":   {unix.NLMSG_DONE, 0, word(-2), &Error{Errno: unix.ENOENT}},
	} {
		got := kernelError(syscall.NetlinkMessage{
			Header: syscall.NlMsghdr{Type: test.kind, Flags: test.flags},
			Data:   test.data,
		})
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestParseNSIDs(t *testing.T) {
	gen := make([]byte, 4)
	for name, test := range map[string]struct {
		data []byte
		want [2]int32
	}{
		"nothing":       {nil, [2]int32{-1, -1}},
		"no attributes": {gen, [2]int32{-1, -1}},
		"an nsid":       {join(gen, attribute(unix.NETNSA_NSID, word(7))), [2]int32{7, -1}},
		"both":          {join(gen, attribute(unix.NETNSA_NSID, word(7)), attribute(unix.NETNSA_CURRENT_NSID, word(0))), [2]int32{7, 0}},
		"short value":   {join(gen, attribute(unix.NETNSA_NSID, []byte{1, 0})), [2]int32{-1, -1}},
		"others":        {join(gen, attribute(99, word(5)), attribute(unix.NETNSA_NSID, word(3))), [2]int32{3, -1}},
		"broken":        {join(gen, attribute(unix.NETNSA_NSID, word(3)), []byte{200, 0, 1, 0}), [2]int32{-1, -1}},
	} {
		inTarget, current := parseNSIDs(test.data)
		if diff := cmp.Diff(test.want, [2]int32{inTarget, current}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestForgedAnswer: no process can send an answer in place of the kernel, or fill the buffer
// of the socket.
func TestForgedAnswer(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		c, err := Dial(true)
		nstest.Must(t, err)
		defer c.Close()
		ours, err := unix.Getsockname(c.fd)
		nstest.Must(t, err)

		other, err := Dial(false)
		nstest.Must(t, err)
		defer other.Close()
		refusal := nl.NewNetlinkRequest(unix.NLMSG_ERROR, 0)
		refusal.Seq = c.seq + 1
		refusal.AddRawData(join(word(-int32(unix.EPERM)), header(0)))
		// The other socket is connected to the kernel, too, which limits what it receives only.
		if err := unix.Sendto(other.fd, refusal.Serialize(), 0, ours); err != unix.ECONNREFUSED {
			t.Errorf("sent, %v", err)
		}
		if err := c.Peers(nil, func(nsid, _ int32) { t.Errorf("got nsid %d", nsid) }); err != nil {
			t.Error(err)
		}
	})
}

// TestRefusedDump: the kernel gives the reason why it refuses a dump in the message that
// ends it.
func TestRefusedDump(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		c, err := Dial(true)
		nstest.Must(t, err)
		defer c.Close()
		target := int32(99)
		err = c.Peers(&target, func(nsid, _ int32) { t.Errorf("got nsid %d", nsid) })
		refused, ok := errors.AsType[*Error](err)
		if !ok || refused.Errno != unix.EINVAL || refused.Message != "Invalid target network namespace id" {
			t.Errorf("got %+v", err)
		}
	})
}

// FuzzNetlink: no message makes the reader panic, and it takes each refusal for one.
func FuzzNetlink(f *testing.F) {
	f.Add(uint16(unix.NLMSG_ERROR), uint16(unix.NLM_F_ACK_TLVS), join(word(-22), header(0), attribute(1, []byte("x\x00"))))
	f.Add(uint16(unix.NLMSG_DONE), uint16(unix.NLM_F_ACK_TLVS), join(word(-2), attribute(1, []byte("x"))))
	f.Add(uint16(unix.RTM_NEWNSID), uint16(0), join(make([]byte, 4), attribute(unix.NETNSA_NSID, word(1))))
	f.Add(uint16(unix.NLMSG_ERROR), uint16(0), []byte{})
	f.Fuzz(func(t *testing.T, kind, flags uint16, data []byte) {
		m := syscall.NetlinkMessage{Header: syscall.NlMsghdr{Type: kind, Flags: flags}, Data: data}
		err := kernelError(m)
		refused := len(data) >= 4 && Uint32(data) != 0
		if (err != nil) != refused {
			t.Errorf("%x: %v", data, err)
		}
		parseNSIDs(data)
	})
}

// TestDumpBudget: the memory for a dump is bounded, and the socket can be used afterwards.
func TestDumpBudget(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		nstest.Shell(t, `ip link set lo up; for i in $(seq 1 99); do echo "addr add 10.0.0.$i/32 dev lo"; done | ip -b -`)
		c, err := Dial(false)
		nstest.Must(t, err)
		defer c.Close()
		c.budget = 2000
		all, err := c.Dump(unix.RTM_GETADDR, nl.NewIfAddrmsg(unix.AF_INET))
		if !errors.Is(err, ErrTooMuch) || len(all) == 0 || len(slices.Concat(all...)) > c.budget {
			t.Errorf("%d messages, %v", len(all), err)
		}
		c.budget = maxDump
		if all, err = c.Dump(unix.RTM_GETADDR, nl.NewIfAddrmsg(unix.AF_INET)); err != nil || len(all) != 100 {
			t.Errorf("%d addresses, %v", len(all), err)
		}
	})
}
