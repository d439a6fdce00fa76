package compat

import (
	"bufio"
	"os"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// stdioBuffer is glibc's buffer for files and pipes. It shows: a reader of both
// streams sees standard error before the output that stdio still holds.
const stdioBuffer = 4096

// output is standard output as C's stdio writes it: in lines to a terminal, else
// in blocks. Output that cannot be written ends the command with an error;
// iproute2 says nothing and exits with 0.
type output struct {
	*bufio.Writer
	terminal bool
}

func newOutput(file *os.File) *output {
	return &output{
		Writer:   bufio.NewWriterSize(checkedFile{file}, stdioBuffer),
		terminal: netnsctl.IsTerminal(int(file.Fd())),
	}
}

// endLine ends a line of text.
func (o *output) endLine() {
	o.WriteByte('\n')
	if o.terminal {
		o.Flush()
	}
}

// flush is Flush with iproute2-like words.
func (o *output) flush() error {
	if err := o.Flush(); err != nil {
		return failed("write error: %s", strerror(err))
	}
	return nil
}

// checkedFile refuses to write where the caller had closed the descriptor.
type checkedFile struct{ *os.File }

func (f checkedFile) Write(p []byte) (int, error) {
	if err := netnsctl.CheckStd(int(f.Fd())); err != nil {
		return 0, err
	}
	return f.File.Write(p)
}
