package compat

import (
	"errors"
	"os"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// runBatch runs the lines of a file, "-" being standard input.
func (s *session) runBatch(name string) error {
	file, err := s.openBatch(name)
	if err != nil {
		return failed("Cannot open file \"%s\" for reading: %s", name, strerror(err))
	}
	s.inBatch = true
	s.stdin = int(file.Fd())
	lines := newBatchReader(file)
	var result error
	for {
		words, err := lines.next()
		if err != nil {
			return err
		}
		if words == nil {
			break
		}
		err = s.batchLine(words)
		var f *failure
		if err == nil {
			continue
		}
		if errors.As(err, &f) && f.exits {
			return f
		}
		s.report(err)
		s.complain(lines.where(name))
		result = silent(statusFailed)
		if !s.opts.force {
			break
		}
	}
	return result
}

func (s *session) batchLine(words []string) error {
	if isNetns(words[0]) {
		words = words[1:]
	}
	return s.command(words)
}

func (s *session) openBatch(name string) (*os.File, error) {
	if name == "-" {
		return s.program.Stdin, netnsctl.CheckStd(int(s.program.Stdin.Fd()))
	}
	file, err := os.Open(name)
	var pathErr *os.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return file, err
}
