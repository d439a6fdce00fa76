package compat

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// batch is a file of commands that is being run.
type batch struct {
	*session
	name  string
	lines *batchReader
	// others are lines read but not run yet: the real `ip` runs them.
	others otherLines
	// result is nil until a line has failed.
	result error
}

// runBatch runs the lines of a file, "-" being standard input.
func (s *session) runBatch(name string) error {
	file, err := s.openBatch(name)
	if err != nil {
		return failed("Cannot open file \"%s\" for reading: %s", name, strerror(err))
	}
	netnsctl.RestoreSignals()
	s.inBatch = true
	s.adder = s.host.NewAdder()
	defer s.adder.Close()
	s.deleter = s.host.NewDeleter()
	defer s.deleter.Release()
	s.stdin = int(file.Fd())
	b := &batch{session: s, name: name, lines: newBatchReader(file, s.program.Face != FaceIP)}
	return b.run()
}

func (s *session) openBatch(name string) (*os.File, error) {
	if name == "-" {
		return s.program.Stdin, netnsctl.CheckStd(int(s.program.Stdin.Fd()))
	}
	file, err := os.Open(name)
	if pathErr, ok := errors.AsType[*os.PathError](err); ok {
		err = pathErr.Err
	}
	return file, err
}

func (b *batch) run() error {
	for {
		if !b.lines.pending() && !netnsctl.Readable(b.stdin) {
			b.deleter.Release() // Whoever writes the lines may want to see it gone.
		}
		line, err := b.lines.next()
		if err == nil && b.program.Face == FaceIP && !isNetns(line.words[0]) {
			b.others.add(line)
			if b.lines.pending() {
				continue // to run as many as are there at once
			}
		}
		if stop := b.runOthers(); stop != nil {
			return stop
		}
		switch {
		case b.lines.err != nil && !errors.Is(b.lines.err, syscall.EISDIR):
			// `ip` ends here with 0, with the lines before it done; a directory is
			// an empty file for both.
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

// runLine runs one line. The object is optional where the face has none.
func (b *batch) runLine(words []string) error {
	switch object := words[0]; {
	case isNetns(object):
		return b.netnsCommand(words[1:])
	case b.program.Face == FaceIP:
		return nil // has been run
	case strings.HasSuffix(object, "netns"):
		// The object with something before it: a byte order mark, mostly.
		return failed("Object \"%s\" is unknown, try \"%s help\".", object, b.program.Face.program())
	}
	return b.netnsCommand(words)
}

// netnsCommand runs one command. Only after a delete of one name may what others
// let go of wait for the next line.
func (b *batch) netnsCommand(words []string) error {
	if len(words) != 2 || !isDelete(words[0]) || strings.HasPrefix(words[1], "-") {
		b.deleter.Release()
	}
	return b.command(words)
}

func isDelete(word string) bool {
	c, ok := lookupCommand(word)
	return ok && c.names[0] == "delete"
}

// after decides whether a line's failure stops the batch: nil goes on.
func (b *batch) after(line batchLine, err error) (stop error) {
	if err == nil {
		return nil
	}
	var f *failure
	if errors.As(err, &f) && f.exits {
		return f
	}
	b.report(err)
	b.complain(fmt.Sprintf("Command failed %s:%d", b.name, line.last))
	return b.failedOnce()
}

// failedOnce remembers a failure, which stops the batch unless -force is given.
func (b *batch) failedOnce() (stop error) {
	b.result = silent(statusFailed)
	if b.opts.force {
		return nil
	}
	return b.result
}
