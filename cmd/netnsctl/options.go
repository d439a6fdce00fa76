package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// beforeCommand answers command lines of the face netnsctl that end before the
// command: help, the version, and mistakes in the options.
func (u *ui) beforeCommand(host netnsctl.Host, words []string) (status int, done bool) {
	prefix, err := compat.ReadPrefix(words)
	unknown, isUnknown := errors.AsType[compat.UnknownOption](err)
	missing, isMissing := errors.AsType[compat.MissingValue](err)
	badValue, isBadValue := errors.AsType[compat.BadValue](err)
	switch {
	case isUnknown && unknown == "version" && len(prefix.Rest) > 1:
		return u.misused(misuse("unexpected argument %s", quote(prefix.Rest[1])), "help"), true
	case isUnknown && unknown == "version":
		u.print(versionText())
		return u.written(), true
	case isBadValue:
		return u.misused(misuse("option -%s: invalid value %s", badValue.Option, quote(badValue.Value)), "help"), true
	case err == nil && prefix.ShortHuman && !prefix.Batch && len(prefix.Rest) == 0:
		u.print(overview())
		return u.written(), true
	case err == nil && prefix.ShortHuman && len(prefix.Rest) > 0 && !takesHuman(prefix.Rest[0]):
		return u.helpFor(prefix.Rest[:1]), true
	case prefix.Help && len(prefix.Rest) > 0:
		return u.helpFor(prefix.Rest), true
	case isUnknown:
		return u.misused(unknownOption("-"+string(unknown), prefix.Rest[1:]), "help"), true
	case isMissing:
		return u.misused(misuse("option -%s needs a value", missing.Option), "help"), true
	case prefix.Batch && len(prefix.Rest) > 0:
		return u.misused(misuse("unexpected argument %s: the commands come from the batch file", quote(prefix.Rest[0])), "help"), true
	case prefix.Netns != "" && isMissingNamespace(host, prefix.Netns):
		u.note("%v", u.noNamespace(host, prefix.Netns, "-netns"))
		return statusFailed, true
	}
	return 0, false
}

// takesHuman reports whether -h before a command is iproute2's -human: before the
// commands of iproute2's that only look. Before any other it is meant for help.
func takesHuman(command string) bool {
	row := lookupAny(command)
	return row != nil && slices.Contains([]string{"list", "list-id", "identify", "pids", "monitor"}, row.name)
}

// helpFor shows the help of the command that follows the option -help.
func (u *ui) helpFor(words []string) int {
	row := lookupAny(words[0])
	switch {
	case row == nil:
		return u.misused(unknownCommand(words[0]), "help")
	case len(words) > 1:
		return u.misused(misuse("unexpected argument %s", quote(words[1])), "help")
	}
	u.print(row.help())
	return u.written()
}

// written is the status after an answer on standard output.
func (u *ui) written() int {
	if u.broken != nil {
		u.note("write error: %v", bare(u.broken))
		return statusFailed
	}
	return 0
}

// optionHelp says what an option before the command does.
func optionHelp(name string) string {
	i := slices.IndexFunc(optionTexts, func(row [2]string) bool {
		word, _, _ := strings.Cut(strings.TrimPrefix(row[0], "-"), " ")
		return word == name
	})
	if i < 0 {
		return "accepted as by ip; no effect"
	}
	return optionTexts[i][1]
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
