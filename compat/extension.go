package compat

import (
	"os"
	"strings"

	"github.com/netnsctl/netnsctl/compat/proc"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// Call is a command that iproute2's grammar alone does not answer.
type Call struct {
	Face Face
	// Command is the given word or, if that abbreviates one of iproute2's commands,
	// the whole word.
	Command string
	Args    []string
	// Host is where the command acts, after the option -netns.
	Host netnsctl.Host
	// JSON, Pretty, All and Color are the options before the command.
	JSON, Pretty, All bool
	Color             string // always, auto, never; "" without the option
	// Batch is set for a line of a batch file.
	Batch bool
	// Stdin is the standard input of child processes.
	Stdin *os.File
	// Plain runs one of iproute2's commands as iproute2 does and returns its exit
	// status; json has the effect of the option -json. Plain is nil if Command is
	// none of iproute2's.
	Plain func(args []string, json bool) (status int)
}

// extended runs a command by the program's extensions, unless iproute2's grammar
// alone answers it.
func (s *session) extended(words []string) (handled bool, err error) {
	if s.program.Extend == nil || isPlain(s.program.Face, s.host, words, s.opts.all) {
		return false, nil
	}
	call := Call{
		Face:    s.program.Face,
		Command: words[0],
		Args:    words[1:],
		Host:    s.host,
		JSON:    s.opts.json,
		Pretty:  s.opts.pretty,
		All:     s.opts.all,
		Color:   s.opts.color,
		Batch:   s.inBatch,
		Stdin:   s.stdin,
	}
	call.Host.Resolve = s.program.Host.Resolve
	if c := lookupCommand(words[0]); c != nil {
		call.Command = c.names[0]
		call.Plain = func(args []string, json bool) int {
			given := s.opts
			defer func() { s.opts = given }() // for the next line of a batch
			s.opts.json = given.json || json
			s.opts.all = given.all && len(args) == 0
			return s.finish(c.run(s, args))
		}
	}
	run := s.program.Extend(call)
	if run == nil {
		return false, nil
	}
	if err := s.out.flush(); err != nil {
		return true, err
	}
	proc.RestoreSignals()
	if status := run(); status != 0 {
		return true, silent(status)
	}
	return true, nil
}

// AnswersAlone reports whether compat answers a command line without
// [Program.Extend] and without the texts of [Program]: every word is iproute2's
// and, in the face netnsctl, every word has an effect and the names exist, so that
// netnsctl has nothing to explain.
//
// A wrong false only costs time. A wrong true would be a bug: iproute2 ignores
// some words that netnsctl does not.
func AnswersAlone(host netnsctl.Host, argv []string) bool {
	face := FaceOf(argv)
	if face == FaceIP && !isForNetns(argv) {
		return true // the real `ip` answers
	}
	p, err := ReadPrefix(argv[min(1, len(argv)):])
	switch {
	case err != nil:
		return false
	case p.Batch || p.Help || p.Version:
		return false // their lines or texts may be an extension's
	case face == FaceNetnsctl && p.ShortHuman:
		return false // the user may mean help
	case face == FaceNetnsctl && p.Netns != "" && !(isPlainName(p.Netns) && host.HasNamespace(p.Netns)):
		return false
	case face == FaceIP:
		p.Rest = p.Rest[1:]
	}
	return isPlain(face, host, p.Rest, p.All)
}

// isPlain reports whether a command is iproute2's own and uses every word.
func isPlain(face Face, host netnsctl.Host, words []string, all bool) bool {
	if len(words) == 0 {
		return true
	}
	c, args := lookupCommand(words[0]), words[1:]
	switch {
	case c == nil:
		return false
	case face == FaceNetnsctl:
		return c.takes != nil && c.takes(host, args, all)
	case c.names[0] == "exec":
		args = args[:min(1, len(args))] // the flags of its command are not ours
	}
	for _, word := range args {
		if strings.HasPrefix(word, "--") {
			return false // may be a flag of an extension
		}
	}
	return true
}

// isPlainName reports whether a word can only mean a name. In the face netnsctl,
// words such as --flag, pid:1234, net:[4026532177], an inode number, a path, host
// and "NAME (id: 7)", which list prints, have other meanings.
func isPlainName(word string) bool {
	return netnsctl.ValidName(word) && word != "host" && word[0] != '-' &&
		!strings.HasPrefix(word, "pid:") && !strings.HasPrefix(word, "net:") &&
		!strings.Contains(word, "(id:") && strings.Trim(word, decimal) != ""
}

func takesNothing(_ netnsctl.Host, args []string, all bool) bool { return len(args) == 0 && !all }

func takesNewName(host netnsctl.Host, args []string, all bool) bool {
	return len(args) == 1 && !all && isPlainName(args[0]) && !host.IsName(args[0])
}

func takesName(host netnsctl.Host, args []string, all bool) bool {
	return len(args) == 1 && !all && isPlainName(args[0]) && host.IsName(args[0])
}

func takesNamespace(host netnsctl.Host, args []string, all bool) bool {
	return len(args) == 1 && !all && isPlainName(args[0]) && host.HasNamespace(args[0])
}

func takesCommand(host netnsctl.Host, args []string, all bool) bool {
	if all {
		return len(args) > 0 && !strings.HasPrefix(args[0], "-")
	}
	return len(args) > 1 && !strings.HasPrefix(args[1], "-") && args[1] != "(id:" && takesNamespace(host, args[:1], false)
}

func takesNSID(host netnsctl.Host, args []string, all bool) bool {
	return len(args) == 2 && ValidNSID(args[1]) && takesNamespace(host, args[:1], all)
}

func takesNSIDFilter(_ netnsctl.Host, args []string, all bool) bool {
	return !all && ValidNSIDFilter(args)
}

func takesPID(host netnsctl.Host, args []string, all bool) bool {
	return !all && (len(args) == 0 || len(args) == 1 && isProcess(host, args[0]))
}

func takesNewNameAndPID(host netnsctl.Host, args []string, all bool) bool {
	return len(args) == 2 && takesNewName(host, args[:1], all) && isProcess(host, args[1])
}

// isProcess reports whether a word is the pid of a process, without leading zeros.
func isProcess(host netnsctl.Host, word string) bool {
	if word == "" || word[0] == '0' || strings.Trim(word, decimal) != "" {
		return false
	}
	_, err := host.IDOfPID(word)
	return err == nil
}
