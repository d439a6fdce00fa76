package compat

import (
	"errors"
	"fmt"
	"os"

	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// session is the state of one call.
type session struct {
	program Program
	host    netnsctl.Host
	out     *output
	opts    options
	// passOn are the options that the real `ip` gets, too.
	passOn []string
	// stdin is the standard input of child processes.
	stdin     *os.File
	nsidNames nsidNames
	// inBatch is set while the lines of a batch file run. Their names are added and
	// deleted by adder and deleter, which are nil otherwise.
	inBatch bool
	adder   *netnsctl.Adder
	deleter *netnsctl.Deleter
}

// run executes a command line.
func (s *session) run(argv []string) error {
	if err := proc.DropCapabilities(); err != nil {
		return failed("Failed to drop capabilities: %s", strerror(err))
	}
	if s.program.Face == FaceIP && !isForNetns(argv) {
		if p, _ := ReadPrefix(argv[min(1, len(argv)):]); len(p.RunDirs) > 0 {
			return usageError("netnsctl: --%s is for the object netns only: the real ip looks for names in its own directory", runDirOption)
		}
		return s.execRealIP(argv)
	}
	if s.program.RunDirErr != nil {
		return usageError("netnsctl: %v", s.program.RunDirErr)
	}
	words, err := s.readOptions(argv[min(1, len(argv)):])
	if err != nil {
		return err
	}
	if s.opts.hasBatch {
		return s.runBatch(s.opts.batch)
	}
	if s.program.Face == FaceIP {
		words = words[1:] // the object
	}
	return s.command(words)
}

// readOptions applies one option after the other, as `ip` does: -netns enters the
// namespace at once, and -Version ends the call before `ip` sees later options.
func (s *session) readOptions(words []string) (rest []string, err error) {
	for {
		o, value, rest, err := nextOption(words)
		if err != nil {
			return nil, s.optionFailure(err)
		}
		if o == nil {
			return rest, nil
		}
		if o.name != "netns" && o.name != "batch" && o.name != runDirOption {
			s.passOn = append(s.passOn, words[:len(words)-len(rest)]...)
		}
		if o.set != nil {
			if err := o.set(s, value); err != nil {
				return nil, err
			}
		}
		words = rest
	}
}

func (s *session) optionFailure(err error) error {
	if missing, ok := errors.AsType[MissingValue](err); ok {
		if missing.Option == "netns" {
			return s.enter("(null)")
		}
		return usageError("%s", missing)
	}
	return usageError("%s, try \"%s -help\".", err, s.program.Face.program())
}

// enter is the option -netns.
func (s *session) enter(name string) error {
	if err := s.host.Enter(name); err != nil {
		return s.failWith(statusUsage, "", err)
	}
	return nil
}

// finish prints the error, flushes the output and gives the exit status.
func (s *session) finish(err error) int {
	status := s.report(err)
	if err := s.out.flush(); err != nil {
		return s.report(err)
	}
	return status
}

// report prints why a command failed and gives its exit status.
func (s *session) report(err error) int {
	var f *failure
	switch {
	case err == nil || errors.Is(err, ended{}):
		return 0
	case errors.As(err, &f):
		if f.text != "" {
			s.complain(f.text)
		}
		if f.cause != nil && netnsctl.AtLimit(f.cause) && s.program.AtLimit != nil && !s.inBatch {
			s.program.AtLimit(f.cause)
		}
		return f.status
	}
	s.complain(err.Error())
	return statusFailed
}

// complain prints a line to standard error.
func (s *session) complain(line string) { fmt.Fprintln(s.program.Stderr, line) }
