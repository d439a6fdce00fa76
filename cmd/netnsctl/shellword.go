package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// shellCommand is a command line that can be pasted into a shell. A "--" stands
// before operands of which one begins with a dash.
func shellCommand(command string, operands ...string) string {
	words := []string{command}
	if slices.ContainsFunc(operands, func(operand string) bool { return strings.HasPrefix(operand, "-") }) {
		words = append(words, "--")
	}
	for _, operand := range operands {
		words = append(words, shellWord(operand))
	}
	return strings.Join(words, " ")
}

// shellWord is one word for a shell, in printable characters only. What does not
// show is an escape in dollar-single-quotes, which bash, zsh and POSIX.1-2024 have.
func shellWord(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+,-"
	switch {
	case word != "" && strings.Trim(word, plain) == "":
		return word
	case isPrintable(word):
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	var b strings.Builder
	for len(word) > 0 {
		r, size := utf8.DecodeRuneInString(word)
		switch {
		case r == '\\' || r == '\'':
			b.WriteString(`\` + word[:size])
		case r == utf8.RuneError && size == 1, !strconv.IsPrint(r):
			for _, c := range []byte(word[:size]) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		default:
			b.WriteString(word[:size])
		}
		word = word[size:]
	}
	return "$'" + b.String() + "'"
}

func isPrintable(word string) bool {
	return utf8.ValidString(word) && !strings.ContainsFunc(word, func(r rune) bool { return !strconv.IsPrint(r) })
}
