package completion

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain reports whether a word is safe for a terminal and for scripts that read it
// line by line. Complete drops all other words.
func plain(word string) bool {
	return word != "" && utf8.ValidString(word) && strings.IndexFunc(word, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// Text is the answer in the form that scripts read: a line with the kind and, for
// each word, a line with its description after a tab.
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
			b.WriteString("\t" + printable(w.Help))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// printable replaces characters that have an effect on a terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}

// BashLine is the text of the answer to a line of bash up to the cursor. breaks are
// the characters at which bash breaks words: bash replaces only what follows the
// last of them, and escapes nothing. listing is set if bash lists the candidates and
// inserts no more than their common beginning: they then include descriptions.
func (t *Table) BashLine(text, breaks string, listing bool) string {
	words, quote := split(text)
	a := t.Complete(words)
	current := words[len(words)-1]
	replaced := 0
	for _, c := range []string{":", "=", "@"} { // other breaks end a word of a shell, too
		if quote == 0 && strings.Contains(breaks, c) {
			replaced = max(replaced, strings.LastIndex(current, c)+1)
		}
	}
	for i, w := range a.Words {
		word := w.Text[min(replaced, len(w.Text)):]
		if quote == 0 {
			word = escapeWord(word)
		}
		if listing && len(a.Words) > 1 && w.Help != "" {
			word += "  (" + printable(w.Help) + ")"
		}
		a.Words[i] = Word{Text: word}
	}
	return a.Text()
}

// split splits a line as a shell does. The last word, which may be empty, ends at
// the end of the line; quote is the open quote around it, or 0.
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

// escapeWord puts a backslash before each character with a meaning for a shell.
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
