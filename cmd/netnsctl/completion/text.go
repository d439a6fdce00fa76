package completion

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain tells of words that no terminal is driven by, and that a script can read
// line by line. Others are not offered.
func plain(word string) bool {
	return word != "" && utf8.ValidString(word) && strings.IndexFunc(word, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// Text is the answer as scripts read it: the kind, and then a line per word, with
// its meaning after a tab.
func (a Answer) Text() string {
	var b strings.Builder
	b.WriteString(string(a.Kind))
	if a.Kind == OtherCommand {
		fmt.Fprintf(&b, " %d", a.Skip)
	}
	b.WriteByte('\n')
	for _, w := range a.Words {
		b.WriteString(w.Text)
		if w.Help != "" {
			b.WriteString("\t" + shown(w.Help))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// shown is a text in which nothing drives a terminal.
func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}

// BashLine answers for a line of bash as far as it was typed. bash replaces only
// what follows the last of the characters that it breaks words at, and takes
// what it is given as it is. Where it will list the words and insert no more than
// what they have in common, listing, their meanings stand behind them.
func (t *Table) BashLine(text, breaks string, listing bool) string {
	words, quote := split(text)
	a := t.Complete(words)
	if len(words) == 0 {
		return a.Text()
	}
	current := words[len(words)-1]
	strip := 0
	if quote == 0 {
		strip = strings.LastIndexAny(current, onlyBreaks(breaks)) + 1
	}
	for i, w := range a.Words {
		word := w.Text[min(strip, len(w.Text)):]
		if quote == 0 {
			word = escapeWord(word)
		}
		if listing && len(a.Words) > 1 && w.Help != "" {
			word += "  (" + shown(w.Help) + ")"
		}
		a.Words[i] = Word{Text: word}
	}
	return a.Text()
}

// onlyBreaks are those of bash's word breaks that can be in a word without quotes.
func onlyBreaks(breaks string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(":=@", r) {
			return r
		}
		return -1
	}, breaks)
}

// split takes a line apart as a shell does. The last word is the one that is not
// finished, in the quote that is open (0 if none).
func split(text string) (words []string, quote rune) {
	var word strings.Builder
	inWord, escaped := false, false
	for _, r := range text {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped, inWord = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, inWord = r, true
		case r == ' ' || r == '\t' || r == '\n':
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	return append(words, word.String()), quote
}

// escapeWord has a backslash before what means something to a shell.
func escapeWord(word string) string {
	var b strings.Builder
	for i, r := range word {
		if strings.ContainsRune(" \t\\'\"`$&|;<>()[]{}*?!#", r) || i == 0 && r == '~' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
