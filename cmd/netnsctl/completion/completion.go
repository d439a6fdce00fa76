// Package completion finds the words that may stand at the end of a command line,
// and has the scripts by which bash, zsh and fish ask for them.
//
// The scripts do not know the commands: each passes on the typed line and shows the
// answer. All shells and all faces therefore complete from one table.
package completion

import "embed"

//go:embed netnsctl.* ip.*
var scripts embed.FS

// Script gives the script for a shell, and the addition that completes `ip netns`
// as well. Both are "" for an unknown shell.
func Script(shell string) (script, forIP string) {
	main, err := scripts.ReadFile("netnsctl." + shell)
	if err != nil {
		return "", ""
	}
	ip, _ := scripts.ReadFile("ip." + shell)
	return string(main), string(ip)
}

// Table has the words of which a command line may consist.
type Table struct {
	// Options are those before the command, without dashes.
	Options  []Word
	Commands []Command
	Live     Live
}

// Command is a row of the table.
type Command struct {
	Word
	// Args gives the arguments if some flags, named without dashes, are given. The
	// last argument may be repeated.
	Args  func(given func(flag string) bool) []Value
	Flags []Flag
	// FlagsFirst is set if flags must stand before the first argument.
	FlagsFirst bool
}

// Flag is a flag of a command.
type Flag struct {
	Word
	// Value is the value of the flag, or nil if it takes none.
	Value Value
	// Optional: the value stands in the same word only. The next word is something else.
	Optional bool
}

// Word is a word and its description.
type Word struct{ Text, Help string }

// Value gives the words that may stand at a place of the command line.
type Value func(Live) Answer

// Live gives what exists on the host at the moment.
type Live interface {
	// In is what exists where the names are in another directory.
	In(runDir string) Live
	Names() []Word
	Processes() []Word
	// Leaks are stale names and orphaned namespaces.
	Leaks() []Word
	// Topics are the topics of help.
	Topics() []Word
}

// Answer is the reply to a script.
type Answer struct {
	Kind  Kind
	Words []Word // if Kind is Words
	// Skip is the number of words before the other command, if Kind is OtherCommand.
	Skip int
}

// Kind tells the script what to complete. It begins the text of an answer.
type Kind string

// The kinds of answers.
const (
	// Words stands for the words of the answer.
	Words Kind = "words"
	// FileNames stands for the names of files.
	FileNames Kind = "files"
	// OtherCommand stands for the command line of another program.
	OtherCommand Kind = "command"
	// NotOurs stands for a line of `ip` with another object than netns.
	NotOurs Kind = "other"
)

// Nothing is a value without candidates, such as a new name.
func Nothing(Live) Answer { return Answer{Kind: Words} }

// Name is the name of a namespace.
func Name(l Live) Answer { return Answer{Kind: Words, Words: l.Names()} }

// PID is the pid of a process.
func PID(l Live) Answer { return Answer{Kind: Words, Words: l.Processes()} }

// Leak is a stale name or an orphan.
func Leak(l Live) Answer { return Answer{Kind: Words, Words: l.Leaks()} }

// Topic is a topic of help.
func Topic(l Live) Answer { return Answer{Kind: Words, Words: l.Topics()} }

// File is the name of a file.
func File(Live) Answer { return Answer{Kind: FileNames} }

// Program is the first word of the command line of another program.
func Program(Live) Answer { return Answer{Kind: OtherCommand} }

// OneOf is one of fixed words.
func OneOf(words ...string) Value {
	return func(Live) Answer {
		a := Answer{Kind: Words}
		for _, w := range words {
			a.Words = append(a.Words, Word{Text: w})
		}
		return a
	}
}
