package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// beforeCommand answers the command lines of the face netnsctl that end before the
// command: help, the version, and mistakes in the options.
func (u *ui) beforeCommand(host netnsctl.Host, words []string) (status int, done bool) {
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
	{"-json", "JSON output"},
	{"-pretty", "JSON with one value a line"},
	{"-batch FILE", "read commands from FILE, - for standard input"},
	{"-force", "go on after an error in a batch"},
	{"-all", "every name, for delete and exec"},
	{"-color", "use colour: -color=always, auto or never"},
	{"-Version", "print the versions as ip does"},
	{"-help", "print this overview"},
}
