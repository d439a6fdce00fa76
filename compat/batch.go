package compat

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/compat/proc"
)

// batch runs the lines of a batch file.
type batch struct {
	*session
	name   string
	lines  *batchReader
	realIP realIPLines
	// result is the failure of a line, or nil.
	result error
}

// runBatch runs a batch file. The file "-" is standard input.
func (s *session) runBatch(name string) error {
	file, err := s.openBatch(name)
	if err != nil {
		return failed("Cannot open file \"%s\" for reading: %s", name, strerror(err))
	}
	proc.RestoreSignals()
	s.inBatch = true
	s.adder = s.host.NewAdder()
	defer s.adder.Close()
	s.deleter = s.host.NewDeleter()
	defer s.deleter.Release()
	s.stdin = file
	b := &batch{session: s, name: name, lines: newBatchReader(file, s.program.Face != FaceIP)}
	return b.run()
}

func (s *session) openBatch(name string) (*os.File, error) {
	if name == "-" {
		return s.program.Stdin, proc.CheckStd(int(s.program.Stdin.Fd()))
	}
	return os.Open(name)
}

func (b *batch) run() error {
	defer func() { _, _ = b.endKept() }() // after an error, which comes first
	for {
		if !b.lines.pending() && !proc.Readable(int(b.stdin.Fd())) {
			b.deleter.Release() // the writer of the next line may wait for that
		}
		line, err := b.lines.next()
		if err == nil && b.program.Face == FaceIP && !IsNetns(line.words[0]) {
			if stop := b.runLater(line); stop != nil {
				return stop
			}
			continue
		}
		if stop := b.runWaiting(); stop != nil {
			return stop
		}
		switch {
		case b.lines.err != nil && !errors.Is(b.lines.err, syscall.EISDIR):
			// `ip` stops here with status 0. For both, a directory is an empty file.
			return failed("Cannot read file \"%s\": %s", b.name, strerror(b.lines.err))
		case errors.Is(err, io.EOF):
			return b.result
		case errors.Is(err, errMissingContinuation):
			b.complain(err.Error())
			return b.result
		case err != nil:
			return err
		}
		if stop := b.after(line, b.runLine(line.words)); stop != nil {
			return stop
		}
	}
}

// runLine runs one line. The object is optional, except in the face ip.
func (b *batch) runLine(words []string) error {
	switch object := words[0]; {
	case IsNetns(object):
		return b.netnsCommand(words[1:])
	case strings.HasSuffix(object, "netns"):
		// Something precedes the object, usually a byte order mark.
		return failed("Object \"%s\" is unknown, try \"%s help\".", object, b.program.Face.program())
	}
	return b.netnsCommand(words)
}

// netnsCommand runs one command. The work that the deleter has put off must be done
// before any command but another delete of one name.
func (b *batch) netnsCommand(words []string) error {
	if len(words) != 2 || CommandName(words[0]) != "delete" || strings.HasPrefix(words[1], "-") {
		b.deleter.Release()
	}
	return b.command(words)
}

// after reports the failure of a line. A result other than nil stops the batch.
func (b *batch) after(line batchLine, err error) (stop error) {
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*failure](err); ok && f.exits {
		return f
	}
	b.report(err)
	b.complain(fmt.Sprintf("Command failed %s:%d", b.name, line.last))
	return b.failedOnce()
}

// failedOnce records a failure. It stops the batch unless -force is given.
func (b *batch) failedOnce() (stop error) {
	b.result = silent(statusFailed)
	if b.opts.force {
		return nil
	}
	return b.result
}
