package helper

import (
	"encoding/binary"
	"errors"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl/internal/sys"
)

// Request is something that may never return.
type Request struct {
	op operation
	// pid, tid and fd are a descriptor of another process; tid is 0 for the table of its
	// leader. ino is the inode number that the file had when it was found, 0 if any will do.
	pid, tid, fd int
	ino          uint64
	// net is the network namespace of the process.
	net uint64
	// dir is an open directory, -1 for the root directory. path is relative to it.
	dir  int
	path string
	how  sys.How
	// limit is how many bytes are read.
	limit int
}

// hasDescriptor reports whether a descriptor goes with the request or comes with its
// answer.
func (r Request) hasDescriptor() bool { return r.op == opOpenNet || r.op == opOpenPath || r.dir >= 0 }

// Answer is the result of a request.
type Answer struct {
	Err     error // a bare errno, [ErrSilent] or [ErrNotAsked]
	Numbers []uint64
	Text    []byte
	FD      int // -1 if there is none
}

var errMessage = errors.New("not a message of a helper")

// encoder writes a message.
type encoder struct {
	data []byte
	fds  []int
}

func (e *encoder) number(n int)  { e.data = binary.AppendVarint(e.data, int64(n)) }
func (e *encoder) word(n uint64) { e.data = binary.AppendUvarint(e.data, n) }
func (e *encoder) text(s []byte) { e.number(len(s)); e.data = append(e.data, s...) }

// descriptor writes whether there is a descriptor.
func (e *encoder) descriptor(fd int) {
	if fd < 0 {
		e.number(0)
		return
	}
	e.number(1)
	e.fds = append(e.fds, fd)
}

// decoder reads a message. After an error all values are zero.
type decoder struct {
	data []byte
	fds  []int
	err  error
}

func (d *decoder) number() int {
	n, size := binary.Varint(d.data)
	d.skip(size)
	return int(n)
}

func (d *decoder) word() uint64 {
	n, size := binary.Uvarint(d.data)
	d.skip(size)
	return n
}

func (d *decoder) skip(size int) {
	if size <= 0 || size > len(d.data) {
		d.data, d.err = nil, errMessage
		return
	}
	d.data = d.data[size:]
}

// count reads the number of things that follow, each of which takes a byte at least.
func (d *decoder) count() int {
	n := d.number()
	if n < 0 || n > len(d.data) {
		d.data, d.err = nil, errMessage
		return 0
	}
	return n
}

func (d *decoder) text() []byte {
	n := d.count()
	s := d.data[:n]
	d.data = d.data[n:]
	return s
}

func (d *decoder) descriptor() int {
	if d.number() == 0 || len(d.fds) == 0 {
		return -1
	}
	fd := d.fds[0]
	d.fds = d.fds[1:]
	return fd
}

func encodeRequests(requests []Request) (data []byte, fds []int) {
	var e encoder
	e.number(len(requests))
	for _, r := range requests {
		e.number(int(r.op))
		e.number(r.pid)
		e.number(r.tid)
		e.number(r.fd)
		e.word(r.ino)
		e.word(r.net)
		e.descriptor(r.dir)
		e.text([]byte(r.path))
		e.number(int(r.how))
		e.number(r.limit)
	}
	return e.data, e.fds
}

func decodeRequests(data []byte, fds []int) ([]Request, error) {
	d := decoder{data: data, fds: fds}
	requests := make([]Request, d.count())
	for i := range requests {
		requests[i] = Request{
			op: operation(d.number()), pid: d.number(), tid: d.number(), fd: d.number(), ino: d.word(), net: d.word(),
			dir: d.descriptor(), path: string(d.text()), how: sys.How(d.number()), limit: d.number(),
		}
	}
	return requests, d.err
}

func encodeAnswers(answers []Answer) (data []byte, fds []int) {
	var e encoder
	e.number(len(answers))
	for _, a := range answers {
		var errno syscall.Errno
		if a.Err != nil {
			_ = errors.As(a.Err, &errno) // [failed] makes no other error
		}
		e.number(int(errno))
		e.number(len(a.Numbers))
		for _, n := range a.Numbers {
			e.word(n)
		}
		e.text(a.Text)
		e.descriptor(a.FD)
	}
	return e.data, e.fds
}

func decodeAnswers(data []byte, fds []int) ([]Answer, error) {
	d := decoder{data: data, fds: fds}
	answers := make([]Answer, d.count())
	for i := range answers {
		if errno := d.number(); errno != 0 {
			answers[i].Err = syscall.Errno(errno)
		}
		if n := d.count(); n > 0 {
			answers[i].Numbers = make([]uint64, n)
		}
		for j := range answers[i].Numbers {
			answers[i].Numbers[j] = d.word()
		}
		answers[i].Text = d.text()
		answers[i].FD = d.descriptor()
	}
	return answers, d.err
}
