package sys

import (
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Counter is a number that one process or thread sets and another one reads.
type Counter struct {
	word *uint64
	file int    // -1 where only threads share it
	page []byte // of the file
}

const counterSize = 8

// NewCounter makes a counter that two threads of this process share.
func NewCounter() Counter { return Counter{new(uint64), -1, nil} }

// NewSharedCounter makes a counter for two processes.
func NewSharedCounter() (Counter, error) {
	file, err := unix.MemfdCreate("netnsctl", unix.MFD_CLOEXEC)
	if err != nil {
		return Counter{}, err
	}
	if err = unix.Ftruncate(file, counterSize); err != nil {
		unix.Close(file)
		return Counter{}, err
	}
	c, err := CounterOf(file)
	if err != nil {
		unix.Close(file)
	}
	return c, err
}

// CounterOf is the counter that the process got as the descriptor fd.
func CounterOf(fd int) (Counter, error) {
	page, err := unix.Mmap(fd, 0, counterSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return Counter{}, err
	}
	return Counter{(*uint64)(unsafe.Pointer(&page[0])), fd, page}, nil
}

// FD is the descriptor of a shared counter.
func (c Counter) FD() int { return c.file }

// Close closes a shared counter.
func (c Counter) Close() {
	if c.file >= 0 {
		_ = unix.Munmap(c.page) // it was mapped, so this does not fail
		unix.Close(c.file)
	}
}

// Set sets the number.
func (c Counter) Set(n uint64) { atomic.StoreUint64(c.word, n) }

// Get is the number.
func (c Counter) Get() uint64 { return atomic.LoadUint64(c.word) }
