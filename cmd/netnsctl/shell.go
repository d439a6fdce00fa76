package main

import (
	_ "embed"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/netnsctl/netnsctl/cmd/netnsctl/internal/term"
	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// plainShell is the shell of users without another one.
const plainShell = "/bin/sh"

// shell replaces the process by a shell in a namespace.
func (u *ui) shell(call compat.Call, c *cli.Context) error {
	setup, login, err := setupOf(c)
	if err != nil {
		return err
	}
	return u.startShell(call, c.Args().First(), setup, login, c.String("shell"))
}

// startShell starts a shell in a namespace; without a name, in the only named one.
// login is the account of --user, or nil; program is the value of --shell, or empty.
func (u *ui) startShell(call compat.Call, name string, setup netnsctl.Setup, login *account, program string) error {
	if name == "" {
		var err error
		if name, err = onlyName(call.Host); err != nil {
			return err
		}
	}
	if isMissingNamespace(call.Host, name) {
		return noNamespace(call.Host, name, "shell")
	}
	start, err := newShellStart(program, login, setup.Env)
	if err != nil {
		return err
	}
	stdin := os.Stdin
	if call.Batch {
		stdin = call.Stdin
	}
	if proc.IsTerminal(int(stdin.Fd())) && proc.IsTerminal(2) {
		if err := start.showName(call.Host.NameOf(name)); err != nil {
			return err
		}
	}
	if start.folder != nil {
		defer start.folder.Close()
	}
	setup.Folder = start.folder
	setup.Env = start.env
	return u.start(call, name, start.argv, setup)
}

// onlyName is the name of the host that has one name.
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

// shellStart is the command line and the environment of a shell.
type shellStart struct {
	argv, env []string
	uid       int // the user of the shell
	folder    *netnsctl.Folder
}

// newShellStart chooses the shell: program, else the login shell of the user that the
// process becomes, else $SHELL. env are the changes of the environment before.
func newShellStart(program string, login *account, env []string) (*shellStart, error) {
	start := &shellStart{env: env, uid: os.Geteuid()}
	own, whose := "", "$SHELL"
	switch {
	case login != nil:
		own, whose = login.shell, "the login shell of "+quote(login.name)
		start.uid = int(login.uid)
	case !proc.HasMoreThanCaller():
		own, _ = proc.Getenv("SHELL")
	}
	if program == "" {
		if why := shellRefusal(own); why != "" {
			return nil, fmt.Errorf("%s is %s, %s; to choose another shell: --shell PROGRAM", whose, quote(own), why)
		}
		program = plainShell
		if isProgram(own) {
			program = own
		}
	}
	start.argv = []string{program}
	return start, nil
}

// isProgram reports whether a path leads to an executable file.
func isProgram(file string) bool {
	info, err := os.Stat(file)
	return path.IsAbs(file) && err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// shellRefusal is the reason why a login shell is not for interactive work, or empty.
func shellRefusal(shell string) string {
	switch path.Base(shell) {
	case "nologin", "false", "true", "sync", "halt", "shutdown":
		return "which lets nobody in"
	case "rbash", "rksh", "rksh93", "rmksh", "rzsh", "rsh", "rssh", "git-shell", "lshell", "scponly":
		return "a restricted shell"
	}
	return ""
}

// The start files put the name into the prompt. They run after the start files and
// the prompt commands of the user. showName replaces FD, PREFIX and RESTORE_ZDOTDIR in
// them.
var (
	//go:embed shellstart/bashrc
	bashStart string
	//go:embed shellstart/zshenv
	zshStart string
	//go:embed shellstart/config.fish
	fishStart string
)

// showName puts a name before the prompt of the shell. Start files are in a folder in
// memory, so that nothing stays behind however the shell ends.
func (s *shellStart) showName(name string) error {
	label := promptLabel(name)
	s.dropOuterName()
	kind := shellKind(s.argv[0])
	switch kind {
	case "fish":
		s.argv = append(s.argv, "--init-command", strings.ReplaceAll(fishStart, "PREFIX", singleQuote(prefix(label))))
		return nil
	case "bash", "zsh":
	default:
		s.usePS1(label)
		return nil
	}
	folder, err := netnsctl.NewFolder()
	if err != nil {
		return err
	}
	if _, err := os.Stat(folder.Path()); err != nil {
		folder.Close()
		return nil // without a procfs the shell cannot open its start files
	}
	s.folder = folder
	fd := fmt.Sprint(folder.FD())
	if kind == "bash" {
		folder.Files["bashrc"] = strings.NewReplacer("FD", fd, "PREFIX", singleQuote(prefix(label))).Replace(bashStart)
		s.argv = append(s.argv, "--rcfile", folder.Path()+"/bashrc")
		return nil
	}
	zdotdir := "unset ZDOTDIR"
	if own, ok := s.getenv("ZDOTDIR"); ok {
		zdotdir = "ZDOTDIR=" + singleQuote(own)
	}
	folder.Files[".zshenv"] = strings.NewReplacer(
		"FD", fd, "PREFIX", singleQuote(zshPrefix(label)), "RESTORE_ZDOTDIR", zdotdir).Replace(zshStart)
	s.env = append(s.env, "ZDOTDIR="+folder.Path())
	return nil
}

// usePS1 is for shells that read their prompt from the environment. A start file may
// replace the prompt.
func (s *shellStart) usePS1(label string) {
	ps1, ok := s.getenv("PS1")
	switch {
	case ok:
	case s.uid == 0:
		ps1 = "# "
	default:
		ps1 = "$ "
	}
	s.env = append(s.env, "PS1="+prefix(label)+ps1)
}

// dropOuterName removes the name of the namespace around from a prompt in the
// environment. The prompt then shows only the namespace of the shell.
func (s *shellStart) dropOuterName() {
	outer, ok := proc.Getenv(compat.NameVariable)
	if !ok {
		return
	}
	label := promptLabel(outer)
	for _, name := range []string{"PS1", "PROMPT"} {
		text, _ := proc.Getenv(name)
		for _, before := range []string{prefix(label), zshPrefix(label)} {
			if rest, found := strings.CutPrefix(text, before); found {
				s.env = append(s.env, name+"="+rest)
				break
			}
		}
	}
}

// getenv is the value of a variable in the shell.
func (s *shellStart) getenv(name string) (value string, ok bool) {
	value, ok = proc.Getenv(name)
	for _, change := range s.env {
		if changed, text, sets := strings.Cut(change, "="); changed == name {
			value, ok = text, sets
		}
	}
	return value, ok
}

// shellKind is the name of a shell without its version: zsh for zsh-5.9.
func shellKind(file string) string { return strings.TrimRight(path.Base(file), "-.0123456789") }

func prefix(label string) string { return "(" + label + ") " }

// zshPrefix is prefix for zsh, where % begins a sequence of the prompt.
func zshPrefix(label string) string { return strings.ReplaceAll(prefix(label), "%", "%%") }

// promptLabel is a name for a prompt. Unprintable bytes, quotes, and characters that a
// shell may expand in its prompt are written as %XX, as in a URL. The label is then
// the same in single quotes, in double quotes, and in every prompt but that of zsh.
func promptLabel(name string) string {
	return mapChars(name, func(char string, printable bool) string {
		if printable && !strings.Contains("$`\\%!'\"", char) {
			return char
		}
		return formatBytes("%%%02X", char)
	})
}
