package sys

import (
	"encoding/binary"
	"io"
	"math"
	"time"

	"golang.org/x/sys/unix"
)

// Channel is one end of a pair of sockets that carries messages of any size, each with
// descriptors.
type Channel struct{ fd int }

// NewChannel makes the two ends.
func NewChannel() (a, b Channel, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return Channel{-1}, Channel{-1}, err
	}
	return Channel{fds[0]}, Channel{fds[1]}, nil
}

// ChannelOf is the end that the process got as the descriptor fd.
func ChannelOf(fd int) Channel { return Channel{fd} }

// FD is the descriptor of the end.
func (c Channel) FD() int { return c.fd }

// Close closes the end.
func (c Channel) Close() { unix.Close(c.fd) }

// Send sends a message with copies of descriptors, at most one hundred.
func (c Channel) Send(message []byte, fds []int) error {
	if len(message) > math.MaxInt32 {
		return unix.EMSGSIZE
	}
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	data := binary.NativeEndian.AppendUint32(make([]byte, 0, 4+len(message)), uint32(len(message)))
	for data = append(data, message...); len(data) > 0; rights = nil {
		n, err := retry(func() (int, error) { return unix.SendmsgN(c.fd, data, rights, nil, unix.MSG_NOSIGNAL) })
		if err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

// Receive waits for a message. The caller closes the descriptors that came with it. The
// error is io.EOF where the other end is closed.
func (c Channel) Receive() (message []byte, fds []int, err error) {
	length, rights := make([]byte, 4), make([]byte, unix.CmsgSpace(4*scmMaxFD))
	var n, controlled int
	for {
		n, controlled, _, _, err = unix.Recvmsg(c.fd, length, rights, unix.MSG_CMSG_CLOEXEC|unix.MSG_WAITALL)
		if err != unix.EINTR {
			break
		}
	}
	if err != nil {
		return nil, nil, err
	}
	if n != len(length) {
		return nil, nil, io.EOF
	}
	fds = receivedFDs(rights[:controlled])
	message = make([]byte, binary.NativeEndian.Uint32(length))
	for at := 0; at < len(message); {
		n, err := retry(func() (int, error) { return unix.Read(c.fd, message[at:]) })
		if err == nil && n == 0 {
			err = io.EOF
		}
		if err != nil {
			for _, fd := range fds {
				unix.Close(fd)
			}
			return nil, nil, err
		}
		at += n
	}
	return message, fds, nil
}

// receivedFDs are the descriptors in control messages.
func receivedFDs(control []byte) (fds []int) {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return nil
	}
	for _, m := range messages {
		if some, err := unix.ParseUnixRights(&m); err == nil {
			fds = append(fds, some...)
		}
	}
	return fds
}

// Ready waits until something can be received, or the other end is closed, at most so
// long.
func (c Channel) Ready(wait time.Duration) bool {
	fds := []unix.PollFd{{Fd: int32(c.fd), Events: unix.POLLIN}}
	n, err := retry(func() (int, error) { return unix.Poll(fds, int(wait.Milliseconds())) })
	return err == nil && n > 0
}
