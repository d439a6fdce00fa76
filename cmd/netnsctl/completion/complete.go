package completion

import (
	"errors"
	"slices"
	"strings"

	"github.com/netnsctl/netnsctl/compat"
)

// Complete gives the candidates for the last of the words of a command line, which
// may be incomplete. The first word is the program's name.
func (t *Table) Complete(words []string) Answer {
	if len(words) < 2 {
		return Answer{Kind: Words}
	}
	last := len(words) - 1
	l := line{t, compat.FaceOf(words), words[1:last], words[last]}
	a := l.answer()
	a.Words = slices.DeleteFunc(a.Words, func(w Word) bool {
		return !strings.HasPrefix(w.Text, l.current) || !plain(w.Text)
	})
	return a
}

// line is a command line without the program's name.
type line struct {
	*Table
	face    compat.Face
	before  []string
	current string
}

func (l line) answer() Answer {
	prefix, err := compat.ReadPrefix(l.before)
	missing, isMissing := errors.AsType[compat.MissingValue](err)
	rest := prefix.Rest
	if len(prefix.RunDirs) == 1 {
		table := *l.Table
		table.Live = l.Live.In(prefix.RunDirs[0])
		l.Table = &table
	}
	if l.face == compat.FaceIP {
		if err != nil || len(rest) == 0 || !compat.IsNetns(rest[0]) {
			return Answer{Kind: NotOurs}
		}
		rest = rest[1:]
	}
	switch {
	case isMissing:
		return l.optionValue(missing.Option)
	case err != nil:
		return Answer{Kind: Words}
	case len(rest) > 0:
		return l.arguments(rest[0], rest[1:], prefix.All)
	case l.face != compat.FaceIP && strings.HasPrefix(l.current, "-"):
		return Answer{Kind: Words, Words: l.options()}
	}
	return Answer{Kind: Words, Words: l.commands(prefix.All)}
}

// options have one dash or two, as the current word.
func (l line) options() (words []Word) {
	dashes := "-"
	if strings.HasPrefix(l.current, "--") {
		dashes = "--"
	}
	for _, o := range l.Options {
		words = append(words, Word{dashes + o.Text, o.Help})
	}
	return words
}

func (l line) optionValue(option string) Answer {
	switch option {
	case "netns":
		return Name(l.Live)
	case "batch", "run-dir":
		return File(l.Live)
	case "family":
		return OneOf("inet", "inet6", "link", "mpls", "bridge")(l.Live)
	}
	return Nothing(l.Live)
}

func (l line) commands(all bool) (words []Word) {
	for _, c := range l.Commands {
		if onlyNames := c.Text != "exec" && c.Text != "delete"; !all || !onlyNames {
			words = append(words, c.Word)
		}
	}
	return words
}

// arguments completes the words after a command.
func (l line) arguments(word string, args []string, all bool) Answer {
	if whole := compat.CommandName(word); whole != "" {
		word = whole
	}
	i := slices.IndexFunc(l.Commands, func(c Command) bool { return c.Text == word })
	if i < 0 {
		return Answer{Kind: Words}
	}
	if all {
		args = append([]string{"--all"}, args...)
	}
	return l.commandLine(l.Commands[i], args)
}

// argument completes the argument at place n.
func (l line) argument(values []Value, n int) Answer {
	if len(values) == 0 {
		return Answer{Kind: Words}
	}
	at := min(n, len(values)-1)
	a := values[at](l.Live)
	a.Skip = 1 + len(l.before) - (n - at)
	return a
}

// flag gives the flag in a word such as --wait=5, or nil.
func (c Command) flag(word string) *Flag {
	name, _, _ := strings.Cut(word, "=")
	for i := range c.Flags {
		if c.Flags[i].Text == name {
			return &c.Flags[i]
		}
	}
	return nil
}

// commandLine completes the flags and arguments of a command.
func (l line) commandLine(c Command, args []string) Answer {
	values := c.Args(func(flag string) bool { return slices.Contains(args, "--"+flag) })
	places := 0 // of arguments that are complete
	for i := 0; i < len(args); i++ {
		f := c.flag(args[i])
		switch {
		case args[i] == "--":
			return l.argument(values, places+len(args)-i-1)
		case c.FlagsFirst && places > 0:
			return l.argument(values, places+len(args)-i)
		case f == nil:
			places++
		case f.Value != nil && !f.Optional && !strings.Contains(args[i], "="):
			i++
			if i == len(args) {
				return f.Value(l.Live)
			}
		}
	}
	if f := c.flag(l.current); f != nil && f.Value != nil && strings.Contains(l.current, "=") {
		a := f.Value(l.Live)
		for i := range a.Words {
			a.Words[i].Text = f.Text + "=" + a.Words[i].Text
		}
		return a
	}
	if !strings.HasPrefix(l.current, "-") || c.FlagsFirst && places > 0 {
		return l.argument(values, places)
	}
	a := Answer{Kind: Words}
	for _, f := range c.Flags {
		if strings.HasPrefix(f.Text, "--") && !slices.Contains(args, f.Text) {
			a.Words = append(a.Words, f.Word)
		}
	}
	return a
}
