package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/completion"
	"github.com/netnsctl/netnsctl/cmd/netnsctl/early"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
	"github.com/netnsctl/netnsctl/netnsctl/discover"
)

func (u *ui) completionCommand(call compat.Call) *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print the completion script of a shell",
		UsageText: "netnsctl completion [--ip] bash|zsh|fish",
		Description: "For this shell only:  eval \"$(netnsctl completion bash)\"\n" +
			"                      netnsctl completion fish | source\n" +
			"Exit status: 0 done, 1 failed, 2 wrong words.",
		HideHelpCommand: true,
		OnUsageError:    usageError,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "ip", Usage: "answer for \"ip netns\", too"},
			&cli.StringFlag{Name: "answer", Hidden: true},
			&cli.StringFlag{Name: "breaks", Hidden: true},
			&cli.BoolFlag{Name: "listing", Hidden: true},
		},
		Action: func(c *cli.Context) error {
			if shell := c.String("answer"); shell != "" {
				u.answer(call, shell, c)
				return nil
			}
			script, forIP := completion.Script(c.Args().First())
			if c.NArg() != 1 || script == "" {
				return wrongWords{fmt.Errorf("the shell is needed: bash, zsh or fish")}
			}
			if c.Bool("ip") {
				script += forIP
			}
			u.print(script)
			return nil
		},
	}
}

// answer is what a script asks for: in bash with the line, else with its words.
func (u *ui) answer(call compat.Call, shell string, c *cli.Context) {
	table := u.completionTable(call)
	if shell == "bash" {
		u.print(table.BashLine(c.Args().First(), c.String("breaks"), c.Bool("listing")))
		return
	}
	u.print(table.Complete(c.Args().Slice()).Text())
}

// completionTable is made from iproute2's grammar, the App and a few words more.
func (u *ui) completionTable(call compat.Call) *completion.Table {
	t := &completion.Table{Live: live{call.Host}}
	for _, name := range compat.Options() {
		t.Options = append(t.Options, completion.Word{Text: name, Help: optionHelp(name)})
	}
	app := u.app(call)
	for _, name := range compat.Commands() {
		c := completion.Command{Word: completion.Word{Text: name, Help: commandHelp(name)}, Args: oldArgs(name)}
		if extension := app.Command(name); extension != nil {
			c.Flags, c.FlaggedArgs = flags(extension), newArgs(name)
		}
		t.Commands = append(t.Commands, c)
	}
	for _, extension := range app.Commands {
		if early.IsCommand(extension.Name) {
			t.Commands = append(t.Commands, completion.Command{
				Word: completion.Word{Text: extension.Name, Help: extension.Usage}, New: true,
				Args: newArgs(extension.Name), Flags: flags(extension),
			})
		}
	}
	return t
}

// flags are those of a command that its help shows.
func flags(command *cli.Command) (all []completion.Flag) {
	for _, f := range command.VisibleFlags() {
		usage := f.(cli.DocGenerationFlag).GetUsage()
		_, value, _ := strings.Cut(usage, "`")
		value, _, _ = strings.Cut(value, "`")
		for _, name := range f.Names() {
			word := "--" + name
			if len(name) == 1 {
				word = "-" + name
			}
			all = append(all, completion.Flag{
				Word:    completion.Word{Text: word, Help: strings.ReplaceAll(usage, "`", "")},
				Trigger: early.IsFlag(command.Name, word),
				Value:   flagValue(command.Name, value, f),
			})
		}
	}
	return all
}

// live is what there is on the host.
type live struct{ host netnsctl.Host }

// Names gives the names.
func (l live) Names() (words []completion.Word) {
	names, err := l.host.Names()
	if err != nil {
		return nil
	}
	slices.Sort(names)
	for _, name := range names {
		words = append(words, completion.Word{Text: name})
	}
	return words
}

// Processes gives the pids with their commands.
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

// Leaks gives what list --stale does.
func (l live) Leaks() (words []completion.Word) {
	netnsctl.UseAllProcessors()
	snap, err := discover.Scan(l.host, discover.Options{})
	if err != nil {
		return nil
	}
	defer snap.Close()
	for _, r := range listRows(snap, false, false) {
		for word := range strings.Lines(r.quiet()) {
			words = append(words, completion.Word{Text: strings.TrimSuffix(word, "\n"), Help: r.reason})
		}
	}
	return words
}
