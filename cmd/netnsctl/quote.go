package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/netnsctl/netnsctl/compat"
	"github.com/netnsctl/netnsctl/netnsctl"
)

// quote is a name as one word. A name with blanks or unprintable bytes is quoted as in
// Go.
func quote(name string) string {
	quoted := strconv.Quote(name)
	if name == "" || quoted[1:len(quoted)-1] != name || strings.Contains(name, " ") {
		return quoted
	}
	return name
}

// quoteIfAny is quote, but leaves no name as it is.
func quoteIfAny(name string) string {
	if name == "" {
		return ""
	}
	return quote(name)
}

// quoted are names, each as one word.
func quoted(names []string) []string {
	words := make([]string, len(names))
	for i, name := range names {
		words[i] = quote(name)
	}
	return words
}

// quoteAll joins names, each as one word.
func quoteAll(names []string, between string) string { return strings.Join(quoted(names), between) }

// mapChars replaces each character, or each byte that is not UTF-8, of a text.
func mapChars(text string, replace func(char string, printable bool) string) string {
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		isUTF8 := r != utf8.RuneError || size > 1
		b.WriteString(replace(text[:size], isUTF8 && strconv.IsPrint(r)))
		text = text[size:]
	}
	return b.String()
}

// formatBytes formats each byte of a character.
func formatBytes(format, char string) (text string) {
	for _, c := range []byte(char) {
		text += fmt.Sprintf(format, c)
	}
	return text
}

// escape is a text whose unprintable bytes are escaped as in Go.
func escape(text string) string {
	return mapChars(text, func(char string, printable bool) string {
		if printable {
			return char
		}
		quoted := strconv.Quote(char)
		return quoted[1 : len(quoted)-1]
	})
}

// escapeLines escapes lines, newlines inside them too, and ends each with a newline.
func escapeLines(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(escape(line) + "\n")
	}
	return b.String()
}

// shellCommand is a command line that can be pasted into a shell. A "--" stands
// before the operands if one of them begins with a dash.
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

// ourselves is how the command line of a call begins that has this run directory.
func ourselves(host netnsctl.Host) string {
	usual, err := compat.RunDir(nil, host.Helper)
	if err == nil && (netnsctl.Host{RunDir: usual}).Dir() == host.Dir() {
		return "netnsctl"
	}
	return "netnsctl --run-dir " + shellWord(host.Dir())
}

// shellWord is one word for a shell, in printable characters. Unprintable bytes are
// escapes in dollar-single-quotes, which bash, zsh and POSIX.1-2024 have.
func shellWord(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+,-"
	switch {
	case word != "" && strings.Trim(word, plain) == "":
		return word
	case escape(word) == word:
		return singleQuote(word)
	}
	return "$'" + mapChars(word, func(char string, printable bool) string {
		switch {
		case char == `\` || char == "'":
			return `\` + char
		case printable:
			return char
		}
		return formatBytes(`\%03o`, char)
	}) + "'"
}

// singleQuote is a text as one word of bash and zsh. In fish it is one word if the
// text has no single quote.
func singleQuote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
