package main

import (
	"slices"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/completion"
	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

// completion prints the completion script of a shell.
func (u *ui) completion(_ compat.Call, c *cli.Context) error {
	script, forIP := completion.Script(c.Args().First())
	if script == "" {
		return misuse("unknown shell %s (bash, zsh, fish)", quote(c.Args().First()))
	}
	if c.Bool("ip") {
		script += forIP
	}
	u.print(script)
	return nil
}

// complete prints the words that a completion script asks for. The script of bash
// passes "bash", whether bash will list the words, the characters at which bash
// breaks words, and the line. Other scripts pass the shell and the words of the line.
func (u *ui) complete(call compat.Call, _ *cli.Context) error {
	words := call.Args
	table := completionTable(call.Host)
	switch {
	case len(words) == 4 && words[0] == "bash":
		u.print(table.BashLine(words[3], words[2], words[1] != ""))
	case len(words) > 1:
		u.print(table.Complete(words[1:]).Text())
	}
	return nil
}

// completionTable has the options of iproute2 and the rows of the table of commands.
func completionTable(host netnsctl.Host) *completion.Table {
	t := &completion.Table{Live: live{host}}
	for _, name := range compat.Options() {
		t.Options = append(t.Options, completion.Word{Text: name, Help: optionHelp(name)})
	}
	for _, c := range visibleCommands() {
		t.Commands = append(t.Commands, completion.Command{
			Word: completion.Word{Text: c.name, Help: c.Short}, Args: c.values, Flags: c.completions(), FlagsFirst: c.flagsFirst,
		})
	}
	return t
}

// values are the completions of the arguments, by their place.
func (c *command) values(given func(flag string) bool) (all []completion.Value) {
	args := c.argsWith(given)
	for _, arg := range args {
		all = append(all, kinds()[argumentKind(arg)].complete)
	}
	if len(args) > 0 && !isRepeated(args[len(args)-1]) {
		all = append(all, completion.Nothing)
	}
	return all
}

// completions are the flags of the command, one for each way to write the flag.
func (c *command) completions() (all []completion.Flag) {
	for i := range c.Flags {
		f := &c.Flags[i]
		for _, word := range f.words() {
			all = append(all, completion.Flag{Word: completion.Word{Text: word, Help: f.Help}, Value: f.complete(), Optional: f.Optional})
		}
	}
	for _, f := range commonFlags {
		all = append(all, completion.Flag{Word: completion.Word{Text: "--" + f.Name, Help: f.Help}})
	}
	return all
}

// live reads the words that depend on the host.
type live struct{ host netnsctl.Host }

// In gives what exists where the names are in another directory.
func (l live) In(runDir string) completion.Live {
	l.host.RunDir = runDir
	return l
}

// Names gives the names.
func (l live) Names() (words []completion.Word) {
	names, err := l.host.Names()
	if err != nil {
		return nil
	}
	slices.SortFunc(names, term.Natural)
	for _, name := range names {
		words = append(words, completion.Word{Text: name})
	}
	return words
}

// Processes gives the PIDs with their commands.
func (l live) Processes() (words []completion.Word) {
	processes, err := l.host.Processes()
	if err != nil {
		return nil
	}
	for _, p := range processes {
		words = append(words, completion.Word{Text: strconv.Itoa(p.PID), Help: p.Command})
	}
	return words
}

// Leaks gives what list --stale prints.
func (l live) Leaks() (words []completion.Word) {
	snap, err := discover.Scan(l.host, discover.Options{})
	if err != nil {
		return nil
	}
	defer snap.Close()
	for _, r := range listRows(snap, false, false) {
		if len(r.names) == 0 {
			words = append(words, completion.Word{Text: r.ns.String(), Help: r.reason})
		}
		for _, name := range r.names {
			words = append(words, completion.Word{Text: name, Help: r.reason})
		}
	}
	return words
}

// Topics gives the commands.
func (l live) Topics() (words []completion.Word) {
	for _, c := range visibleCommands() {
		words = append(words, completion.Word{Text: c.name, Help: c.Short})
	}
	return words
}
