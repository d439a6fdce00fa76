package mountinfo

import (
	"bytes"
	"io"
)

// A line is longer than a page where its paths are: anyone may mount at a path of millions of
// bytes, which is beyond PATH_MAX and made with openat(2) and move_mount(2). bufferSize is for
// many lines; of one that does not fit, head bytes of its beginning and tail bytes of its end
// are kept.
const (
	bufferSize = 64 << 10
	head       = 16 << 10
	tail       = 32 << 10
)

// cutMark stands in a line for what is left out of it. Paths have no NUL byte.
const cutMark = 0

// lines reads a mountinfo file as a stream of lines in a buffer of constant size.
type lines struct{ buf []byte }

// each calls f with each line, without its newline; the line is valid during the call only.
// spend is called with the mounts and bytes of each read(2), and ends the stream by an error.
func (l *lines) each(src io.Reader, spend func(mounts, bytes int) error, f func(line []byte)) error {
	if l.buf == nil {
		l.buf = make([]byte, bufferSize)
	}
	n, cut := 0, false // the bytes of the buffer in use; that they are of a line with a cutMark
	for {
		if n == len(l.buf) {
			n = cutLine(l.buf, cut)
			cut = true
		}
		got, err := src.Read(l.buf[n:])
		fresh := l.buf[:n+got]
		begin, mounts := 0, 0
		for from := n; ; {
			i := bytes.IndexByte(fresh[from:], '\n')
			if i < 0 {
				break
			}
			f(fresh[begin : from+i])
			from += i + 1
			begin, cut = from, false
			mounts++
		}
		n = copy(l.buf, fresh[begin:])
		if spendErr := spend(mounts, got); spendErr != nil {
			return spendErr
		}
		if err == io.EOF && n > 0 {
			f(l.buf[:n])
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// cutLine leaves out the middle of a line that fills the buffer, and gives the length of the
// rest. again says that the line has a cutMark.
func cutLine(buf []byte, again bool) int {
	if !again {
		buf[head] = cutMark
	}
	return head + 1 + copy(buf[head+1:], buf[len(buf)-tail:])
}
