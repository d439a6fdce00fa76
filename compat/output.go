package compat

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/netnsctl/netnsctl/compat/proc"
)

// stdioBuffer is the size of glibc's buffer for files and pipes. It is visible: a
// message on standard error precedes the output that is still in the buffer.
const stdioBuffer = 4096

// output writes standard output as C's stdio does: in lines to a terminal, and in
// blocks to anything else. A write error makes the command fail, unlike iproute2,
// which ignores it.
type output struct {
	*bufio.Writer
	terminal bool
}

func newOutput(file *os.File) *output {
	return &output{
		Writer:   bufio.NewWriterSize(checkedFile{file}, stdioBuffer),
		terminal: proc.IsTerminal(int(file.Fd())),
	}
}

// endLine ends a line of text.
func (o *output) endLine() {
	o.WriteByte('\n')
	if o.terminal {
		o.Flush()
	}
}

// flush is Flush with an error in the style of iproute2.
func (o *output) flush() error {
	if err := o.Flush(); err != nil {
		return failed("write error: %s", strerror(err))
	}
	return nil
}

// checkedFile fails to write if the caller of the program had closed the
// descriptor.
type checkedFile struct{ *os.File }

func (f checkedFile) Write(p []byte) (int, error) {
	if err := proc.CheckStd(int(f.Fd())); err != nil {
		return 0, err
	}
	return f.File.Write(p)
}

// jsonList writes iproute2's JSON: a list of flat objects, plain or pretty. Like
// iproute2 since 7.0, it escapes control characters, DEL, quotes and backslashes;
// it writes all other bytes as they are, even invalid UTF-8.
type jsonList struct {
	w      *bufio.Writer
	pretty bool
	// objects are those in the list so far, members those in the object.
	objects, members int
}

func (s *session) newJSON() *jsonList {
	s.out.WriteByte('[')
	return &jsonList{w: s.out.Writer, pretty: s.opts.pretty}
}

// close ends the list. `ip` flushes it at once.
func (j *jsonList) close() {
	if j.pretty {
		j.w.WriteByte(' ')
	}
	j.w.WriteString("]\n")
	j.w.Flush()
}

func (j *jsonList) openObject() {
	switch {
	case j.objects > 0:
		j.w.WriteByte(',')
	case j.pretty:
		j.w.WriteByte(' ')
	}
	j.objects++
	j.members = 0
	j.w.WriteByte('{')
}

func (j *jsonList) closeObject() {
	if j.pretty && j.members > 0 {
		j.w.WriteString("\n    ")
	}
	j.w.WriteByte('}')
}

func (j *jsonList) key(name string) {
	if j.members > 0 {
		j.w.WriteByte(',')
	}
	j.members++
	if j.pretty {
		j.w.WriteString("\n        ")
	}
	j.string(name)
	j.w.WriteByte(':')
	if j.pretty {
		j.w.WriteByte(' ')
	}
}

func (j *jsonList) number(name string, n int32) {
	j.key(name)
	j.w.WriteString(strconv.Itoa(int(n)))
}

// name writes the member for the name of a namespace.
func (j *jsonList) name(value string) {
	j.key("name")
	j.string(value)
}

func (j *jsonList) string(s string) {
	const special, letters = "\t\n\r\f\b\\\"", `tnrfb\"`
	j.w.WriteByte('"')
	for i := range len(s) {
		c := s[i]
		if k := strings.IndexByte(special, c); k >= 0 {
			j.w.WriteByte('\\')
			j.w.WriteByte(letters[k])
		} else if c < 0x20 || c == 0x7f {
			fmt.Fprintf(j.w, `\u%04x`, c)
		} else {
			j.w.WriteByte(c)
		}
	}
	j.w.WriteByte('"')
}
