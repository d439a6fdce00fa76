package completion

// Table is what a command line may consist of.
type Table struct {
	// Options stand before the command.
	Options  []Word
	Commands []Command
	Live     Live
}

// Command is a row of the table.
type Command struct {
	Word
	// Args are the words that follow where the flags are given; the last may be
	// repeated.
	Args  func(given func(flag string) bool) []Value
	Flags []Flag
	// FlagsFirst says that flags stand before the first argument only.
	FlagsFirst bool
}

// Flag is a flag of a command.
type Flag struct {
	Word
	// Value is what the flag takes, nil if nothing.
	Value Value
}

// Word is a word with a few others that say what it means.
type Word struct{ Text, Help string }

// Value gives what may stand at a place.
type Value func(Live) Answer

// Live is what there is on the host just now.
type Live interface {
	Names() []Word
	Processes() []Word
	// Leaks are stale names and orphaned namespaces.
	Leaks() []Word
	// Topics are what there is help for.
	Topics() []Word
}

// Answer is one of: words, files, the words of another command, what another
// completion knows.
type Answer struct {
	Kind  Kind
	Words []Word
	// Skip is the number of words before another command's.
	Skip int
}

// Kind is the first word of an answer's text.
type Kind string

// The kinds of answers.
const (
	Words        Kind = "words"
	FileNames    Kind = "files"
	OtherCommand Kind = "command"
	// NotOurs is a line of `ip` for another object than netns.
	NotOurs Kind = "other"
)

// Nothing is a place where nothing can be offered, such as a new name.
func Nothing(Live) Answer { return Answer{Kind: Words} }

// Name is a name.
func Name(l Live) Answer { return Answer{Kind: Words, Words: l.Names()} }

// PID is a process.
func PID(l Live) Answer { return Answer{Kind: Words, Words: l.Processes()} }

// Leak is something to clean up.
func Leak(l Live) Answer { return Answer{Kind: Words, Words: l.Leaks()} }

// Topic is something that there is help for.
func Topic(l Live) Answer { return Answer{Kind: Words, Words: l.Topics()} }

// File is a file's name.
func File(Live) Answer { return Answer{Kind: FileNames} }

// Program is the first word of another command.
func Program(Live) Answer { return Answer{Kind: OtherCommand} }

// OneOf gives fixed words.
func OneOf(words ...string) Value {
	return func(Live) Answer {
		a := Answer{Kind: Words}
		for _, w := range words {
			a.Words = append(a.Words, Word{Text: w})
		}
		return a
	}
}
