package compat

import (
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// command is a row of iproute2's table.
type command struct {
	names []string
	run   func(s *session, args []string) error
	// named says that the first argument is a name and nothing else, with -all
	// too.
	named bool
	// anywhere says that the first argument may also be the path of a namespace
	// that has no name.
	anywhere bool
}

// commands are in iproute2's order: a word is the first row that it begins, so l
// is list, s is show, list- is list-id.
var commands = [...]command{
	{names: []string{"list", "show", "lst"}, run: (*session).list},
	{names: []string{"list-id"}, run: (*session).listID},
	{names: []string{"help"}, run: (*session).help},
	{names: []string{"add"}, run: (*session).add, named: true},
	{names: []string{"set"}, run: (*session).set, named: true},
	{names: []string{"delete"}, run: (*session).delete, named: true},
	{names: []string{"identify"}, run: (*session).identify},
	{names: []string{"pids"}, run: (*session).pids, named: true, anywhere: true},
	{names: []string{"exec"}, run: (*session).exec, anywhere: true},
	{names: []string{"monitor"}, run: (*session).monitor},
	{names: []string{"attach"}, run: (*session).attach, named: true},
}

func lookupCommand(word string) (c *command, ok bool) {
	if word == "" {
		return nil, false
	}
	for i := range commands {
		c := &commands[i]
		for _, name := range c.names {
			if strings.HasPrefix(name, word) {
				return c, true
			}
		}
	}
	return nil, false
}

// command runs one command; no words are the command list.
//
// `ip` checks the word after the command as a name before it looks at the
// command, whatever that is, but not with -all: there a path leads out of the
// run directory. We check the names of -all too.
func (s *session) command(words []string) error {
	if len(words) == 0 {
		return s.list(nil)
	}
	if handled, err := s.extended(words); handled || err != nil {
		return err
	}
	word, args := words[0], words[1:]
	c, ok := lookupCommand(word)
	validFirst := len(args) == 0 || netnsctl.ValidName(args[0]) || ok && c.anywhere && s.host.Resolves(args[0])
	if !s.opts.all && !validFirst {
		return invalidName(args[0])
	}
	if !ok {
		return wrongWords("Command \"%s\" is unknown, try \"%s help\".", word, s.program.Face.program())
	}
	if c.named && !validFirst {
		return invalidName(args[0])
	}
	return c.run(s, args)
}

func invalidName(name string) error { return wrongWords("Invalid netns name \"%s\"", name) }
