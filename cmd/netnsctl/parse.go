package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// usageError is a mistake in the command line. The command has done nothing then.
type usageError struct{ error }

func misuse(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// The results of parse for the flags that every command has.
var (
	errHelpWanted    = errors.New("help is wanted")
	errVersionWanted = errors.New("the version is wanted")
)

// line is the parsed words after a command.
type line struct {
	flags []string // "--name=value", or "--name" for a switch
	args  []string
	// implied are the flags that options before the command stand for.
	implied []string
}

// given reports whether a flag is typed or implied.
func (l *line) given(name string) bool { return slices.Contains(l.implied, name) || l.typed(name) }

// typed reports whether a flag stands after the command.
func (l *line) typed(name string) bool {
	return slices.ContainsFunc(l.flags, func(word string) bool {
		flag, _, _ := strings.Cut(word, "=")
		return flag == "--"+name
	})
}

// parse reads the words after a command. Each word must be a flag, the value of a
// flag, or an argument; "--" ends the flags.
func (c *command) parse(words []string, implied ...string) (line, error) {
	l := line{implied: implied}
	var first error // reported after the loop: a later word may ask for help
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "--":
			l.args = append(l.args, words[i+1:]...)
			i = len(words)
		case word == "--help" || word == "-h":
			return l, errHelpWanted
		case word == "--version":
			return l, errVersionWanted
		case len(word) > 1 && word[0] == '-':
			taken, err := c.takeFlag(&l, word, words[i+1:])
			if first == nil {
				first = err
			}
			i += taken
		case c.flagsFirst:
			rest := words[i:]
			if c.argsWith(l.given)[0] == "NAMESPACE" {
				var err error
				if rest, err = c.afterName(rest); err != nil {
					return l, err
				}
			}
			l.args = append(l.args, rest...)
			i = len(words)
		default:
			l.args = append(l.args, word)
		}
	}
	if first != nil {
		return l, first
	}
	return l, c.checkNeeds(&l)
}

// takeFlag reads a flag and its value. taken is the number of words after the flag
// that belong to it.
func (c *command) takeFlag(l *line, word string, after []string) (taken int, err error) {
	name, value, hasValue := strings.Cut(word, "=")
	f := c.flag(name)
	switch {
	case f == nil:
		return 0, c.unknownFlag(name)
	case f.Value == "" && hasValue:
		return 0, misuse("option %s takes no value", name)
	case f.Value == "":
		l.flags = append(l.flags, "--"+f.Name)
		return 0, nil
	case f.Optional && !hasValue:
		// "--wait 20" is "--wait=20". A name that looks like a duration stands after "--". A signal
		// is in the same word.
		if len(after) == 0 || f.Value != "SEC" || checkDuration(after[0]) != nil {
			l.flags = append(l.flags, "--"+f.Name+"=")
			return 0, nil
		}
		value, taken = after[0], 1
	case !hasValue:
		if len(after) == 0 || after[0] == "--" || c.flag(after[0]) != nil {
			return 0, misuse("option %s needs a value: %s", name, f.Value)
		}
		value, taken = after[0], 1
	}
	if err := f.check(value); err != nil {
		return taken, misuse("option %s: %w", name, err)
	}
	if l.typed(f.Name) && !f.repeated {
		return taken, misuse("option %s is given twice", name)
	}
	l.flags = append(l.flags, "--"+f.Name+"="+value)
	return taken, nil
}

// checkNeeds refuses a flag that would have no effect: without a flag that it needs,
// or beside a flag that it excludes.
func (c *command) checkNeeds(l *line) error {
	for _, f := range c.Flags {
		if !l.given(f.Name) {
			continue
		}
		if len(f.Needs) > 0 && l.typed(f.Name) && !slices.ContainsFunc(f.Needs, l.given) {
			return misuse("option --%s needs --%s", f.Name, strings.Join(f.Needs, " or --"))
		}
		if i := slices.IndexFunc(f.Excludes, l.given); i >= 0 {
			return misuse("options --%s and --%s exclude each other", f.Name, f.Excludes[i])
		}
	}
	return nil
}

// afterName reads "NAMESPACE COMMAND..." of exec. A word with a dash in the place of
// COMMAND is a misplaced flag: the names of programs do not begin with a dash.
func (c *command) afterName(words []string) ([]string, error) {
	if len(words) < 2 || len(words[1]) < 2 || words[1][0] != '-' {
		return words, nil
	}
	switch words[1] {
	case "--":
		return slices.Concat(words[:1], words[2:]), nil
	case "--help", "-h":
		return nil, errHelpWanted
	case "--version":
		return nil, errVersionWanted
	}
	name, _, _ := strings.Cut(words[1], "=")
	if c.flag(name) != nil {
		return nil, misuse("put option %s before NAMESPACE", name)
	}
	return nil, c.unknownFlag(name)
}

// withoutNSIDs removes the nsid that list prints after a name, as in "blue (id: 7)",
// from the arguments that stand for a namespace. The nsid may be in the same word or
// in the next two. A name that exists is left as it is.
func (c *command) withoutNSIDs(host netnsctl.Host, l *line) {
	wanted := c.argsWith(l.given)
	var args []string
	for i := 0; i < len(l.args); i++ {
		word := l.args[i]
		if at := min(len(args), len(wanted)-1); at < 0 || !kinds()[argumentKind(wanted[at])].listed {
			args = append(args, word)
			continue
		}
		if at := strings.LastIndex(word, " (id: "); at > 0 && isNSIDTail(word[at+len(" (id: "):]) && !host.IsName(word) {
			word = word[:at]
		}
		args = append(args, word)
		if i+2 < len(l.args) && l.args[i+1] == "(id:" && isNSIDTail(l.args[i+2]) {
			i += 2
		}
	}
	l.args = args
}

// isNSIDTail reports whether a text is digits and a closing parenthesis.
func isNSIDTail(text string) bool {
	digits, closed := strings.CutSuffix(text, ")")
	return closed && digits != "" && isDigits(digits)
}

// isDigits reports whether a text has no character but digits.
func isDigits(text string) bool { return strings.Trim(text, "0123456789") == "" }

// checkArgs compares the number of arguments with what the command takes.
func (c *command) checkArgs(l line) error {
	wanted := c.argsWith(l.given)
	least, most := 0, len(wanted)
	for _, arg := range wanted {
		if !strings.HasPrefix(arg, "[") {
			least++
		}
		if isRepeated(arg) {
			most = max(most, len(l.args))
		}
	}
	for i, word := range l.args {
		// The words of exec's COMMAND may be empty.
		if word == "" && (i == 0 || !c.flagsFirst) {
			return misuse("an argument is empty")
		}
	}
	switch {
	case len(l.args) < least:
		return misuse("%s is missing", strings.Trim(wanted[len(l.args)], "[]."))
	case len(l.args) > most:
		return misuse("unexpected argument %s", quote(l.args[most]))
	}
	return nil
}

// beforeCommand answers the command lines of the face netnsctl that end before the
// command: help, the version, and mistakes in the options.
func (u *ui) beforeCommand(program compat.Program, words []string) (status int, done bool) {
	host := program.Host
	prefix, err := compat.ReadPrefix(words)
	rest := prefix.Rest
	unknown, isUnknown := errors.AsType[compat.UnknownOption](err)
	missing, isMissing := errors.AsType[compat.MissingValue](err)
	badValue, isBadValue := errors.AsType[compat.BadValue](err)
	switch {
	case isUnknown && unknown == "version" && len(rest) > 1:
		err = misuse("unexpected argument %s", quote(rest[1]))
	case isUnknown && unknown == "version":
		return u.answer(versionText()), true
	case isBadValue:
		err = misuse("option -%s: invalid value %s", badValue.Option, quote(badValue.Value))
	case err == nil && prefix.ShortHuman && !prefix.Batch && len(rest) == 0:
		return u.answer(overview()), true
	case err == nil && prefix.ShortHuman && len(rest) > 0 && !takesHuman(rest[0]):
		return u.helpFor(rest[:1]), true
	case prefix.Help && len(rest) > 0:
		return u.helpFor(rest), true
	case isUnknown:
		err = unknownOption("-"+string(unknown), rest[1:])
	case isMissing:
		err = misuse("option -%s needs a value", missing.Option)
	case program.RunDirErr != nil:
		err = usageError{program.RunDirErr}
	case prefix.Batch && len(rest) > 0:
		err = misuse("unexpected argument %s: the commands come from the batch file", quote(rest[0]))
	case prefix.Netns != "" && isMissingNamespace(host, prefix.Netns):
		u.note("%v", noNamespace(host, prefix.Netns, "-netns"))
		return statusFailed, true
	default:
		return 0, false
	}
	return u.misused(err, "help"), true
}

// takesHuman reports whether -h before a command is iproute2's option -human. So it
// is before the commands that only print; before any other command it means help.
func takesHuman(command string) bool {
	row := lookupAny(command)
	return row != nil && slices.Contains([]string{"list", "list-id", "identify", "pids", "monitor"}, row.name)
}

// helpFor prints the help of the command that follows the option -help.
func (u *ui) helpFor(words []string) int {
	row := lookupAny(words[0])
	switch {
	case row == nil:
		return u.misused(unknownCommand(words[0]), "help")
	case len(words) > 1:
		return u.misused(misuse("unexpected argument %s", quote(words[1])), "help")
	}
	return u.answer(row.help())
}

// answer prints a text and gives the exit status.
func (u *ui) answer(text string) int {
	u.print(text)
	if u.writeFailed() {
		return statusFailed
	}
	return 0
}

// optionHelp is the meaning of an option before the command.
func optionHelp(name string) string {
	for _, row := range optionTexts {
		if word, _, _ := strings.Cut(row[0], " "); word == "-"+name {
			return row[1]
		}
	}
	return "accepted as by ip; no effect"
}

// optionTexts are the options before the command that have an effect.
var optionTexts = [][2]string{
	{"-netns NAMESPACE", "run the command as if inside this namespace"},
	{"-run-dir DIR", "the names are in DIR, not in /run/netns (no abbreviation)"},
	{"-json", "JSON output"},
	{"-pretty", "JSON with one value a line"},
	{"-batch FILE", "read commands from FILE, - for standard input"},
	{"-force", "go on after an error in a batch"},
	{"-all", "every name, for delete and exec"},
	{"-color", "use colour: -color=always, auto or never"},
	{"-Version", "print the versions as ip does"},
	{"-help", "print this overview"},
}
