package sys

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/netnsctl/netnsctl/netnsctl/internal/nstest"
)

// TestForgedAnswer: what another process sends to our socket is no answer of the
// kernel's, though it has the number of our request.
func TestForgedAnswer(t *testing.T) {
	nstest.Run(t, func(t *testing.T) {
		c, err := DialRTNL(true)
		nstest.Must(t, err)
		defer c.Close()
		nstest.Must(t, unix.Bind(c.fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}))
		ours, err := unix.Getsockname(c.fd)
		nstest.Must(t, err)

		other, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
		nstest.Must(t, err)
		defer unix.Close(other)
		refusal := appendRequest(nil, unix.NLMSG_ERROR, 0, c.seq+1, join(word(-int32(unix.EPERM)), header(0)))
		nstest.Must(t, unix.Sendto(other, refusal, 0, ours))

		if peers, err := c.Peers(nil); err != nil || len(peers) != 0 {
			t.Errorf("got %v, %v", peers, err)
		}
	})
}
