package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// shellCommand is a command line that can be pasted into a POSIX shell. A "--"
// stands before operands of which one begins with a dash.
func shellCommand(command string, operands ...string) string {
	line := command
	for _, operand := range operands {
		if strings.HasPrefix(operand, "-") {
			line += " --"
			break
		}
	}
	for _, operand := range operands {
		line += " " + shellWord(operand)
	}
	return line
}

// shellWord is one word for a POSIX shell, in printable characters only.
func shellWord(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+,-"
	switch {
	case word != "" && strings.Trim(word, plain) == "":
		return word
	case printable(word):
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	case strings.HasSuffix(word, "\n"):
		// A command substitution would lose the newlines at the end.
		return "$" + octal(word, `\\`, `\'`, "%")
	}
	return `"$(printf ` + octal(word, `\\`, `\047`, "%%") + `)"`
}

func printable(word string) bool {
	if !utf8.ValidString(word) {
		return false
	}
	for _, r := range word {
		if !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}

// octal is a word in single quotes in which what does not show is an octal escape.
func octal(word, backslash, quote, percent string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for len(word) > 0 {
		r, size := utf8.DecodeRuneInString(word)
		switch {
		case r == '\\':
			b.WriteString(backslash)
		case r == '\'':
			b.WriteString(quote)
		case r == '%':
			b.WriteString(percent)
		case r == utf8.RuneError && size == 1, !strconv.IsPrint(r):
			for _, c := range []byte(word[:size]) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		default:
			b.WriteString(word[:size])
		}
		word = word[size:]
	}
	b.WriteByte('\'')
	return b.String()
}
