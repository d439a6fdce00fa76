package main

import (
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// netnsVariable tells the programs in a shell which namespace it is in.
const netnsVariable = "NETNS"

// shell replaces the process by a shell in a namespace.
func (u *ui) shell(call compat.Call, c *cli.Context) error {
	setup, err := setupOf(c)
	if err != nil {
		return usageError{err}
	}
	return u.startShell(call, c.Args().First(), setup, c.String("shell"))
}

// startShell starts the user's shell, or the program that was chosen by --shell, in
// the namespace that name stands for, or in the only one that has a name where name
// is empty.
func (u *ui) startShell(call compat.Call, name string, setup netnsctl.Setup, program string) error {
	if name == "" {
		var err error
		if name, err = onlyName(call.Host); err != nil {
			return err
		}
	}
	if isMissingNamespace(call.Host, name) {
		return u.noNamespace(call.Host, name, "shell")
	}
	start, err := newShellStart(program, setup.User)
	if err != nil {
		return err
	}
	stdin := 0
	if call.Batch {
		stdin = call.Stdin
	}
	shown := shownName(call.Host, name)
	if netnsctl.IsTerminal(stdin) && netnsctl.IsTerminal(2) {
		if err := start.showName(shown); err != nil {
			return err
		}
	}
	defer start.close()
	setup.Folder = start.folder
	setup.Env = slices.Concat(setup.Env, start.env, []string{netnsVariable + "=" + shown})
	return u.start(call, name, start.argv, setup)
}

// onlyName gives the name where there is one only.
func onlyName(host netnsctl.Host) (string, error) {
	names, err := namesOn(host)
	if err != nil {
		return "", err
	}
	const most = 20
	slices.SortFunc(names, term.Natural)
	switch {
	case len(names) == 1:
		return names[0], nil
	case len(names) == 0:
		return "", misuse("NAMESPACE is missing: no namespace has a name")
	case len(names) > most:
		return "", misuse("NAMESPACE is missing; choose one of: %s and %d more", quoteAll(names[:most], ", "), len(names)-most)
	}
	return "", misuse("NAMESPACE is missing; choose one of: %s", quoteAll(names, ", "))
}

// shownName is a name of the namespace that a word stands for, or the word where it
// has none.
func shownName(host netnsctl.Host, word string) string {
	if host.IsName(word) {
		return word
	}
	id, _, err := host.Identity(word)
	if err != nil {
		return word
	}
	names, err := host.NamesOf(id)
	if err != nil || len(names) == 0 {
		return word
	}
	return slices.Min(names)
}
