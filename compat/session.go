package compat

import (
	"errors"
	"fmt"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// session is the state of one call: what its options said so far.
type session struct {
	program Program
	host    netnsctl.Host
	out     *output
	opts    options
	// passOn are the option words that another program has to see, too.
	passOn []string
	// stdin is what a child gets as its standard input.
	stdin     int
	nsidNames nsidNames
	// inBatch says that words come from the lines of a file.
	inBatch bool
	// adder and deleter are what a batch adds and deletes names with.
	adder   *netnsctl.Adder
	deleter *netnsctl.Deleter
}

// run does what the words say, without the program's name.
func (s *session) run(argv []string) error {
	if err := netnsctl.DropCapabilities(); err != nil {
		return s.fail("", err)
	}
	words := argv[min(1, len(argv)):]
	if s.program.Face == FaceIP && !isOurs(argv) {
		return s.handOver(argv)
	}
	words, err := s.readOptions(words)
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

// readOptions acts on each option in turn, as `ip` does: -netns enters at once,
// -Version ends the call before later options are looked at.
func (s *session) readOptions(words []string) ([]string, error) {
	for {
		o, value, rest, err := nextOption(words)
		if err != nil {
			return nil, s.optionFailure(err)
		}
		if o == nil {
			return rest, nil
		}
		if o.name != "netns" && o.name != "batch" {
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
		return wrongWords("%s", missing)
	}
	return wrongWords("%s, try \"%s -help\".", err, s.program.Face.program())
}

// enter is the option -netns.
func (s *session) enter(name string) error {
	if err := s.host.Enter(name); err != nil {
		return s.leave(statusUsage, "", err)
	}
	return nil
}

// end says what is left to say and gives the exit status.
func (s *session) end(err error) int {
	status := s.report(err)
	if err := s.out.flush(); err != nil {
		return s.report(err)
	}
	return status
}

// report says why a command failed and gives its status.
func (s *session) report(err error) int {
	var f *failure
	switch {
	case err == nil || errors.Is(err, ended{}):
		return 0
	case errors.As(err, &f):
		if f.text != "" {
			s.complain(f.text)
		}
		return f.status
	}
	s.complain(err.Error())
	return statusFailed
}

// complain writes a line to standard error.
func (s *session) complain(line string) { fmt.Fprintln(s.program.Stderr, line) }

// fail is a command's failure with status 1, in iproute2's words.
func (s *session) fail(command string, err error) error {
	return s.leave(statusFailed, command, err)
}

func (s *session) leave(status int, command string, err error) error {
	if e := opError(err); e != nil {
		return &failure{status: status, text: s.words(command, e)}
	}
	return err
}

func opError(err error) *netnsctl.OpError {
	var e *netnsctl.OpError
	errors.As(err, &e)
	return e
}
