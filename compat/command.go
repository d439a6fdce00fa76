package compat

import (
	"strings"

	"github.com/netnsctl/netnsctl/netnsctl"
)

// command is a row of iproute2's command table.
type command struct {
	names []string
	run   func(s *session, args []string) error
	// named is set if the first argument must be a name, with -all too.
	named bool
	// anywhere is set if the first argument may also be the path of a namespace
	// without a name.
	anywhere bool
	// takes reports whether the command uses all of its arguments and finds the
	// names among them: see [AnswersAlone]. It is nil if netnsctl's answer always
	// differs from iproute2's.
	takes func(host netnsctl.Host, args []string, all bool) bool
}

// commands are in iproute2's order. A word selects the first row that has a name
// with this beginning: l is list, s is show, list- is list-id.
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

// lookupCommand gives the command for a word, or nil.
func lookupCommand(word string) *command {
	if word == "" {
		return nil
	}
	for i := range commands {
		for _, name := range commands[i].names {
			if strings.HasPrefix(name, word) {
				return &commands[i]
			}
		}
	}
	return nil
}

// command runs one command. Without words it is list.
//
// `ip` checks the word after any command as a name before it looks the command
// up, except with -all, where a path would lead out of the run directory. compat
// checks the names of -all too.
func (s *session) command(words []string) error {
	if len(words) == 0 {
		return s.list(nil)
	}
	if handled, err := s.extended(words); handled || err != nil {
		return err
	}
	word, args := words[0], words[1:]
	c := lookupCommand(word)
	valid := len(args) == 0 || netnsctl.ValidName(args[0]) || c != nil && c.anywhere && s.host.Resolves(args[0])
	switch {
	case !valid && (!s.opts.all || c != nil && c.named):
		return usageError("Invalid netns name \"%s\"", args[0])
	case c == nil:
		return usageError("Command \"%s\" is unknown, try \"ip netns help\".", word)
	}
	return c.run(s, args)
}

// usage is iproute2's output of help, byte for byte.
const usage = `Usage:	ip netns list
	ip netns add NAME
	ip netns attach NAME PID
	ip netns set NAME NETNSID
	ip [-all] netns delete [NAME]
	ip netns identify [PID]
	ip netns pids NAME
	ip [-all] netns exec [NAME] cmd ...
	ip netns monitor
	ip netns list-id [target-nsid POSITIVE-INT] [nsid POSITIVE-INT]
NETNSID := auto | POSITIVE-INT`

// help fails and prints to standard error, as `ip netns help` does.
func (s *session) help([]string) error { return usageError("%s", usage) }

// showHelp is the option -help. In the face netnsctl it prints netnsctl's own help
// and succeeds.
func (s *session) showHelp(string) error {
	if s.program.Face != FaceNetnsctl || s.program.Help == nil {
		return s.help(nil)
	}
	s.out.WriteString(s.program.Help())
	return ended{}
}

// showVersion is the option -Version. Scripts search it for iproute2's version.
func (s *session) showVersion(string) error {
	s.out.WriteString("ip utility, iproute2-" + Follows + ".0+netnsctl-" + s.program.Version + "\n")
	return ended{}
}
