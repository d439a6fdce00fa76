package helper

import (
	"errors"
	"syscall"
)

// operation is what a request asks for.
type operation int

const (
	opSocket operation = iota
	opFlight
	opTun
	opOpenNet
	opOpenPath
	opReadFile
	opReadlink
	opRefused
	opLinks
)

// do answers a request. It may never return.
func (c *copier) do(r Request) Answer {
	switch r.op {
	case opSocket:
		return c.socket(r)
	case opFlight:
		return c.flight(r)
	case opTun:
		return c.tun(r)
	case opOpenNet:
		return c.openNet(r)
	case opOpenPath:
		return openPath(r)
	case opReadFile:
		return readFile(r)
	case opReadlink:
		return readlink(r)
	case opRefused:
		return refused(r)
	case opLinks:
		return links(r)
	}
	return failed(syscall.ENOSYS)
}

// failed is the answer to a request that failed.
func failed(err error) Answer {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		errno = syscall.EIO
	}
	return Answer{Err: errno, FD: -1}
}

// told is the answer that consists of numbers.
func told(numbers ...uint64) Answer { return Answer{Numbers: numbers, FD: -1} }
