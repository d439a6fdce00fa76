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
	// takes reports whether the command takes all of its arguments, and whether the
	// names among them are as it needs them: see [AnswersAlone]. It is nil for a
	// command whose answer in the face netnsctl is never iproute2's.
	takes func(host netnsctl.Host, args []string, all bool) bool
}

// commands are in iproute2's order: a word is the first row that it begins, so l
// is list, s is show, list- is list-id.
var commands = [...]command{
	{names: []string{"list", "show", "lst"}, run: (*session).list, takes: takesNothing},
	{names: []string{"list-id"}, run: (*session).listID, takes: takesNSIDFilter},
	{names: []string{"help"}, run: (*session).help},
	{names: []string{"add"}, run: (*session).add, takes: takesNewName, named: true},
	{names: []string{"set"}, run: (*session).set, takes: takesNSID, named: true},
	{names: []string{"delete"}, run: (*session).delete, takes: takesName, named: true},
	{names: []string{"identify"}, run: (*session).identify, takes: takesPID},
	{names: []string{"pids"}, run: (*session).pids, takes: takesNamespace, named: true, anywhere: true},
	{names: []string{"exec"}, run: (*session).exec, takes: takesCommand, anywhere: true},
	{names: []string{"monitor"}, run: (*session).monitor, takes: takesNothing},
	{names: []string{"attach"}, run: (*session).attach, takes: takesNewNameAndPID, named: true},
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
		return wrongWords("Command \"%s\" is unknown, try \"ip netns help\".", word)
	}
	if c.named && !validFirst {
		return invalidName(args[0])
	}
	return c.run(s, args)
}

func invalidName(name string) error { return wrongWords("Invalid netns name \"%s\"", name) }
