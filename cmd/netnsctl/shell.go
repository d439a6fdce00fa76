package main

import (
	_ "embed"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

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
	id, err := host.Identity(word)
	if err != nil {
		return word
	}
	names, err := host.NamesOf(id.ID)
	if err != nil || len(names) == 0 {
		return word
	}
	return slices.Min(names)
}

// shellStart is how a shell is started.
type shellStart struct {
	argv, env []string
	uid       int // who the shell runs as
	folder    *netnsctl.Folder
}

// The start files put the name into the prompt, after the user's own start files
// and the user's own commands for the prompt. FD, PREFIX and RESTORE_ZDOTDIR in them
// are replaced.
var (
	//go:embed shellstart/bashrc
	bashStart string
	//go:embed shellstart/zshenv
	zshStart string
	//go:embed shellstart/config.fish
	fishStart string
)

// showName has the prompt of the shell begin with a name. Start files are in a
// directory in memory, so that nothing stays behind however the shell ends.
func (s *shellStart) showName(name string) error {
	label := promptLabel(name)
	s.dropOuterName()
	switch kind := shellKind(s.argv[0]); kind {
	case "fish":
		s.argv = append(s.argv, "--init-command", strings.ReplaceAll(fishStart, "PREFIX", quoteForShell(prefix(label))))
	case "bash", "zsh":
		folder, err := netnsctl.NewFolder()
		if err != nil {
			return err
		}
		if _, err := os.Stat(folder.Path()); err != nil {
			folder.Close()
			return nil // Without a procfs the shell would not find its start files.
		}
		s.folder = folder
		if kind == "bash" {
			s.useBash(label)
		} else {
			s.useZsh(label)
		}
	default:
		s.usePS1(label)
	}
	return nil
}

func (s *shellStart) useBash(label string) {
	s.folder.Files["bashrc"] = strings.NewReplacer(
		"FD", fmt.Sprint(s.folder.FD()), "PREFIX", quoteForShell(prefix(label))).Replace(bashStart)
	s.argv = append(s.argv, "--rcfile", s.folder.Path()+"/bashrc")
}

func (s *shellStart) useZsh(label string) {
	zdotdir := "unset ZDOTDIR"
	if own, ok := s.getenv("ZDOTDIR"); ok {
		zdotdir = "ZDOTDIR=" + quoteForShell(own)
	}
	s.folder.Files[".zshenv"] = strings.NewReplacer(
		"FD", fmt.Sprint(s.folder.FD()), "PREFIX", quoteForShell(zshPrefix(label)), "RESTORE_ZDOTDIR", zdotdir).Replace(zshStart)
	s.env = append(s.env, "ZDOTDIR="+s.folder.Path())
}

// usePS1 is for shells that take their prompt from the environment, unless a start
// file changes it.
func (s *shellStart) usePS1(label string) {
	ps1, ok := s.getenv("PS1")
	if !ok {
		ps1 = "$ "
		if s.uid == 0 {
			ps1 = "# "
		}
	}
	s.env = append(s.env, "PS1="+prefix(label)+ps1)
}

// dropOuterName takes the name of the namespace around out of a prompt in the
// environment: the prompt shows the namespace that the shell is in.
func (s *shellStart) dropOuterName() {
	outer, ok := netnsctl.Getenv(netnsVariable)
	if !ok {
		return
	}
	label := promptLabel(outer)
	for _, name := range []string{"PS1", "PROMPT"} {
		text, _ := netnsctl.Getenv(name)
		for _, before := range []string{prefix(label), zshPrefix(label)} {
			if rest, found := strings.CutPrefix(text, before); found {
				s.env = append(s.env, name+"="+rest)
				break
			}
		}
	}
}

// getenv gives the value that a variable has in the shell.
func (s *shellStart) getenv(name string) (value string, ok bool) {
	value, ok = netnsctl.Getenv(name)
	for _, change := range s.env {
		if changed, text, sets := strings.Cut(change, "="); changed == name {
			value, ok = text, sets
		}
	}
	return value, ok
}

func (s *shellStart) close() {
	if s.folder != nil {
		s.folder.Close()
	}
}

// shellKind is the name of a shell without its version: zsh of zsh-5.9.
func shellKind(file string) string { return strings.TrimRight(path.Base(file), "-.0123456789") }

func prefix(label string) string { return "(" + label + ") " }

// zshPrefix is prefix for zsh, where % begins a sequence of the prompt.
func zshPrefix(label string) string { return strings.ReplaceAll(prefix(label), "%", "%%") }

// quoteForShell is a text as one word of bash and zsh. In fish it is one where the
// text has no single quote.
func quoteForShell(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// promptLabel is a name as it stands in a prompt. Bytes that a terminal may obey,
// characters that a shell may expand in its prompt, and quotes are written as %XX,
// as in a URL. So the label means itself in single and double quotes, and in every
// prompt but that of zsh.
func promptLabel(name string) string {
	var b strings.Builder
	for len(name) > 0 {
		_, size := utf8.DecodeRuneInString(name)
		char := name[:size]
		name = name[size:]
		if escape(char) == char && !strings.Contains("$`\\%!'\"", char) {
			b.WriteString(char)
			continue
		}
		for _, c := range []byte(char) {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
